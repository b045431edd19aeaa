"""The states an account can be in, and what long disuse asks for. An account is locked or closed, never erased."""

from datetime import date

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


def already_so(step: str, *, status: str) -> bool:
    """Whether a step would change nothing of an account in this state: a lock on one that is locked."""
    return step in STEPS and not ACCOUNT.may(step, state=status, holds=COMPARISON, gates={})


def inactivity_step(*, status: str, last_used_on: date | None, created_on: date | None, on: date, rule: Inactivity) -> str:
    """What disuse asks for on a day: close, lock, warn or nothing. The day a figure is reached counts; a figure of 0 means never."""
    seen = last_used_on or created_on  # PA-033: one never used counts from its creation
    if status == "closed" or seen is None:
        return "nothing"
    idle = (on - seen).days
    if rule.close_after_days and idle >= rule.close_after_days:  # PA-035: a locked one too
        return "close"
    if status != "active" or not rule.lock_after_days:
        return "nothing"
    if idle >= rule.lock_after_days:
        return "lock"
    return "warn" if rule.notice_days and idle >= rule.lock_after_days - rule.notice_days else "nothing"  # EL-037
