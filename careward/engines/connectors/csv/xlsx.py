"""A sheet of an Excel workbook into the same runs of records as CSV: each value as the text a CSV would have held, each row by its number.

A number cell gives its digits, whatever the sheet shows of it. Read row by row, so that a sheet with one cell at its far end costs no
more than that cell; entities and swollen archives are refused (defusedxml, and the bytes that the archive says it unpacks to).
"""

import re
import warnings
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import openpyxl

from careward.engines.connectors.csv.sources import LONGEST_CELL, TOO_LONG, Run, Unusable, digest_of
from careward.engines.connectors.csv.values import Misfit

T = TypeVar("T")
_LITTLE, _SWELLS = 50 << 20, 100  # bytes that are always unpacked; how often its own size a workbook may unpack to beyond them
_AT_ONCE = 512  # rows: each may be as wide as a sheet can be
MOST_ROWS, MOST_CELLS = 1 << 20, 40_000_000  # of a sheet, blank ones among them: the first is as many as Excel has
_MOST_DIGITS = 15  # that Excel keeps of a number; it makes noughts of the rest
_PROTECTED = b"\xd0\xcf\x11\xe0"  # how a workbook with a password begins, and one of before 2007
_FORMULA = re.compile(rb"<(\w+:)?f[\s>/]")
_AGAIN = "Open it in Excel and save it again as an Excel workbook (.xlsx), or as CSV UTF-8"


class XlsxSource:
    """One sheet as records, the first where none is named; raises Unusable where it is damaged, protected or holds what no cell can say."""

    ragged = True

    def __init__(self, path: Path, *, limit: int, sheet: str = "") -> None:
        self._path, self._limit, self._sheet = path, limit, sheet
        self.digest = digest_of(path)
        self.notices: tuple[str, ...] = ()
        self.chosen = ""  # the sheet that is read, and all of them: known once reading has begun
        self.sheets: tuple[str, ...] = ()

    def runs(self) -> Generator[Run, None, None]:
        formulas = self._looked_at()
        with ExitStack() as open_:
            book = self._opened(open_, values=True)
            sheet = self._chosen(book)
            rows: Iterator[tuple[int, Sequence[Any]]] = enumerate(open_.enter_context(closing(_each(sheet))), 1)
            if formulas:
                said = self._opened(open_, values=False)
                rows = _with_formulas(rows, open_.enter_context(closing(_each(said[sheet.title]))))
            yield from _runs(rows)

    def _opened(self, open_: ExitStack, *, values: bool) -> Any:
        """The workbook, with what cells come to or with their formulas; the file is ours to close, whatever the library makes of it."""
        file = open_.enter_context(self._path.open("rb"))
        book = _of_library(lambda: openpyxl.load_workbook(file, read_only=True, data_only=values, keep_links=False))
        open_.callback(book.close)
        return book

    def _looked_at(self) -> bool:
        """Whether any sheet holds formulas. Raises Unusable for what is no workbook, or unpacks to more than is read."""
        with self._path.open("rb") as file:
            if file.read(len(_PROTECTED)) == _PROTECTED:
                raise Unusable(0, "The workbook is protected by a password, or of a kind before 2007", f"Take the password away. {_AGAIN}")
        with _damaged(), zipfile.ZipFile(self._path) as packed:
            size = sum(member.file_size for member in packed.infolist())
            if size > self._limit or size > max(_LITTLE, _SWELLS * self._path.stat().st_size):
                raise Unusable(0, f"The workbook unpacks to {size:,} bytes", f"{_AGAIN}; a very long list goes in as several files")
            sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            return any(_holds_formulas(packed, name) for name in sheets)

    def _chosen(self, book: Any) -> Any:
        sheets = book.worksheets
        named = [each for each in sheets if each.title.strip().casefold() == self._sheet.strip().casefold()]
        if not sheets or (self._sheet and not named):
            known = ", ".join(f"“{each.title}”" for each in sheets) or "none"
            raise Unusable(
                0, f"The workbook has no sheet “{self._sheet}”; it has {known}", "Name the sheet, or put it right in the profile"
            )
        chosen = named[0] if self._sheet else sheets[0]
        self.chosen, self.sheets = chosen.title, tuple(each.title for each in sheets)
        rest = ", ".join(f"“{each.title}”" for each in sheets if each is not chosen)
        hidden = "" if chosen.sheet_state == "visible" else ", which is hidden,"
        if rest or hidden:
            left_out = f" Not read: {rest}." if rest else ""
            self.notices = (f"The sheet “{chosen.title}”{hidden} was read.{left_out}",)
        return chosen


