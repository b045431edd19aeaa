"""Reconciliation in two parts: comparing reads and computes, and may take its time; keeping writes, in one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from django.db import transaction
from django.db.models import Count, Max

from careward.access.accounts.actions import RunKept, keep_run, match_accounts
from careward.access.accounts.answering import end_done
from careward.access.accounts.counts import AccountCount
from careward.access.accounts.deciding import let_stale_go
from careward.access.accounts.keeping.shapes import Judged
from careward.access.accounts.models import Account, Finding, FindingAccount, FindingMove
from careward.access.feeds.models import Load, LoadFile
from careward.core.packs.pack import Pack
from careward.core.ports import Found
from careward.engines.analysis.reconciliation.compare import as_found
from careward.engines.analysis.reconciliation.compare import compare as compare_tables
from careward.evidence.rows.bulk import collector_off, count_rows_anew
from careward.jobs.engine import engine
from careward.jobs.extract import tables
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.work.tasks.models import Task, TaskMove

AT_ONCE = 50_000
KEPT = (Finding, FindingMove, FindingAccount, Task, TaskMove)  # what keeping adds to


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one comparison found, not kept yet. `loads` are those that had come and gone when it began to read."""

    organisation: Organisation
    on: date
    system: str
    judged: tuple[Judged, ...]
    accounts: int
    moved: pa.Table  # accounts that are somebody else's than was written down: ids, persons, and how many fit
    cases: tuple[AccountCount, ...] | None  # the open accounts by sort; None where one system alone was read
    packs: Mapping[str, Pack]
    loads: tuple[int, int]

    @property
    def found(self) -> tuple[Found, ...]:
        return tuple(j.found for j in self.judged)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one reconciliation found; `kept` is None for a rehearsal."""

    found: tuple[Found, ...]
    accounts: int
    kept: RunKept | None


def packs_of(organisation: Organisation, *, on: date) -> dict[str, Pack]:
    """Each system's code with the version of its pack in force on a day."""
    codes = dict(System.objects.filter(organisation=organisation).values_list("code", "pack"))
    loaded = {name: pack_on(name, on) for name in set(codes.values())}
    return {code: loaded[name] for code, name in codes.items()}


@collector_off()
def compare(*, organisation: Organisation, on: date, system: str = "") -> Comparison:
    """Compares everything of an organisation, or one system of it, as at a day. Changes nothing.

    Raises System.DoesNotExist for a system that is not in the register.
    """
    if system:
        System.objects.get(organisation=organisation, code=system)
    loads = _loads(organisation)
    by_system = packs_of(organisation, on=on)
    read = tables(organisation, system=system)
    there = Account.objects.filter(organisation=organisation, gone_on=None).count()
    found = compare_tables(read, on=on, packs={p.id: p for p in by_system.values()}, engine=engine(there))
    about = zip(as_found(found.findings), *(found.findings[c].to_pylist() for c in ("account_id", "person_id")), strict=True)
    return Comparison(
        organisation=organisation, on=on, system=system, judged=tuple(Judged(*a) for a in about), accounts=found.accounts,
        moved=found.moved, packs=by_system, loads=loads,
        cases=None if system else tuple(AccountCount(**g) for g in found.sorts.to_pylist()),
    )  # fmt: skip


def _some_at_once(moved: pa.Table) -> Iterator[list[tuple[int, int | None, int]]]:
    for batch in moved.to_batches(max_chunksize=AT_ONCE):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _loads(organisation: Organisation) -> tuple[int, int]:
    """How many loads were ever put in and put back: either number grows whenever what is compared may have changed."""
    counts = Load.objects.filter(organisation=organisation).aggregate(applied=Count("applied_at"), undone=Count("undone_at"))
    return counts["applied"], counts["undone"]


def _told_at(organisation: Organisation) -> dict[str, datetime]:
    """When each system's accounts were last loaded; under "", when anything was."""
    rows = LoadFile.objects.filter(load__organisation=organisation, load__state="applied").order_by().values_list("system_code")
    told = dict(rows.annotate(last=Max("load__applied_at")))
    return {**told, "": max(told.values())} if told else {}


@collector_off()
@transaction.atomic
def keep_compared(compared: Comparison, *, now: datetime, by: str) -> tuple[Comparison, RunKept]:
    """Keeps what was found, and returns what that was: compared anew when a load came in between, so that nothing stale is kept."""
    organisation = Organisation.objects.select_for_update().get(pk=compared.organisation.pk)  # as loads do, so none comes in now
    if compared.loads != _loads(organisation):
        compared = compare(organisation=organisation, on=compared.on, system=compared.system)
    for some in _some_at_once(compared.moved):
        match_accounts(organisation=organisation, changed=some, now=now, by=by)
    kept = keep_run(
        organisation=organisation, on=compared.on, system_code=compared.system, judged=compared.judged, accounts=compared.accounts,
        packs=compared.packs, told_at=_told_at(organisation), cases=compared.cases, now=now, by=by,
    )  # fmt: skip
    end_done(organisation=organisation, packs=compared.packs, now=now, by=by)
    let_stale_go(organisation=organisation, now=now, by=by)
    count_rows_anew(kept.opened + kept.closed, KEPT)
    count_rows_anew(compared.moved.num_rows, [Account])
    return compared, kept


def reconcile(*, organisation: Organisation, on: date, system: str, keep: bool, now: datetime, by: str) -> Reconciled:
    """Compares as at a day, and keeps the findings unless rehearsing. Raises as compare does."""
    compared = compare(organisation=organisation, on=on, system=system)
    if not keep:
        return Reconciled(compared.found, compared.accounts, None)
    compared, kept = keep_compared(compared, now=now, by=by)
    return Reconciled(compared.found, compared.accounts, kept)
