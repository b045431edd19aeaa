"""What was written down, read back for pages and workers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import OperationalError

from careward.evidence.ledger import pages, reading, rows, rules
from careward.evidence.ledger.errands import AT_ONCE
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry, Leaf, LedgerCheck
from careward.evidence.ledger.proof import export as export
from careward.evidence.ledger.proof import verify as verify
from careward.evidence.ledger.reading import CANNOT_BE_READ, EntryAsKept, SignedCheckpoint
from careward.seal.handing import chain_of
from careward.seal.notes import NoteError
from careward.seal.proofs import Inclusion, continuation, include
from careward.seal.walk import Report as Report
from careward.web import lists
from careward.web.lists import Asked, Listing, Page

SHOWN_CHECKPOINTS = 20
READ_AT_ONCE = 500  # entries of a file: each may be long


def inclusion(*, organisation: str, entry_id: int) -> Inclusion | None:
    """The proof that one entry of an organisation is sealed; None while it is not. Reads every leaf hash, so not for lists."""
    last = rows.newest_checkpoint()
    found = rows.places([entry_id])
    if last is None or not found or not Entry.objects.filter(organisation=organisation, id=entry_id).exists():
        return None
    number, leaf = found[entry_id]
    return include(rows.hashes(below=last.size), number=number, size=last.size, leaf=leaf, note=last.note)


def continuation_since(old_size: int) -> tuple[tuple[bytes, ...], str]:
    """The hashes that show the newest checkpoint to go on from the ledger at an older size, and its note; IndexError where none can."""
    newest = rows.newest_checkpoint()
    if newest is None:
        raise IndexError("nothing is sealed yet")
    return continuation(rows.hashes(below=newest.size), old_size=old_size, size=newest.size), newest.note


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as the list shows it."""

    id: int
    what: str
    subject: str
    at: datetime | None  # None where it cannot be read
    by: str
    place: int | None  # None while it is not sealed
    about: str  # as it is written: "user/7"
    actor: str


def entries(organisation: str, asked: Asked, listed: Listing) -> Page[EntryRow]:
    """One page of an organisation's entries, newest first; found by their ids alone, which the index holds, and then read."""
    page = lists.apply(listed, asked, Entry.objects.filter(organisation=organisation).values_list("id", flat=True))
    found, places = reading.entries(page.rows, bodies=False), rows.places(page.rows)
    return page.with_rows(tuple(_entry_row(found[entry_id], places.get(entry_id)) for entry_id in page.rows))


def _entry_row(found: EntryAsKept, place: tuple[int, bytes] | None) -> EntryRow:
    return EntryRow(found.id, found.what, found.thing, found.at, found.by, place[0] if place else None, found.subject, found.actor)


def entries_listed(*, organisation: str, ids: Collection[int]) -> tuple[EntryRow, ...]:
    """Some entries of an organisation as the list shows them, in the order in which they were written."""
    there = sorted(Entry.objects.filter(organisation=organisation, id__in=ids).values_list("id", flat=True))
    found, places = reading.entries(there, bodies=False), rows.places(there)
    return tuple(_entry_row(found[entry_id], places.get(entry_id)) for entry_id in there)


def entry_rows(organisation: str, asked: Asked, listed: Listing) -> Iterator[tuple[object, ...]]:
    """All entries that match, for a file."""
    matching = lists.matching(listed, asked, Entry.objects.filter(organisation=organisation)).values_list("id", flat=True)
    ids = lists.stream(matching)
    while some := tuple(islice(ids, READ_AT_ONCE)):
        found, places = reading.entries(some), rows.places(some)
        yield from (_cells(found[entry_id], places.get(entry_id)) for entry_id in some if entry_id in found)


def _cells(found: EntryAsKept, place: tuple[int, bytes] | None) -> tuple[object, ...]:
    number, hashed = place or (None, b"")
    at = found.at or CANNOT_BE_READ
    return (found.id, at, found.what, found.verb, found.subject, found.actor, number, hashed.hex(), found.written)


def entries_about(*, organisation: str, subjects: Collection[str]) -> list[tuple[int, str]]:
    """The entries about some things, each with what it is about, in the order in which they were written: a query for each five hundred."""
    rows = Entry.objects.filter(organisation=organisation).order_by("id")
    some = sorted(subjects)
    parts = (some[at : at + READ_AT_ONCE] for at in range(0, len(some), READ_AT_ONCE))
    return [found for part in parts for found in rows.filter(subject__in=part).values_list("id", "subject")]


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
    check_broken: bool

    def late(self, now: datetime) -> bool:
        """Whether sealing stands still."""
        return self.unsealed_since is not None and now - self.unsealed_since > pages.UNSEALED_FOR


