"""Writing things down, sealing what was written, and checking it.

Call `record` inside the same transaction as the change itself.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from careward.evidence.ledger import rows, rules
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry, LedgerCheck
from careward.evidence.ledger.rules import Deed
from careward.seal.keys import LogKeys
from careward.seal.notes import Signer
from careward.seal.notes import TreeHead as Signed
from careward.seal.tree import CompactRange
from careward.seal.walk import Report

BATCH = 2_000
MOST_NOTED = 10  # problems of one check that are written down
SEAL_AT_ONCE = 20_000  # leaves in one transaction: under half a second of SQLite's one writer


def record(*, at: datetime, actor: str, verb: str, subject: str, organisation: str, **body: object) -> Entry:
    """Writes down one thing that was done, in the transaction that does it.

    Raises RuntimeError outside a transaction and EntryError for what cannot be kept.
    """
    _in_transaction()
    rules.check(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation)
    return Entry.objects.create(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation, body=rules.plain(body))


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
    return len(entries)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction it describes; open one around the change")


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
def ask_check(*, organisation: str, now: datetime, by: str) -> bool:
    """Asks the worker to check the whole ledger; False when that was asked already and may still come."""
    asked = LedgerCheck.objects.filter(organisation=organisation, ended_at=None, asked_at__gt=now - rules.CHECK_LATE)
    if asked.exists():
        return False
    LedgerCheck.objects.create(organisation=organisation, asked_at=now, asked_by=by)
    record(at=now, actor=by, verb="ledger.check_asked", subject="ledger", organisation=organisation)
    return True


@transaction.atomic
def take_asked_checks(*, now: datetime) -> list[LedgerCheck]:
    """The checks asked for that nobody has taken up yet; each is taken once, also by several at once."""
    waiting = LedgerCheck.objects.filter(ended_at=None, taken_up_at=None)
    return [c for c in waiting.order_by("id") if waiting.filter(pk=c.pk).update(taken_up_at=now) == 1]


@transaction.atomic
def keep_check(*, report: Report, organisation: str, now: datetime, by: str, check_id: int | None = None) -> Entry:
    """Keeps what a check of the whole ledger found, and writes it down, so that pages can say when it last held."""
    problems, more = report.problems[:MOST_NOTED], max(0, len(report.problems) - MOST_NOTED)
    entry = record(
        at=now, actor=by, verb="ledger.verified", subject="ledger", organisation=organisation,
        ok=report.ok, checked=report.checked, unsealed=report.unsealed, first_bad=report.first_bad,
        problems=problems, more_problems=more,
    )  # fmt: skip
    found = {
        "ended_at": now, "ok": report.ok, "checked": report.checked, "first_bad": report.first_bad,
        "problems": list(problems), "more": more, "entry_id": entry.pk,
    }  # fmt: skip
    asked = LedgerCheck.objects.filter(pk=check_id, organisation=organisation) if check_id else LedgerCheck.objects.none()
    if not asked.update(**found):
        LedgerCheck.objects.create(organisation=organisation, asked_at=now, asked_by=by, taken_up_at=now, **found)
    return entry
