"""Live counts of the clauses that this room carries."""

from datetime import date

from django.urls import reverse

from careward.core.ports import Measured
from careward.people.staff import gone_or_away
from careward.people.staff.lines import covering, posts_in_force
from careward.people.staff.models import Assignment, Deputy
from careward.people.staff.packs import pack_of


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Managers who are away for long, and those of them for whom a deputy acts within dates that end (PA-021)."""
    return {"deputy.acting": _deputies(organisation_id, on)}


def _deputies(organisation_id: int, on: date) -> Measured:
    posts = Assignment.objects.filter(posts_in_force(on), organisation_id=organisation_id)
    led = posts.exclude(supervisor_employee_number="").values("supervisor_employee_number")
    away = gone_or_away.away(organisation_id=organisation_id, on=on, rule=pack_of(organisation_id, on).absence)
    managers = away.filter(employee_number__in=led, pk__in=posts.values("person"))
    acting = Deputy.objects.filter(covering(on), organisation_id=organisation_id).exclude(to_on=None)
    return Measured(managers.count(), managers.filter(pk__in=acting.values("manager")).count(), reverse("staff:people"))
