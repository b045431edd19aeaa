"""Writing things down, running what follows from them, and sealing what was written.

Call `record` inside the same transaction as the change itself.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from careward.evidence.ledger import rows, rules
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry, Errand
from careward.evidence.ledger.rules import Deed, Follow, Outcome
from careward.seal.keys import LogKeys
from careward.seal.notes import Checkpoint as Signed
from careward.seal.notes import Signer
from careward.seal.tree import CompactRange
from careward.seal.walk import Report

BATCH = 2_000
MOST_NOTED = 10  # problems of one check that are written down
SEAL_AT_ONCE = 20_000  # leaves in one transaction: under half a second of SQLite's one writer


def record(
    *, at: datetime, actor: str, verb: str, subject: str, organisation: str, errands: Iterable[Follow] = (), **body: object
) -> Entry:
    """Writes down one thing that was done, and what is to follow, in the transaction that does it.

    `errands` are names, or names with a body. Raises RuntimeError outside a transaction and EntryError for what cannot be kept.
    """
    _in_transaction()
    rules.check(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation)
    entry = Entry.objects.create(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation, body=rules.plain(body))
    if follow := rules.named(errands):
        Errand.objects.bulk_create([Errand(entry=entry, name=n, body=b, not_before=at) for n, b in follow])
    return entry


def record_many(*, at: datetime, actor: str, organisation: str, deeds: Iterable[Deed]) -> int:
    """Writes down many things done at once by one actor, and returns how many; raises as `record` does."""
    _in_transaction()
    deeds = list(deeds)
    for deed in deeds:
        rules.check(at=at, actor=actor, verb=deed.verb, subject=deed.subject, organisation=organisation)
    entries = Entry.objects.bulk_create(
        [Entry(at=at, actor=actor, organisation=organisation, verb=d.verb, subject=d.subject, body=rules.plain(d.body)) for d in deeds],
        batch_size=BATCH,
    )
    follow = [(e, n, b) for e, d in zip(entries, deeds, strict=True) for n, b in rules.named(d.errands)]
    Errand.objects.bulk_create([Errand(entry=e, name=n, body=b, not_before=at) for e, n, b in follow], batch_size=BATCH)
    return len(entries)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction it describes; open one around the change")


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


def run_errand(
    *, errand: Errand, handler: Callable[..., object], now: datetime, prepare: Callable[[Errand], object] | None = None
) -> Outcome:
    """Runs a claimed errand and finishes it in the transaction of its effect, so that the effect comes about exactly once.

    Calls `handler(errand)`, or `handler(errand, prepared)` after `prepare(errand)` has read and computed outside the transaction: long
    work belongs there, since on SQLite nobody else can write meanwhile. A handler that fails leaves nothing behind; the errand is put
    off or, tried too often, stuck. The fault kept is the kind of error and its place, never its words, which may name a person.
    """
    try:
        prepared = () if prepare is None else (prepare(errand),)
        with transaction.atomic():
            if _locked(_held(errand)) is None:
                return Outcome.LOST
            handler(errand, *prepared)
            finish(errand=errand, now=now)
    except Exception as error:
        return fail(errand=errand, now=now, fault=_fault(error))
    return Outcome.DONE


def _fault(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    place = [f for f in frames if "site-packages" not in f.filename][-1]
    return f"{type(error).__name__} in {place.name}, {Path(place.filename).name} line {place.lineno}"


def finish(*, errand: Errand, now: datetime) -> None:
    """Marks a claimed errand as done; RuntimeError when another worker has taken it since."""
    _exactly_one(_held(errand).update(done_at=now, fault=""))


def fail(*, errand: Errand, now: datetime, fault: str) -> Outcome:
    """Puts a claimed errand off for longer each time, or names it stuck."""
    if rules.is_stuck(errand.tries):
        hit = _held(errand).update(claimed_at=None, stuck_at=now, fault=fault)
        return Outcome.STUCK if hit else Outcome.LOST
    hit = _held(errand).update(claimed_at=None, not_before=now + rules.back_off(errand.tries), fault=fault)
    return Outcome.PUT_OFF if hit else Outcome.LOST


@transaction.atomic
def retry(*, errand_id: int, organisation: str, now: datetime, by: str) -> bool:
    """A person sets a stuck errand of their organisation going again; False when it is not stuck."""
    stuck = Errand.objects.filter(pk=errand_id, entry__organisation=organisation).exclude(stuck_at=None)
    errand = _locked(stuck)
    if errand is None:
        return False
    _exactly_one(Errand.objects.filter(pk=errand.pk).update(stuck_at=None, claimed_at=None, tries=0, not_before=now))
    record(at=now, actor=by, verb="errand.retried", subject=f"errand/{errand.pk}", organisation=organisation, name=errand.name)
    return True


def _held(errand: Errand) -> QuerySet[Errand]:
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


def seal(*, now: datetime, keys_folder: Path | None = None) -> Checkpoint | None:
    """Gives every entry written so far its place in the tree and signs what the tree has become.

    Returns the newest checkpoint; None while the ledger is empty. Raises KeyLost when the signing key has gone. Killed at any point
    it leaves whole checkpoints, and sealing again goes on from the last. A copy of the newest one lies beside the keys, outside the
    database, so that a tail cut off together with its checkpoints shows.
    """
    keys = ledger_keys(keys_folder)
    while _seal_some(now, keys):
        pass
    last = Checkpoint.objects.order_by("-size").first()
    if last:
        keys.keep_latest(last.note)
    return last


@transaction.atomic
def _seal_some(now: datetime, keys: LogKeys) -> bool:
    """Seals one batch; whether there may be more."""
    rows.one_sealer_at_a_time()
    last = Checkpoint.objects.order_by("-size").first()
    floor = last.frontier["settled"] if last else 0
    settled = rows.settled_to(floor)
    batch = rows.unsealed(above=floor, limit=SEAL_AT_ONCE)
    if not batch:
        return False
    signer = keys.signer(may_make=last is None)
    tree = CompactRange(last.size, [bytes.fromhex(p) for p in last.frontier["peaks"]]) if last else CompactRange()
    leaves = [rules.leaf(row) for row in batch]
    rows.place(tree.size, [row.id for row in batch], leaves)
    tree.extend(leaves)
    full = len(batch) == SEAL_AT_ONCE
    _sign(tree, signer, settled=min(settled, batch[-1].id) if full else settled, now=now)
    return full


def _sign(tree: CompactRange, signer: Signer, *, settled: int, now: datetime) -> None:
    said = Signed(signer.name, tree.size, tree.root())
    frontier = {"peaks": [p.hex() for p in tree.peaks], "settled": settled}
    Checkpoint.objects.create(size=tree.size, root=said.root, frontier=frontier, note=signer.sign(said.text()), sealed_at=now)


@transaction.atomic
def note_verified(*, report: Report, now: datetime, by: str, organisation: str) -> Entry:
    """Writes down what a check of the whole ledger found, so that pages can say when it last held."""
    return record(
        at=now, actor=by, verb="ledger.verified", subject="ledger", organisation=organisation,
        ok=report.ok, checked=report.checked, unsealed=report.unsealed, first_bad=report.first_bad,
        problems=report.problems[:MOST_NOTED], more_problems=max(0, len(report.problems) - MOST_NOTED),
    )  # fmt: skip
