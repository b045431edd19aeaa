"""Lists as files: CSV that Excel opens rightly and that holds no formula, and spreadsheets in which words stay words.

CSV begins with a byte order mark, for without one Excel reads names such as Sián as Windows-1252; every reader we know skips it.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

from careward.web.words import in_london

BYTE_ORDER_MARK = "\ufeff"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and their full-width forms
MOST_ROWS = 1_048_575  # of a sheet, below its heads
LONGEST_CELL = 32_767
IN_MEMORY = 1 << 20  # bytes of a file
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(value: Any) -> str:
    """A value as a CSV cell holds it: days as 2026-11-22, moments by London's clocks, nothing as an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{in_london(value):%Y-%m-%d %H:%M}"
    return str(value)


def safe(value: Any) -> str:
    """A cell that no spreadsheet runs as a formula: one that would begin as one gets an apostrophe before it. Numbers stay numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain(value)
    text = plain(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, never whole in memory."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow([safe(h) for h in heads])
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def spreadsheet(heads: Sequence[str], rows: Iterable[Sequence[Any]], out: Any) -> None:
    """Writes a workbook row by row to a file; ValueError when it has more rows than a sheet can hold."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, bold = book.add_worksheet("List"), book.add_format({"bold": True})
        formats = {date: book.add_format({"num_format": "d mmmm yyyy"}), datetime: book.add_format({"num_format": "d mmmm yyyy hh:mm"})}
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, bold)
            sheet.set_column(place, place, max(12, min(len(head) + 4, 40)))
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            if line > MOST_ROWS:
                raise ValueError(f"a spreadsheet holds {MOST_ROWS:,} rows; download the list as CSV, or filter it first")
            for place, cell in enumerate(row):
                _write(sheet, line, place, cell, formats)


def _write(sheet: Any, line: int, place: int, cell: Any, formats: dict[type[date], Any]) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(line, place, in_london(cell).replace(tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, formats[date])
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(line, place, cell)
    else:
        sheet.write_string(line, place, plain(cell).replace("\0", "")[:LONGEST_CELL])


def file_name(noun: str, today: date, ending: str) -> str:
    """careward-findings-2026-11-22.csv: what it is and when, and never who."""
    words = "".join(c if c.isascii() and c.isalnum() else "-" for c in noun.lower()).strip("-")
    return f"careward-{words}-{today.isoformat()}.{ending}"


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as a file, whole, before any of it is sent: what is sent is then known, and a fault is a page and no half of a file."""

    kind: str  # "csv" or "xlsx"
    rows: int
    content: IO[bytes]

    def answer(self, noun: str, today: date) -> FileResponse:
        """The file to keep; it closes once it is sent."""
        return FileResponse(
            self.content, as_attachment=True, filename=file_name(noun, today, self.kind), content_type=CSV if self.kind == "csv" else XLSX
        )


def put_together(kind: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> ListFile:
    """All rows of a list as a file, on the disk without a name once it is long; rows are plain values in the order of the heads."""
    counted = _Counted(rows)
    with ExitStack() as unless_whole:
        out = unless_whole.enter_context(SpooledTemporaryFile(IN_MEMORY))
        if kind == "csv":
            for line in csv_lines(heads, counted):
                out.write(line.encode())
        else:
            spreadsheet(heads, counted, out)
        out.seek(0)
        unless_whole.pop_all()
    return ListFile(kind, counted.count, out)


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.count += 1
            yield row
