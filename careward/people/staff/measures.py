"""Live counts of the clauses that this room carries."""

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from careward.core.ports import Measured
from careward.people.staff.models import Deputy


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Deputies in force or to come, and those whose dates have an end (PA-021)."""
    return {"deputy.acting": _deputies(organisation_id, on)}


def _deputies(organisation_id: int, on: date) -> Measured:
    known = Deputy.objects.filter(Q(to_on=None) | Q(to_on__gt=on), organisation_id=organisation_id, gone_on=None)
    counts = known.aggregate(total=Count("pk"), ends=Count("pk", filter=~Q(to_on=None)))
    return Measured(counts["total"], counts["ends"], reverse("staff:people"))
