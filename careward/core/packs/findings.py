"""What follows from each thing that may be found wrong with an account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingRule:
    """What follows from one finding code: its clause, who acts, and by when."""

    clause: str
    who: str  # a role of the organisation
    working_days: int
    title: str
