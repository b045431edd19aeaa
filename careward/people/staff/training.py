"""Where a course is booked that somebody lacks or is about to (EL-022), as the organisation's list of courses says."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from careward.core.ids import plain
from careward.core.packs.pack import Pack
from careward.core.packs.training import Course
from careward.people.staff.models import CourseOffered

WHERE_TO_BOOK = "Where to book"


@dataclass(frozen=True, slots=True)
class Booking:
    """One course of the list."""

    title: str
    where: str  # an address, or words
    run_by: str


def names_of(course: Course) -> frozenset[str]:
    """Every name by which a pack knows a course."""
    return frozenset(map(plain, (course.code, *course.aliases)))


def course_names(code: str, packs: Iterable[Pack]) -> frozenset[str]:
    """The same of a course that packs call so."""
    return frozenset().union(*(names_of(course) for pack in packs for course in pack.training if course.code == code))


def bookings(*, organisation_id: int) -> Mapping[str, Booking]:
    """The list of courses by code in its one form: one query."""
    rows = CourseOffered.objects.filter(organisation_id=organisation_id, gone_on=None).order_by("-code")
    return {plain(code): Booking(*row) for code, *row in rows.values_list("code", "title", "booking_link", "owner")}


def booking_of(names: Collection[str], listed: Mapping[str, Booking]) -> Booking | None:
    """The course of any of these names; None where the list has none, or does not say how it is booked."""
    return next((listed[name] for name in sorted(names) if name in listed and (listed[name].where or listed[name].run_by)), None)
