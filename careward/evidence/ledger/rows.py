"""Entries and leaves in bulk, read and written past the object layer: sealing handles tens of thousands a second.

Every column is taken as text in one form on both databases, so that a row has the same bytes on either.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from careward.evidence.ledger.rules import Row

PAGE = 20_000

_COLUMNS = {
    "sqlite": "e.id, e.organisation, replace(e.at, ' ', 'T') || CASE length(e.at) WHEN 19 THEN '.000000Z' ELSE 'Z' END, "
    "e.actor, e.verb, e.subject, CAST(e.body AS TEXT)",
    "postgresql": "e.id, e.organisation, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
    "e.actor, e.verb, e.subject, e.body::text",
}
_CHECKPOINT = {
    "sqlite": "CAST(c.frontier AS TEXT), CAST(c.note AS TEXT), replace(c.sealed_at, ' ', 'T') || "
    "CASE length(c.sealed_at) WHEN 19 THEN '.000000Z' ELSE 'Z' END, c.line",
    "postgresql": "c.frontier::text, c.note, to_char(c.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), c.line",
}
_UNSEALED = "ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id WHERE l.number IS NULL AND e.id > %s"
_SQL = {
    # the second bound adds nothing but speed: without it PostgreSQL reads every leaf there is for each batch
    "unsealed": "SELECT COLUMNS FROM ledger_entry e WHERE e.id > %s "
    "AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry_id = e.id AND l.entry_id > %s) ORDER BY e.id LIMIT %s",
    "unsealed_ids": "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id "
    "WHERE l.number IS NULL AND e.id <= %s ORDER BY e.id LIMIT %s",
    "count_unsealed": "SELECT count(*) FROM UNSEALED",
    "placed": "SELECT l.number, l.entry_id, l.hash, COLUMNS FROM "
    "(SELECT number, entry_id, hash FROM ledger_leaf WHERE number > %s AND number < %s ORDER BY number LIMIT %s) l "
    "LEFT JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.number",
    "hashes": "SELECT number, hash FROM ledger_leaf WHERE number > %s AND number < %s ORDER BY number LIMIT %s",
    "ends": "SELECT (SELECT min(number) FROM ledger_leaf), (SELECT max(number) FROM ledger_leaf)",
    "checkpoints": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c ORDER BY c.size",
    "newest": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c ORDER BY c.size DESC LIMIT 1",
    "by_ids": "SELECT COLUMNS FROM ledger_entry e WHERE e.id BETWEEN %s AND %s ORDER BY e.id",
    "outside": "SELECT number, entry_id, hash FROM ledger_leaf WHERE number < 0 OR number >= %s ORDER BY number",
    "past": "SELECT count(*) FROM ledger_leaf WHERE number < 0 OR number >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)",
    "top": "SELECT coalesce(max(id), 0) FROM ledger_entry",
}
_PLACE = {
    "sqlite": "INSERT INTO ledger_leaf (number, entry_id, hash) VALUES (%s, %s, %s)",
    "postgresql": "INSERT INTO ledger_leaf (number, entry_id, hash) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
}


class Placed(NamedTuple):
    """A leaf with the entry it stands for; no row when the entry is gone."""

    number: int
    entry_id: int
    hash: bytes
    row: Row | None


class CheckpointRow(NamedTuple):
    """A checkpoint as it stands in the database, whatever somebody made of it: what is broken is empty."""

    size: int
    root: bytes
    peaks: tuple[str, ...]
    settled: int
    note: str
    sealed_at: str
    line: int


def checkpoints() -> list[CheckpointRow]:
    """Every checkpoint, smallest first."""
    return [_checkpoint(*found) for found in _fetch("checkpoints")]


def newest_checkpoint() -> CheckpointRow | None:
    """The one with the largest size."""
    found = _fetch("newest")
    return _checkpoint(*found[0]) if found else None


def _checkpoint(size: Any, root: Any, frontier: Any, note: Any, sealed_at: Any, line: Any) -> CheckpointRow:
    try:
        told = json.loads(frontier)
        peaks, settled = tuple(map(str, told["peaks"])), int(told["settled"])
    except (ValueError, KeyError, TypeError, RecursionError):
        peaks, settled = (), 0
    return CheckpointRow(_number(size), _bytes(root), peaks, settled, _text(note), _text(sealed_at), _number(line))


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1


def leaf_ends() -> tuple[int, int] | None:
    """The lowest and the highest place that is taken; None where none is."""
    lowest, highest = _fetch("ends")[0]
    return None if lowest is None else (lowest, highest)


def places_outside(size: int) -> list[tuple[int, int, bytes]]:
    """Leaves that stand nowhere in a tree of a size."""
    return [(number, entry_id, _bytes(hashed)) for number, entry_id, hashed in _fetch("outside", size)]


def by_ranges(ranges: Sequence[Sequence[int]]) -> Iterator[Row]:
    """Entries with ids in these ranges [first, last], range by range; those that are gone are left out."""
    for first, last in ranges:
        for low in range(first, last + 1, PAGE):
            yield from (Row._make(found) for found in _fetch("by_ids", low, min(last, low + PAGE - 1)))


def unsealed(*, above: int, limit: int) -> list[Row]:
    """Entries above an id that have no leaf yet, in order of their ids."""
    return [Row._make(found) for found in _fetch("unsealed", above, above, limit)]


def unsealed_ids(*, to: int, limit: int) -> list[int]:
    """Ids of entries up to one that have no leaf, in order."""
    return [found for (found,) in _fetch("unsealed_ids", to, limit)]


def count_unsealed(*, above: int) -> int:
    """How many entries above an id have no leaf."""
    return int(_fetch("count_unsealed", above)[0][0])


def placed(*, below: int) -> Iterator[Placed]:
    """Every leaf numbered under a size with its entry, in order."""
    last = -1
    while page := _fetch("placed", last, below, PAGE):
        for number, entry_id, hashed, *entry in page:
            yield Placed(number, entry_id, _bytes(hashed), None if entry[0] is None else Row._make(entry))
        last = page[-1][0]


def hashes(*, below: int) -> Iterator[bytes]:
    """The leaf hashes numbered under a size, in order."""
    last, more = -1, True
    while more:
        page = _fetch("hashes", last, below, PAGE)
        yield from (bytes(found) for _, found in page)
        last, more = page[-1][0] if page else last, len(page) == PAGE


def leaves_past_last_checkpoint() -> int:
    """How many leaves no checkpoint covers; asked in one statement, since a sealer may be at work."""
    return int(_fetch("past")[0][0])


def place(first: int, ids: Sequence[int], leaves: Sequence[bytes]) -> None:
    """Writes leaves with consecutive numbers."""
    numbers = range(first, first + len(ids))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_PLACE["postgresql"], [list(numbers), list(ids), list(leaves)])
        else:
            cursor.executemany(_PLACE["sqlite"], list(zip(numbers, ids, leaves, strict=True)))


@contextmanager
def as_of_now() -> Iterator[None]:
    """What is read inside is read as it stands at the first read; nothing is locked, and nobody waits."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


