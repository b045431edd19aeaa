"""Rows of feeds as text, sound in every cell, for tests that put one odd cell among them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from careward.core.columns import FEEDS, Column, Feed
from careward.core.ports import FeedFile
from tests.make.feeds import ROWS
from tests.make.files import read_file

COLUMNS = [(feed, column) for feed in FEEDS.values() for column in feed.columns]


def sound(feed: Feed) -> dict[str, str]:
    """The usual row of a feed as a file would write it."""
    return {name: _written(value) for name, value in ROWS[feed.name].items()}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return "" if value is None else str(value)


def apart(feed: Feed, number: int) -> dict[str, str]:
    """A sound row that no other number's row repeats, even in one cell less: every text of its key has the number in it."""
    row = sound(feed)
    return row | {n: f"{row[n]}x{number}" for n in feed.key if feed.column(n).kind in ("text", "staff_number", "code")}


def text_of(rows: Sequence[Mapping[str, str]], *, headings: Mapping[str, str] | None = None) -> str:
    """Rows as the text of a file, under other headings where some are given."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = list(rows[0])
    writer.writerow([(headings or {}).get(n, n) for n in names])
    writer.writerows([row[n] for n in names] for row in rows)
    return out.getvalue()


def read_rows(folder: Path, feed: Feed, rows: Sequence[Mapping[str, str]], **more: object) -> FeedFile:
    """What a file of these rows is read as."""
    name = "paris.csv" if feed.name == "accounts" else feed.file
    (folder / name).write_text(text_of(rows), encoding="utf-8", newline="")
    return read_file(folder / name, feed=feed.name, name=name, **more)  # type: ignore[arg-type]


def column_of(file: FeedFile, column: Column) -> list[object]:
    """The values of one column of a file, in the order of its rows."""
    return [row[file.columns.index(column.name)] for row in file.rows]
