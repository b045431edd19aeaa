"""What follows from an answer about an account."""

from dataclasses import dataclass

KEEP, NOTHING = "keep", "nothing"
STEPS = (KEEP, "lock", "close", NOTHING)


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """What one answer does: keep the account until its day, have it locked or closed, or nothing; and the clause that says so."""

    step: str
    clause: str
