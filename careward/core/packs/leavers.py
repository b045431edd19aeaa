"""The monthly leavers report: which clause asks for it, and how its lines are followed up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeaversReport:
    """It names people and teams only, so each line is a question to somebody."""

    clause: str
    working_days: int  # in which the question is answered
    look_back_days: int  # a line about somebody who left longer ago asks no more
