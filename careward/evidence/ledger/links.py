"""Between act and seal: the entries of each act are bound, in the acting transaction, to all that was written before them in their lane.

A link is a keyed hash, so that whoever has the database alone can neither change, drop nor put in what waits. The row of the lane is taken
as the last thing before the commit. When its entries have their places in the tree, a link has done its work and goes; the line that seals
them says which links of which lanes it took up.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from careward.evidence.ledger import rows, rules, signed
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.leaves import leaves_as_kept
from careward.evidence.ledger.rules import Row
from careward.seal.tree import HASH_BYTES

FIRST = bytes(32)  # what stands before the first link of a lane
EARLIER = "earlier"  # the lane of what a version without links left unsealed
LINK_AT_MOST = 1_000  # entries of one link
KEPT_FROM = 100  # entries of one link: from so many on it keeps their leaf hashes
READ_AT_ONCE = 100  # links
ENTRIES_AT_ONCE = 5_000

_keys: dict[tuple[Path, int, int], bytes] = {}


class Waiting(NamedTuple):
    """One link as it stands in the database, whatever somebody made of it."""

    id: int
    lane: str
    number: int
    ids: tuple[tuple[int, int], ...]
    before: bytes
    hash: bytes
    kept: tuple[bytes, ...]  # the leaf hashes that it keeps, if it does


@dataclass(frozen=True, slots=True)
class BoundEntries:
    """A link with its entries as they are now, and whether they are those that were written."""

    link: Waiting
    rows: tuple[Row, ...]
    leaves: tuple[bytes, ...]
    good: bool

    @property
    def ids(self) -> list[int]:
        """The entries that it binds."""
        return [number for first, last in self.link.ids for number in range(first, last + 1)]


@dataclass(slots=True)
class Batch:
    """What can be sealed, and the links that cannot."""

    taken: list[BoundEntries] = field(default_factory=list)
    bad: list[BoundEntries] = field(default_factory=list)
    more: bool = False

    size: int = 0  # entries

    def take(self, one: BoundEntries) -> None:
        self.taken.append(one)
        self.size += len(one.leaves)

    def lanes(self) -> dict[str, Any]:
        """The links it takes up, as a line says them: of each lane the numbers in runs, after which hash they come, and the last one's.

        `torn` do not come after the one before them: whoever bent where a lane had got to made the next act go on from there.
        """
        found: dict[str, list[Waiting]] = {}
        for one in self.taken:
            found.setdefault(one.link.lane, []).append(one.link)
        return {lane: _lane(taken) for lane, taken in found.items()}

    def gaps(self) -> list[str]:
        """Where something is gone between two links that are taken up, or was bent."""
        told: list[str] = []
        for lane, taken in self.lanes().items():
            told += [gap(lane, one[1], other[0]) for one, other in pairwise(taken["numbers"])]
            told += [torn(lane, number) for number in taken.get("torn", ())]
        return told


def _lane(taken: Sequence[Waiting]) -> dict[str, Any]:
    bent = [other.number for one, other in pairwise(taken) if other.number == one.number + 1 and other.before != one.hash]
    said = {"numbers": signed.runs([link.number for link in taken]), "after": taken[0].before.hex(), "hash": taken[-1].hash.hex()}
    return said | ({"torn": bent} if bent else {})


def gap(lane: str, last: int, number: int) -> str:
    """That something is gone from a lane, in words."""
    return f"between numbers {last} and {number} of what was written for {lane or 'the installation'} something is gone"


def torn(lane: str, number: int) -> str:
    """That a lane did not go on where it had got to, in words."""
    return f"number {number} of what was written for {lane or 'the installation'} does not go on from the one before: the lane was bent"


def ask(written: Iterable[tuple[str, int]]) -> None:
    """Has entries, each with its lane, bound at the end of this transaction."""
    connection.at_last(_bind, written)  # type: ignore[attr-defined]


def written() -> list[int]:
    """The entries that this transaction has written and that are not bound yet."""
    return [entry_id for _, entry_id in connection.asked.get(_bind, ())]  # type: ignore[attr-defined]


def bind_now() -> None:
    """Binds what this transaction has written so far: for whoever reads the ledger inside it."""
    if connection.in_atomic_block:
        connection.do_last()  # type: ignore[attr-defined]


def _bind(written: Sequence[tuple[str, int]]) -> None:
    lanes: dict[str, list[int]] = {}
    for lane, entry_id in written:
        lanes.setdefault(lane, []).append(entry_id)
    found = {lane: tuple(rows.by_ranges(signed.runs(sorted(set(ids))))) for lane, ids in lanes.items()}  # less what was taken back
    taken = {lane: rows.take_lane(lane) for lane in sorted(lanes)}  # in one order, so that no two acts wait for each other in a ring
    for lane in lanes:
        if found[lane]:
            _add(lane, found[lane], *taken[lane])


def add(lane: str, found: Sequence[Row]) -> None:
    """Adds links over entries at the end of a lane."""
    _add(lane, found, *rows.take_lane(lane))


def _add(lane: str, found: Sequence[Row], number: int, before: bytes) -> None:
    leaves = rules.leaves_together(found, to_the_letter=False) if len(found) > 1 else None
    leaves = leaves or [rules.leaf(row) for row in found]
    key = lane_key(may_make=number == 0 and not rows.any_lane())
    for start in range(0, len(found), LINK_AT_MOST):
        part = slice(start, start + LINK_AT_MOST)
        number += 1
        ids = json.dumps(signed.runs([row.id for row in found[part]]))
        kept = len(leaves[part]) >= KEPT_FROM
        said: dict[str, Any] = {"lane": lane, "number": number, "before": before, "leaves": leaves[part], "ids": ids if kept else ""}
        hashed = rules.link_hash(key, **said) if key else b""
        rows.put_link(lane, number, ids, before, hashed, b"".join(leaves[part]) if kept else b"")
        before = hashed or before
    rows.leave_lane(lane, number, before)


def lane_key(*, may_make: bool = False) -> bytes:
    """The key, read again when its file is another; b"" where it is gone."""
    keys = ledger_keys()
    try:
        found = keys.lanes.stat()
    except FileNotFoundError:
        return keys.lane_key(may_make=may_make)
    known = (keys.lanes, found.st_ino, found.st_mtime_ns)
    if known not in _keys:
        _keys.clear()
        _keys[known] = keys.lane_key(may_make=False)
    return _keys[known]


def waiting(*, as_written: bool = False) -> Iterator[BoundEntries]:
    """Every link that waits, in the order in which they were added, each with its entries as they are now.

    `as_written` is for whoever seals: where a link keeps the leaf hashes of what was written, and binds them, they are taken and the
    entries are not read. One that was changed since is then sealed as it was written, and found by whoever verifies.
    """
    key, last = lane_key(), None
    while page := rows.links(after=last, limit=READ_AT_ONCE):
        read = (_link(*found) for found in page)  # as far as it is asked for: whoever seals takes a few of them
        for kept, some in groupby(read, key=lambda link: as_written and bool(link.kept)):
            if kept:
                yield from (BoundEntries(link, (), link.kept, _binds(link, link.kept, key)) for link in some)
                continue
            for part in _parts(list(some)):
                yield from _with_entries(part, key)
        last = page[-1][0]


def _parts(page: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Links whose entries are read at once: many of single acts, few of loads."""
    some, size = list[Waiting](), 0
    for link in page:
        some.append(link)
        size += sum(last - first + 1 for first, last in link.ids)
        if size >= ENTRIES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _link(number: int, lane: Any, place: Any, ids: Any, before: Any, hashed: Any, leaves: Any) -> Waiting:
    try:
        runs = tuple((int(first), int(last)) for first, last in json.loads(ids))
    except (ValueError, TypeError, RecursionError):
        runs = ()
    if sum(max(0, last - first + 1) for first, last in runs) > LINK_AT_MOST and lane != EARLIER:
        runs = ()
    told, place = lane if isinstance(lane, str) else "", place if isinstance(place, int) else -1
    joined = rows.as_bytes(leaves)
    kept = tuple([joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)])
    if not kept and leaves != b"":  # no bytes at all: nothing that was written
        kept = (b"",)
    return Waiting(number, told, place, runs, rows.as_bytes(before), rows.as_bytes(hashed), kept)


