"""Training records: everybody's in order, and those planted otherwise."""

import random
from collections.abc import Iterator

from careward.core.columns import COURSES
from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.shapes import MadePerson

Row = tuple[str, str, str, str, str, str]
CODES = ("data-security", "data-security", "data-security", "DSPT", "dsp", "data-security-awareness")
OFFERED = (
    ("data-security", "Data security awareness", "Information governance"),
    ("paris-e-learning", "PARIS e-learning", "Clinical systems training"),
)
OTHERS = ("fire-safety", "safeguarding-level-2", "moving-and-handling", "equality-and-diversity", "conflict-resolution")


def offered() -> Iterator[tuple[str, ...]]:
    """The trust's list of courses: what is booked by a link, and what is not."""
    for code, title, run_by in OFFERED:
        yield COURSES.row(course_code=code, title=title, booking_link=f"https://learning.example.nhs.uk/courses/{code}", owner=run_by)
    for code in OTHERS:
        yield COURSES.row(course_code=code, title=code.replace("-", " ").capitalize(), booking_link="Ask your ward's learning lead")


class Training:
    """Writes the rows of one person after another; every course code and day of theirs is there once."""

    def __init__(self, rng: random.Random, dates: Dates, days: int) -> None:
        self.rng, self.dates, self.days = rng, dates, days

    def rows(self, person: MadePerson) -> Iterator[Row]:
        fault = next((f for f in person.faults if f.startswith(("data:", "paris:"))), "")
        yield from self._data(person, fault.removeprefix("data:") if fault.startswith("data:") else "")
        yield from self._paris(person, fault.removeprefix("paris:") if fault.startswith("paris:") else "")
        if self.rng.random() < 0.5:
            yield self._row(
                person, self.rng.choice(OTHERS), max(1, person.joined - 10) if person.joined < 400 else 30 + int(self.rng.random() * 300)
            )

    def _row(
        self, person: MadePerson, code: str, done: int, result: str = "passed", until: int | None = None, signed: int | None = None
    ) -> Row:
        day = self.dates.day
        return (person.number, code, day(done), result, day(until), day(signed))

    def _data(self, person: MadePerson, fault: str) -> Iterator[Row]:
        if fault:
            yield from self._data_wrong(person, fault)
            return
        latest, way = self._latest(person), self.rng.random()
        code = self.rng.choice(CODES)
        if way < 0.01 and person.joined > 400:  # twelve months without an expiry: good for the last time today
            latest = self.dates.year_before()
            yield self._row(person, "data-security", latest)
        elif way < 0.02:
            yield self._row(person, code, latest, until=0)
        elif way < 0.03 and latest > 20:  # a later attempt failed: the pass still stands
            yield self._row(person, code, latest)
            yield self._row(person, code, latest - 10, "failed")
        else:
            yield self._row(person, code, latest, until=latest - 365 if way < 0.5 else None)
        yield from self._earlier(person, latest)
        if person.state == "present" and latest + 1 < person.joined <= 340:
            yield self._row(person, "data-security", person.joined - 1)  # in their first days

    def _latest(self, person: MadePerson) -> int:
        if person.state == "left":
            return person.away_since + 1 + int(self.rng.random() * 200)
        return 3 + int(self.rng.random() * 327) if person.joined > 340 else 2 + int(self.rng.random() * max(1, person.joined - 3))

    def _earlier(self, person: MadePerson, latest: int) -> Iterator[Row]:
        done = latest + 350
        while done < min(person.joined, self.days + 365):
            yield self._row(person, "data-security", done, until=done - 365)
            done += 340 + int(self.rng.random() * 25)

    def _data_wrong(self, person: MadePerson, fault: str) -> Iterator[Row]:
        if fault == "expired:told":
            yield self._row(person, "data-security", 340, until=1)
        elif fault == "expired:months":
            yield self._row(person, "dspt", self.dates.year_before() + 1)
        elif fault == "expired:long":
            yield self._row(person, "data-security", 700)
        elif fault == "expired:twice":
            yield self._row(person, "data-security", 800, until=435)
            yield self._row(person, "DSPT", 430, until=65)
        elif fault == "missing:failed":
            yield self._row(person, "data-security", 50, "failed")
        elif fault == "missing:tomorrow":
            yield self._row(person, "data-security", -1)

    def _paris(self, person: MadePerson, fault: str) -> Iterator[Row]:
        done = 2 + int(self.rng.random() * 600) if person.joined > 620 else 2 + int(self.rng.random() * max(1, person.joined - 3))
        if not fault:
            if self.rng.random() < 0.03:
                yield self._row(person, "paris-e-learning", done + 1, "failed")
            code = "PARIS" if self.rng.random() < 0.05 else "paris-e-learning"
            yield self._row(person, code, done, signed=max(0, done - int(self.rng.random() * 3)))
            if (first := min(person.joined - 1, self.days + 300)) > done + 1:
                yield self._row(person, "paris-e-learning", first, signed=first)
        elif fault == "declaration:none":
            yield self._row(person, "paris-e-learning", done)
        elif fault == "declaration:tomorrow":
            yield self._row(person, "paris-e-learning", 3, signed=-1)
        elif fault == "expired:told":
            yield self._row(person, "paris-e-learning", 90, until=1, signed=90)
        elif fault == "missing:failed":
            yield self._row(person, "paris-e-learning", 40, "failed")
        elif fault == "missing:tomorrow":
            yield self._row(person, "paris-e-learning", -1)


def consequences(fault: str, courses: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """What a training fault leads to on a system with these required courses: the code, and the clause that asks for it."""
    name, _, rest = fault.partition(":")
    course = courses.get({"data": "data-security", "paris": "paris-e-learning"}[name])
    if course is None:
        return None
    outcome = rest.partition(":")[0]
    clause, declaration = course
    return (
        ("training.expired", clause) if outcome == "expired" else ("training.missing", declaration if outcome == "declaration" else clause)
    )
