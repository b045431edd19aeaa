"""What is planted in an account, each with what must follow; near misses follow from nothing and plant nothing.

Every planting says its own consequence: nothing here runs a rule.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.shapes import AccountDraft, MadeGrant, MadePerson, MadeSystem

Do = Callable[[AccountDraft, "Around"], None]
Fits = Callable[[MadeSystem], bool]


@dataclass(slots=True)
class Around:
    """What a planting may need besides the account: somebody else, some other team, the day."""

    rng: random.Random
    dates: Dates
    others: Sequence[MadePerson]  # in order, with an address of their own
    teams: Sequence[str]

    def other(self, person: MadePerson | None, *, card: bool = False) -> MadePerson:
        start = int(self.rng.random() * len(self.others))
        ring = (
            (*self.others[start:], *self.others[:start])
            if len(self.others) < 500
            else [self.others[(start + n) % len(self.others)] for n in range(500)]
        )
        return next(p for p in ring if p is not person and (p.card or not card))


def idle(draft: AccountDraft, ago: int) -> None:
    """Last used that many days ago, and made before."""
    draft.used, draft.created = ago, max(draft.created or 0, ago + 5)
    for grant in draft.grants:
        grant.approved = max(grant.approved, draft.created)


def never(draft: AccountDraft, ago: int) -> None:
    idle(draft, ago)
    draft.used, draft.created = None, ago


def sole(draft: AccountDraft) -> MadeGrant:
    """Rests the account on one grant of the line manager's for just what it has."""
    approved = max(draft.grants[-1].approved, 20)
    manager = draft.person.manager(approved) if draft.person else None
    grant = replace(
        draft.grants[-1], roles=list(draft.roles), teams=list(draft.teams), by=manager.number if manager else draft.grants[-1].by,
        role="line_manager", approved=approved, expires=None, exception="",
    )  # fmt: skip
    draft.grants = [grant]
    return grant


def inactive(step: str, ago: Callable[[MadeSystem], int], *, unused: bool = False, locked: bool = False) -> Do:
    def plant(draft: AccountDraft, around: Around) -> None:
        (never if unused else idle)(draft, ago(draft.system))
        rule = draft.system.idle
        draft.status = "locked" if locked else "active"
        if step:
            draft.plant("account.inactive", step, {"lock": rule.lock_clause, "close": rule.close_clause, "warn": rule.warn_clause}[step])

    return plant


def past_midnight(draft: AccountDraft, around: Around) -> None:
    """Used half past midnight in London on the last day that is still in order; in summer UTC calls it the day before."""
    ago = draft.system.idle.lock_after_days - draft.system.idle.notice_days - 1
    idle(draft, ago)
    draft.used_at = around.dates.after_midnight(ago)


def use_unknown(draft: AccountDraft, around: Around) -> None:
    draft.used = draft.created = None
    draft.plant("account.use_unknown", "ask")


def ungranted(change: Callable[[MadeGrant, AccountDraft], None] | None) -> Do:
    """Rests the account on a grant that does not count."""

    def plant(draft: AccountDraft, around: Around) -> None:
        grant = sole(draft)
        if change is None:
            draft.grants = []
        else:
            change(grant, draft)
        draft.plant("authorisation.missing", "ask")

    return plant


def expired(*ends: int) -> Do:
    def plant(draft: AccountDraft, around: Around) -> None:
        grant = sole(draft)
        grant.approved = max(grant.approved, max(ends) + 30)
        draft.grants = [replace(grant, expires=end, approved=grant.approved + nth) for nth, end in enumerate(ends)]
        draft.plant("authorisation.expired", "lock")

    return plant


def expired_before_given(draft: AccountDraft, around: Around) -> None:
    """Its days contradict each other, so that it is asked about and not locked."""
    grant = sole(draft)
    grant.approved = max(grant.approved, 60)
    grant.expires = grant.approved + 365
    draft.plant("authorisation.expired", "ask")


def used_before_made(draft: AccountDraft, around: Around) -> None:
    """A near miss: its last use lies long before its creation, from which disuse then counts."""
    idle(draft, draft.system.idle.close_after_days + 10)
    draft.created, draft.status = 4, "active"


def expired_and_self(draft: AccountDraft, around: Around) -> None:
    """The one that counts has run out; the one in force was given by the holder."""
    expired(10)(draft, around)
    draft.grants.append(replace(draft.grants[0], by=draft.number_of_holder(), expires=None, approved=12))


def granted(change: Callable[[MadeGrant], None]) -> Do:
    """A near miss: unusual, and good."""
    return lambda draft, around: change(sole(draft))


def rights(code: str, dimension: str) -> Do:
    """More or less in the account than was authorised, in one dimension."""
    topic = code if dimension == "roles" else f"{code}_team"

    def plant(draft: AccountDraft, around: Around) -> None:
        has: list[str] = getattr(draft, dimension)
        more = "Records Administrator" if dimension == "roles" else _strange_team(draft, around)
        if code == "entitlement.excess":
            sole(draft)
            has.append(more)
        else:
            getattr(sole(draft), dimension).append(more)
        draft.plant(code, "amend", draft.system.clause(topic))

    return plant


def _strange_team(draft: AccountDraft, around: Around) -> str:
    """For one who moved, the team they left; else any that is not theirs."""
    person = draft.person
    left = [p.team.name for p in person.posts if p.end is not None] if person else []
    start = int(around.rng.random() * len(around.teams))
    return next(t for t in (*left, *around.teams[start:], *around.teams[:start]) if t not in draft.teams)


