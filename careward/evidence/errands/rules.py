"""What is decided about work that follows later or is due by the clock: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb

from careward.core.days import LONDON, ONE_DAY
from careward.core.room import TimedJob

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(minutes=10)  # a worker that is silent for longer is taken for dead
MOST_TRIES = 8
SHORTEST_LEASE = timedelta(minutes=2)
AGAIN = timedelta(minutes=10)  # a timed job that failed is tried again after so long, or when it is due anyway
GRACE = timedelta(minutes=15)  # a time of day that passed longer ago was missed
SKEW = timedelta(seconds=30)  # clocks of two machines differ by less; a moment further ahead says that one was wrong


class ErrandOutcome(StrEnum):
    """What became of an errand that was run."""

    DONE = "done"
    PUT_OFF = "put_off"  # failed, and waits to be tried again
    STUCK = "stuck"  # failed so often that a person must look
    LOST = "lost"  # another worker has taken it since: nothing was done


@dataclass(frozen=True, slots=True)
class ErrandWanted:
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


@dataclass(frozen=True, slots=True)
class Last:
    """When a timed job last began and ended. Begun and not ended, it is running, or whoever ran it has died."""

    began_at: datetime | None = None
    ended_at: datetime | None = None
    failed: bool = False


def due(job: TimedJob, last: Last, now: datetime) -> bool:
    """Whether a timed job is to begin now."""
    return next_due(job, last, now) <= now


def next_due(job: TimedJob, last: Last, now: datetime) -> datetime:
    """When a timed job is to begin next; a moment that has passed says that it is due.

    A time of day that was missed is caught up once where the job wants it. A clock that was set back stops nothing.
    """
    began = last.began_at
    if began is None or began > now + SKEW:
        return now if job.at is None else _begun_or_missed(job, job.at, latest(job.at, now), now)
    if last.ended_at is None:
        return began + lease_of(job)
    usual = began + job.every if job.every else _begun_or_missed(job, job.at or time(), first_after(job.at or time(), began), now)
    return min(usual, began + AGAIN) if last.failed else usual


def _begun_or_missed(job: TimedJob, at: time, moment: datetime, now: datetime) -> datetime:
    if job.catch_up or moment > now:
        return moment
    recent = latest(at, now)
    return recent if now - recent <= GRACE else first_after(at, now)


def lease_of(job: TimedJob) -> timedelta:
    """How long a timed job that has begun is taken to be running."""
    return LEASE if job.every is None else min(LEASE, max(2 * job.every, SHORTEST_LEASE))


def latest(at: time, now: datetime) -> datetime:
    """The last moment up to now at which the clocks of London showed a time of day."""
    today = now.astimezone(LONDON).date()
    return max(m for m in (_moment(today - n * ONE_DAY, at) for n in range(3)) if m <= now)


def first_after(at: time, moment: datetime) -> datetime:
    """The first moment after another at which the clocks of London show a time of day."""
    today = moment.astimezone(LONDON).date()
    return min(m for m in (_moment(today + n * ONE_DAY, at) for n in range(-1, 3)) if m > moment)


def day_of(at: time, now: datetime) -> date:
    """The day in London whose time of day came last."""
    return latest(at, now).astimezone(LONDON).date()


def _moment(day: date, at: time) -> datetime:
    """In UTC, where moments can be compared: in London two may show the same time. One that a day skips comes as much later."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)
