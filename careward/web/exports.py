"""Lists as files: CSV that Excel opens rightly and that holds no formula, and spreadsheets in which words stay words.

CSV begins with a byte order mark, for without one Excel reads names such as Sián as Windows-1252; every reader we know skips it.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from careward.web.words import in_london

BYTE_ORDER_MARK = "\ufeff"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and their full-width forms
MOST_ROWS = 1_048_575  # of a sheet, below its heads
LONGEST_CELL = 32_767
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


def download(kind: str, noun: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], today: date) -> HttpResponseBase:
    """All rows of a list as a file to keep: `kind` is 'csv' or 'xlsx'; rows are sequences of plain values in the order of the heads."""
    name = file_name(noun, today, kind)
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(heads, rows), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    out = tempfile.TemporaryFile()  # noqa: SIM115  (FileResponse closes it once it is sent)
    spreadsheet(heads, rows, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name, content_type=XLSX)
