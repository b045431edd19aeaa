"""Bytes into records: text files cut into lines and cells, with the line each record began on, and the file's digest."""

import csv
import hashlib
import io
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from careward.engines.connectors.csv.values import Misfit

Record = tuple[int, list[str] | Misfit]  # the line it began on; its cells, or why it could not be cut into cells
Run = tuple[Sequence[int], Sequence[list[str] | Misfit]]  # records in the order of the file: their lines, their cells
_AT_ONCE = 4096  # lines cut at a time; with fewer, reading is cheaper by a quarter and planning and writing the blocks dearer by more
_BUFFER = 1 << 20
_LONGEST = 1 << 21  # characters of a record: a cell has at most 131,072
_AGAIN, _AGAIN_OFTEN = 1 << 24, 4  # characters read a second time, at most; how often what was read record by record, beyond them
_SURROGATE = re.compile("[\udc80-\udcff]")


LONGEST_CELL = csv.field_size_limit()  # characters
TOO_LONG = f"A cell is longer than {LONGEST_CELL:,} characters"
_CLOSE = 'Close every quoted cell, and write a quote inside one twice ("")'


class Unusable(Exception):
    """A whole file cannot be used: where it was seen (line 0 for no line), what is wrong, the remedy, and the column if any."""

    def __init__(self, line: int, what: str, remedy: str, column: str = "") -> None:
        self.line, self.what, self.remedy, self.column = line, what, remedy, column
        super().__init__(what)


class Hashed(io.RawIOBase):
    """A file read once from its start, hashed as it is read, so that the digest is of the very bytes used."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self.sha = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer) or 0
        self.sha.update(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def digest_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with Hashed(path) as raw:
        buffer = bytearray(_BUFFER)
        while raw.readinto(buffer):
            pass
        return raw.sha.hexdigest()


class TextSource:
    """A delimited text file as runs of records; `digest` is known once they are used up.

    Raises Unusable, when opened or while read, for bytes that are not text in this encoding and for NUL bytes.
    """

    notices: tuple[str, ...] = ()  # what it took, where that is not the whole file
    ragged = False  # whether blanks at the end of a row are left out

    def __init__(self, path: Path, *, encoding: str, delimiter: str) -> None:
        self._path, self._delimiter = path, delimiter
        self._encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        self._raw = Hashed(path)

    def runs(self) -> Generator[Run, None, None]:
        with io.TextIOWrapper(io.BufferedReader(self._raw, _BUFFER), encoding=self._encoding, newline="") as lines:
            try:
                yield from _by_blanks(lines) if self._delimiter == "whitespace" else _by_delimiter(lines, self._delimiter)
            except UnicodeError as error:
                raise self._wrong_encoding() from error

    @property
    def digest(self) -> str:
        return self._raw.sha.hexdigest()

    def _wrong_encoding(self) -> Unusable:
        if self._encoding != "utf-8-sig":
            remedy = f"Save it as {self._encoding}, or put the encoding of the mapping profile right"
            return Unusable(self._first_bad_line("replace"), f"The file is not text in {self._encoding}", remedy)
        remedy = "Save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8), or name its encoding in a mapping profile"
        return Unusable(self._first_bad_line("surrogateescape"), "The file is not UTF-8 text", remedy)

    def _first_bad_line(self, errors: str) -> int:
        bad = _SURROGATE if errors == "surrogateescape" else re.compile("\ufffd")
        try:
            with self._path.open(encoding=self._encoding, errors=errors, newline="") as lines:
                return next((number for number, line in enumerate(lines, 1) if bad.search(line)), 1)
        except UnicodeError:  # UTF-16 without its mark: nothing of it can be read
            return 1


def level(runs: Iterator[Run], width: int) -> Iterator[Run]:
    """Rows with a blank for each cell at their end that the file does not hold."""
    for lines, rows in runs:
        yield lines, [cells if isinstance(cells, Misfit) or len(cells) >= width else cells + [""] * (width - len(cells)) for cells in rows]


def records_of(runs: Iterable[Run]) -> Iterator[Record]:
    """Records one by one."""
    for lines, cells in runs:
        yield from zip(lines, cells, strict=True)


def in_runs(records: Iterable[Record]) -> Iterator[Run]:
    """Records taken together again, some thousands at a time."""
    records = iter(records)
    while some := list(islice(records, _AT_ONCE)):
        lines, cells = zip(*some, strict=True)
        yield lines, cells


class _Lines:
    """Lines for the CSV reader: those to be read again first; each is held until its record is whole.

    A quote that goes wrong has the lines after it read again. A file of little else would have all of it read again for each line
    (240 KB of lines `a","` took four minutes), so there is an end to that.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._read = self._read_again = self._long = 0
        self.gathered: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            line = next(self._lines)
            self._read += len(line)
        self.gathered.append(line)
        self._long += len(line)
        if "\0" in line:
            raise _NulByte
        if self._long > _LONGEST:
            raise csv.Error("unexpected end of data")  # a quote that nobody closes would gather all the rest of a file
        return line

    @property
    def through(self) -> bool:
        """Whether none waits to be read again."""
        return not self._again

    def done(self) -> None:
        """A record is whole."""
        self.gathered.clear()
        self._long = 0

    def read_again(self, began: int) -> None:
        """All of the broken record but its first line."""
        self._read_again += self._long
        if self._read_again > _AGAIN + _AGAIN_OFTEN * self._read:
            what = "Quotes go wrong on this line and on many before it, so nobody can tell where rows begin and end"
            raise Unusable(began, what, _CLOSE)
        self._again.extendleft(reversed(self.gathered[1:]))
        self.done()


