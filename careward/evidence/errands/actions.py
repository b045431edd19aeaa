"""Asking for what is to follow, running it once, and setting it going again.

Call `ask` inside the same transaction as the change that it follows from.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from careward.evidence.errands import rules
from careward.evidence.errands.backups import MOST_WORDS, BackupTold
from careward.evidence.errands.models import Backup, Errand
from careward.evidence.errands.rules import ErrandOutcome, ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.rules import plain

BATCH = 2_000


def ask(*, name: str, organisation: str, subject: str, now: datetime, body: Mapping[str, object] | None = None) -> Errand:
    """Asks for one thing to be done once the transaction commits.

    Raises RuntimeError outside a transaction and EntryError for a body that cannot be kept.
    """
    _in_transaction()
    return Errand.objects.create(
        organisation=organisation, subject=subject, name=name, body=plain(body or {}), asked_at=now, not_before=now
    )


def ask_many(*, asked: Iterable[ErrandWanted], organisation: str, now: datetime) -> int:
    """Asks for many things at once, and returns how many; raises as `ask` does."""
    _in_transaction()
    rows = [
        Errand(organisation=organisation, subject=a.subject, name=a.name, body=plain(a.body), asked_at=now, not_before=now) for a in asked
    ]
    return len(Errand.objects.bulk_create(rows, batch_size=BATCH))


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an errand belongs to the transaction it follows from; open one around the change")


def claim(*, now: datetime, worker: str, lease: timedelta = rules.LEASE) -> Errand | None:
    """Takes the next errand for a worker, or None. Safe with many workers.

    An errand whose worker has been silent for longer than the lease is taken again; one begun too often without an end is stuck.
    """
    waiting = Errand.objects.filter(done_at=None, stuck_at=None, not_before__lte=now).filter(
        Q(claimed_at=None) | Q(claimed_at__lte=now - lease)
    )
    while True:
        with transaction.atomic():
            errand = _locked(waiting.order_by("not_before", "id"), skip=True)
            if errand is None:
                return None
            if not rules.is_stuck(errand.tries):
                return _claimed(errand, now, worker)
            _exactly_one(waiting.filter(pk=errand.pk).update(stuck_at=now, fault=f"begun {errand.tries} times and never ended"))


def _claimed(errand: Errand, now: datetime, worker: str) -> Errand:
    errand.claimed_at, errand.claimed_by, errand.tries = now, worker, errand.tries + 1
    free = Errand.objects.filter(pk=errand.pk, tries=errand.tries - 1, done_at=None, stuck_at=None)
    _exactly_one(free.update(claimed_at=now, claimed_by=worker, tries=errand.tries))
    return errand


def run(
    *, errand: Errand, handle: Callable[..., object], now: datetime, prepare: Callable[[Errand], object] | None = None
) -> ErrandOutcome:
    """Runs a claimed errand and finishes it in the transaction of its effect, so that the effect comes about exactly once.

    Calls `handle(errand)`, or `handle(errand, prepared)` after `prepare(errand)` has read and computed outside the transaction: long
    work belongs there, since on SQLite nobody else can write meanwhile. A handler that fails leaves nothing behind; the errand is put
    off or, tried too often, stuck. The fault kept is the kind of error and its place, never its words, which may name a person.
    """
    try:
        prepared = () if prepare is None else (prepare(errand),)
        with transaction.atomic():
            if _locked(_in_hand(errand)) is None:
                return ErrandOutcome.LOST
            handle(errand, *prepared)
            finish(errand=errand, now=now)
    except Exception as error:
        return fail(errand=errand, now=now, fault=rules.fault_of(error))
    return ErrandOutcome.DONE


def finish(*, errand: Errand, now: datetime) -> None:
    """Marks a claimed errand as done; RuntimeError when another worker has taken it since."""
    _exactly_one(_in_hand(errand).update(done_at=now, fault=""))


def fail(*, errand: Errand, now: datetime, fault: str) -> ErrandOutcome:
    """Puts a claimed errand off for longer each time, or names it stuck."""
    if rules.is_stuck(errand.tries):
        hit = _in_hand(errand).update(claimed_at=None, stuck_at=now, fault=fault)
        return ErrandOutcome.STUCK if hit else ErrandOutcome.LOST
    hit = _in_hand(errand).update(claimed_at=None, not_before=now + rules.back_off(errand.tries), fault=fault)
    return ErrandOutcome.PUT_OFF if hit else ErrandOutcome.LOST


@transaction.atomic
def retry(*, errand_id: int, organisation: str, now: datetime, by: str) -> bool:
    """A person sets a stuck errand of their organisation going again; False when it is not stuck."""
    errand = _locked(Errand.objects.filter(pk=errand_id, organisation=organisation, done_at=None).exclude(stuck_at=None))
    if errand is None:
        return False
    _exactly_one(Errand.objects.filter(pk=errand.pk).update(stuck_at=None, claimed_at=None, tries=0, not_before=now))
    ledger.record(at=now, actor=by, verb="errand.retried", subject=f"errand/{errand.pk}", organisation=organisation, name=errand.name)
    return True


def _in_hand(errand: Errand) -> QuerySet[Errand]:
    """The errand's row, as long as this claim on it stands."""
    claim = {"claimed_at": errand.claimed_at, "claimed_by": errand.claimed_by, "tries": errand.tries}
    return Errand.objects.filter(pk=errand.pk, done_at=None, stuck_at=None, **claim)


def _locked(query: QuerySet[Errand], *, skip: bool = False) -> Errand | None:
    """The first row, locked where the database locks rows; passing over those that others hold, when asked to."""
    can = connection.features
    own = ("self",) if can.has_select_for_update_of else ()
    return query.select_for_update(of=own, skip_locked=skip and can.has_select_for_update_skip_locked).first()


def _exactly_one(hit: int) -> None:
    if hit != 1:
        raise RuntimeError(f"an errand's row was hit {hit} times instead of once; another worker has it")


@transaction.atomic
def write_down_backup(*, told: BackupTold, now: datetime, by: str) -> int:
    """Writes down that a backup was made, tried out or put back, and what was found; returns its row."""
    facts = asdict(told) | {"found": told.found[:MOST_WORDS], "ok": not told.found}
    row = Backup.objects.create(at=now, **facts)
    said = {**facts, "of_at": told.of_at.isoformat() if told.of_at else ""}
    ledger.record(at=now, actor=by, verb=f"backup.{said.pop('kind')}", subject=f"backup/{row.pk}", organisation="", **said)
    return row.pk
