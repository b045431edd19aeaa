"""Rules about the person who holds the account: gone, away, trained, registered."""

from collections.abc import Iterator
from datetime import date

from careward.access.accounts.rules.shapes import FAR, Holder, SystemFacts, TrainingRecord, plain
from careward.access.accounts.rules.wrongs import Wrong
from careward.core import days
from careward.core.packs.absence import Absence
from careward.core.packs.training import Course


def leaver(holder: Holder, on: date) -> Iterator[Wrong]:
    """PA-029, EL-041: who has left keeps no account. Who has no assignment on record has not been seen to leave."""
    if holder.assignments and all(a.ended(on) for a in holder.assignments):
        last = max((day for a in holder.assignments if (day := a.last_day(on))), default=None)
        yield Wrong(
            "account.leaver", "close", f"Every assignment has ended, the last on {last}" if last else "Every assignment is terminated"
        )


def absent(holder: Holder, rule: Absence, on: date) -> Iterator[Wrong]:
    """EL-033: disabled during a long-term absence."""
    away = [a for a in holder.absences if a.kind in rule.kinds and a.covers(on)]
    current = [a for a in holder.assignments if not a.ended(on)]
    if away:
        first = min((a.from_on for a in away if a.from_on), default=None)
        yield Wrong("account.absent", "lock", f"On long-term absence since {first}" if first else "On long-term absence")
    elif current and all(a.status in rule.statuses for a in current):
        yield Wrong("account.absent", "lock", "On long-term absence by every assignment that has not ended")


def training(holder: Holder, courses: tuple[Course, ...], on: date) -> Iterator[Wrong]:
    """PA-011, PA-012, PA-013: each course the pack asks for is passed, still good, and declared where that is asked."""
    for course in courses:
        yield from _of_a_course(holder, course, on)


def _of_a_course(holder: Holder, course: Course, on: date) -> Iterator[Wrong]:
    names = {plain(course.code), *map(plain, course.aliases)}
    passed = [r for r in holder.training if r.result == "passed" and (r.completed_on or FAR) <= on and plain(r.course) in names]
    good = [r for r in passed if good_until(r, course) >= on]
    if not passed:
        yield Wrong("training.missing", "ask", f"{course.title}: no pass on record", course.code, course.clause)
    elif not good:
        last = max(good_until(r, course) for r in passed)
        yield Wrong("training.expired", "ask", f"{course.title} ran out on {last}", course.code, course.clause)
    elif course.declaration and not any((r.declaration_signed_on or FAR) <= on for r in good):
        yield Wrong("training.missing", "ask", f"{course.title}: no signed declaration on record", course.code, course.declaration_clause)


def good_until(record: TrainingRecord, course: Course) -> date:
    """The last day a pass is good: as its row says, else by the course's months, else for ever."""
    if record.expires_on:
        return record.expires_on
    return days.add_months(record.completed_on, course.valid_months) if record.completed_on and course.valid_months else FAR


def registration(holder: Holder, system: SystemFacts, on: date) -> Iterator[Wrong]:
    """House: who uses a clinical system is still on the professional register."""
    ended = holder.registration_expires_on
    if system.kind == "clinical" and ended and ended < on:
        yield Wrong("registration.lapsed", "ask", f"Professional registration ran out on {ended}")
