"""Which letters somebody is sent on a day about what waits for them. Pure.

No letter says what a task is about, or whom: it counts, and asks them to sign in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from careward.core.days import Calendar, add_working_days, next_working_day

DIGEST, DUE_NEXT, LATE, LONG_LATE = "digest", "due_next", "late", "long_late"
KIND_WORDS = {
    DIGEST: "What waits, each working day",
    DUE_NEXT: "Due the next working day",
    LATE: "Late",
    LONG_LATE: "Late for long, told to whoever looks after the whole",
}
WHERE = "They stand first in All tasks as a list, below My work. Speak to whoever acts."
SUBJECT = "Careward: you have work to do"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: of one kind and key, somebody gets it once."""

    kind: str
    key: str
    words: str


def letters(*, due: Sequence[date], on: date, calendar: Calendar) -> tuple[Letter, ...]:
    """The letters of one day to somebody whose open tasks are due on these days: none on a day that is not worked, or without tasks.

    The digest comes each day; a day that tasks are due on is reminded of once before it, and once when it has passed.
    """
    if not due or not calendar.works(on):
        return ()
    late, following = [d for d in due if d < on], next_working_day(on, calendar)
    soon = [d for d in due if on < d <= following]
    found = [Letter(DIGEST, on.isoformat(), f"You have {_tasks(len(due))}{f', {len(late)} late' if late else ''}.")]
    if soon:
        found.append(Letter(DUE_NEXT, following.isoformat(), f"You have {_tasks(len(soon))} to do by the next working day."))
    if late:
        found.append(Letter(LATE, max(late).isoformat(), f"You have {_tasks(len(late))} whose day has passed."))
    return tuple(found)


def long_late(*, due: Sequence[date], on: date, after: int, calendar: Calendar) -> tuple[Letter, ...]:
    """The letter about other people's open tasks, due on these days, that are so many working days late: once for each such day."""
    if not calendar.works(on):
        return ()
    late = [d for d in due if add_working_days(d, after, calendar) <= on]
    if not late:
        return ()
    days = "1 working day" if after == 1 else f"{after} working days"
    words = f"{_tasks(len(late))} of others {'is' if len(late) == 1 else 'are'} late by {days} or more. {WHERE}"
    return (Letter(LONG_LATE, max(late).isoformat(), words),)


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def body(words: str, *, address: str) -> str:
    """The letter as it is sent."""
    return f"{words}\n\nSign in to see what to do: {address}\n\nThis letter names nobody and no patient. Do not answer it.\n"