class _NulByte(Exception):
    pass


def _by_delimiter(lines: Iterator[str], delimiter: str) -> Iterator[Run]:
    """RFC 4180 records: some thousands of lines at once where each is a record, which is nearly always so; else one by one."""
    began = 1
    while some := list(islice(lines, _AT_ONCE)):
        cut = _cut_at_once(some, delimiter)
        if cut is not None:
            yield range(began, began + len(cut)), cut
            began += len(cut)
        else:
            found = list(_one_by_one(chain(some, lines), began, began + len(some), delimiter))
            began, _ = found.pop()
            yield from in_runs(found)


def _cut_at_once(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """The cells of lines that are a record each, none blank and none with a NUL byte; None where that is not so."""
    try:
        cut = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return cut if len(cut) == len(lines) and all(cut) and "\0" not in "".join(lines) else None


def _one_by_one(lines: Iterator[str], began: int, until: int, delimiter: str) -> Iterator[Record]:
    """The records that begin before a line. A quote gone wrong costs the line it stands on: reading goes on with the next line.

    The last record yielded is none: its number is the line to go on from.
    """
    some = _Lines(lines)
    while True:
        reader = csv.reader(some, delimiter=delimiter, strict=True)
        before = began - 1
        try:
            for cells in reader:
                if cells:
                    yield began, cells
                began = before + reader.line_num + 1
                some.done()
                if began >= until and some.through:
                    yield began, []
                    return
            yield began, []
            return
        except _NulByte:
            raise _nul(began + len(some.gathered) - 1) from None
        except csv.Error as error:
            broken = _broken(str(error))
        yield began, broken
        some.read_again(began)
        began += 1


def _by_blanks(lines: Iterator[str]) -> Iterator[Run]:
    return in_runs(_cut_by_blanks(lines))


def _cut_by_blanks(lines: Iterator[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise _nul(number)
        if cells := line.split():
            yield number, cells


def _nul(line: int) -> Unusable:
    remedy = "It may not be a text file, or be damaged: export it again as CSV UTF-8"
    return Unusable(line, "The file holds a NUL byte, which no text has", remedy)


def _broken(error: str) -> Misfit:
    if "field limit" in error:
        what = f"{TOO_LONG}, or a quote opened on this line is never closed"
    elif "end of data" in error:
        what = "A quote opened on this line is never closed"
    else:
        what = "A quote stands in the middle of a quoted cell"
    return Misfit(what, _CLOSE)
