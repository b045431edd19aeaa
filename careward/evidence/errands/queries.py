"""The queue, read for pages and workers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from careward.evidence.errands.models import Errand


@dataclass(frozen=True, slots=True)
class StuckErrand:
    """An errand that only a person can set going again."""

    id: int
    name: str
    stuck_at: datetime
    tries: int
    fault: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The errands of the whole installation, for the worker and for /healthz."""

    waiting: int
    claimed: int
    stuck: int
    oldest_at: datetime | None  # since when the oldest waiting one has been due


def stuck_errands(*, organisation: str) -> tuple[StuckErrand, ...]:
    """The errands of an organisation that a person must look at, oldest first."""
    found = Errand.objects.filter(organisation=organisation, done_at=None).exclude(stuck_at=None).order_by("stuck_at", "id")
    return tuple(StuckErrand(e.id, e.name, e.stuck_at, e.tries, e.fault) for e in found if e.stuck_at)


def queue(*, now: datetime) -> Queue:
    """How much the workers have before them; of every organisation, and names none."""
    due = Q(stuck_at=None, not_before__lte=now)
    found = Errand.objects.filter(done_at=None).aggregate(
        waiting=Count("id", filter=due & Q(claimed_at=None)),
        claimed=Count("id", filter=Q(stuck_at=None) & ~Q(claimed_at=None)),
        stuck=Count("id", filter=~Q(stuck_at=None)),
        oldest_at=Min("not_before", filter=due & Q(claimed_at=None)),
    )
    return Queue(**found)
