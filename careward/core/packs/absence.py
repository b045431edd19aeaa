"""What counts as being away for long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AbsenceKinds:
    """Which absence kinds and assignment statuses count as long-term."""

    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    others: tuple[str, ...]  # kinds that are known and do not
