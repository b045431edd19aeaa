"""Parquet into the same runs of records as CSV: each value as the text a CSV would have held; the heading counts as line 1."""

from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from careward.engines.connectors.csv.sources import LONGEST_CELL, TOO_LONG, Run, Unusable, digest_of

_RUN = 4096  # rows at a time
_FEW_CELLS, _CELLS_FOR_BYTE = 1_000_000, 50  # that are always read; that one byte of the file may stand for beyond them


class ParquetSource:
    """A Parquet file as records, its column names first; raises Unusable where it is damaged or holds what no cell can say."""

    notices: tuple[str, ...] = ()
    ragged = False

    def __init__(self, path: Path, *, limit: int) -> None:
        self._path, self._limit = path, limit
        self.digest = digest_of(path)

    def runs(self) -> Generator[Run, None, None]:
        try:
            with pq.ParquetFile(self._path) as file:
                self._refuse_swollen(file.metadata)
                yield (1,), [list(file.schema_arrow.names)]
                yield from _rows(file)
        except MemoryError:  # which Arrow's is, too
            raise
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise Unusable(0, "The file is not Parquet, or is damaged", "Export it again") from error

    def _refuse_swollen(self, metadata: Any) -> None:
        """A small file can stand for a vast table, since Parquet packs repeats; each value is held to one byte at least.

        A list of people or accounts has a key in each row, which does not pack so: some 5 cells a byte are the most of an honest one.
        """
        cells = metadata.num_rows * metadata.num_columns
        size = self._path.stat().st_size
        if cells > self._limit or cells > max(_FEW_CELLS, _CELLS_FOR_BYTE * size):
            what = f"The file of {size:,} bytes unpacks to {metadata.num_rows:,} rows of {metadata.num_columns:,} columns"
            raise Unusable(0, what, "Look whether it holds the list it should; a very long list goes in as several files")


def _rows(file: Any) -> Iterator[Run]:
    line = 2
    for batch in file.iter_batches(batch_size=_RUN):
        columns = [_cells(array) for array in batch.columns]
        rows = list(map(list, zip(*columns, strict=True)))
        if any(max(map(len, column), default=0) > LONGEST_CELL for column in columns):
            raise Unusable(line, f"{TOO_LONG}, on this line or soon after", "Look whether it holds the list it should")
        if any("\0" in "".join(column) for column in columns):
            bad = next(place for place, cells in enumerate(rows) if "\0" in "".join(cells))
            raise Unusable(line + bad, "The file holds a NUL character, which no text has", "Export it again without it")
        yield range(line, line + len(rows)), rows
        line += len(rows)


def _cells(array: Any) -> list[str]:
    try:
        values = array.to_pylist()
    except (ValueError, OverflowError):  # days and moments that Python cannot hold
        values = array.cast(pa.string()).to_pylist()
    return ["" if value is None else value if type(value) is str else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    for kind, text in _TEXTS:
        if isinstance(value, kind):
            return text(value)
    return str(value)


def _moment(value: datetime) -> str:
    """A midnight without a zone reads as its day, which a day and a moment column both take."""
    return value.date().isoformat() if value.tzinfo is None and value.time() == time() else value.isoformat()


# In this order: a datetime is a date, and a bool is an int.
_TEXTS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda v: "Y" if v else "N"),
    (datetime, _moment),
    (date, date.isoformat),
    (float, lambda v: "" if v != v else str(int(v)) if v.is_integer() else str(v)),  # pandas writes NaN for a blank
    (list, lambda v: ";".join(str(item) for item in v if item is not None)),
    (bytes, lambda v: v.decode("utf-8")),
)