def _with_entries(page: Sequence[Waiting], key: bytes) -> Iterator[BoundEntries]:
    """Reads the entries of many links at once where their ids lie close together, as they do."""
    ends = [number for link in page for run in link.ids for number in run]
    wanted = sum(last - first + 1 for link in page for first, last in link.ids)
    close = bool(ends) and max(ends) - min(ends) < 3 * wanted + 1_000
    near = {row.id: row for row in rows.by_ranges([(min(ends), max(ends))])} if close else None
    for link in page:
        if near is None:
            found = tuple(rows.by_ranges(link.ids))
        else:
            found = tuple(near[n] for first, last in link.ids for n in range(first, last + 1) if n in near)
        leaves = tuple(leaves_as_kept(found))
        yield BoundEntries(link, found, leaves, _is_good(link, found, leaves, key))


def _is_good(link: Waiting, found: Sequence[Row], leaves: Sequence[bytes], key: bytes) -> bool:
    return bool(found) and b"" not in leaves and link.kept in ((), leaves) and _binds(link, leaves, key)


def _binds(link: Waiting, leaves: Sequence[bytes], key: bytes) -> bool:
    if not key or len(leaves) != sum(last - first + 1 for first, last in link.ids):
        return False
    ids = json.dumps(link.ids) if link.kept else ""
    return compare_digest(rules.link_hash(key, lane=link.lane, number=link.number, before=link.before, leaves=leaves, ids=ids), link.hash)


def next_batch(limit: int) -> Batch:
    """What is to be sealed next; what cannot be is passed over, so that it stops nobody else, and told."""
    batch = Batch()
    for one in waiting(as_written=True):
        if not one.good:
            batch.bad.append(one)
            continue
        if batch.taken and batch.size + len(one.leaves) > limit:
            batch.more = True
            break
        batch.take(one)
    return batch


def told(one: BoundEntries) -> str:
    """What is wrong with a link, in words."""
    ids = signed.words_of(one.link.ids)
    if one.link.lane == EARLIER:
        return f"{ids} were left unsealed by an earlier version, and are not taken over yet"
    return f"{ids} cannot be sealed: they are not what was written, or were not written by Careward"


def take_up_earlier() -> list[list[int]]:
    """Binds what an earlier version left unsealed, as it stands now, when a home's first line is written; returns the ids."""
    found = [one for one in waiting(as_written=True) if one.link.lane == EARLIER and not one.link.hash]
    for one in found:
        rows.drop_link(one.link.id)
        add(EARLIER, one.rows)
    return [list(run) for one in found for run in one.link.ids]
