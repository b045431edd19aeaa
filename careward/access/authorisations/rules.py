"""Which approvals count as authority for an account: given by whom, in which role, until when. Pure.

A shared or service account stands on every approval of it that has begun and not run out: those of the list of approved accounts
and those decided here count alike, beside each other, and the latest end of any is its end. Its owners are those of the approvals that
speak; one of them in post is enough.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from careward.core.days import FAR
from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.ids import plain, tidy
from careward.core.packs.pack import Pack
from careward.core.packs.shared_accounts import SharedAccounts
from careward.people.staff.rules import Post, crossed
from careward.web.words import day

LIVE = "live"
# An approver who is nobody of the staff list, had left by the day they approved, or approved in a role that was not theirs on it.
UNKNOWN, LEFT, NOT_THEIRS = "unknown", "left", "not theirs"
LINE_MANAGER = "line_manager"
TOLD_BY_POSTS = (LINE_MANAGER, "deputy")  # whose they are the posts of those they approve for tell
LISTED, DECIDED = "listed", "decided"  # how an approval of a shared account came: by the list of approved accounts, or decided here

Rights = tuple[str, ...] | None  # None: the feed has no such column, so nothing is stated; (): stated to be none


@dataclass(frozen=True, slots=True)
class Authority:
    """What somebody said that one person may have on one environment of a system."""

    system: str
    environment: str
    approver_role: str
    approved_on: date | None
    kind: str = "normal"
    expires_on: date | None = None  # the last good day
    roles: Rights = None
    teams: Rights = None
    approved_by: str = ""  # their staff number
    exception_reason: str = ""
    approver: str = ""  # UNKNOWN, LEFT, NOT_THEIRS, or none of them

    @property
    def is_exception(self) -> bool:
        """Whether it departs from the procedure, and says why."""
        return bool(self.exception_reason.strip())

    @property
    def until(self) -> date:
        """The last day it holds."""
        return self.expires_on or FAR

    @property
    def crossed(self) -> bool:
        """Whether it contradicts itself: it ends before it was given."""
        return crossed(self.approved_on, self.expires_on)

    def given(self, on: date) -> bool:
        """Whether it was given by a day."""
        return (self.approved_on or FAR) <= on

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.given(on) and self.until >= on


@dataclass(frozen=True, slots=True)
class RoleTenure:
    """Who holds a role that the procedures name, on one system or on all, from a day up to but not including another."""

    role: str
    system: str  # its code; empty: every system
    number: str  # their staff number
    from_on: date
    to_on: date | None

    def covers(self, system: str, on: date) -> bool:
        """Whether they hold it on a system on a day."""
        return self.system in ("", system) and self.from_on <= on < (self.to_on or FAR)


@dataclass(frozen=True, slots=True)
class Supervised:
    """Whom the staff list named as somebody's supervisor, from the day of the first list that did up to but not including another."""

    number: str
    since: date
    until: date | None

    def covers(self, on: date) -> bool:
        return self.since <= on < (self.until or FAR)


@dataclass(frozen=True, slots=True)
class DeputyTenure:
    """Who may act for a manager, from a day up to but not including another."""

    manager: str
    deputy: str
    from_on: date
    to_on: date | None

    def covers(self, on: date) -> bool:
        return self.from_on <= on < (self.to_on or FAR)


def was_not_their_manager(
    supervised: Iterable[Supervised],
    deputies: Iterable[DeputyTenure],
    tenures: Iterable[RoleTenure],
    *,
    role: str,
    system: str,
    by: str,
    on: date,
) -> bool:
    """Whether it is known that somebody was neither the line manager of whom they approved for, nor the deputy (FEEDS B2.8).

    `supervised` are the posts of whom it is for. Where no list of that day or before names their supervisor, the word counts.
    """
    managers, giver = {plain(s.number) for s in supervised if s.covers(on)} - {""}, plain(by)
    if not managers or giver in managers or was_theirs(tenures, role=role, system=system, by=by, on=on):
        return False
    acting = [(plain(d.manager), plain(d.deputy)) for d in deputies if d.covers(on)]
    if any(manager in managers and deputy == giver for manager, deputy in acting):
        return False
    return role == LINE_MANAGER or any(manager in managers or deputy == giver for manager, deputy in acting)


def was_not_theirs(tenures: Iterable[RoleTenure], *, role: str, system: str, by: str, on: date) -> bool:
    """Whether it is known that somebody did not hold a role on a day (FEEDS B2.8): others did, or they held another.

    Where nothing is known of the role or of them on that day, their word counts.
    """
    then = [t for t in tenures if t.covers(system, on)]
    theirs, of_role = {t.role for t in then if plain(t.number) == plain(by)}, any(t.role == role for t in then)
    return role not in TOLD_BY_POSTS and role not in theirs and (of_role or bool(theirs))


def was_theirs(tenures: Iterable[RoleTenure], *, role: str, system: str, by: str, on: date) -> bool:
    """Whether it is known that somebody held a role on a day: an approval given in it then is more than claimed (FEEDS B2.8)."""
    return any(t.role == role and t.covers(system, on) and plain(t.number) == plain(by) for t in tenures)


