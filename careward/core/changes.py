"""Changes of accounts that a connector is to make: what is wanted, whether so many at once are safe, what came of it, and its proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.ids import plain
from careward.core.packs.duties import HOUSE
from careward.core.packs.safety import Safety

SHUTTING = ("lock", "close")  # the steps that take access away: what a broken export would do to thousands
STEPS = ("create", "amend", "lock", "close", "reopen")


class Came(Enum):
    """What came of a change once it was handed to a connector."""

    ASKED = "asked"  # a person, or another program, has been told and has yet to do it
    MADE = "made"  # the system itself says that it is so
    FAILED = "failed"  # it was tried and is not so
    UNKNOWN = "unknown"  # the answer never came: only reading back can tell


class Proof(Enum):
    """What the next reading of a system says of a change."""

    PROVED = "proved"
    NOT_SO = "not so"
    UNTOLD = "untold"  # the reading does not say


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one account. `key` names the piece of work: handed over twice under one key it is made once."""

    key: str
    system: str
    environment: str
    username: str
    step: str  # one of STEPS
    clause: str = ""
    roles: tuple[str, ...] | None = None  # what the account shall have; None: not what this change is about
    teams: tuple[str, ...] | None = None

    @property
    def account(self) -> tuple[str, str]:
        return self.environment, self.username


@dataclass(frozen=True, slots=True)
class Observed:
    """An account as a later reading of its system shows it; None for roles or teams that the reading does not tell."""

    status: str  # active locked closed
    roles: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    change: Change
    came: Came
    words: str = ""  # for the person who must act, or who must know why it failed


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a connector would do to one system. `cannot` are the changes it has no way to make: they are said, never dropped."""

    system: str
    changes: tuple[Change, ...]
    cannot: tuple[Change, ...]
    open_accounts: int

    def safe(self, safety: Safety, *, clause: str = HOUSE) -> Decision:
        """Whether so many accounts may be shut at once without a named person's allowance; asked before every apply."""
        shut = len({c.account for c in self.changes if c.step in SHUTTING})
        if safety.may_shut(shut, open_accounts=self.open_accounts):
            return ALLOWED
        detail = f"It would lock or close {shut} of {self.open_accounts} open accounts of {self.system}"
        return refuse("plan.too_large", clause, detail, "Have a named person look at the change and allow it")


def plan_of(system: str, wanted: Sequence[Change], *, can: frozenset[str], open_accounts: int) -> ChangePlan:
    """The wanted changes of one system, each key once, parted by whether the connector can make them. ValueError for a strange step."""
    if strange := sorted({c.step for c in wanted} - set(STEPS)):
        raise ValueError(f"{strange[0]} is no step of a change; use one of {', '.join(STEPS)}")
    once = tuple({c.key: c for c in wanted if c.system == system}.values())
    return ChangePlan(system, tuple(c for c in once if c.step in can), tuple(c for c in once if c.step not in can), open_accounts)


def proof_of(change: Change, seen: Mapping[tuple[str, str], Observed], *, whole_list: bool) -> Proof:
    """What a reading says of one change; an account missing from a list that is not whole proves nothing."""
    now = seen.get(change.account)
    if now is None:
        gone = Proof.PROVED if change.step in SHUTTING else Proof.NOT_SO
        return gone if whole_list else Proof.UNTOLD
    match change.step:
        case "lock":
            so = now.status in ("locked", "closed")
        case "close":
            so = now.status == "closed"
        case "reopen":
            so = now.status == "active"
        case _:
            return _rights_proved(change, now)
    return Proof.PROVED if so else Proof.NOT_SO


def _rights_proved(change: Change, now: Observed) -> Proof:
    """A created or amended account has just what was wanted, letter case and order aside."""
    told = [(wanted, had) for wanted, had in ((change.roles, now.roles), (change.teams, now.teams)) if wanted is not None]
    if any(had is None for _, had in told):
        return Proof.UNTOLD
    same = all({plain(w) for w in wanted} == {plain(h) for h in had or ()} for wanted, had in told)
    return Proof.PROVED if same else Proof.NOT_SO
