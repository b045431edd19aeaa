"""What was written down, read back for pages and workers."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery

from careward.evidence.ledger import pages, rows, rules
from careward.evidence.ledger.errands import AT_ONCE
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry, Leaf, LedgerCheck
from careward.evidence.ledger.proof import export as export
from careward.evidence.ledger.proof import verify as verify
from careward.seal.notes import NoteError
from careward.seal.proofs import Inclusion, include
from careward.seal.walk import Report as Report
from careward.web import lists
from careward.web.lists import Asked, Page

SHOWN_CHECKPOINTS = 20


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry as a page shows it."""

    id: int
    at: datetime
    actor: str
    verb: str
    subject: str
    body: Mapping[str, Any]


def history(*, organisation: str, subject: str, limit: int = 200) -> tuple[EntryLine, ...]:
    """What was done to one thing, newest first."""
    return _lines(Entry.objects.filter(organisation=organisation, subject=subject), limit)


def latest(*, organisation: str, verb: str = "", below_id: int | None = None, limit: int = 50) -> tuple[EntryLine, ...]:
    """The newest entries of an organisation, of one verb when it is given; `below_id` pages on."""
    found = Entry.objects.filter(organisation=organisation)
    if verb:
        found = found.filter(verb=verb)
    return _lines(found.filter(id__lt=below_id) if below_id is not None else found, limit)


def _lines(found: QuerySet[Entry], limit: int) -> tuple[EntryLine, ...]:
    return tuple(EntryLine(e.id, e.at, e.actor, e.verb, e.subject, e.body) for e in found.order_by("-id")[:limit])


def inclusion(*, organisation: str, entry_id: int) -> Inclusion | None:
    """The proof that one entry of an organisation is sealed; None while it is not. Reads every leaf hash, so not for lists."""
    last = Checkpoint.objects.order_by("-size").first()
    leaf = Leaf.objects.filter(entry_id=entry_id).first()
    if last is None or leaf is None or not Entry.objects.filter(organisation=organisation, id=entry_id).exists():
        return None
    hashes = rows.hashes(below=last.size)
    return include(hashes, number=leaf.number, size=last.size, leaf=bytes(leaf.hash), note=last.note)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as the list shows it."""

    id: int
    what: str
    subject: str
    at: datetime
    by: str
    place: int | None  # None while it is not sealed


def entries(organisation: str, asked: Asked) -> Page[EntryRow]:
    """One page of an organisation's entries, newest first; found by their ids alone, which the index holds, and then read."""
    page = lists.apply(pages.entries_list(), asked, Entry.objects.filter(organisation=organisation).values_list("id", flat=True))
    found = Entry.objects.defer("body").in_bulk(page.rows)
    places = dict(Leaf.objects.filter(entry_id__in=page.rows).values_list("entry_id", "number"))
    return page.with_rows(tuple(_entry_row(found[entry_id], places.get(entry_id)) for entry_id in page.rows))


def _entry_row(row: Entry, place: int | None) -> EntryRow:
    return EntryRow(row.id, pages.what_was_done(row.verb), pages.thing(row.subject), row.at, pages.whom(row.actor), place)


def entry_rows(organisation: str, asked: Asked) -> Iterator[tuple[object, ...]]:
    """All entries that match, for a file."""
    leaf = Leaf.objects.filter(entry_id=OuterRef("id"))
    placed = {"place": Subquery(leaf.values("number")[:1]), "leaf_hash": Subquery(leaf.values("hash")[:1])}
    found = lists.matching(pages.entries_list(), asked, Entry.objects.filter(organisation=organisation).annotate(**placed))
    return (_cells(row) for row in lists.stream(found))


def _cells(row: Any) -> tuple[object, ...]:
    hashed = bytes(row.leaf_hash).hex() if row.leaf_hash is not None else ""
    written = rules.as_json(row.body).decode()
    return (row.id, row.at, pages.what_was_done(row.verb), row.verb, row.subject, row.actor, row.place, hashed, written)


@dataclass(frozen=True, slots=True)
class Check:
    """What a check of the whole ledger found."""

    entry_id: int
    at: datetime
    ok: bool
    checked: int
    first_bad: int | None
    problems: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Front:
    """Where an organisation's entries stand."""

    unsealed: int
    unsealed_since: datetime | None
    sealed_at: datetime | None
    check: Check | None
    check_due: bool
    checking_since: datetime | None
    check_stuck: bool

    def late(self, now: datetime) -> bool:
        """Whether sealing stands still."""
        return self.unsealed_since is not None and now - self.unsealed_since > pages.UNSEALED_FOR


