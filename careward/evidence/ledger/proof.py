"""Checking the ledger against its own signed checkpoints, and taking it out of the house so that others can."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from careward.evidence.ledger import links, rows, rules, signed
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.leaves import leaf_as_kept, placed_again
from careward.evidence.ledger.models import Checkpoint
from careward.evidence.ledger.signed import LastSigned
from careward.evidence.ledger.told import Ahead, Outside, read_outside
from careward.evidence.ledger.waiting import hold_waiting
from careward.evidence.rows.bulk import collector_off
from careward.seal import walk
from careward.seal.keys import LogKeys
from careward.seal.outside import SignedFile
from careward.seal.walk import AsStood, KeptCheckpoint, LogFaults, Report, Stood

SCRIPT = Path(__file__).parent / "standalone" / "verify_ledger.py"


def verify(*, keys_folder: Path | None = None, witnessed: Iterable[str] = ()) -> Report:
    """Computes every leaf again from its row and the tree from the leaves, and holds both against all that was ever signed.

    Finds a changed, dropped, inserted or reordered row, a tail cut off, and whatever was signed and is gone. `witnessed` are notes that
    others have kept: the ledger must still hold all they say. Entries may be written and sealed meanwhile; nothing is written here.
    """
    keys = ledger_keys(keys_folder)
    if hidden := keys.hidden():
        what = f"{', '.join(hidden)} cannot be read by whoever asks, so nothing was checked; ask as the owner of the keys, or of a copy"
        return Report(False, 0, None, (what,), 0)
    file = SignedFile(keys)
    links.bind_now()
    with rows.as_of_now():
        with file.still():  # nobody is between a line and its commit
            kept = rows.checkpoints()
            told = read_outside(file)
        return _checked(keys, told, kept, [("a witnessed checkpoint", note) for note in witnessed])[0]


def look(keys: LogKeys) -> tuple[Report, list[str]]:
    """The same for a signer whose turn it is, with the mark of each problem."""
    return _checked(keys, read_outside(SignedFile(keys)), rows.checkpoints(), [])


def marks_after(keys: LogKeys, head: LastSigned) -> list[str]:
    """The marks of what would be wrong if this were the last thing signed."""
    told = read_outside(SignedFile(keys))
    told.head = head
    return _checked(keys, told, rows.checkpoints(), [])[1]


def _checked(keys: LogKeys, told: Outside, kept: list[rows.CheckpointRow], witnessed: list[tuple[str, str]]) -> tuple[Report, list[str]]:
    found = LogFaults("entry", "entries", told.explained)
    _hold_files(keys, told, kept, found)
    _hold_checkpoints(told, kept, found)
    ahead = told.ahead(kept)
    rows_of_kept = [KeptCheckpoint(c.size, c.root, c.peaks, c.note) for c in kept]
    outside = [("the copy beside the keys", _text_of(keys.earlier)), *witnessed]
    leaves = partial(_leaves, ahead=ahead)
    with collector_off():
        checked = walk.walk(leaves=leaves, kept=rows_of_kept, outside=outside, keys=keys, found=found, signed=told.trees)
    waits = hold_waiting(told, ahead, found)
    if stray := rows.leaves_past_last_checkpoint():
        found.add(None, f"{stray} leaves stand outside every checkpoint", str(stray))
    report = found.report(checked=checked, unsealed=waits.count, oldest=waits.oldest, unsealable=waits.unsealable)
    return replace(report, explained=(*report.explained, *told.notes)), found.marks


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _hold_files(keys: LogKeys, told: Outside, kept: list[rows.CheckpointRow], found: LogFaults) -> None:
    """What must lie beside the keys and does not, or says something else than was signed."""
    keys_of_home = ledger_keys()
    for fault in (*([told.fault] if told.fault else []), *told.gaps):
        found.add(None, fault)
    if rows.any_lane() and not keys_of_home.lanes.exists():
        found.add(None, f"{keys_of_home.lanes.name} is gone, so what is written now cannot be sealed; put it back from your backup")
    if kept and not keys.private.exists():
        found.add(None, f"{keys.private.name} is gone, so nothing more can be sealed; put it back from your backup")
    if not told.lines and not told.fault:
        if any(c.line for c in kept):
            found.add(
                None, f"{SignedFile(keys).path.name} is gone, and the ledger has checkpoints that stand in it; put it back from your backup"
            )
        elif kept and not keys.earlier.exists():
            found.add(None, f"{keys.earlier.name} is gone, the copy of the newest checkpoint that an earlier version kept")
    if told.head.alarm:
        for problem in told.head.alarm["problems"]:
            found.add(None, f"an alarm stands since {told.head.alarm['at']}: {problem}", str(told.head.alarm["line"]))


def _hold_checkpoints(told: Outside, kept: list[rows.CheckpointRow], found: LogFaults) -> None:
    """Each line has its row and each row its line, and both say the same."""
    if not told.lines:
        return
    here = {c.line: c for c in kept if c.size > told.taken_over}
    ahead = told.ahead(kept)
    for number, said in told.sealed.items():
        row = here.pop(number, None)
        if row is None and not (ahead and ahead.number == number):
            found.add(None, f"the checkpoint at {said.size} was signed in line {number} and is gone")
        elif row is not None and row != said:
            found.add(None, f"the checkpoint at {row.size} is not what was signed in line {number}", signed.digest([row]))
    for row in here.values():
        found.add(None, f"the checkpoint at {row.size} was never signed", signed.digest([row]))
    earlier = [c for c in kept if c.size <= told.taken_over]
    if signed.digest(earlier) != told.earlier:
        found.add(None, "the checkpoints of before the taking over are not as they were taken over", signed.digest(earlier))


def _leaves(size: int, *, ahead: Ahead | None) -> Iterator[AsStood]:
    """Every leaf under a size, its hash derived again from the entry's row; then those that are signed and have no place yet."""
    yield from placed_again(below=size)
    if ahead is not None:
        for number, row in enumerate(rows.by_ranges(ahead.ids), ahead.first):
            again = leaf_as_kept(row)
            yield Stood(number, row.id, again, again)


def export(folder: Path, *, keys_folder: Path | None = None, compress: bool = False) -> int:
    """Writes the sealed ledger for someone who does not trust us, and returns how many entries.

    entries.ndjson (or .ndjson.gz) holds one entry a line with its place and hash, checkpoints.ndjson every signed note, ledger.vkey the
    public key, handed.ndjson how it was handed over, where it was; verify_ledger.py checks them. Each file appears whole or not at all;
    raises NoteError without a key.
    """
    keys = ledger_keys(keys_folder)
    verifier = keys.verifier()
    folder.mkdir(parents=True, exist_ok=True)
    saved = list(Checkpoint.objects.order_by("size").values_list("size", "note"))
    count = 0
    with _writing(folder / ("entries.ndjson.gz" if compress else "entries.ndjson")) as out:
        for placed in rows.placed(below=saved[-1][0] if saved else 0):
            out.write(_line(placed))
            count += 1
    with _writing(folder / "checkpoints.ndjson") as out:
        out.writelines(rules.as_json({"note": note}) + b"\n" for _, note in saved)
    with _writing(folder / keys.public.name) as out:
        out.write(verifier.vkey().encode() + b"\n")
    if keys.handed.exists():
        with _writing(folder / "handed.ndjson") as out:
            out.write(keys.handed.read_bytes())
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
