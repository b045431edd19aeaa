"""Entries and leaves in bulk, read and written past the object layer: sealing handles tens of thousands a second.

Every column is taken as text in one form on both databases, so that a row has the same bytes on either.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import OperationalError, connection

from careward.evidence.ledger.models import Lane, Link
from careward.evidence.ledger.rules import Row

PAGE = 20_000
PLACED_AT_ONCE = 250  # leaves of one statement: one for each costs twice as much
LOWEST = -(2**63)

# SQLite keeps whatever it is given: a moment written in any other form than ours shows a "?".
_AT = (
    "substr({0}, 1, 10) || CASE substr({0}, 11, 1) WHEN ' ' THEN 'T' ELSE '?' END || substr({0}, 12) || "
    "CASE WHEN length({0}) = 19 THEN '.000000Z' WHEN length({0}) = 26 AND substr({0}, 20) <> '.000000' THEN 'Z' ELSE '?' END"
)
_UTC = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_COLUMNS = {
    "sqlite": f"e.id, e.organisation, {_AT.format('e.at')}, e.actor, e.verb, e.subject, e.body",
    "postgresql": f"e.id, e.organisation, {_UTC.format('e.at')}, e.actor, e.verb, e.subject, e.body::text",
}
_AS_IT_STANDS = {  # see `sealed_at`; with the plus the driver, too, leaves the moment as it stands
    "sqlite": "e.id, e.organisation, +e.at, e.actor, e.verb, e.subject, e.body",
    "postgresql": _COLUMNS["postgresql"],
}
_MOMENT = {"sqlite": _AT.format("e.at"), "postgresql": _UTC.format("e.at")}
_CHECKPOINT = {
    "sqlite": f"c.frontier, c.note, {_AT.format('c.sealed_at')}, c.line",
    "postgresql": f"c.frontier::text, c.note, {_UTC.format('c.sealed_at')}, c.line",
}
_SQL = {
    # the second bound adds nothing but speed: without it PostgreSQL reads every leaf there is for each batch
    "unsealed": "SELECT COLUMNS FROM ledger_entry e WHERE e.id > %s "
    "AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry_id = e.id AND l.entry_id > %s) ORDER BY e.id LIMIT %s",
    "placed": "SELECT l.number, l.entry_id, l.hash, STANDING FROM PLACES",
    "hashes": "SELECT number, hash FROM ledger_leaf WHERE number > %s AND number < %s ORDER BY number LIMIT %s",
    "ends": "SELECT (SELECT min(number) FROM ledger_leaf), (SELECT max(number) FROM ledger_leaf)",
    "checkpoints": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c ORDER BY c.size",
    "newest": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c ORDER BY c.size DESC LIMIT 1",
    "by_ids": "SELECT STANDING FROM ledger_entry e WHERE e.id BETWEEN %s AND %s ORDER BY e.id",
    "by_list": "SELECT COLUMNS FROM ledger_entry e WHERE e.id IN (IDS)",
    "heads": "SELECT HEADS FROM ledger_entry e WHERE e.id IN (IDS)",
    "places": "SELECT entry_id, number, hash FROM ledger_leaf WHERE entry_id IN (IDS)",
    "last_checkpoints": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c ORDER BY c.size DESC LIMIT %s",
    "covering": "SELECT c.size, c.root, CHECKPOINT FROM ledger_checkpoint c WHERE c.size > %s ORDER BY c.size LIMIT 1",
    "unsealed_of": "SELECT count(*), min(AT) FROM ledger_entry e WHERE e.organisation = %s AND e.id > %s "
    "AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry_id = e.id)",
    "unplaced": "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id WHERE l.number IS NULL ORDER BY e.id",
    "links": "SELECT id, lane, number, ids, before, hash, leaves FROM ledger_link WHERE id > %s ORDER BY id LIMIT %s",
    "lanes": "SELECT name, number, hash FROM ledger_lane ORDER BY name",
    "outside": "SELECT number, entry_id, hash FROM ledger_leaf WHERE number < 0 OR number >= %s ORDER BY number",
    "past": "SELECT count(*) FROM ledger_leaf WHERE number < 0 OR number >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)",
}
_PLACES = {  # leaves after one and under another, so many, each with its entry: SQLite would sort what stands in order already
    "sqlite": "ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry_id "
    "WHERE l.number > %s AND l.number < %s ORDER BY l.number LIMIT %s",
    "postgresql": "(SELECT number, entry_id, hash FROM ledger_leaf WHERE number > %s AND number < %s ORDER BY number LIMIT %s) l "
    "LEFT JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.number",
}
_TAKE_LANE = {  # SQLite has one writer at a time, who has everything
    "sqlite": "SELECT number, hash FROM ledger_lane WHERE name = %s",
    "postgresql": "SELECT number, hash FROM ledger_lane WHERE name = %s FOR UPDATE",
}
_PLACE = {
    "sqlite": "INSERT INTO ledger_leaf (number, entry_id, hash) VALUES",
    "postgresql": "INSERT INTO ledger_leaf (number, entry_id, hash) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
}


class Placed(NamedTuple):
    """A leaf with the entry it stands for; no row when the entry is gone."""

    number: int
    entry_id: int
    hash: bytes
    row: Row | None


def sealed_at(kept: Any) -> str:
    """A moment as it is sealed, from how `pages_of_placed` gives it: what SQLite would take two microseconds to say of each row.

    It keeps whatever it is given: one written in any other form than ours shows a "?".
    """
    if connection.vendor != "sqlite":
        return str(kept)
    if not isinstance(kept, str):
        return f"?{kept!r}"
    ending = ".000000Z" if len(kept) == 19 else "Z" if len(kept) == 26 and kept[19:] != ".000000" else "?"
    return f"{kept[:10]}{'T' if kept[10:11] == ' ' else '?'}{kept[11:]}{ending}"


def entry_of(found: Sequence[Any]) -> Row:
    """An entry from its columns as they stand."""
    number, organisation, at, *rest = found
    return Row(number, organisation, sealed_at(at), *rest)


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
    return CheckpointRow(as_number(size), as_bytes(root), peaks, settled, _text(note), _text(sealed_at), as_number(line))


def as_bytes(value: Any) -> bytes:
    """A hash as it was kept; b"" for what is none."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _text(value: Any) -> str:
    """A text as it was kept; what is none in UTF-8 is written out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else ""


def as_number(value: Any) -> int:
    """A number as it was kept; -1 for what is none."""
    return value if isinstance(value, int) else -1


def last_checkpoints(count: int) -> list[CheckpointRow]:
    """The newest checkpoints, the largest first."""
    return [_checkpoint(*found) for found in _fetch("last_checkpoints", count)]


def covering(place: int) -> CheckpointRow | None:
    """The first checkpoint under which a place lies."""
    found = _fetch("covering", place)
    return _checkpoint(*found[0]) if found else None


def unsealed_of(organisation: str, *, above: int) -> tuple[int, Any]:
    """How many entries of an organisation above an id have no place, and the moment of the oldest, as text."""
    found = _fetch("unsealed_of", organisation, above)[0]
    return found[0], found[1]


def by_list(ids: Sequence[int], *, bodies: bool) -> list[Row]:
    """Entries by their ids, with what was written down or, for a list, without."""
    if not ids:
        return []
    return [Row._make(row) for row in _fetch("by_list" if bodies else "heads", *ids)]


def places(ids: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """The place and the leaf hash of each of these entries that has one."""
    return {entry_id: (number, as_bytes(hashed)) for entry_id, number, hashed in (_fetch("places", *ids) if ids else ())}


def leaf_ends() -> tuple[int, int] | None:
    """The lowest and the highest place that is taken; None where none is."""
    lowest, highest = _fetch("ends")[0]
    return None if lowest is None else (lowest, highest)


def places_outside(size: int) -> list[tuple[int, int, bytes]]:
    """Leaves that stand nowhere in a tree of a size."""
    return [(number, entry_id, as_bytes(hashed)) for number, entry_id, hashed in _fetch("outside", size)]


def by_ranges(ranges: Sequence[Sequence[int]]) -> Iterator[Row]:
    """Entries with ids in these ranges [first, last], range by range; those that are gone are left out."""
    for first, last in ranges:
        for low in range(first, last + 1, PAGE):
            yield from map(entry_of, _fetch("by_ids", low, min(last, low + PAGE - 1)))


def unplaced() -> list[int]:
    """Ids of entries that have no leaf, whatever their number."""
    return [found for (found,) in _fetch("unplaced")]


def links(*, after: int | None, limit: int) -> list[tuple[Any, ...]]:
    """Links after an id, from the first where none is named, in order."""
    return _fetch("links", LOWEST if after is None else after, limit)


def lanes() -> dict[str, tuple[int, bytes]]:
    """Where each lane has got to: the number of its last link, and its hash."""
    found = _fetch("lanes")
    return {name if isinstance(name, str) else repr(name): (as_number(number), as_bytes(hashed)) for name, number, hashed in found}


def any_lane() -> bool:
    """Whether anything was ever written into a lane."""
    return _ask("SELECT 1 FROM ledger_lane WHERE number > 0 LIMIT 1") is not None


def any_link() -> bool:
    """Whether anything waits to be sealed."""
    return bool(Link.objects.exists())


def take_lane(name: str) -> tuple[int, bytes]:
    """The number and hash of a lane's last link; the lane is this transaction's until it ends."""
    _do("INSERT INTO ledger_lane (name, number, hash) VALUES (%s, 0, %s) ON CONFLICT (name) DO NOTHING", name, bytes(32))
    found = _ask(_TAKE_LANE[connection.vendor], name)
    if found is None:
        raise RuntimeError(f"the lane {name} went while it was taken")
    return as_number(found[0]), as_bytes(found[1])


def leave_lane(name: str, number: int, hashed: bytes) -> None:
    """Says where a lane has got to."""
    _do("UPDATE ledger_lane SET number = %s, hash = %s WHERE name = %s", number, hashed, name)


def put_link(lane: str, number: int, ids: str, before: bytes, hashed: bytes, leaves: bytes) -> None:
    """Adds a link."""
    into = "INSERT INTO ledger_link (lane, number, ids, before, hash, leaves) VALUES (%s, %s, %s, %s, %s, %s)"
    _do(into, lane, number, ids, before, hashed, leaves)


def clear_lanes() -> None:
    """Takes out every lane and link: for whoever binds them again."""
    Link.objects.all().delete()
    Lane.objects.all().delete()


def drop_link(number: int) -> None:
    """Takes out a link by its id."""
    _do("DELETE FROM ledger_link WHERE id = %s", number)


def drop_links(lane: str, first: int, last: int) -> None:
    """Takes out the links of a lane whose entries have their places."""
    _do("DELETE FROM ledger_link WHERE lane = %s AND number BETWEEN %s AND %s", lane, first, last)


def _do(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def _ask(sql: str, *values: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def unsealed(*, above: int, limit: int) -> list[Row]:
    """Entries above an id that have no leaf yet, in order of their ids."""
    return [Row._make(found) for found in _fetch("unsealed", above, above, limit)]


def placed(*, below: int) -> Iterator[Placed]:
    """Every leaf numbered under a size with its entry, in order."""
    for page in pages_of_placed(below):
        for number, entry_id, hashed, *entry in page:
            yield Placed(as_number(number), as_number(entry_id), as_bytes(hashed), None if entry[0] is None else entry_of(entry))


def pages_of_placed(below: int) -> Iterator[list[tuple[Any, ...]]]:
    """The same many at once, as the database gives them: place, entry and hash of a leaf, and the entry's columns, None where gone."""
    last = -1
    while page := _fetch("placed", last, below, PAGE):
        yield page
        last = page[-1][0]


