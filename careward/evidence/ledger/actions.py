"""Writing things down, and keeping what a check of it found.

Call `record` inside the same transaction as the change itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from careward.evidence.ledger import links, rows, rules
from careward.evidence.ledger.models import Entry, LedgerCheck
from careward.evidence.ledger.rules import Deed
from careward.evidence.ledger.sealing import seal as seal
from careward.seal.walk import Report
from careward.web.house import house

BATCH = 2_000
MOST_NOTED = 10  # problems of one check that are written down


def record(*, at: datetime, actor: str, verb: str, subject: str, organisation: str, **body: object) -> Entry:
    """Writes down one thing that was done, in the transaction that does it.

    Raises RuntimeError outside a transaction and EntryError for what cannot be kept.
    """
    _in_transaction()
    rules.check(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation)
    entry = Entry.objects.create(at=at, actor=actor, verb=verb, subject=subject, organisation=organisation, body=rules.plain(body))
    links.ask([(_lane(entry), entry.pk)])
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
    links.ask((_lane(entry), entry.pk) for entry in entries)
    return len(entries)


def _lane(entry: Entry) -> str:
    verb = house().verbs.get(entry.verb)
    return rules.lane_of(entry.organisation, entry.subject, verb.lane if verb else "")


@transaction.atomic
def write_down_export(
    *,
    what: str,
    form: str,
    rows: int,
    narrowed_by: Sequence[str] = (),
    about: str = "",
    files: Mapping[str, str] | None = None,
    organisation: str,
    now: datetime,
    by: str,
) -> Entry:
    """Writes down that a list leaves the house, as a file or an answer to a program: `what` list, how many rows, narrowed by what.

    Filters by their names alone: what was looked for may name somebody. `about` is whose or what page it stands on. `files` are the
    SHA-256 of what leaves, by name, where the entry is to vouch for it.
    """
    said: dict[str, object] = {"form": form, "rows": rows}
    told = (("narrowed_by", list(narrowed_by)), ("about", about), ("files", dict(files or {})))
    said |= {name: value for name, value in told if value}
    return record(at=now, actor=by, verb="list.exported", subject=f"list/{what}", organisation=organisation, **said)


@transaction.atomic
def write_down_evidence_export(*, now: datetime, by: str) -> Entry:
    """Writes down that all sealed entries are taken out, for someone who does not trust us: how many, as the newest checkpoint has them."""
    newest = rows.newest_checkpoint()
    size = newest.size if newest else 0
    return record(at=now, actor=by, verb="ledger.exported", subject="ledger", organisation="", entries=size)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction it describes; open one around the change")


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
