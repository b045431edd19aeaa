"""Beginning and ending what is due by the clock. Long work is no timed job: a timed job asks for it as an errand."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from careward.core.room import TimedJob
from careward.evidence.errands import rules
from careward.evidence.errands.models import JobClock
from careward.evidence.errands.rules import Last

DONE, FAILED = "done", "failed"


def lasts() -> Mapping[tuple[str, str], Last]:
    """When every timed job last began, by its name and organisation; of all organisations, for the worker. One query."""
    return {(row.name, row.organisation): last_of(row) for row in JobClock.objects.all()}


def last_of(row: JobClock) -> Last:
    """What a row says of the job's last time."""
    return Last(row.last_began_at, row.last_ended_at, row.last_outcome == FAILED)


@transaction.atomic
def begin(*, job: TimedJob, organisation: str, now: datetime, worker: str) -> bool:
    """Takes a timed job up if it is due; False when it is not, or when another worker was first."""
    JobClock.objects.get_or_create(name=job.name, organisation=organisation)
    row = JobClock.objects.select_for_update().get(name=job.name, organisation=organisation)
    if not rules.due(job, last_of(row), now):
        return False
    row.last_began_at, row.last_began_by, row.last_ended_at, row.last_outcome, row.fault = now, worker, None, "", ""
    row.next_due_at = rules.next_due(job, Last(now, now), now)
    row.save()
    return True


def end(*, job: TimedJob, organisation: str, began_at: datetime, now: datetime, worker: str, fault: str = "") -> bool:
    """Writes down how a timed job ended; False when its worker was taken for dead and another has begun it since."""
    mine = JobClock.objects.filter(name=job.name, organisation=organisation, last_began_at=began_at, last_began_by=worker)
    next_due_at = rules.next_due(job, Last(began_at, now, bool(fault)), now)
    outcome = FAILED if fault else DONE
    return mine.update(last_ended_at=now, last_outcome=outcome, fault=fault, next_due_at=next_due_at) == 1
