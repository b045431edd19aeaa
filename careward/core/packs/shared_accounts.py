"""How long an approval of a shared or service account may last."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedAccounts:
    """An approval lasts at most so many days on from the day it is asked for; then it is asked for anew."""

    most_days: int
    clause: str
