"""Feeds A and B read from a folder of files, through a mapping profile, into the values of `core.ports`."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import chain
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from careward.core.blocks import collector_off
from careward.core.columns import FEEDS
from careward.core.ports import FeedFile, Problem, Reading
from careward.engines.connectors.csv import aside, grouping, keeping, profiles
from careward.engines.connectors.csv.around import MOST_BEFORE, heading_at
from careward.engines.connectors.csv.bounds import why_no_room
from careward.engines.connectors.csv.headings import Readers, Unmatched, fields_of, needed, notices_of, problems_of
from careward.engines.connectors.csv.kept import FEW, KeptRows
from careward.engines.connectors.csv.profiles import FeedProfile, Profile
from careward.engines.connectors.csv.rows import Intake
from careward.engines.connectors.csv.sources import Run, TextSource, Unusable, in_runs, level, records_of
from careward.engines.connectors.csv.values import CODE_FORM, SYSTEM_CODE, Misfit, cell_reader

if TYPE_CHECKING:
    from careward.engines.connectors.csv.parquet import ParquetSource
    from careward.engines.connectors.csv.xlsx import XlsxSource

GIB = 1 << 30
MOST_UNPACKED = GIB // 2  # bytes of a workbook: a million rows of twelve columns are about half of it
_STAY = {
    "staff": "There is no staff file: people stay as they were last loaded.",
    "systems": "There is no systems file: the register stays as it was last loaded.",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A file of the folder that a feed of the profile asks for."""

    path: Path
    name: str  # below the folder, with /
    profile: FeedProfile

    @property
    def system(self) -> str:
        return self.profile.system_of(self.name)

    @property
    def size(self) -> int:
        """In bytes; 0 where it cannot be asked, which reading it will say."""
        with suppress(OSError):
            return self.path.stat().st_size
        return 0


@dataclass(frozen=True, slots=True)
class _Head:
    """The heading of a file and the line it stands on, with what stood before it and what comes after."""

    cells: list[str]
    line: int
    before: tuple[Sequence[int], Sequence[list[str]]]
    rest: Iterator[Run]

    def levelled(self) -> "_Head":
        """The same, each row filled up with the blanks that its file leaves out."""
        width = len(self.cells)
        lines, cells = self.before
        filled = [row + [""] * (width - len(row)) for row in cells]
        return _Head(self.cells, self.line, (lines, filled), level(self.rest, width))


def read_folder(
    folder: Path,
    *,
    profile: str = "canonical",
    profiles_folder: Path | None = None,
    limit: int = GIB,
    keep: bool = False,
    on: date = date.max,
    apart: bool = False,
    times: float = 1,
    own: Sequence[str] = (),
) -> Reading:
    """Every known file of a folder, read; a file above `limit` bytes is refused unread.

    Whole files that cannot be used stand in the Reading's problems and not among its files. `keep` puts what was read beside the files,
    and takes it from there while they are the same. `on` is the day of the load: without one, no day is taken to be still to come.
    Files that strangers may have made are read `apart`, by processes with bounds; `times` as much as usual is then given to each.
    `own`: the texts of profiles that say how some of the files are written; the others are read by `profile`. Raises ProfileError.
    """
    known = profiles.before(profiles.load(profile, profiles_folder=profiles_folder), map(profiles.parsed, own))
    if not folder.is_dir():
        return Reading((), (_folder_problem("There is no such folder", "Name the folder that holds the files"),), ())
    if not keep:
        return _read_folder(folder, known, limit, on, times if apart else 0)
    stamped = keeping.stamp(folder, repr((known, on)))
    reading = keeping.recall(folder, stamped)
    if reading is None:
        reading = _read_folder(folder, known, limit, on, times if apart else 0)
        keeping.keep(reading, folder, stamped)
    return reading


def _read_folder(folder: Path, known: Profile, limit: int, on: date, apart: float) -> Reading:
    try:
        found, strays = _known_files(folder, known)
    except OSError as error:
        why = error.strerror or "no reason given"
        return Reading((), (_folder_problem(f"The folder cannot be opened: {why}", "Check that it may be read"),), ())
    problems: list[Problem] = []
    files: list[FeedFile] = []
    items = list(_unmixed(found, problems))
    tasks = [(item.path, item.name, item.system, item.profile, limit, on) for item in items]
    for file in aside.read_all(tasks, [item.size for item in items], times=apart) if apart else _read_here(tasks):
        problems += file.problems if _unusable(file) else ()
        files += [] if _unusable(file) else [file]
    if not found:
        wanted = ", ".join(dict.fromkeys(f.file for f in known.feeds))
        problems.append(_folder_problem("The folder holds no file that this profile reads", f"Put at least one there: {wanted}"))
    notices = [f"{name} is not a file that this profile reads; it was left out." for name in strays]
    read = {i.profile.feed for i in found}
    notices += [words for feed, words in _STAY.items() if found and known.has(feed) and feed not in read]
    return Reading((*_register(files, known), *files), tuple(problems), tuple(notices))


