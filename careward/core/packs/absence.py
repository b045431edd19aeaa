"""What counts as being away for long, and what follows from it."""

from dataclasses import dataclass

ASK = "ask"
STEPS = (ASK, "lock")


@dataclass(frozen=True, slots=True)
class AbsenceKinds:
    """Which absence kinds and assignment statuses count as long-term; whether the manager is asked then, or the account locked."""

    step: str
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    others: tuple[str, ...]  # kinds that are known and do not
