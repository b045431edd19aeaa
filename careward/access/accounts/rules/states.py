"""The states of an account and of a finding, and what long disuse asks for. An account is locked or closed, never erased."""

from collections.abc import Iterable
from datetime import date, timedelta

from careward.core.machine import Machine, Move
from careward.core.packs.inactivity import Inactivity

COMPARISON = frozenset({"comparison"})  # what the house holds when it plans a step; a person takes it in the system, by its task

ACCOUNT = Machine(
    name="account",
    start="active",
    moves=(
        Move("lock", frozenset({"active"}), "locked", "comparison"),  # PA-033, EL-030
        Move("close", frozenset({"active", "locked"}), "closed", "comparison"),  # PA-035, EL-038
        Move("reopen", frozenset({"locked", "closed"}), "active", "comparison"),  # PA-034, PA-036
    ),
    ends=frozenset({"closed"}),
)
STEPS = frozenset(m.name for m in ACCOUNT.moves)

FINDING = Machine(
    name="finding",
    start="found",  # and nobody is asked: its system's change is too large to happen by itself, and waits for a named person's word
    moves=(
        Move("ask", frozenset({"found", "settled"}), "asked", "comparison"),  # a task asks its step of somebody
        Move("settle", frozenset({"found", "asked"}), "settled", "comparison"),  # its step is already so: nobody need act
        Move("hold_back", frozenset({"asked", "settled"}), "found", "comparison"),
        Move("close", frozenset({"found", "asked", "settled"}), "closed", "comparison"),  # found again, it opens anew as another
    ),
    ends=frozenset({"closed"}),
)
_LEADS_TO = {"found": "hold_back", "asked": "ask", "settled": "settle", "closed": "close"}
TO_PUT_RIGHT = ("found", "asked")  # the states of a finding that somebody has still to act on


def state_of_finding(*, settled: bool, has_task: bool) -> str:
    """The state of a finding that is open, by what it says and whether a task asks it."""
    return "settled" if settled else "asked" if has_task else "found"


def move_of_finding(was: str, becomes: str) -> str:
    """The move by which a finding comes from one state to another; none where it stays."""
    return "" if was == becomes else _LEADS_TO[becomes]


def not_one_move(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of the changes of state that a list of accounts shows, those that no one move makes: more happened than any list has shown."""
    return sorted((was, now) for was, now in pairs if was != now and not _one_move(was, now))


def _one_move(was: str, now: str) -> bool:
    return any(ACCOUNT.may(m.name, state=was, holds=COMPARISON, gates={}) for m in ACCOUNT.moves if m.target == now)


def already_so(step: str, *, status: str) -> bool:
    """Whether a step would change nothing of an account in this state: a lock on one that is locked."""
    return step in STEPS and not ACCOUNT.may(step, state=status, holds=COMPARISON, gates={})


def locks_on(*, seen: date, rule: Inactivity, kept_until: date | None = None) -> date:
    """The day disuse locks: when the figure is reached, but not before the day after an account was last said to be needed."""
    figure = seen + timedelta(days=rule.lock_after_days)
    return max(figure, kept_until + timedelta(days=1)) if kept_until else figure


def last_seen(*, last_used_on: date | None, created_on: date | None) -> date | None:
    """The day from which disuse counts: the later of last use and creation (PA-033: one never used counts from its creation)."""
    return max((day for day in (last_used_on, created_on) if day), default=None)


def inactivity_step(
    *, status: str, last_used_on: date | None, created_on: date | None, on: date, rule: Inactivity, kept_until: date | None = None
) -> str:  # fmt: skip
    """What disuse asks for on a day: close, lock, warn or nothing. The day a figure is reached counts; a figure of 0 means never.

    `kept_until`, the last day it was said to be needed, moves the lock and its notice; it moves no closing.
    """
    seen = last_seen(last_used_on=last_used_on, created_on=created_on)
    if status == "closed" or seen is None:
        return "nothing"
    idle = (on - seen).days
    if rule.close_after_days and idle >= rule.close_after_days:  # PA-035: a locked one too
        return "close"
    if status != "active" or not rule.lock_after_days:
        return "nothing"
    left = (locks_on(seen=seen, rule=rule, kept_until=kept_until) - on).days
    if left <= 0:
        return "lock"
    return "warn" if left <= rule.notice_days else "nothing"  # EL-037