def _read_here(tasks: Iterable[aside.Task]) -> Iterator[FeedFile]:
    """Reads files with few rows into memory, of all files together: many short ones are as much as a long one."""
    few, readers = FEW, Readers()
    for task in tasks:
        file = read_file(*task, few=few, readers=readers)
        few = max(0, few - file.rows.in_memory if isinstance(file.rows, KeptRows) else few)
        yield file


def ready_for(path: Path) -> None:
    """Imports what reads a file of this kind."""
    if (kind := path.suffix.lower()) in (".parquet", ".xlsx"):
        import_module(f"careward.engines.connectors.csv{kind}")


def read_file(
    path: Path,
    name: str,
    system: str,
    profile: FeedProfile,
    limit: int,
    on: date,
    *,
    few: int = FEW,
    readers: Readers | None = None,
) -> FeedFile:
    """One file, read; where it cannot be used, without columns and with the problems that say why."""
    try:
        if profile.feed == "accounts" and not SYSTEM_CODE.fullmatch(system):
            what = "The name of the file gives no code of a system: a code stands in addresses"
            raise Unusable(0, what, f"Name the file after the system's code, with only {CODE_FORM}")
        size = path.stat().st_size
        if size > limit:
            remedy = f"Split it into smaller files, or raise the limit of {_size(limit)} with CAREWARD_READING_TIMES"
            raise Unusable(0, f"The file is {_size(size)} and was not read", remedy)
        return _read_open(path, name, system, profile, limit, few, on, readers or Readers())
    except Unusable as reason:
        reasons: tuple[Unusable, ...] = (reason,)
    except Unmatched as error:
        reasons = error.reasons
    except OSError as error:
        opened = f"The file cannot be opened: {error.strerror or 'no reason given'}", "Check that it is there and may be read"
        reasons = (Unusable(0, *(why_no_room(error) or opened)),)
    problems = tuple(Problem(name, r.line, r.column, r.what, r.remedy) for r in reasons)
    return FeedFile(profile.feed, name, system, "", (), [], [], 0, problems, (), snapshot=False)


def _read_open(path: Path, name: str, system: str, profile: FeedProfile, limit: int, few: int, on: date, readers: Readers) -> FeedFile:
    source = _source(path, profile, limit)
    with collector_off(), closing(source.runs()) as runs:
        head = _head(runs, profile)
        head = head.levelled() if source.ragged else head
        headings = head.cells
        fields = fields_of(headings, head.line, profile, on, readers)
        must = needed(profile) if profile.header else frozenset()
        intake = Intake(name, profile.shape, fields, headings, must=must, file=TemporaryFile, few=few)
        intake.left_out_before(*head.before)
        intake.take(_prepared(head.rest, headings, profile))
    notices = (*source.notices, *notices_of(headings, profile), *intake.notices())
    return FeedFile(
        profile.feed,
        name,
        system,
        source.digest,
        intake.columns,
        intake.rows,
        intake.rows.lines,
        intake.refused,
        (*(Problem(name, p.line, p.column, p.what, p.remedy) for p in problems_of(headings, head.line, profile)), *intake.problems),
        notices,
        profile.snapshot,
        intake.key,
        intake.refused_keys,
        tuple(intake.unkeyed),
        canonical=True,
        given=tuple(f.column.name for f in fields if f.index >= 0),
        contradicted=frozenset(intake.contradicted),
    )


def _source(path: Path, profile: FeedProfile, limit: int) -> "TextSource | ParquetSource | XlsxSource":
    """What cuts a file into records; Arrow and openpyxl take longer to import than a short file to read."""
    if path.suffix.lower() == ".parquet":
        from careward.engines.connectors.csv.parquet import ParquetSource

        return ParquetSource(path, limit=limit)
    if path.suffix.lower() == ".xlsx":
        from careward.engines.connectors.csv.xlsx import XlsxSource

        return XlsxSource(path, limit=min(limit, MOST_UNPACKED), sheet=profile.sheet)
    return TextSource(path, encoding=profile.encoding, delimiter=profile.delimiter)


