"""How the rows of a table are summed, and how a sum is kept so that nobody learns or makes one without the key: pure.

Each row's content has a keyed hash (MAC), and the sum of a table is the sum of those of all its rows. Whoever sees sums could look for
rows that may be exchanged without changing one; so a sum is only ever shown as its own keyed hash, and kept under a mask.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from itertools import pairwise

MAC_BYTES = 16
MODULUS = 1 << 8 * MAC_BYTES
IN_A_STRETCH = 64  # ids
MARK_BYTES = 4
ALL = (1 << IN_A_STRETCH) - 1
NO_MARKS = bytes(IN_A_STRETCH * MARK_BYTES)
NO_MARK = bytes(MARK_BYTES)


def key_of(key: bytes, table: str, columns: Sequence[str]) -> bytes:
    """The key of one table, as these columns: what is hashed of a row says neither."""
    return blake2b(f"careward tables\n{table}\n{','.join(columns)}\n".encode(), key=key[:64], digest_size=32).digest()


def mac(key: bytes, text: bytes) -> bytes:
    """What stands for one row's content."""
    return blake2b(text, key=key, digest_size=MAC_BYTES).digest()


def macs(key: bytes, texts: Sequence[bytes]) -> list[bytes]:
    """The same of many rows; the key is taken in once, which makes each a third quicker."""
    begun, take_in = blake2b(key=key, digest_size=MAC_BYTES), blake2b.update
    found = []
    for text in texts:
        one = begun.copy()
        take_in(one, text)
        found.append(one.digest())
    return found


def macs_in(joined: bytes) -> list[bytes]:
    """The hashes of several rows that stand one behind another."""
    return [joined[at : at + MAC_BYTES] for at in range(0, len(joined), MAC_BYTES)]


def total(macs: Iterable[bytes]) -> int:
    """The sum over rows."""
    return sum(map(int.from_bytes, macs)) % MODULUS


def tag(key: bytes, *, number: int, rows: int, total: int) -> str:
    """What an entry says of a table: binds its sum, its number of rows, and which change of the table it was."""
    return blake2b(f"sum {number} {rows} {total}".encode(), key=key, digest_size=32).hexdigest()


def hidden(key: bytes, nonce: bytes, total: int) -> bytes:
    """A sum as it is kept."""
    return nonce + ((total + _mask(key, nonce)) % MODULUS).to_bytes(MAC_BYTES)


def shown(key: bytes, kept: bytes) -> int:
    """The sum that was kept so."""
    nonce, masked = kept[:MAC_BYTES], kept[MAC_BYTES:]
    return (int.from_bytes(masked) - _mask(key, nonce)) % MODULUS


def _mask(key: bytes, nonce: bytes) -> int:
    return int.from_bytes(blake2b(b"mask" + nonce, key=key, digest_size=MAC_BYTES).digest())


def is_tag(key: bytes, said: str, *, number: int, rows: int, total: int) -> bool:
    """Whether a tag binds just this."""
    return compare_digest(said.encode(), tag(key, number=number, rows=rows, total=total).encode())


def mark_of(mac: bytes | None) -> bytes:
    """A row's mark, by which it is found again when it is another; that of no row is nought."""
    if mac is None:
        return NO_MARK
    mark = mac[:MARK_BYTES]
    return mark if mark != NO_MARK else b"\0\0\0\1"


def marks_of(macs: Sequence[bytes]) -> bytes:
    """The marks of many rows, one behind another."""
    joined = b"".join([mac[:MARK_BYTES] for mac in macs])
    return b"".join(map(mark_of, macs)) if NO_MARK in joined else joined  # one may be nought, which would say that there is no row


