"""Checking the ledger against its own signed checkpoints, and taking it out of the house so that others can."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from careward.core.merkle import CompactRange
from careward.evidence.ledger import keys, notes, rows, rules
from careward.evidence.ledger.models import Checkpoint

MOST_PROBLEMS = 100
SCRIPT = Path(__file__).parent / "standalone" / "verify_ledger.py"


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found, each problem a sentence.

    `checked` counts sealed entries; those written since the last sealing are `unsealed`, not wrong. `first_bad` is the id of the first
    row that is concerned; where a row is gone, the first id it can have had.
    """

    ok: bool
    checked: int
    first_bad: int | None
    problems: tuple[str, ...]
    unsealed: int


@dataclass(slots=True)
class _Found:
    problems: list[str] = field(default_factory=list)
    more: int = 0
    first_bad: int | None = None

    def add(self, entry_id: int | None, what: str) -> None:
        if entry_id is not None:
            self.first_bad = entry_id if self.first_bad is None else min(self.first_bad, entry_id)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(what)
        else:
            self.more += 1

    def report(self, checked: int, unsealed: int) -> Report:
        more = [f"and {self.more:,} more"] if self.more else []
        return Report(not self.problems, checked, self.first_bad, (*self.problems, *more), unsealed)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one checkpoint states of the tree; from outside the database it has no frontier."""

    root: bytes
    where: str
    peaks: tuple[str, ...] | None = None


def verify(*, keys_folder: Path | None = None, witnessed: Iterable[str] = ()) -> Report:
    """Computes every leaf again from its row and the tree from the leaves, and holds both against every signed checkpoint.

    Finds a changed, dropped, inserted or reordered row and a tail cut off. `witnessed` are notes that others have kept: the ledger
    must still hold all they say. Nothing is locked; entries may be written and sealed meanwhile.
    """
    folder, found = keys_folder or keys.home_folder(), _Found()
    saved = list(Checkpoint.objects.order_by("size"))
    said = _all_said(saved, folder, list(witnessed), found)
    settled = saved[-1].frontier["settled"] if saved else 0
    checked = _walk(said, max(said, default=0), found)
    for entry_id in rows.unsealed_ids(to=settled, limit=MOST_PROBLEMS):
        found.add(entry_id, f"entry {entry_id} was put in among entries already sealed, or its leaf is gone")
    if stray := rows.leaves_past_last_checkpoint():
        found.add(None, f"{stray} leaves stand outside every checkpoint")
    return found.report(checked, rows.count_unsealed(above=settled))


def _all_said(saved: list[Checkpoint], folder: Path, witnessed: list[str], found: _Found) -> dict[int, list[_Said]]:
    said: dict[int, list[_Said]] = {}
    kept = _kept_copy(folder)
    if not saved and not kept and not witnessed:
        return said
    try:
        verifier = keys.verifier(folder)
    except notes.NoteError as error:
        found.add(None, f"no checkpoint can be trusted: {error}")
        return {c.size: [_said(c)] for c in saved}
    for checkpoint in saved:
        said.setdefault(checkpoint.size, []).append(_said(checkpoint))
        _check_note(checkpoint, verifier, found)
    for where, note in [("the copy beside the keys", kept), *(("a witnessed checkpoint", n) for n in witnessed)]:
        if note:
            _add_outside(said, where, note, verifier, found)
    return said


def _kept_copy(folder: Path) -> str:
    path = folder / keys.LATEST
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _said(checkpoint: Checkpoint) -> _Said:
    return _Said(bytes(checkpoint.root), f"the checkpoint at {checkpoint.size}", tuple(checkpoint.frontier["peaks"]))


def _check_note(checkpoint: Checkpoint, verifier: notes.Verifier, found: _Found) -> None:
    try:
        signed = notes.read_checkpoint(checkpoint.note, verifier)
    except notes.NoteError as error:
        found.add(None, f"the checkpoint at {checkpoint.size} cannot be trusted: {error}")
        return
    if (signed.size, signed.root) != (checkpoint.size, bytes(checkpoint.root)):
        found.add(None, f"the checkpoint at {checkpoint.size} was changed: its signed note says something else")


def _add_outside(said: dict[int, list[_Said]], where: str, note: str, verifier: notes.Verifier, found: _Found) -> None:
    try:
        signed = notes.read_checkpoint(note, verifier)
    except notes.NoteError as error:
        found.add(None, f"{where} cannot be trusted: {error}")
        return
    said.setdefault(signed.size, []).append(_Said(signed.root, where))


@dataclass(slots=True)
class _Walk:
    """How far the leaves have been gone through, and what the tree was when it last agreed with everything said of it."""

    tree: CompactRange = field(default_factory=CompactRange)
    waiting: list[bytes] = field(default_factory=list)  # hashes not yet in the tree: it is wanted at checkpoints only
    checked: int = 0
    expected: int = 0
    last_id: int = 0
    good_id: int = 0
    jump_id: int = 0  # the first id passed over since: where an entry may have been, though ids also jump by themselves
    holds: bool = True

    def step(self, placed: rows.Placed) -> None:
        if placed.entry_id != self.last_id + 1:
            self.jump_id = self.jump_id or self.last_id + 1
        self.waiting.append(placed.hash)
        self.checked, self.expected, self.last_id = self.checked + 1, placed.number + 1, placed.entry_id

    def compare(self, said: Iterable[_Said], found: _Found) -> None:
        self.tree.extend(self.waiting)
        self.waiting.clear()
        self.holds = _agrees(said, self.tree, self.good_id, found)
        self.good_id, self.jump_id = self.last_id, 0


def _walk(said: dict[int, list[_Said]], size: int, found: _Found) -> int:
    """Goes through every leaf in order; returns how many stood there."""
    walk = _Walk()
    walk.compare(said.get(0, ()), found)
    for placed in rows.placed(below=size):
        if placed.number != walk.expected:
            found.add(walk.last_id + 1, f"the entries at places {walk.expected} to {placed.number - 1} are gone")
            walk.holds = False  # every later root differs for this reason
        _check_row(placed, found)
        walk.step(placed)
        if walk.holds and walk.expected in said:
            walk.compare(said[walk.expected], found)
    if walk.expected < size:
        what = f"{size} entries were signed and {walk.expected} are here: those missing came after entry {walk.good_id}"
        found.add(walk.jump_id or walk.last_id + 1, what)
    return walk.checked


def _check_row(placed: rows.Placed, found: _Found) -> None:
    if placed.row is None:
        found.add(placed.entry_id, f"entry {placed.entry_id} is gone")
        return
    try:
        same = rules.leaf(placed.row) == placed.hash
    except (ValueError, RecursionError):
        same = False
    if not same:
        found.add(placed.entry_id, f"entry {placed.entry_id} is not what was sealed at place {placed.number}")


def _agrees(said: Iterable[_Said], tree: CompactRange, after: int, found: _Found) -> bool:
    """Whether everything that was signed or kept of the tree at its present size is so."""
    wrong, root, peaks = 0, tree.root(), tuple(p.hex() for p in tree.peaks)
    for one in said:
        if one.root != root:
            wrong += 1
            found.add(after + 1, f"{one.where} does not fit: a leaf after entry {after} was changed, dropped, put in or moved")
        elif one.peaks is not None and one.peaks != peaks:
            found.add(None, f"the hashes kept with {one.where} for going on were changed")
    return not wrong


def export(folder: Path, *, keys_folder: Path | None = None, compress: bool = False) -> int:
    """Writes the sealed ledger for someone who does not trust us, and returns how many entries.

    entries.ndjson (or .ndjson.gz) holds one entry a line with its place and hash, checkpoints.ndjson every signed note, ledger.vkey the
    public key; verify_ledger.py checks them. Each file appears whole or not at all; raises NoteError without a key.
    """
    verifier = keys.verifier(keys_folder or keys.home_folder())
    folder.mkdir(parents=True, exist_ok=True)
    saved = list(Checkpoint.objects.order_by("size").values_list("size", "note"))
    count = 0
    with _writing(folder / ("entries.ndjson.gz" if compress else "entries.ndjson")) as out:
        for placed in rows.placed(below=saved[-1][0] if saved else 0):
            out.write(_line(placed))
            count += 1
    with _writing(folder / "checkpoints.ndjson") as out:
        out.writelines(rules.as_json({"note": note}) + b"\n" for _, note in saved)
    with _writing(folder / keys.PUBLIC) as out:
        out.write(verifier.vkey().encode() + b"\n")
    with _writing(folder / SCRIPT.name) as out:
        out.write(SCRIPT.read_bytes())
    return count


def _line(placed: rows.Placed) -> bytes:
    try:
        entry = rules.canonical(placed.row) if placed.row else b"null"
    except (ValueError, RecursionError):  # a changed row that is no longer JSON: the checker must see that it is not there
        entry = b"null"
    return b'{"entry":%b,"hash":"%b","leaf":%d}\n' % (entry, placed.hash.hex().encode(), placed.number)


@contextmanager
def _writing(path: Path) -> Iterator[IO[bytes]]:
    part = path.with_name(f"{path.name}.part")
    opened: IO[bytes] = gzip.GzipFile(part, "wb", mtime=0) if path.suffix == ".gz" else part.open("wb", 1 << 20)  # type: ignore[assignment]
    with opened:
        yield opened
    part.replace(path)
