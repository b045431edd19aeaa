"""Merkle trees of RFC 6962: hashes, roots, proofs, and a compact range that grows a leaf at a time.

A tree of n leaves splits at the largest power of two below n. Leaves and nodes are hashed with different first bytes, so that
neither can be passed off as the other. A hash is 32 bytes of SHA-256.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32

Range = tuple[int, int]  # leaves from one place up to another


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The least that must be kept of a tree so that it can grow: the roots of its full subtrees, largest first.

    Appending costs one node hash on average and a root costs one for each full subtree, whatever the size of the tree.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Takes up a kept range again; ValueError when the hashes do not fit the size."""
        self._size, self._peaks = size, list(peaks)
        if size < 0 or len(self._peaks) != size.bit_count() or any(len(p) != HASH_BYTES for p in self._peaks):
            raise ValueError(f"{len(self._peaks)} hashes do not fit a tree of {size} leaves; read the range again from its store")

    @property
    def size(self) -> int:
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaf hashes in order."""
        level, peaks, new = list(leaves), self._peaks, list[bytes]()
        rest, self._size = self._size, self._size + len(level)
        while level:  # height by height: the full subtree that stood there joins the first, and what is left alone stays
            if rest & 1:
                level.insert(0, peaks.pop())
            if len(level) & 1:
                new.append(level.pop())
            level = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
            rest >>= 1
        peaks += reversed(new)

    def root(self) -> bytes:
        """The root of the tree at its present size."""
        if not self._peaks:
            return EMPTY_ROOT
        total = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            total = node_hash(peak, total)
        return total


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    tree = CompactRange()
    tree.extend(leaves)
    return tree.root()


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from one leaf to the root, lowest first; IndexError when there is no such leaf."""
    return roots(leaves, inclusion_ranges(index=index, size=len(leaves)))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """The hashes that show a tree to be a continuation of its first `old_size` leaves; IndexError when it never had so many."""
    return roots(leaves, consistency_ranges(old_size=old_size, size=len(leaves)))


def inclusion_ranges(*, index: int, size: int) -> tuple[Range, ...]:
    """The subtrees whose roots lead from one leaf to the root, lowest first; IndexError when there is no such leaf."""
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return tuple(reversed(path))


def consistency_ranges(*, old_size: int, size: int) -> tuple[Range, ...]:
    """The subtrees whose roots show a tree to continue its first `old_size` leaves; IndexError when it never had so many."""
    if not 0 <= old_size <= size:
        raise IndexError(f"a tree of {size} never had {old_size} leaves")
    if old_size == 0:
        return ()
    path, low, high, whole = [], 0, size, True
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    if not whole:  # the old root itself is known to the verifier, any smaller subtree is not
        path.append((low, high))
    return tuple(reversed(path))


def roots(leaves: Iterable[bytes], ranges: Sequence[Range]) -> tuple[bytes, ...]:
    """The root of each range of leaves, in the order asked for, in one pass that keeps a few hashes; IndexError when leaves are missing."""
    stream, here, found = iter(leaves), 0, {}
    for low, high in sorted(ranges):
        skipped = sum(1 for _ in islice(stream, low - here))
        tree = CompactRange()
        tree.extend(islice(stream, high - low))
        if skipped != low - here or tree.size != high - low:
            raise IndexError(f"the log ends before leaf {high}")
        found[low, high], here = tree.root(), high
    return tuple(found[each] for each in ranges)


def includes(*, root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows a leaf hash to stand at an index of a tree; anything malformed is False."""
    if not 0 <= index < size or not _hashes(root, leaf, *proof):
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            here, last = _climb(here, last)
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def continues(*, old_root: bytes, old_size: int, new_root: bytes, new_size: int, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows the new tree to begin with the whole old one; anything malformed is False."""
    if not 0 <= old_size <= new_size or not _hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    return bool(steps) and _both_roots(old_size - 1, new_size - 1, steps) == (old_root, new_root)


def _both_roots(here: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and new roots a consistency proof leads to (RFC 9162 2.1.4.2); None when it is too long or too short."""
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            here, last = _climb(here, last)
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return (old, new) if last == 0 else None


def _climb(here: int, last: int) -> tuple[int, int]:
    """Past the levels where a node on the right edge has no sibling and so moves up unchanged."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _hashes(*values: bytes) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
