"""The queue, read for pages and workers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from careward.core.room import Gauge, TimedJob
from careward.evidence.errands import clocks, pages, rules
from careward.evidence.errands.models import Errand, JobClock
from careward.evidence.ledger.pages import thing
from careward.web import lists
from careward.web.house import house
from careward.web.lists import Asked, Page


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


def queue(*, now: datetime, organisation: str | None = None) -> Queue:
    """How much the workers have before them: of one organisation, or of all, for the worker and for /healthz. Names none."""
    due = Q(stuck_at=None, not_before__lte=now)
    mine = Errand.objects.filter(done_at=None) if organisation is None else Errand.objects.filter(done_at=None, organisation=organisation)
    found = mine.aggregate(
        waiting=Count("id", filter=due & Q(claimed_at=None)),
        claimed=Count("id", filter=Q(stuck_at=None) & ~Q(claimed_at=None)),
        stuck=Count("id", filter=~Q(stuck_at=None)),
        oldest_at=Min("not_before", filter=due & Q(claimed_at=None)),
    )
    return Queue(**found)


def gauges(*, now: datetime) -> tuple[Gauge, ...]:
    """The queue and the clock in figures, of all organisations together. Two queries."""
    all_ = queue(now=now)
    waits = (now - all_.oldest_at).total_seconds() if all_.oldest_at else 0
    counts = {"waiting": all_.waiting, "running": all_.claimed, "stopped": all_.stuck}
    failed = JobClock.objects.filter(last_outcome=clocks.FAILED).count()
    return (
        *(Gauge("careward_errands", "Work that was asked for and is not done", n, (("state", state),)) for state, n in counts.items()),
        Gauge("careward_errands_oldest_seconds", "How long the oldest work waits for its turn", waits),
        Gauge("careward_jobs_failed", "Timed jobs that failed the last time", failed),
    )


@dataclass(frozen=True, slots=True)
class JobLine:
    """One timed job as the page shows it."""

    words: str
    how_often: str
    began_at: datetime | None
    running: bool
    failed: bool
    fault: str
    next_at: datetime | None  # None while nobody has begun it
    late: bool  # it should have begun by now: no worker runs


def timed_jobs(*, organisation: str, now: datetime) -> tuple[JobLine, ...]:
    """Every timed job of the house, with the last time it ran for an organisation or for the whole installation. One query."""
    rows = {(r.name, r.organisation): r for r in JobClock.objects.filter(organisation__in=("", organisation))}
    jobs = house().jobs.values()
    return tuple(_job_line(job, rows.get((job.name, organisation if job.for_each_organisation else "")), now) for job in jobs)


def _job_line(job: TimedJob, row: JobClock | None, now: datetime) -> JobLine:
    often = pages.how_often(job)
    if row is None:
        return JobLine(job.words, often, None, running=False, failed=False, fault="", next_at=None, late=False)
    last = clocks.last_of(row)
    next_at = rules.next_due(job, last, now)
    running = last.began_at is not None and last.ended_at is None and now < next_at
    return JobLine(job.words, often, row.last_began_at, running, last.failed, row.fault, next_at, now - next_at > pages.LATE)


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """One errand that is not done, as the list shows it."""

    id: int
    words: str
    subject: str
    state: str
    asked_at: datetime
    since: datetime | None  # since when it runs or is stopped; until when it is put off
    tries: int
    fault: str


def errands(organisation: str, asked: Asked) -> Page[ErrandLine]:
    """One page of an organisation's errands that are not done."""
    return lists.apply(pages.QUEUE, asked, _open(organisation)).map(_errand_line)


def errand_rows(organisation: str, asked: Asked) -> Iterator[tuple[object, ...]]:
    """All that match, for a file."""
    for row in lists.stream(lists.matching(pages.QUEUE, asked, _open(organisation))):
        line = _errand_line(row)
        yield line.id, line.words, row.name, row.subject, line.state, row.asked_at, row.not_before, row.tries, row.fault


def _open(organisation: str) -> QuerySet[Errand]:
    return Errand.objects.filter(organisation=organisation, done_at=None)


def _errand_line(row: Errand) -> ErrandLine:
    since = row.stuck_at or row.claimed_at or (row.not_before if row.tries else None)
    state = pages.state_of(row.stuck_at is not None, row.claimed_at is not None)
    return ErrandLine(row.id, pages.kind_words(row.name), thing(row.subject), state, row.asked_at, since, row.tries, row.fault)