def _head(runs: Iterator[Run], profile: FeedProfile) -> _Head:
    """The file's columns, by its heading line or by the profile's names, with the records above it and those below."""
    for lines, records in runs:
        first = next((i for i, cells in enumerate(records) if isinstance(cells, Misfit) or any(map(str.strip, cells))), None)
        if first is None:
            continue
        if not profile.header:
            return _Head(list(profile.names), lines[first], ((), ()), chain([(lines[first:], records[first:])], runs))
        cut = [[] if isinstance(cells, Misfit) else cells for cells in records[:MOST_BEFORE]]
        found = heading_at(cut, needed(profile))
        at = first if found is None else found
        cells = records[at]
        if isinstance(cells, Misfit):
            raise Unusable(lines[at], f"The heading line cannot be read. {cells.what}", cells.remedy)
        return _Head(cells, lines[at], (lines[first:at], cut[first:at]), chain([(lines[at + 1 :], records[at + 1 :])], runs))
    raise Unusable(0, "The file is empty", "Export it again; a list with nobody in it still has its heading line")


def _prepared(runs: Iterator[Run], headings: list[str], profile: FeedProfile) -> Iterator[Run]:
    if not profile.whole_numbers and not profile.group:
        return runs
    records = records_of(runs)
    if profile.whole_numbers:
        records = grouping.checked_numbers(records, headings, profile)
    if profile.group:
        records = grouping.grouped(records, headings, profile)
    return in_runs(records)


def _known_files(folder: Path, profile: Profile) -> tuple[list[_Found], list[str]]:
    """The files the profile reads, feed by feed in its order, and the names of all others."""
    parents = {f.file.split("/")[0].lower() for f in profile.feeds if "/" in f.file}
    paths: list[tuple[str, Path]] = []
    for entry in sorted(e for e in folder.iterdir() if e.name != keeping.FOLDER):
        inside = entry.is_dir() and entry.name.lower() in parents
        paths += [(f"{entry.name}/{e.name}", e) for e in sorted(entry.iterdir())] if inside else [(entry.name, entry)]
    found: list[tuple[int, _Found]] = []
    strays = []
    for name, path in paths:
        taker = next((i for i, feed in enumerate(profile.feeds) if feed.reads(name) and path.is_file()), None)
        if taker is None:
            strays.append(_printable(name))
        else:
            found.append((taker, _Found(path, _printable(name), profile.feeds[taker])))
    return [item for _, item in sorted(found, key=lambda f: f[0])], strays


def _printable(name: str) -> str:
    """A file's name as it may be kept and shown: one that is not UTF-8, or holds a line break, would break what comes after."""
    return "".join(c if c.isprintable() else "?" for c in name)


def _unmixed(found: list[_Found], problems: list[Problem]) -> Iterator[_Found]:
    """The files that alone stand for something. Of two, paris.csv and PARIS.xlsx, nobody can tell which holds."""
    alike: dict[tuple[str, str], list[_Found]] = {}
    for item in found:
        apart = "" if item.profile.snapshot else str(PurePosixPath(item.name.lower()).with_suffix(""))
        alike.setdefault((item.profile.feed, item.system or apart), []).append(item)
    for items in alike.values():
        if len(items) == 1:
            yield items[0]
            continue
        for item in items:
            others = ", ".join(other.name for other in items if other is not item)
            what = f"The file stands for the same as {others}, and none of them was read"
            problems.append(Problem(item.name, 0, "", what, "Keep one of them"))


def _register(files: list[FeedFile], profile: Profile) -> tuple[FeedFile, ...]:
    """The rows of the register of systems that a profile makes from its accounts files."""
    cells = next((f.register for f in profile.feeds if f.register), None)
    systems = [f.system for f in files if f.feed == "accounts"]
    if cells is None or not systems:
        return ()
    columns = tuple(c for c in FEEDS["systems"].columns if c.name in cells or c.name in ("code", "name"))
    rows: list[tuple[Any, ...]] = [
        tuple(cell_reader(c)(system if c.name in ("code", "name") else cells[c.name]) for c in columns) for system in systems
    ]
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    notices = ("Made from the names of the accounts files, as the mapping profile says.",)
    names = tuple(c.name for c in columns)
    return (FeedFile("systems", "systems (by file name)", "", digest, names, rows, [0] * len(rows), 0, (), notices, snapshot=False),)


def _unusable(file: FeedFile) -> bool:
    return not file.columns


def _folder_problem(what: str, remedy: str) -> Problem:
    return Problem("", 0, "", what, remedy)


def _size(count: int) -> str:
    for unit, name in ((GIB, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"