def front(organisation: str, now: datetime) -> Front:
    """How much is sealed, and what the last check said; all below the last settled id is sealed, so only the rest is counted."""
    last = rows.newest_checkpoint()
    count, since = rows.unsealed_of(organisation, above=last.settled if last else rows.LOWEST)
    try:
        newest, check = _checks(organisation)
        broken = False
    except (ValueError, TypeError, AttributeError, RecursionError, OperationalError):  # somebody made of a row what no check leaves
        newest, check, broken = None, None, True
    stopped = newest is not None and now - newest >= rules.CHECK_LATE
    return Front(
        unsealed=count,
        unsealed_since=reading.moment(since),
        sealed_at=reading.moment(last.sealed_at) if last else None,
        check=check,
        check_due=last is not None and (check is None or now - check.at >= pages.CHECK_EVERY),
        checking_since=None if stopped else newest,
        check_stuck=stopped,
        check_broken=broken,
    )


def _checks(organisation: str) -> tuple[datetime | None, Check | None]:
    """Since when a check is asked for that has not ended, and what the last one found that has."""
    checks = LedgerCheck.objects.filter(organisation=organisation).order_by("-id")
    newest = checks.first()
    if newest is None or newest.ended_at is not None:
        return None, _check(newest)
    if not isinstance(newest.asked_at, datetime):
        raise TypeError("a check is asked for at a moment")
    return newest.asked_at, _check(checks.exclude(ended_at=None).first())


def _check(row: LedgerCheck | None) -> Check | None:
    if row is None:
        return None
    counts = (row.entry_id, row.checked, row.more, row.first_bad or 0)
    if not isinstance(row.ended_at, datetime) or not all(isinstance(each, int) for each in counts) or not isinstance(row.problems, list):
        raise TypeError("a check that has ended says when, and what it found")
    return Check(row.entry_id or 0, row.ended_at, row.ok is True, row.checked, row.first_bad, tuple(map(str, row.problems)), row.more)


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
    at: datetime | None
    newest_size: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntrySeen:
    """One entry with everything that can be said of it."""

    kept: EntryAsKept
    facts: tuple[tuple[str, str], ...]
    written: str  # the entry as it is hashed; "" where it is none, too long, or not to be shown to the letter
    sealed: Sealed | None
    proof: InclusionProof | None
    proof_waits: bool  # the ledger is so long that the proof is made when asked for


def seen(*, organisation: str, entry_id: int, proof: bool = False) -> EntrySeen | None:
    """One entry of an organisation with its place; `proof` asks for the proof also where that takes a while."""
    if not Entry.objects.filter(organisation=organisation, id=entry_id).exists():
        return None
    (row,) = rows.by_list([entry_id], bodies=True)
    kept = reading.entry(row)
    sealed = _sealed(entry_id, kept.leaf)
    wanted = sealed is not None and (proof or sealed.newest_size < AT_ONCE)
    return EntrySeen(
        kept=kept,
        facts=pages.facts(kept.body or {}),
        written=_as_hashed(row) if kept.body is not None else "",
        sealed=sealed,
        proof=_proof(organisation, entry_id, kept.leaf, sealed.newest_size) if sealed and wanted else None,
        proof_waits=sealed is not None and not wanted,
    )


def _as_hashed(row: rules.Row) -> str:
    """ "" also where a sign in it would bend the page: the export holds it to the letter."""
    written = rules.canonical(row).decode()
    return written if written.isprintable() else ""


def _sealed(entry_id: int, leaf: bytes) -> Sealed | None:
    """None while no checkpoint covers the entry."""
    found = rows.places([entry_id])
    if not found:
        return None
    place, hashed = found[entry_id]
    first, newest = rows.covering(place), rows.newest_checkpoint()
    if first is None or newest is None:
        return None
    moments = (reading.moment(first.sealed_at), reading.moment(newest.sealed_at))
    return Sealed(place, hashed.hex(), bool(leaf) and leaf == hashed, first.size, moments[0], newest.size, moments[1])


def _proof(organisation: str, entry_id: int, leaf: bytes, size: int) -> InclusionProof | None:
    """None where places of the tree are missing, so that no proof can be made."""
    whole = Leaf.objects.filter(number__gte=0, number__lt=size).count() == size
    found = inclusion(organisation=organisation, entry_id=entry_id) if whole else None
    return InclusionProof(found.text(), _holds(found, leaf)) if found else None


def _holds(found: Inclusion, leaf: bytes) -> bool:
    try:
        return found.holds(leaf, chain_of(ledger_keys()))
    except NoteError:  # no key that can be read: then nothing is proven
        return False


def checkpoints() -> tuple[SignedCheckpoint, ...]:
    """The last signed checkpoints, newest first; they are the whole installation's and name nobody."""
    return tuple(map(reading.checkpoint, rows.last_checkpoints(SHOWN_CHECKPOINTS)))


def public_key() -> str:
    """The public key with which checkpoints are checked; "" when there is none that can be read."""
    try:
        return ledger_keys().verifier().vkey()
    except NoteError:  # the page says so where the key would stand
        return ""
