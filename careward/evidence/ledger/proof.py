"""Checking the ledger against its own signed checkpoints, and taking it out of the house so that others can."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from careward.evidence.ledger import rows, rules
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint
from careward.seal import walk
from careward.seal.walk import KeptCheckpoint, LogFaults, Report, Stood

SCRIPT = Path(__file__).parent / "standalone" / "verify_ledger.py"


def verify(*, keys_folder: Path | None = None, witnessed: Iterable[str] = ()) -> Report:
    """Computes every leaf again from its row and the tree from the leaves, and holds both against every signed checkpoint.

    Finds a changed, dropped, inserted or reordered row and a tail cut off. `witnessed` are notes that others have kept: the ledger
    must still hold all they say. Nothing is locked; entries may be written and sealed meanwhile.
    """
    keys, found = ledger_keys(keys_folder), LogFaults("entry", "entries")
    saved = list(Checkpoint.objects.order_by("size"))
    kept = [KeptCheckpoint(c.size, bytes(c.root), tuple(c.frontier["peaks"]), c.note) for c in saved]
    outside = [("the copy beside the keys", keys.kept_latest()), *(("a witnessed checkpoint", note) for note in witnessed)]
    settled = saved[-1].frontier["settled"] if saved else 0
    checked = walk.walk(leaves=_leaves, kept=kept, outside=outside, keys=keys, found=found)
    for entry_id in rows.unsealed_ids(to=settled, limit=walk.MOST_PROBLEMS):
        found.add(entry_id, f"entry {entry_id} was put in among entries already sealed, or its leaf is gone")
    if stray := rows.leaves_past_last_checkpoint():
        found.add(None, f"{stray} leaves stand outside every checkpoint")
    return found.report(checked=checked, unsealed=rows.count_unsealed(above=settled))


def _leaves(size: int) -> Iterator[Stood]:
    """Every leaf under a size, its hash derived again from the entry's row."""
    for number, entry_id, hashed, row in rows.placed(below=size):
        yield Stood(number, entry_id, hashed, None if row is None else _again(row))


def _again(row: rules.Row) -> bytes:
    try:
        return rules.leaf(row)
    except (ValueError, RecursionError):  # a changed row that is no longer JSON
        return b""


def export(folder: Path, *, keys_folder: Path | None = None, compress: bool = False) -> int:
    """Writes the sealed ledger for someone who does not trust us, and returns how many entries.

    entries.ndjson (or .ndjson.gz) holds one entry a line with its place and hash, checkpoints.ndjson every signed note, ledger.vkey the
    public key; verify_ledger.py checks them. Each file appears whole or not at all; raises NoteError without a key.
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
