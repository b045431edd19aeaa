"""What staff gives the page of one person, the search, and the page of what is held about oneself."""

from collections.abc import Sequence

from django.db.models import Q

from careward.core.ids import plain
from careward.core.room import Happening, Hit
from careward.people.staff import finding, queries
from careward.people.staff.models import Absence, Assignment, Deputy, LeaverNotice, Person, TrainingHeld
from careward.web.own_data import Facts, told
from careward.web.permission import Viewer

MINE = ("person",)


def happened(*, viewer: Viewer, key: int, most: int) -> Sequence[Happening]:
    """The posts that somebody began and left, newest first."""
    return queries.posts_begun_and_left(organisation_id=viewer.organisation_id, person_id=key)[:most]


def found(*, viewer: Viewer, words: str, most: int) -> Sequence[Hit]:
    """People by name, staff number or e-mail address."""
    rows = queries.search_people(organisation_id=viewer.organisation_id, words=words, on=viewer.today, most=most)
    return [Hit("person", str(p.id), p.name, _about(p), exact=plain(p.employee_number) == plain(words)) for p in rows]


def near(*, viewer: Viewer, words: str) -> Sequence[str]:
    """Names that are spelt nearly so."""
    return finding.instead(words, organisation_id=viewer.organisation_id)


def _about(seen: queries.Colleague) -> str:
    work = ", ".join(w for w in (seen.job, seen.team.name if seen.team else "") if w)
    return ". ".join(w for w in (work, seen.employee_number) if w)


def record(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Somebody's staff record."""
    return told(Person.objects.filter(pk=person_id or 0))


def posts(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Their posts."""
    return told(Assignment.objects.filter(person_id=person_id or 0), but=MINE)


def training(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The courses they took."""
    return told(TrainingHeld.objects.filter(person_id=person_id or 0), but=MINE)


def absences(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Their long absences."""
    return told(Absence.objects.filter(person_id=person_id or 0), but=MINE)


def deputies(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Who is their deputy, and whose deputy they are."""
    either = Q(manager_id=person_id or 0) | Q(deputy_id=person_id or 0)
    return told(Deputy.objects.filter(either), titles={"manager": "Deputy for"})


def notices(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The lines of the monthly leavers report that fit them."""
    return told(LeaverNotice.objects.filter(person_id=person_id or 0), but=MINE)