def _each(sheet: Any) -> Generator[Sequence[Any], None, None]:
    """The cells of each row; what the file says of how far the sheet goes is often wrong, and never believed."""
    sheet.reset_dimensions()
    count = cells = 0
    with closing(sheet.iter_rows()) as rows:
        while some := _of_library(lambda: list(islice(rows, _AT_ONCE))):
            count, cells = count + len(some), cells + sum(map(len, some))
            if count > MOST_ROWS or cells > MOST_CELLS:
                raise Unusable(count, "The sheet goes on for more cells than are read", "Clear what stands far below or beside the list")
            yield from some


def _runs(rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Run]:
    while some := list(islice(rows, _AT_ONCE)):
        told = [(line, _record(line, cells)) for line, cells in some]
        kept = [(line, cells) for line, cells in told if cells]
        if kept:
            yield [line for line, _ in kept], [cells for _, cells in kept]


def _record(line: int, cells: Sequence[Any]) -> list[str] | Misfit:
    """A row as text, without the blanks at its end; a row of blanks is no record."""
    if any(cell is _UNSAVED for cell in cells):
        return Misfit("A cell holds a formula whose result the file does not hold", _AGAIN)
    texts = [_text(cell.value) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    if any(len(text) > LONGEST_CELL for text in texts):
        return Misfit(TOO_LONG, _AGAIN)
    if any("\0" in text for text in texts):
        raise Unusable(line, "The file holds a NUL character, which no text has", "Export it again without it")
    return texts


class _Unsaved:
    """Stands for a formula without a result."""

    value = None


_UNSAVED = _Unsaved()


def _with_formulas(rows: Iterator[tuple[int, Sequence[Any]]], said: Iterator[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows, with a mark in place of each cell that is blank because nobody saved what its formula comes to."""
    for (line, cells), formulas in zip(rows, said, strict=True):
        pairs = zip(cells, formulas, strict=True)
        yield line, [_UNSAVED if cell.value is None and formula.data_type == "f" else cell for cell, formula in pairs]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if type(value) is str:
        return value
    for kind, text in _TEXTS:
        if isinstance(value, kind):
            return text(value)
    return str(value)


def _number(value: float) -> str:
    """The digits of a number; one that has lost digits is written so that it is seen as bent."""
    if value != value or abs(value) == float("inf"):
        return "#NUM!"
    if value != int(value):
        return repr(value)
    return str(int(value)) if abs(value) < 10**_MOST_DIGITS else f"{value:.14E}"


def _moment(value: datetime) -> str:
    """To the second: what Excel keeps is a share of a day. A midnight reads as its day, which a day and a moment column both take."""
    value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.date().isoformat() if value.time() == time() else value.isoformat()


# In this order: a datetime is a date, and a bool is an int.
_TEXTS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda v: "Y" if v else "N"),
    (datetime, _moment),
    (date, date.isoformat),
    ((int, float), _number),
)


def _holds_formulas(packed: zipfile.ZipFile, name: str) -> bool:
    before = b""
    with packed.open(name) as sheet:
        while some := sheet.read(1 << 20):
            if _FORMULA.search(before + some):
                return True
            before = some[-16:]
    return False


def _of_library(call: Callable[[], T]) -> T:
    """What the library says of a file, without its warnings of what it does not keep of one (styles, checks of entries)."""
    with _damaged(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


@contextmanager
def _damaged() -> Iterator[None]:
    """Whatever a broken workbook makes of the library is one thing to whoever sent it."""
    try:
        yield
    except (Unusable, MemoryError):
        raise
    except Exception as error:
        raise Unusable(0, "The file is not an Excel workbook, or is damaged", _AGAIN) from error
