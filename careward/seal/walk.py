"""Walking a log: every hash is derived again from what its leaf stands for, and the tree held against all that was signed of it.

What a log is made of is the caller's: rows of a database, segments of files. It gives its leaves in order, the checkpoints it keeps, and
those that others have kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from careward.seal.handing import chain_of
from careward.seal.keys import LogKeys
from careward.seal.notes import KeyChain, NoteError
from careward.seal.tree import CompactRange

MOST_PROBLEMS = 100
AsStood: TypeAlias = tuple[int, int, bytes, bytes | None]  # as Stood has them


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found, each problem a sentence.

    `checked` counts what is sealed; what came since the last sealing is `unsealed`, not wrong. `first_bad` is the id of the first one
    that is concerned; where one is gone, the first id it can have had. `explained` is what is wrong, and a named person has written down
    what happened.
    """

    ok: bool
    checked: int
    first_bad: int | None
    problems: tuple[str, ...]
    unsealed: int
    explained: tuple[str, ...] = ()
    oldest: str = ""  # the moment of the oldest that is unsealed
    unsealable: int = 0  # what has no place and can be given none


class Stood(NamedTuple):
    """A leaf as it stands in a log: its place, the id of what it stands for, the hash kept, and the hash as it is derived again."""

    number: int
    id: int
    hash: bytes
    again: bytes | None  # None: what it stands for is gone; b"": that cannot be hashed any more


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint as the log itself keeps it; peaks are the hashes, in hex, with which its tree grows on."""

    size: int
    root: bytes
    peaks: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SignedTree:
    """The tree as it was signed outside the log, with the hashes with which it grows on: from here it can be gone on with."""

    size: int
    root: bytes
    peaks: tuple[bytes, ...]
    where: str


@dataclass(slots=True)
class LogFaults:
    """What is wrong with a log, gathered: problems told one by one up to a number, then counted.

    `explained` gives the words for each problem, by its mark, of which a named person wrote down what happened. A mark binds what
    stands there now: what is changed once more is a new problem.
    """

    one: str  # "entry"
    many: str  # "entries"
    explained: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    more: int = 0
    first_bad: int | None = None

    def add(self, bad_id: int | None, what: str, now: bytes | str = b"", same_as: str = "") -> None:
        """One problem, the id of what it concerns first, what stands there instead, and the words it is known by where others tell it."""
        found = mark(same_as or what, now)
        if found in self.explained:
            self.told.append(f"{what} ({self.explained[found]})")
            return
        if bad_id is not None:
            self.first_bad = bad_id if self.first_bad is None else min(self.first_bad, bad_id)
        self.marks.append(found)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(what)
        else:
            self.more += 1

    def report(self, *, checked: int, unsealed: int, oldest: str = "", unsealable: int = 0) -> Report:
        """All of it as a frozen value."""
        more = [f"and {self.more:,} more"] if self.more else []
        return Report(not self.problems, checked, self.first_bad, (*self.problems, *more), unsealed, tuple(self.told), oldest, unsealable)


def mark(what: str, now: bytes | str = b"") -> str:
    """What tells a problem from every other."""
    return sha256(what.encode("utf-8", "backslashreplace") + b"\n" + (now.encode() if isinstance(now, str) else now)).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one checkpoint states of the tree; from outside the log it has no peaks."""

    root: bytes
    where: str
    peaks: tuple[str, ...] | None = None
    signed: SignedTree | None = None


def walk(
    *,
    leaves: Callable[[int], Iterable[AsStood]],
    kept: Sequence[KeptCheckpoint],
    outside: Iterable[tuple[str, str]],
    keys: LogKeys,
    found: LogFaults,
    signed: Iterable[SignedTree] = (),
) -> int:
    """Goes through a log and adds what is wrong to `found`; returns how many leaves stood there.

    `leaves` gives those numbered under a size, in order. `outside` are notes that lie elsewhere, each with the words for where: the log
    must still hold all they say. `signed` are trees that the caller knows to be signed: where the log has left what was signed, the
    next of them takes it up again, so that nothing after a break goes unchecked. Finds what was changed, dropped, put in or moved,
    and a tail cut off.
    """
    said = _all_said(kept, [(where, note) for where, note in outside if note], keys, found)
    for tree in signed:
        said.setdefault(tree.size, []).append(_Said(tree.root, tree.where, signed=tree))
    size = max(said, default=0)
    return _through(leaves(size), size, said, found)


