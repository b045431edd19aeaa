"""What somebody's answer about an account comes to: how far it moves the lock, or what it has done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from careward.access.accounts.rules.shapes import AnswerKept, Holder, SeenAccount
from careward.core.packs.answers import NOTHING
from careward.core.packs.inactivity import Inactivity
from careward.core.packs.pack import Pack

MOVES_A_LOCK = "account.inactive"  # the finding whose answer "still needed" is about a lock
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that counts on a day, with the step and the clause of the account's own procedure."""

    answer: str
    from_on: date
    until: date | None
    step: str
    clause: str


def said(account: SeenAccount, fits: Sequence[Holder], pack: Pack, on: date) -> Said | None:
    """The answer about an account that counts on a day, or None.

    Use after it was said not to be needed speaks against that; so does a person who fits against nobody's, and nobody who fits against
    gone.
    """
    told = account.answered
    rule = pack.answers.get(told.answer) if told else None
    if told is None or rule is None or rule.step == NOTHING or told.from_on > on:
        return None
    used = account.last_used_on is not None and account.last_used_on > told.from_on
    if (told.answer == "not_needed" and used) or {"gone": len(fits) != 1, "nobody": len(fits) == 1}.get(told.answer, False):
        return None
    return Said(told.answer, told.from_on, told.until, rule.step, rule.clause)


def effect(kind: str, answer: str, *, until: date | None, on: date, pack: Pack, rule: Inactivity) -> AnswerKept | None:
    """What is kept of an answer given on a day to a question of a kind; None where it changes nothing of the account.

    "Still needed" moves a lock to the day given, at most the procedure's longest figure on (EL-059).
    """
    known = pack.answers.get(answer)
    if known is None or known.step == NOTHING or (answer == "still_needed" and (kind != MOVES_A_LOCK or until is None)):
        return None
    if answer == "still_needed" and until:
        return AnswerKept(answer, on, min(until, on + timedelta(days=rule.most_lock_days)))
    return AnswerKept(answer, until + DAY if answer == "gone" and until else on)


def proved_by(answer: str, step: str, status: str) -> bool:
    """Whether an account that an export shows so has had done what was asked. One that is nobody's is done with when it is closed."""
    return status == "closed" or (status == step + "ed" and answer != "nobody")