@contextmanager
def on_the_disk_at_commit() -> Iterator[None]:
    """What is committed inside is on the disk, and all before it. SQLite else leaves that to the system, and may go back by seconds."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = NORMAL")


def one_sealer_at_a_time() -> None:
    """Waits for another sealer to end. SQLite needs nothing: a transaction that writes is alone from its first statement."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO on")
            cursor.execute("LOCK TABLE ledger_checkpoint IN SHARE ROW EXCLUSIVE MODE")


def settled_to(known: int) -> int:
    """An id below which no entry can appear any more, as far as can be told now; `known` when nothing better can be.

    PostgreSQL gives out ids before it commits, so a lower id may become visible after a higher one was sealed. A table lock
    that is had at once shows that no entry is being written; it is given back at once, so that nobody waits for it.
    """
    if connection.vendor != "postgresql":
        return _top(known)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ledger_entry IN SHARE MODE NOWAIT")
            known = _top(known)
            transaction.set_rollback(True)
    except OperationalError:  # someone is writing: ask again at the next sealing
        return known
    return known


def _top(known: int) -> int:
    return max(known, int(_fetch("top")[0][0]))


def _fetch(name: str, *values: Any) -> list[tuple[Any, ...]]:
    sql = _SQL[name].replace("COLUMNS", _COLUMNS[connection.vendor]).replace("UNSEALED", _UNSEALED)
    sql = sql.replace("CHECKPOINT", _CHECKPOINT[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
