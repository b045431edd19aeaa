"""When somebody else is told of work whose day has passed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who looks after the whole is told once a task is so late."""

    working_days: int  # after the day it was due; at least one
