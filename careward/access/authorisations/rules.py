"""Which approvals count as authority for an account: given by whom, in which role, until when. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from careward.core.days import FAR
from careward.core.ids import plain
from careward.core.packs.pack import Pack
from careward.people.staff.rules import crossed

LIVE = "live"

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
    """Whether an approval is authority: in a role the pack accepts for its environment, and never the holder's own word."""
    roles = approver_roles(pack, authority.environment, exception=authority.is_exception)
    return authority.approver_role in roles and not is_own_word(authority, holder)


def counted(given: Iterable[Authority], *, holder: str, pack: Pack) -> list[Authority]:
    """Those of some approvals for one person that are authority, in the order given, run out or not."""
    return [a for a in given if counts(a, holder=holder, pack=pack)]


def latest_in_force(given: Iterable[Authority], on: date) -> Authority | None:
    """Of several approvals the one that speaks on a day: in force before run out, then the last given; the later of two alike."""
    return max(enumerate(given), key=lambda at: (at[1].in_force(on), at[1].approved_on or FAR, at[0]), default=(0, None))[1]


def stated(rights: Rights) -> Iterator[str]:
    """The roles or teams that are stated, without outer blanks and empty ones."""
    return (t for raw in rights or () if (t := raw.strip()))


def split(text: str | None) -> Rights:
    """Roles or teams as a feed writes them, separated by semicolons; None where the feed has no such column."""
    return None if text is None else tuple(t for raw in text.split(";") if (t := raw.strip()))