def _all_said(
    kept: Sequence[KeptCheckpoint], outside: Sequence[tuple[str, str]], keys: LogKeys, found: LogFaults
) -> dict[int, list[_Said]]:
    said: dict[int, list[_Said]] = {}
    if not kept and not outside:
        return said
    try:
        chain = chain_of(keys)
    except NoteError as error:
        found.add(None, f"no checkpoint can be trusted: {error}")
        return {c.size: [_said(c)] for c in kept}
    for checkpoint in kept:
        said.setdefault(checkpoint.size, []).append(_said(checkpoint))
        _check_note(checkpoint, chain, found)
    for where, note in outside:
        _add_outside(said, where, note, chain, found)
    return said


def _said(checkpoint: KeptCheckpoint) -> _Said:
    return _Said(checkpoint.root, f"the checkpoint at {checkpoint.size}", checkpoint.peaks)


def _check_note(checkpoint: KeptCheckpoint, chain: KeyChain, found: LogFaults) -> None:
    try:
        signed = chain.read(checkpoint.note)
    except NoteError as error:
        found.add(None, f"the checkpoint at {checkpoint.size} cannot be trusted: {error}", checkpoint.note)
        return
    if (signed.size, signed.root) != (checkpoint.size, checkpoint.root):
        found.add(None, f"the checkpoint at {checkpoint.size} was changed: its signed note says something else", checkpoint.root)


def _add_outside(said: dict[int, list[_Said]], where: str, note: str, chain: KeyChain, found: LogFaults) -> None:
    try:
        signed = chain.read(note)
    except NoteError as error:
        found.add(None, f"{where} cannot be trusted: {error}")
        return
    said.setdefault(signed.size, []).append(_Said(signed.root, where))


@dataclass(slots=True)
class _Way:
    """How far the leaves have been gone through, and what the tree was when it last agreed with everything said of it."""

    tree: CompactRange = field(default_factory=CompactRange)
    waiting: list[bytes] = field(default_factory=list)  # hashes not yet in the tree: it is wanted at checkpoints only
    good_id: int = 0
    jump_id: int = 0  # the first id passed over since: where one may have been, though ids also jump by themselves
    holds: bool = True

    def compare(self, said: Sequence[_Said], found: LogFaults, last_id: int = 0) -> None:
        if self.holds:
            self.tree.extend(self.waiting)
            self.holds = _agrees(said, self.tree, self.good_id, found)
            self.good_id, self.jump_id = last_id, 0
        self.waiting.clear()
        if not self.holds:
            self.take_up(said, last_id)

    def take_up(self, said: Iterable[_Said], last_id: int) -> None:
        """Goes on from what was signed where the leaves have left it."""
        for signed in (one.signed for one in said if one.signed):
            self.tree, self.holds = CompactRange(signed.size, signed.peaks), True
            self.good_id, self.jump_id = last_id, 0
            self.waiting.clear()


def _through(leaves: Iterable[AsStood], size: int, said: dict[int, list[_Said]], found: LogFaults) -> int:
    way = _Way()
    way.compare(said.get(0, ()), found)
    wait, checked, expected, last_id = way.waiting.append, 0, 0, 0  # here and not in a method of its own: a call costs as much as the rest
    for number, leaf_id, hashed, again in leaves:
        if number != expected:
            found.add(last_id + 1, _places_gone(found, expected, number))
            way.holds = False  # every root differs for this reason, until one that was signed outside
            way.take_up(said.get(number, ()), leaf_id - 1)
        if again != hashed:
            _add_leaf(leaf_id, number, found, again)
        if leaf_id != last_id + 1:
            way.jump_id = way.jump_id or last_id + 1
        wait(hashed)
        checked, expected, last_id = checked + 1, number + 1, leaf_id
        if expected in said:
            way.compare(said[expected], found, last_id)
    if expected < size:
        what = f"{size} {found.many} were signed and {expected} are here: those missing came after {found.one} {way.good_id}"
        found.add(way.jump_id or last_id + 1, what, same_as=_places_gone(found, expected, size))
    return checked


def _places_gone(found: LogFaults, first: int, end: int) -> str:
    return f"the {found.many} at places {first} to {end - 1} are gone"


def _add_leaf(leaf_id: int, number: int, found: LogFaults, again: bytes | None) -> None:
    what = "gone" if again is None else f"not what was sealed at place {number}"
    found.add(leaf_id, f"{found.one} {leaf_id} is {what}", again or b"")


def _agrees(said: Iterable[_Said], tree: CompactRange, after: int, found: LogFaults) -> bool:
    """Whether everything that was signed or kept of the tree at its present size is so."""
    wrong, root, peaks = 0, tree.root(), tuple(p.hex() for p in tree.peaks)
    for one in said:
        if one.root != root:
            wrong += 1
            found.add(after + 1, f"{one.where} does not fit: a leaf after {found.one} {after} was changed, dropped, put in or moved", root)
        elif one.peaks is not None and one.peaks != peaks:
            found.add(None, f"the hashes kept with {one.where} for going on were changed", "".join(one.peaks))
    return not wrong