def hashes(*, below: int) -> Iterator[bytes]:
    """The leaf hashes numbered under a size, in order."""
    last, more = -1, True
    while more:
        page = _fetch("hashes", last, below, PAGE)
        yield from (as_bytes(found) for _, found in page)
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
            return
        told = list(zip(numbers, ids, leaves, strict=True))
        for some in (told[at : at + PLACED_AT_ONCE] for at in range(0, len(told), PLACED_AT_ONCE)):
            cursor.execute(f"{_PLACE['sqlite']} {', '.join(['(%s, %s, %s)'] * len(some))}", [cell for row in some for cell in row])


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


def _fetch(name: str, *values: Any) -> list[tuple[Any, ...]]:
    columns = _COLUMNS[connection.vendor]
    told = {
        "STANDING": _AS_IT_STANDS[connection.vendor], "COLUMNS": columns, "HEADS": f"{columns.rpartition(', ')[0]}, '{{}}'",
        "PLACES": _PLACES[connection.vendor], "CHECKPOINT": _CHECKPOINT[connection.vendor], "(AT)": f"({_MOMENT[connection.vendor]})",
        "IDS": ", ".join(["%s"] * len(values)),
    }  # fmt: skip
    sql = _SQL[name]
    for word, meant in told.items():
        sql = sql.replace(word, meant)
    try:
        return _fetched(sql, values)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
    factory = connection.connection.text_factory
    connection.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # somebody put in what is no text
    try:
        return _fetched(sql, values)
    finally:
        connection.connection.text_factory = factory


def _fetched(sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
