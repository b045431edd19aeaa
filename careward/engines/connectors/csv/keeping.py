"""What was read when files were looked at, kept beside them for when they go in, so that nobody reads them twice.

Bound by digests: of every file of the folder, of the mapping profile and of the list of columns. Where any of them is another now, or what
was kept is not whole, the files are read again.
"""

import json
import marshal
from collections.abc import Iterator
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from careward.core.columns import FEEDS
from careward.core.ports import FeedFile, Problem, Reading
from careward.engines.connectors.csv.kept import KeptRows

FOLDER = ".read"  # within the folder of the files; nobody takes it for one of them
RULES = 7  # of the reading: raised whenever a cell would be read otherwise than before
_TABLE = "reading.json"
_PLAIN = ("feed", "name", "system", "digest", "refused", "snapshot", "canonical")


def stamp(folder: Path, profile: str) -> str:
    """What a reading of this folder rests on, the text of its mapping profile and the form that rows are kept in included."""
    said = sha256(f"{profile}\n{FEEDS!r}\nrules {RULES}\nmarshal {marshal.version}, days and moments as text".encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and FOLDER not in p.parts):
        said.update(f"{path.relative_to(folder)} {_digest(path)}\n".encode(errors="surrogateescape"))
    return said.hexdigest()


def _digest(path: Path) -> str:
    said = sha256()
    with path.open("rb") as file:
        while some := file.read(1 << 20):
            said.update(some)
    return said.hexdigest()


def keep(reading: Reading, folder: Path, stamped: str) -> None:
    """Puts a reading beside the files it was read from; the table that makes it one comes last."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    files = [_kept(file, place / f"{number}.rows") for number, file in enumerate(reading.files)]
    problems = [asdict(p) for p in reading.problems]
    table = json.dumps({"stamp": stamped, "files": files, "problems": problems, "notices": reading.notices})
    (place / f"{_TABLE}.new").write_text(table, encoding="utf-8")
    (place / f"{_TABLE}.new").rename(place / _TABLE)


def _kept(file: FeedFile, path: Path) -> dict[str, Any]:
    rows = file.rows
    if isinstance(rows, list):
        known = FEEDS[file.feed]
        rows_kept = KeptRows([known.column(name) for name in file.columns])
        rows_kept.add(file.whole())
        rows = rows_kept
    assert isinstance(rows, KeptRows)
    with path.open("wb") as out:
        told = rows.copy_to(out)
    return {
        **{name: getattr(file, name) for name in _PLAIN},
        "columns": file.columns,
        "key": file.key,
        "unkeyed": file.unkeyed,
        "notices": file.notices,
        "problems": [asdict(p) for p in file.problems],
        "refused_keys": None if file.refused_keys is None else sorted(file.refused_keys),
        "given": file.given,
        "contradicted": sorted(file.contradicted),
        "rows": {"file": path.name, "sha256": _digest(path), **told},
    }


def recall(folder: Path, stamped: str) -> Reading | None:
    """What was read before of the same files through the same profile; None where there is none, or it is not whole."""
    place = folder / FOLDER
    try:
        said = json.loads((place / _TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if said["stamp"] != stamped or any(not _whole(place, file["rows"]) for file in said["files"]):
        return None
    files = tuple(_recalled(place, file) for file in said["files"])
    return Reading(files, tuple(_problems(said["problems"])), tuple(said["notices"]))


def _whole(place: Path, rows: dict[str, Any]) -> bool:
    path = place / rows["file"]
    return path.is_file() and _digest(path) == str(rows["sha256"])


def _recalled(place: Path, said: dict[str, Any]) -> FeedFile:
    feed, told = FEEDS[said["feed"]], said["rows"]
    columns = [feed.column(name) for name in said["columns"]]
    rows = KeptRows.on(columns, (place / told["file"]).open("rb"), told)
    keys = said["refused_keys"]
    empty = FeedFile("", "", "", "", tuple(said["columns"]), rows, rows.lines, 0, tuple(_problems(said["problems"])), (), False)
    return replace(
        empty,
        **{name: said[name] for name in _PLAIN},
        notices=tuple(said["notices"]),
        key=tuple(said["key"]),
        unkeyed=tuple(said["unkeyed"]),
        given=tuple(said.get("given", ())),
        contradicted=frozenset(map(tuple, said.get("contradicted", ()))),
        refused_keys=None if keys is None else frozenset(map(tuple, keys)),
    )


def _problems(rows: list[dict[str, Any]]) -> Iterator[Problem]:
    return (Problem(**row) for row in rows)