@dataclass(slots=True)
class Marks:
    """Marks by stretches of ids: what rows were and are now, of those that were touched."""

    touched: dict[int, int] = field(default_factory=dict)  # which places of each stretch, as bits
    was: dict[int, bytearray] = field(default_factory=dict)
    now: dict[int, bytearray] = field(default_factory=dict)

    def touch(self, first: int, last: int) -> None:
        """Takes in a run of ids."""
        for stretch in range(first // IN_A_STRETCH, last // IN_A_STRETCH + 1):
            low = max(first - stretch * IN_A_STRETCH, 0)
            high = min(last - stretch * IN_A_STRETCH, IN_A_STRETCH - 1)
            self.touched[stretch] = self.touched.get(stretch, 0) | ((1 << high + 1) - (1 << low))

    def put(self, marks: dict[int, bytearray], row_id: int, mac: bytes | None) -> None:
        """Sets one mark among `was` or `now`."""
        stretch, place = divmod(row_id, IN_A_STRETCH)
        found = marks.get(stretch)
        if found is None:
            found = marks[stretch] = bytearray(NO_MARKS)
        found[place * MARK_BYTES : (place + 1) * MARK_BYTES] = mark_of(mac)

    def put_all(self, marks: dict[int, bytearray], ids: Sequence[int], macs: Sequence[bytes]) -> None:
        """Sets many, by stretches where their ids follow each other."""
        if not ids or ids[-1] - ids[0] != len(ids) - 1 or (not isinstance(ids, range) and list(ids) != list(range(ids[0], ids[-1] + 1))):
            for row_id, mac in zip(ids, macs, strict=True):
                self.put(marks, row_id, mac)
            return
        joined = marks_of(macs)
        for stretch in range(ids[0] // IN_A_STRETCH, ids[-1] // IN_A_STRETCH + 1):
            low, high = max(ids[0], stretch * IN_A_STRETCH), min(ids[-1], (stretch + 1) * IN_A_STRETCH - 1)
            found = marks.setdefault(stretch, bytearray(NO_MARKS))
            place = (low - stretch * IN_A_STRETCH) * MARK_BYTES
            part = joined[(low - ids[0]) * MARK_BYTES : (high - ids[0] + 1) * MARK_BYTES]
            found[place : place + len(part)] = part

    def merged(self, stretch: int, kept: bytes) -> tuple[bytes, list[int]]:
        """The marks of a stretch as they are from now on, and the ids of rows that were not as they had been left."""
        kept = kept if len(kept) == len(NO_MARKS) else NO_MARKS
        was, now = bytes(self.was.get(stretch, NO_MARKS)), bytes(self.now.get(stretch, NO_MARKS))
        bits = self.touched[stretch]
        if bits == ALL and was == kept:
            return now, []
        out, strange = bytearray(kept), []
        for place in range(IN_A_STRETCH):
            if bits >> place & 1:
                here = slice(place * MARK_BYTES, (place + 1) * MARK_BYTES)
                if was[here] != kept[here]:
                    strange.append(stretch * IN_A_STRETCH + place)
                out[here] = now[here]
        return bytes(out), strange


def differing(stretch: int, kept: bytes, now: bytes) -> Iterator[tuple[int, str]]:
    """The ids of a stretch whose rows are not as they were left, each with what became of it."""
    for place in range(IN_A_STRETCH):
        here = slice(place * MARK_BYTES, (place + 1) * MARK_BYTES)
        if kept[here] != now[here]:
            what = "was put in" if kept[here] == NO_MARK else "is gone" if now[here] == NO_MARK else "was changed"
            yield stretch * IN_A_STRETCH + place, what


def runs_of(ids: Iterable[int], runs: Iterable[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Ids and runs [first, last] as runs in order, none touching another."""
    found = list[tuple[int, int]]()
    for first, last in sorted([*_following(sorted(ids)), *runs]):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _following(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Ids in order, some perhaps twice, as runs of those that follow each other."""
    if not ids or ids[-1] - ids[0] == len(ids) - 1 == len(set(ids)) - 1:
        return [(ids[0], ids[-1])] if ids else []
    ends = [place for place, (one, other) in enumerate(pairwise(ids)) if other > one + 1]
    return [(ids[begin], ids[end]) for begin, end in zip([0, *(place + 1 for place in ends)], [*ends, len(ids) - 1], strict=True)]