def approver_roles(pack: Pack, environment: str, *, exception: bool) -> tuple[str, ...]:
    """Who may approve: on a copy those it names (PA-018); live the approvers (PA-008), of an exception the graver ones alone (PA-009)."""
    if environment != LIVE:
        return pack.environment_approvers(environment)
    graver = pack.registration.exception_approvers
    return graver if exception else (*pack.registration.approvers, *graver)


def is_own_word(authority: Authority, holder: str) -> bool:
    """Whether the holder approved it for themselves, as persons: a staff number in other letters is the same person's."""
    return plain(authority.approved_by) == plain(holder) != ""


def counts(authority: Authority, *, holder: str, pack: Pack) -> bool:
    """Whether an approval is authority: by somebody here on that day other than the holder, in a role accepted for its environment."""
    return not why_not(authority, holder=holder, pack=pack)


def why_not(authority: Authority, *, holder: str, pack: Pack) -> str:
    """Why an approval is no authority, as the finding says it (FEEDS B2.8); empty where it is one."""
    number, role = tidy(authority.approved_by), authority.approver_role.replace("_", " ")
    by = f"staff number {number}" if number else ""
    if is_own_word(authority, holder):
        why = "is the holder's own"
    elif authority.approver == UNKNOWN:
        why = f"is by {by}, who is not in the staff list" if by else "is by nobody"
    elif authority.approver == LEFT:
        why = f"is by {by}, who had left by then"
    elif authority.approver_role not in approver_roles(pack, authority.environment, exception=authority.is_exception):
        why = f"is by {by} as {role}, a role that the procedure does not accept for it"
    elif authority.approver == NOT_THEIRS:
        why = f"is by {by} as {role}, a role that was not theirs on that day"
    else:
        return ""
    return f"the approval of {authority.approved_on} {why}"


def counted(given: Iterable[Authority], *, holder: str, pack: Pack) -> list[Authority]:
    """Those of some approvals for one person that are authority, in the order given, run out or not."""
    return [a for a in given if counts(a, holder=holder, pack=pack)]


def latest_in_force(given: Iterable[Authority], on: date) -> Authority | None:
    """Of several approvals the one that speaks on a day: in force before run out, then the last given; the later of two alike."""
    return max(enumerate(given), key=lambda at: (at[1].in_force(on), at[1].approved_on or FAR, at[0]), default=(0, None))[1]


def stated(rights: Rights) -> Iterator[str]:
    """The roles or teams that are stated, each in the form in which it is compared but for its letters' case."""
    return (t for raw in rights or () if (t := tidy(raw)))


def split(text: str | None) -> Rights:
    """Roles or teams as a feed writes them, separated by semicolons; None where the feed has no such column."""
    return None if text is None else tuple(t for raw in text.split(";") if (t := raw.strip()))


class Lasting(Protocol):
    """An approval of a shared account as far as it lasts."""

    def stands(self, on: date) -> bool: ...


L = TypeVar("L", bound=Lasting)


def speaking(begun: Iterable[L], on: date) -> list[L]:
    """Of the approvals of one shared account that have begun, those that speak on a day: all not run out; where none is, all."""
    known = list(begun)
    return [a for a in known if a.stands(on)] or known


def last_day(rule: SharedAccounts, on: date) -> date:
    """The last day until which an approval of a shared account can be asked for on a day."""
    return on + timedelta(days=rule.most_days)


def may_be_asked(*, owner: Sequence[Post] | None, until: date | None, on: date, rule: SharedAccounts) -> Decision:
    """Whether an approval of a shared account can be asked for: its owner is in post until it ends, and it lasts no longer than it may.

    `owner` are the posts of the one named, None where nobody is. Each reason's code begins with the name of the field it is about.
    """
    furthest = last_day(rule, on)
    decision = ALLOWED
    if until is not None and until > furthest:
        what = f"An approval asked for today lasts at most until {day(furthest)}"
        decision = refuse("until.too_far", rule.clause, what, "Give that day or an earlier one; it can be asked for anew before it ends")
    end = until if until is not None and on <= until <= furthest else on
    return decision & (may_own(owner, until=end, on=on, clause=rule.clause) if owner is not None else ALLOWED)


def may_own(owner: Sequence[Post], *, until: date, on: date, clause: str) -> Decision:
    """Whether somebody can answer for a shared account: in post on a day, and not known to leave before its approval ends."""
    if any(p.in_post(on) for p in owner):
        if any(p.in_post(until) for p in owner):
            return ALLOWED
        last = max((p.last_on for p in owner if p.in_post(on) and p.last_on), default=on)
        what = f"Their last day is {day(last)}, before the approval ends"
        return refuse("number.leaving", clause, what, "Name somebody who stays until then")
    coming = [p.start_on for p in owner if p.coming(on)]
    over = [p.last_on for p in owner if p.last_on]
    what = f"They begin only on {day(min(coming))}" if coming else f"They left on {day(max(over))}" if over else "They hold no post"
    return refuse("number.not_in_post", clause, what, "Name somebody who is in post")
