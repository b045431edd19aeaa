"""Live counts of the clauses that the queue of work carries."""

from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from careward.core.days import LONDON
from careward.core.ports import Measured
from careward.work.tasks.models import Task

LATELY = timedelta(days=90)


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Changes made by hand in the last 90 days that an export has answered, and those of them that it proved (EL-023)."""
    since = datetime.combine(on - LATELY, time.min, LONDON)
    by_hand = Task.objects.filter(organisation_id=organisation_id, said_done_at__gte=since, step__in=("lock", "close", "amend", "reopen"))
    proved = Q(state="closed") & ~Q(proof="")
    counted = by_hand.aggregate(total=Count("id", filter=proved | Q(state="open")), complies=Count("id", filter=proved))
    return {"work.evidence": Measured(**counted, link=reverse("tasks:worklist"))}
