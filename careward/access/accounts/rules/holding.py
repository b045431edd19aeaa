"""Rules about the person who holds the account: gone, away, trained, registered. What holds of them on a day the staff rules say."""

from collections.abc import Iterator
from datetime import date, timedelta

from careward.access.accounts.rules.answers import Said
from careward.access.accounts.rules.shapes import Holder, SeenAccount, SystemFacts
from careward.access.accounts.rules.wrongs import Wrong
from careward.core.packs.absence import ASK, AbsenceKinds
from careward.core.packs.training import Course
from careward.people.staff import rules as staff

DAY = timedelta(days=1)
CROSSED = "; the staff list has an end before the start"


def leaver(holder: Holder, said: Said | None, on: date) -> Iterator[Wrong]:
    """PA-029, EL-041: who has left keeps no account, whether the staff record says so or somebody answered it."""
    if staff.has_left(holder.assignments, on):
        last = max((day for a in holder.assignments if (day := a.last_day(on))), default=None)
        told = f"This person has left; their last day was {last}" if last else "The staff list says that this person has left"
        doubtful = any(a.doubtful(on) for a in holder.assignments)
        over = max((day for a in holder.assignments if (day := a.over_from(on))), default=None)
        yield Wrong("account.leaver", "ask" if doubtful else "close", told + (CROSSED if doubtful else ""), since=over)
    elif said and said.answer == "gone":
        told = f"Said to have left; the last day was {said.from_on - DAY}"
        yield Wrong("account.leaver", said.step, told, clause=said.clause, since=said.from_on)


def absent(account: SeenAccount, holder: Holder, rule: AbsenceKinds, said: Said | None, on: date) -> Iterator[Wrong]:
    """EL-033: whether it is needed during a long-term absence is for the manager to say; one said not to be needed is locked as that."""
    if rule.step == ASK and (account.status != "active" or (said and said.answer == "not_needed")):
        return
    away = staff.away_for_long(holder.absences, holder.assignments, rule, on)
    if away and away.by_absence:
        told = f"On long-term absence since {away.since}" if away.since else "On long-term absence"
        yield Wrong("account.absent", rule.step, told, since=away.since)
    elif away:
        yield Wrong("account.absent", rule.step, "Away for long, as the staff list says of each of their posts")


def training(holder: Holder, courses: tuple[Course, ...], on: date) -> Iterator[Wrong]:
    """PA-011, PA-012, PA-013: each course the pack asks for is passed, still good, and declared where that is asked."""
    for course in courses:
        stands = staff.course_state(holder.training, course, on)
        if stands.state == staff.MISSING:
            yield Wrong("training.missing", "ask", f"{course.title}: no pass on record", course.code, course.clause)
        elif stands.state == staff.EXPIRED:
            told, since = f"{course.title} ran out on {stands.good_until}", (stands.good_until or on) + DAY
            yield Wrong("training.expired", "ask", told, course.code, course.clause, since)
        elif stands.state == staff.UNDECLARED:
            told = f"{course.title}: no signed declaration on record"
            yield Wrong("training.missing", "ask", told, course.code, course.declaration_clause)


def registration(holder: Holder, system: SystemFacts, on: date) -> Iterator[Wrong]:
    """House: who uses a clinical system is still on the professional register."""
    ended = holder.registration_expires_on
    if system.kind == "clinical" and ended and ended < on:
        yield Wrong("registration.lapsed", "ask", f"Professional registration ran out on {ended}", since=ended + DAY)
