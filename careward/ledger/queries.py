"""What was written down, read back for pages and workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from careward.core.merkle import inclusion_proof
from careward.ledger import rows
from careward.ledger.models import Checkpoint, Entry, Errand, Leaf
from careward.ledger.proof import Report as Report
from careward.ledger.proof import export as export
from careward.ledger.proof import verify as verify


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page shows it."""

    id: int
    at: datetime
    actor: str
    verb: str
    subject: str
    body: Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The evidence that one entry stands in a signed ledger: RFC 6962 hashes, lowest first, and the signed note."""

    number: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str


def history(*, organisation: str, subject: str, limit: int = 200) -> tuple[Line, ...]:
    """What was done to one thing, newest first."""
    return _lines(Entry.objects.filter(organisation=organisation, subject=subject), limit)


def latest(*, organisation: str, verb: str = "", below_id: int | None = None, limit: int = 50) -> tuple[Line, ...]:
    """The newest entries of an organisation, of one verb when it is given; `below_id` pages on."""
    found = Entry.objects.filter(organisation=organisation)
    if verb:
        found = found.filter(verb=verb)
    return _lines(found.filter(id__lt=below_id) if below_id is not None else found, limit)


def _lines(found: QuerySet[Entry], limit: int) -> tuple[Line, ...]:
    return tuple(Line(e.id, e.at, e.actor, e.verb, e.subject, e.body) for e in found.order_by("-id")[:limit])


def stuck_errands(*, organisation: str) -> tuple[StuckErrand, ...]:
    """The errands of an organisation that a person must look at, oldest first."""
    found = Errand.objects.filter(entry__organisation=organisation, done_at=None).exclude(stuck_at=None).order_by("stuck_at", "id")
    return tuple(StuckErrand(e.id, e.name, e.stuck_at, e.tries, e.fault) for e in found if e.stuck_at)


def queue(*, now: datetime) -> Queue:
    """How much the workers have before them; of no organisation, and names none."""
    due = Q(stuck_at=None, not_before__lte=now)
    found = Errand.objects.filter(done_at=None).aggregate(
        waiting=Count("id", filter=due & Q(claimed_at=None)),
        claimed=Count("id", filter=Q(stuck_at=None) & ~Q(claimed_at=None)),
        stuck=Count("id", filter=~Q(stuck_at=None)),
        oldest_at=Min("not_before", filter=due & Q(claimed_at=None)),
    )
    return Queue(**found)


def inclusion(*, organisation: str, entry_id: int) -> Inclusion | None:
    """The proof that one entry of an organisation is sealed; None while it is not. Reads every leaf hash, so not for lists."""
    last = Checkpoint.objects.order_by("-size").first()
    leaf = Leaf.objects.filter(entry_id=entry_id).first()
    if last is None or leaf is None or not Entry.objects.filter(organisation=organisation, id=entry_id).exists():
        return None
    path = inclusion_proof(rows.hashes(below=last.size), leaf.number)
    return Inclusion(leaf.number, last.size, bytes(leaf.hash), path, last.note)
