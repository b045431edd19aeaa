"""Evidence about a log that one page or one file can carry: that a leaf stands in it, and that it continues what it was."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from careward.seal.notes import KeyChain, NoteError, Verifier, read_checkpoint
from careward.seal.tree import Range, consistency_ranges, continues, includes, inclusion_ranges, node_hash, roots


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The evidence that one leaf stands in a signed log: RFC 6962 hashes, lowest first, and the signed note."""

    number: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """As C2SP's tlog-proof lays it down."""
        return "\n".join(
            ["c2sp.org/tlog-proof@v1", f"index {self.number}", *(b64encode(step).decode() for step in self.path), "", self.note]
        )

    def holds(self, leaf: bytes, chain: KeyChain) -> bool:
        """Whether a leaf hash leads through it to what a key of this log signed."""
        try:
            said = chain.read(self.note)
        except NoteError:  # not signed with this key: then nothing is proven
            return False
        return includes(root=said.root, size=said.size, index=self.number, leaf=leaf, proof=self.path)


def include(leaves: Iterable[bytes], *, number: int, size: int, leaf: bytes, note: str) -> Inclusion:
    """The evidence for one leaf out of all leaf hashes, in one pass; IndexError when some are missing."""
    return Inclusion(number, size, leaf, roots(leaves, inclusion_ranges(index=number, size=size)), note)


def include_several(leaves: Iterable[bytes], *, numbers: Iterable[int], size: int) -> dict[int, tuple[bytes, ...]]:
    """The hashes that lead from each of several leaves to the root, lowest first, out of one reading of all leaf hashes.

    IndexError when some are missing. All of them are in the memory meanwhile: 64 bytes for each leaf.
    """
    levels = [list(leaves)]
    if len(levels[0]) != size:
        raise IndexError(f"the log has {len(levels[0])} leaves and not {size}")
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return {number: tuple(_over(levels, each) for each in inclusion_ranges(index=number, size=size)) for number in numbers}


def _over(levels: Sequence[Sequence[bytes]], leaves: Range) -> bytes:
    """The root over a range as inclusion_ranges gives it: a full subtree, or one at the right edge that is cut off."""
    low, high = leaves
    level = (high - low).bit_length() - 1
    if high - low == 1 << level:
        return levels[level][low >> level]
    middle = low + (1 << level)
    return node_hash(_over(levels, (low, middle)), _over(levels, (middle, high)))


def continuation(leaves: Iterable[bytes], *, old_size: int, size: int) -> tuple[bytes, ...]:
    """The hashes that show a log of one size to go on from what it was at an older one; IndexError when leaves are missing."""
    return roots(leaves, consistency_ranges(old_size=old_size, size=size))


def goes_on(*, old_note: str, new_note: str, path: Sequence[bytes], verifier: Verifier) -> bool:
    """Whether the hashes show the log of the newer signed checkpoint to begin with the whole of the older one's; False for broken notes."""
    try:
        old, new = read_checkpoint(old_note, verifier), read_checkpoint(new_note, verifier)
    except NoteError:
        return False
    return continues(old_root=old.root, old_size=old.size, new_root=new.root, new_size=new.size, proof=path)
