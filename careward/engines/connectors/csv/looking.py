"""A first look at a file whose form nobody knows: its columns with samples, what they seem to be, and how their days are written.

Every row is gone through once, in the process that reads for others (`apart`): whoever sent the file may have made it to do harm.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from careward.core.blocks import collector_off
from careward.core.columns import FEEDS, Feed
from careward.core.mapping import FileLook, LookedColumn
from careward.core.ports import Problem
from careward.engines.connectors.csv.around import MOST_BEFORE, stands_around
from careward.engines.connectors.csv.day_forms import DayForms
from careward.engines.connectors.csv.nothing import stands_for_nothing
from careward.engines.connectors.csv.sources import Record, TextSource, Unusable, records_of
from careward.engines.connectors.csv.suggesting import matches
from careward.engines.connectors.csv.values import Misfit

if TYPE_CHECKING:
    from careward.engines.connectors.csv.parquet import ParquetSource
    from careward.engines.connectors.csv.xlsx import XlsxSource

SAMPLES, LONGEST_SAMPLE = 5, 60
MOST_COLUMNS = 250
MOST_WORDS, LONGEST_WORD = 40, 60  # of a column that may be a closed list
UNPACKED = 1 << 29  # bytes of a workbook
ENCODINGS = ("utf-8", "cp1252")  # tried in turn; the second reads nearly anything
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"
_SNIFFED = 1 << 16  # characters by which it is told what parts the cells
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class LookAsked:
    """What is asked of the process that reads: a look at this file as one of a feed; line 0: the heading is looked for."""

    path: Path
    name: str
    feed: str
    sheet: str = ""
    heading_line: int = 0


def look_at(asked: LookAsked) -> FileLook:
    """What a file holds; where it cannot be read, the problem that says why."""
    try:
        return _look(asked, FEEDS[asked.feed])
    except Unusable as why:
        return FileLook(problem=Problem(asked.name, why.line, why.column, why.what, why.remedy))
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror or 'no reason given'}"
        return FileLook(problem=Problem(asked.name, 0, "", what, "Choose it again"))


def _look(asked: LookAsked, feed: Feed) -> FileLook:
    source, encoding, delimiter = _source(asked)
    with collector_off(), closing(source.runs()) as runs:
        records = records_of(runs)
        first = list(islice(records, MOST_BEFORE))
        at = _heading_at(first, feed, asked.heading_line)
        line, headings = first[at][0], _cells(first[at])
        if len(headings) > MOST_COLUMNS:
            what = f"The heading has {len(headings):,} columns"
            raise Unusable(line, what, f"Export no more than the {MOST_COLUMNS} that are needed")
        columns = [_ColumnSeen() for _ in headings]
        rows = _gather(chain(first[at + 1 :], records), columns)
    found = matches(feed, headings)
    told = tuple(each.told(headings[i], *found.get(i, ("", ""))) for i, each in enumerate(columns))
    sheets: tuple[str, ...] = getattr(source, "sheets", ())
    return FileLook(told, rows, line, encoding, delimiter, getattr(source, "chosen", ""), sheets)


def _source(asked: LookAsked) -> "tuple[TextSource | ParquetSource | XlsxSource, str, str]":
    kind = asked.path.suffix.lower()
    if kind == ".xlsx":
        from careward.engines.connectors.csv.xlsx import XlsxSource

        return XlsxSource(asked.path, limit=UNPACKED, sheet=asked.sheet), "utf-8", ","
    if kind == ".parquet":
        from careward.engines.connectors.csv.parquet import ParquetSource

        return ParquetSource(asked.path, limit=1 << 30), "utf-8", ","
    encoding = encoding_of(asked.path)
    with asked.path.open(encoding=encoding, errors="replace", newline="") as text:
        delimiter = delimiter_of(text.read(_SNIFFED))
    return TextSource(asked.path, encoding=encoding, delimiter=delimiter), encoding, delimiter


def encoding_of(path: Path) -> str:
    """What a text file is written in: by its mark, else UTF-8 where all of it is, else as Windows writes."""
    with path.open("rb") as file:
        begins = file.read(4)
        marked = next((name for mark, name in _MARKS if begins.startswith(mark)), "")
        if marked:
            return marked
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        with suppress(UnicodeDecodeError):
            while some := file.read(_AT_ONCE):
                decoder.decode(some)
            decoder.decode(b"", final=True)
            return ENCODINGS[0]
    return ENCODINGS[1]


def delimiter_of(text: str) -> str:
    """What parts the cells: what cuts most of the first lines into the same number, and that number more than one."""
    lines = [line for line in text.splitlines()[: MOST_BEFORE * 2] if line.strip()]
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
            width, count = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
            if (count, width) > most:
                best, most = delimiter, (count, width)
    return best


def _heading_at(first: Sequence[Record], feed: Feed, line: int) -> int:
    """The place of the heading among the first records: on the line that was named, else where most columns are known."""
    if line:
        named = next((i for i, (number, _) in enumerate(first) if number == line), None)
        if named is None:
            raise Unusable(line, "No heading can stand on this line", f"Name one of the first {MOST_BEFORE} lines that are not blank")
        return named
    widths = [sum(1 for cell in _cells(record) if cell.strip()) for record in first]
    if not any(widths):
        raise Unusable(0, "The file is empty", "Export it again; a list with nobody in it still has its heading line")
    known = [len(matches(feed, _cells(record))) for record in first]
    scores = known if any(known) else widths
    return scores.index(max(scores))


def _cells(record: Record) -> list[str]:
    return [] if isinstance(record[1], Misfit) else record[1]


def _gather(records: Iterable[Record], columns: "list[_ColumnSeen]") -> int:
    """Goes through every row, and says how many there are."""
    count = 0
    for _, cells in records:
        if isinstance(cells, Misfit):
            count += 1
        elif any(map(str.strip, cells)) and not (len(cells) != len(columns) and stands_around(cells)):
            count += 1
            for column, cell in zip(columns, cells, strict=False):
                column.note(cell.strip())
    return count


class _ColumnSeen:
    """What is seen of one column, cell by cell."""

    def __init__(self) -> None:
        self._samples: dict[str, None] = {}
        self._filled = 0
        self._words: Counter[str] | None = Counter()
        self._days = DayForms()

    def note(self, cell: str) -> None:
        """Takes in a cell without outer blanks."""
        if not cell:
            return
        self._filled += 1
        if stands_for_nothing(cell):
            return
        if len(self._samples) < SAMPLES:
            self._samples.setdefault(cell)
        if self._words is not None:
            self._words[cell] += 1
            if len(self._words) > MOST_WORDS or len(cell) > LONGEST_WORD:
                self._words = None
        self._days.note((cell,))

    def told(self, heading: str, match: str, why: str) -> LookedColumn:
        """The column in plain values."""
        days, words = self._days, tuple(self._words.most_common()) if self._words else ()
        heading, samples = heading.lstrip("\ufeff").strip(), tuple(map(_short, self._samples))
        return LookedColumn(heading, samples, self._filled, words, days.found(), days.iso_days, days.iso_moments, match, why)


def _short(cell: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in cell)
    return f"{text[:LONGEST_SAMPLE]}..." if len(text) > LONGEST_SAMPLE else text
