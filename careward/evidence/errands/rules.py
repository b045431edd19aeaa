"""What is decided about work that follows later: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(minutes=10)  # a worker that is silent for longer is taken for dead
MOST_TRIES = 8


class Outcome(StrEnum):
    """What became of an errand that was run."""

    DONE = "done"
    PUT_OFF = "put_off"  # failed, and waits to be tried again
    STUCK = "stuck"  # failed so often that a person must look
    LOST = "lost"  # another worker has taken it since: nothing was done


@dataclass(frozen=True, slots=True)
class Asked:
    """One errand, for `ask_many`."""

    name: str
    subject: str
    body: Mapping[str, object] = field(default_factory=dict)


def back_off(tries: int) -> timedelta:
    """How long an errand waits after so many tries: three times as long each time, up to an hour."""
    times: int = 3 ** (min(tries, MOST_TRIES) - 1)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def is_stuck(tries: int) -> bool:
    """Whether an errand has been tried so often that only a person can help."""
    return tries >= MOST_TRIES


def fault_of(error: Exception) -> str:
    """The kind of an error and its place among our own lines, never its words."""
    frames = extract_tb(error.__traceback__)
    place = [f for f in frames if "site-packages" not in f.filename][-1]
    return f"{type(error).__name__} in {place.name}, {Path(place.filename).name} line {place.lineno}"