def unmatched(draft: AccountDraft, around: Around) -> None:
    """Nobody's number or address; the name is somebody's, and a name alone never matches."""
    draft.number = f"7{draft.number[1:]}" if draft.number and around.rng.random() < 0.5 else ""
    draft.email, draft.card, draft.grants, draft.matched = (
        f"{draft.username.lower()}@supplier.example" if draft.email else "",
        "",
        [],
        False,
    )
    draft.plant("account.unmatched", "ask")


def ambiguous(draft: AccountDraft, around: Around) -> None:
    """One person's number or card with another's address or card."""
    says = draft.system.says
    other = around.other(draft.person, card=says("smartcard_uuid"))
    if says("smartcard_uuid"):
        draft.card = other.card
        draft.number = draft.person.number if draft.person and says("employee_number") else draft.number
    else:
        draft.email = other.email
        draft.number = draft.person.number if draft.person else ""
    draft.matched = False
    draft.plant("account.ambiguous", "ask")


def duplicate(older: bool = False, unknown: bool = False) -> Do:
    """A second account: the older is the first, an unknown day counts as the newest, then the user name decides."""

    def plant(draft: AccountDraft, around: Around) -> None:
        draft.created, draft.used = max(draft.created or 0, 40), 2
        second = replace(draft, username=f"{draft.username}-2", roles=list(draft.roles), teams=list(draft.teams), grants=[], lines=[])
        draft.second = second
        if unknown:
            second.created, second.used = None, 3
        elif older:
            second.created = draft.created + 40
        (draft if older else second).plant("account.duplicate", "ask")

    return plant


def gone(draft: AccountDraft, around: Around) -> None:
    """Authorised, and not in the export: nothing to judge."""
    draft.written = False


def closed(draft: AccountDraft, around: Around) -> None:
    """Closed with everything wrong about it: left alone."""
    idle(draft, 500)
    draft.status, draft.grants = "closed", []
    draft.roles.append("Records Administrator")


def both(*parts: Do) -> Do:
    def plant(draft: AccountDraft, around: Around) -> None:
        for part in parts:
            part(draft, around)

    return plant


def locked(draft: AccountDraft, around: Around) -> None:
    draft.status = "locked"


def _set(**values: object) -> Callable[[MadeGrant], None]:
    def change(grant: MadeGrant) -> None:
        for name, value in values.items():
            setattr(grant, name, value)

    return change


def _by_holder(grant: MadeGrant, draft: AccountDraft) -> None:
    grant.by = draft.number_of_holder()


def _loose(**values: object) -> Callable[[MadeGrant, AccountDraft], None]:
    return lambda grant, draft: _set(**values)(grant)


def lock(more: int) -> Callable[[MadeSystem], int]:
    return lambda system: system.idle.lock_after_days + more


def close(more: int) -> Callable[[MadeSystem], int]:
    return lambda system: system.idle.close_after_days + more


def notice(more: int) -> Callable[[MadeSystem], int]:
    return lambda system: system.idle.lock_after_days - system.idle.notice_days + more


def says(*columns: str) -> Fits:
    return lambda system: all(system.says(c) for c in columns)


def always(system: MadeSystem) -> bool:
    return True


def warns(system: MadeSystem) -> bool:
    return system.idle.notice_days > 0


def tells_apart(system: MadeSystem) -> bool:
    return sum(system.says(c) for c in ("employee_number", "email", "smartcard_uuid")) > 1


def directors_do_not_count(system: MadeSystem) -> bool:
    return "director" not in system.pack.registration.approvers


EXCESS, MISSING = "entitlement.excess", "entitlement.missing"
DECK: tuple[tuple[Fits, Do], ...] = (
    (always, inactive("", notice(-1))),
    (warns, inactive("warn", notice(0))),
    (warns, inactive("warn", lock(-1))),
    (always, inactive("lock", lock(0))),
    (always, inactive("lock", lock(1))),
    (always, inactive("lock", close(-1))),
    (always, inactive("close", close(0))),
    (always, inactive("close", close(1))),
    (always, inactive("close", close(200))),
    (always, inactive("", lock(3), locked=True)),
    (always, inactive("", close(-1), locked=True)),
    (always, inactive("close", close(0), locked=True)),
    (always, inactive("", notice(-1), unused=True)),
    (warns, inactive("warn", notice(0), unused=True)),
    (always, inactive("lock", lock(0), unused=True)),
    (always, inactive("close", close(0), unused=True)),
    (lambda s: s.moments == "utc", past_midnight),
    (always, use_unknown),
    (always, ungranted(None)),
    (always, ungranted(_loose(role="clinician"))),
    (always, ungranted(_by_holder)),
    (always, ungranted(_loose(approved=-1))),
    (always, ungranted(_loose(exception="Covering two teams during a move"))),
    (directors_do_not_count, ungranted(_loose(role="director"))),
    (always, expired(1)),
    (always, expired(90)),
    (always, expired(200, 1)),
    (always, expired_and_self),
    (always, both(expired(5), locked)),
    (always, both(expired(1), inactive("lock", lock(0)))),
    (always, both(ungranted(None), inactive("close", close(0)))),
    (always, granted(_set(expires=0))),
    (always, granted(_set(approved=0))),
    (says("roles"), rights(EXCESS, "roles")),
    (says("teams"), rights(EXCESS, "teams")),
    (says("teams"), rights(EXCESS, "teams")),
    (says("roles"), rights(MISSING, "roles")),
    (says("teams"), rights(MISSING, "teams")),
    (says("roles", "teams"), both(rights(EXCESS, "teams"), use_unknown)),
    (always, unmatched),
    (always, unmatched),
    (tells_apart, ambiguous),
    (always, duplicate()),
    (always, duplicate(older=True)),
    (always, duplicate(unknown=True)),
    (always, gone),
    (always, closed),
    (always, expired_before_given),
    (always, used_before_made),
)