def front(organisation: str, now: datetime) -> Front:
    """How much is sealed, and what the last check said; all below the last settled id is sealed, so only the rest is counted."""
    last = Checkpoint.objects.order_by("-size").only("sealed_at").first()
    newest_here = rows.newest_checkpoint()
    late = Entry.objects.filter(organisation=organisation, id__gt=newest_here.settled if newest_here else rows.LOWEST)
    unsealed = late.filter(~Exists(Leaf.objects.filter(entry_id=OuterRef("id")))).aggregate(count=Count("id"), since=Min("at"))
    checks = LedgerCheck.objects.filter(organisation=organisation).order_by("-id")
    newest = checks.first()
    check = _check(newest if newest is None or newest.ended_at else checks.exclude(ended_at=None).first())
    asked = newest if newest and newest.ended_at is None else None
    stopped = asked is not None and now - asked.asked_at >= rules.CHECK_LATE
    return Front(
        unsealed=unsealed["count"],
        unsealed_since=unsealed["since"],
        sealed_at=last.sealed_at if last else None,
        check=check,
        check_due=last is not None and (check is None or now - check.at >= pages.CHECK_EVERY),
        checking_since=asked.asked_at if asked and not stopped else None,
        check_stuck=stopped,
    )


def _check(row: LedgerCheck | None) -> Check | None:
    if row is None or row.entry_id is None or row.ended_at is None:
        return None
    return Check(row.entry_id, row.ended_at, bool(row.ok), row.checked, row.first_bad, tuple(row.problems), row.more)


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An inclusion proof as text (C2SP tlog-proof), and whether the entry as it stands now leads through it to what was signed."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """The place of an entry, and whether the entry still is what was sealed there."""

    place: int
    hash: str
    same: bool
    size: int  # of the first checkpoint that covers it
    at: datetime
    newest_size: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class EntrySeen:
    """One entry with everything that can be said of it."""

    line: EntryLine
    what: str
    subject: str
    by: str
    facts: tuple[tuple[str, str], ...]
    written: str  # the entry as it is hashed
    sealed: Sealed | None
    proof: InclusionProof | None
    proof_waits: bool  # the ledger is so long that the proof is made when asked for


def seen(*, organisation: str, entry_id: int, proof: bool = False) -> EntrySeen | None:
    """One entry of an organisation with its place; `proof` asks for the proof also where that takes a while."""
    row = Entry.objects.filter(organisation=organisation, id=entry_id).first()
    if row is None:
        return None
    as_sealed = _as_row(row)
    leaf = rules.leaf(as_sealed)
    sealed = _sealed(row.id, leaf)
    wanted = sealed is not None and (proof or sealed.newest_size < AT_ONCE)
    return EntrySeen(
        line=EntryLine(row.id, row.at, row.actor, row.verb, row.subject, row.body),
        what=pages.what_was_done(row.verb),
        subject=pages.thing(row.subject),
        by=pages.whom(row.actor),
        facts=pages.facts(row.body),
        written=rules.canonical(as_sealed).decode(),
        sealed=sealed,
        proof=_proof(organisation, row.id, leaf, sealed.newest_size) if sealed and wanted else None,
        proof_waits=sealed is not None and not wanted,
    )


def _as_row(row: Entry) -> rules.Row:
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return rules.Row(row.id, row.organisation, at, row.actor, row.verb, row.subject, dumps(row.body))


def _sealed(entry_id: int, leaf: bytes) -> Sealed | None:
    """None while no checkpoint covers the entry."""
    kept = Leaf.objects.filter(entry_id=entry_id).first()
    if kept is None:
        return None
    covering = Checkpoint.objects.filter(size__gt=kept.number)
    first, newest = covering.order_by("size").first(), covering.order_by("-size").first()
    if first is None or newest is None:
        return None
    same = leaf == bytes(kept.hash)
    return Sealed(kept.number, bytes(kept.hash).hex(), same, first.size, first.sealed_at, newest.size, newest.sealed_at)


def _proof(organisation: str, entry_id: int, leaf: bytes, size: int) -> InclusionProof | None:
    """None where places of the tree are missing, so that no proof can be made."""
    whole = Leaf.objects.filter(number__gte=0, number__lt=size).count() == size
    found = inclusion(organisation=organisation, entry_id=entry_id) if whole else None
    return InclusionProof(found.text(), _holds(found, leaf)) if found else None


def _holds(found: Inclusion, leaf: bytes) -> bool:
    try:
        return found.holds(leaf, ledger_keys().verifier())
    except NoteError:  # no key that can be read: then nothing is proven
        return False


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """One signed checkpoint as a page shows it."""

    size: int
    root: str
    sealed_at: datetime
    note: str


def checkpoints() -> tuple[SignedCheckpoint, ...]:
    """The last signed checkpoints, newest first; they are the whole installation's and name nobody."""
    found = Checkpoint.objects.defer("frontier").order_by("-size")[:SHOWN_CHECKPOINTS]
    return tuple(SignedCheckpoint(c.size, b64encode(bytes(c.root)).decode(), c.sealed_at, c.note) for c in found)


def public_key() -> str:
    """The public key with which checkpoints are checked; "" when there is none that can be read."""
    try:
        return ledger_keys().verifier().vkey()
    except NoteError:  # the page says so where the key would stand
        return ""
