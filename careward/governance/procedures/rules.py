"""How a clause stands, what a procedure's figures are, when a review is late, and what may be adopted. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.ports import Measured
from careward.web.words import day, plural

MARKS = ("late", "fix", "kept", "part", "uncounted", "absent")

# How far a clause is carried. kept: its data can be held. shown: it stands where people need it. found: each case is looked for. asked: a
# task says who must do what by when. prevented: what it forbids is refused. proved: what a person was asked to do is read back.
LEVELS = ("kept", "shown", "found", "asked", "prevented", "proved")
ENOUGH = {"D": LEVELS[1:], "T": LEVELS[3:], "H": LEVELS[4:]}  # by what kind of duty it is: held as data, tracked, enforced
SHORT = {
    "D": "it is kept, and shown nowhere yet",
    "T": "nobody is asked to do it",
    "H": "it is found or asked about afterwards; nothing makes it so",
}


def clause_state(*, kind: str, level: str, lacking: str) -> str:
    """'done', 'partly' or 'missing' in this product; `level` is empty where it is not carried."""
    if not level:
        return "missing"
    return "done" if level in ENOUGH[kind] and not lacking else "partly"


def lacking(*, kind: str, level: str, partly: str, tests: int, breaks: int) -> str:
    """What keeps a carried clause from being done: what is said of it, else its level, else that nothing proves or breaks it."""
    if not level or partly:
        return partly
    if level not in ENOUGH[kind]:
        return SHORT[kind]
    return "no test proves it yet" if not tests else "" if breaks else "nobody has tried to break it yet"


CARRIED_WORDS = {  # what Careward does about a clause, and what is still for people
    "kept": "Careward holds what the document says. It is for people to act on it.",
    "shown": "Careward shows it where it is needed. It is for people to act on it.",
    "found": "Careward finds each case at every comparison. What follows is for people.",
    "asked": "Careward finds each case and raises a task with a day for whoever must act. What stays late is told to whoever looks after "
    "the whole.",
    "prevented": "Careward refuses what the clause forbids.",
    "proved": "Careward finds each case at every comparison and raises a task with a day. A person makes the change in the system, and the "
    "next list from it proves that they did. What stays late is told to whoever looks after the whole.",
}


def mark_of(*, state: str, countable: bool, measured: Measured | None, late: int) -> str:
    """How a clause stands with an organisation, the gravest first.

    late, fix: cases to put right. absent: Careward does not carry it yet. uncounted: it has no cases, or none can be counted.
    part: carried in part, and in order as far as it is. kept: every case complies, or what it asks for is in place.
    """
    if measured is not None and measured.to_put_right > 0:
        return "late" if late else "fix"
    if state == "missing":
        return "absent"
    if (measured is None and countable) or (measured is not None and measured.total == 0):
        return "uncounted"
    return "kept" if state == "done" else "part"


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """How the duties of one document stand; every duty is in one of kept, to_put_right, part, uncounted and absent."""

    duties: int
    kept: int
    to_put_right: int
    cases: int
    late: int  # duties with a late case
    late_cases: int
    part: int
    uncounted: int
    absent: int


class Stands(Protocol):
    """What figures and views need to know of a duty."""

    @property
    def mark(self) -> str: ...
    @property
    def to_put_right(self) -> int: ...
    @property
    def late(self) -> int: ...


S = TypeVar("S", bound=Stands)


def figures(duties: Iterable[Stands]) -> DutyFigures:
    """The figures of some duties."""
    known = list(duties)
    n = Counter(d.mark for d in known)
    return DutyFigures(
        duties=len(known),
        kept=n["kept"],
        to_put_right=n["fix"] + n["late"],
        cases=sum(d.to_put_right for d in known),
        late=n["late"],
        late_cases=sum(d.late for d in known if d.mark in VIEWS["fix"]),
        part=n["part"],
        uncounted=n["uncounted"],
        absent=n["absent"],
    )


VIEWS = {
    "": MARKS,
    "fix": ("fix", "late"),
    "late": ("late",),
    "kept": ("kept",),
    "part": ("part",),
    "uncounted": ("uncounted",),
    "absent": ("absent",),
}


def worst(duties: Iterable[S]) -> S | None:
    """The duty to look at next: the one with the most cases to put right, then the most late; None when nothing is."""
    wanting = [d for d in duties if d.mark in VIEWS["fix"]]
    return max(wanting, key=lambda d: (d.to_put_right, d.late), default=None)


@dataclass(frozen=True, slots=True)
class Review:
    """How the next review of a document stands: 'late', 'wait' when it is near, 'ok', or 'none' when no day is given."""

    name: str
    words: str

    @property
    def late(self) -> bool:
        return self.name == "late"


def review_late(next_review_on: date | None, *, today: date) -> bool:
    """Whether a document is past its review (PA-096, LR-054); the day named is still good."""
    return next_review_on is not None and next_review_on < today


def review_state(next_review_on: date | None, *, today: date, warn_days: int) -> Review:
    """Whether a review is late, near or far (PA-096, LR-054); the day named is still good."""
    if next_review_on is None:
        return Review("none", "No review date is given")
    if review_late(next_review_on, today=today):
        return Review("late", f"Its review was due on {day(next_review_on)}, {plural((today - next_review_on).days, 'day')} ago")
    if next_review_on - today <= timedelta(days=warn_days):
        left = (next_review_on - today).days
        return Review("wait", f"Its review is due on {day(next_review_on)}, " + (f"in {plural(left, 'day')}" if left else "today"))
    return Review("ok", f"Next review {day(next_review_on)}")


@dataclass(frozen=True, slots=True)
class Running:
    """That a document is adopted, from which day to which; the last day is not in it."""

    document: str
    from_on: date
    to_on: date | None = None

    def on(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)

    def meets(self, other: "Running") -> bool:
        return (self.to_on is None or other.from_on < self.to_on) and (other.to_on is None or self.from_on < other.to_on)


def may_adopt(wanted: Running, *, known: bool, others: Iterable[Running], clause: str) -> Decision:
    """Whether a document may be adopted from a day: it exists, and none of its name runs on any of the same days (PA-001)."""
    decision = ALLOWED
    if not known:
        detail = f"No pack holds a document called {wanted.document}"
        decision &= refuse("document.unknown", clause, detail, "Choose a document from the list")
    if meeting := [o for o in others if o.document == wanted.document and o.meets(wanted)]:
        detail = f"It is in force already, from {day(meeting[0].from_on)}"
        decision &= refuse("document.in_force_already", clause, detail, "End that adoption first, from the day the new one begins")
    return decision


def may_end(running: Running, *, to_on: date, clause: str) -> Decision:
    """Whether an adoption may end: it has begun by that day and has not ended before it (PA-001)."""
    decision = ALLOWED
    if to_on <= running.from_on:
        detail = f"It came into force on {day(running.from_on)}"
        decision &= refuse("document.not_begun", clause, detail, f"Enter a day after {day(running.from_on)}")
    if running.to_on is not None and running.to_on <= to_on:
        detail = f"It ended on {day(running.to_on)}"
        decision &= refuse("document.ended", clause, detail, "Nothing needs to be done")
    return decision
