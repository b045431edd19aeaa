"""Cells into values: one reader for each kind of column; what does not fit comes back as `Misfit`, never as an exception."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from careward.core import ids
from careward.core.columns import Column, canonical_list
from careward.engines.connectors.csv import bent, dating
from careward.engines.connectors.csv.asides import ENDLESS, MARKS, NO_DAY, NOTHING, TO_COME, Aside, Told
from careward.engines.connectors.csv.dating import ISO, Formats
from careward.engines.connectors.csv.moments import OF_AN_HOUR, Hours, in_text
from careward.engines.connectors.csv.nothing import IsNothing, may_stand_here, nothing_but

FORMULA = frozenset("=+-@")  # what makes a spreadsheet take text for a formula

SYSTEM_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # it stands in addresses and in file names
CODE_FORM = "letters (a to z), digits, dots, hyphens and underscores, with a letter or a digit first"
_YES = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
_KEPT_CELLS = 65_536  # distinct cells of a column remembered at a time: bounds memory where every cell differs


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why something cannot be used and what to do about it; `column` only where it does not stand for one cell."""

    what: str
    remedy: str
    column: str = ""
    cells: tuple[str, ...] = ()  # the record all the same, where it was cut by columns


Cell = Callable[[str], Any]  # one cell, outer blanks already off, to its value, or to a Misfit or an Aside


def cell_reader(column: Column, formats: Formats = ISO, values: Mapping[str, str] | None = None) -> Cell:
    """Reads one cell of a column, translating what the profile says in other words; blank is '' for text, None for the rest."""
    read = _aside_reader(column, formats, values)

    def value(cell: str) -> Any:
        found = read(cell)
        return found.value if type(found) is Aside else found

    return value


def _aside_reader(column: Column, formats: Formats, values: Mapping[str, str] | None) -> Cell:
    """The same, saying of a value that is not what the cell seems to say that it is an Aside."""
    plain = read = _KINDS[column.kind](column, formats)
    clean: Callable[[str], str] = _seen
    if column.sense == "name":
        clean = str.strip
    elif column.sense == "identifier":
        clean = bent.without_marks
        plain = read = _whole(column, read)
    blank = read(column.default) if column.default else _when_blank(column)
    told = {theirs.casefold(): ours for theirs, ours in (values or {}).items()}
    if column.sense != "name":
        is_nothing = nothing_but((*column.words, *formats.keep))
        read = (_without_nothing if column.kind == "list" else _or_nothing)(read, blank, is_nothing)

    def value(cell: str) -> Any:
        written = cell.strip()
        cell = clean(written)
        if told and (ours := told.get(cell.casefold())) is not None:
            return plain(ours) if ours else blank
        found = read(cell) if cell else blank
        if cell == written or type(found) in (Misfit, Aside):
            return found
        return Aside(found, MARKS, "" if column.private else cell)

    return value


def _seen(cell: str) -> str:
    """A cell without outer blanks and without characters that nobody sees."""
    return (cell if cell.isascii() else ids.UNSEEN.sub("", cell)).strip()


def _whole(column: Column, read: Cell) -> Cell:
    """An identifier that no spreadsheet has bent; one that was cannot be told any more."""

    def value(cell: str) -> Any:
        if why := bent.why_bent(cell):
            return Misfit(f"{shown(column, cell)} {why}", "Format the column as text where the list is made, and export it again")
        return read(cell)

    return value


def _or_nothing(read: Cell, blank: Any, is_nothing: IsNothing) -> Cell:
    """A cell that stands for nothing is blank; where it must not be, it is said with its word."""

    def value(cell: str) -> Any:
        if not is_nothing(cell):
            return read(cell)
        if type(blank) is Misfit:
            return Misfit(f'"{cell}" stands for nothing, and the cell must not be blank', blank.remedy)
        return Aside(blank, NOTHING, cell)

    return value


def _without_nothing(read: Cell, blank: Any, is_nothing: IsNothing) -> Cell:
    """A list without the items that stand for nothing."""

    def value(cell: str) -> Any:
        items = cell.split(";")
        kept = [item for item in items if not is_nothing(item)]
        if len(kept) == len(items):
            return read(cell)
        found = read(";".join(kept))
        return found if type(found) is Misfit else Aside(found, NOTHING, next(i.strip() for i in items if is_nothing(i)))

    return value


def shown(column: Column, cell: str) -> str:
    """What a message may repeat of a refused cell: short, on one line, and nothing of a private one."""
    if column.private:
        return "The value"
    text = "".join(c if c.isprintable() else " " for c in cell)
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'


class Memo(dict[str, Any]):
    """A column's cells, each read once; unfit ones are counted and not kept, and `aside` holds those read aside."""

    def __init__(self, read: Cell) -> None:
        super().__init__()
        self.read = read
        self.unfit = 0
        self.aside: dict[str, Aside] = {}

    def __missing__(self, cell: str) -> Any:
        value = self.read(cell)
        if type(value) is Misfit:
            self.unfit += 1
            return value
        if type(value) is Aside:
            self.aside[cell] = value
            value = value.value
        self[cell] = value
        return value

    def begin(self) -> None:
        """Before each run, and never within one: what is to be said of its cells is asked for after it."""
        if len(self) >= _KEPT_CELLS:
            self.clear()
            self.aside.clear()

    def told(self, cells: Sequence[str]) -> Told:
        """What is to be said of these cells, each of which has been read."""
        found = Counter(filter(self.aside.__contains__, cells)) if self.aside else {}
        return _counted((self.aside[cell], count) for cell, count in found.items())


Misfits = list[tuple[int, Misfit]]
Block = Callable[[Sequence[str]], tuple[list[Any], Misfits, Told]]  # a run of a column's cells to values, what did not fit, what to say


def block_reader(column: Column, formats: Formats = ISO, values: Mapping[str, str] | None = None) -> Block:
    """Reads a run of cells of one column at once, which is several times faster than cell by cell; days and moments come as text."""
    read = _aside_reader(column, formats, values)
    if column.kind in ("text", "staff_number") and not values and not column.default:
        return _text_block(column, read)
    if column.kind == "moment":
        return _moment_block(read, usual=not formats.moments and not values)
    memo = Memo((lambda cell: in_text(read(cell))) if column.kind == "day" else read)

    def block(cells: Sequence[str]) -> tuple[list[Any], Misfits, Told]:
        memo.begin()
        before = memo.unfit
        found = list(map(memo.__getitem__, cells))
        return found, [] if memo.unfit == before else _misfits(found), memo.told(cells)

    return block


def _text_block(column: Column, read: Cell) -> Block:
    def block(cells: Sequence[str]) -> tuple[list[Any], Misfits, Told]:
        found: list[Any] = list(map(str.strip, cells))
        if (column.required and "" in found) or max(map(len, found), default=0) > column.most or _may_be_odd(column, found):
            return _sorted_out(list(map(read, found)))
        return list(map(str.lower, found)) if column.lower else found, [], {}

    return block


def _may_be_odd(column: Column, cells: Sequence[str]) -> bool:
    """Whether any of some thousand cells may be other than plain text, quickly: nearly always none is."""
    if column.sense == "name":
        return False
    lines = "\n".join(cells)
    if lines.isascii() and (not (joined := "".join(cells)) or joined.isdigit()):
        return False
    return (column.sense == "identifier" and bent.may_be_bent(cells, lines)) or _has_unseen(lines) or may_stand_here(cells, lines)


def _has_unseen(text: str) -> bool:
    return not text.isascii() and ids.UNSEEN.search(text) is not None


def _moment_block(read: Cell, *, usual: bool) -> Block:
    """Moments as text, in the form that most exports have taken apart: the hour is known from before, and the rest stands as it is."""
    hours = Hours(read if usual else lambda _: None)

    def block(cells: Sequence[str]) -> tuple[list[Any], Misfits, Told]:
        found = [
            hour + rest if (hour := hours[cell[:13] + cell[19:]]) and (rest := cell[13:19]) in OF_AN_HOUR else in_text(read(cell))
            for cell in cells
        ]
        return _sorted_out(found) if not {Misfit, Aside}.isdisjoint(map(type, found)) else (found, [], {})

    return block


def _sorted_out(found: list[Any]) -> tuple[list[Any], Misfits, Told]:
    """Cells that were read one by one: their values, which of them do not fit, and what is to be said of others."""
    told = _counted((value, 1) for value in found if type(value) is Aside)
    return [value.value if type(value) is Aside else value for value in found], _misfits(found), told


def _counted(asides: Iterable[tuple[Aside, int]]) -> Told:
    told: Counter[tuple[str, str]] = Counter()
    for aside, count in asides:
        told[aside.kind, aside.word] += count
    return told


def _misfits(found: list[Any]) -> Misfits:
    return [(i, value) for i, value in enumerate(found) if type(value) is Misfit]


def _when_blank(column: Column) -> Any:
    """What a blank cell says where the column has no default."""
    if column.required:
        return Misfit("The cell is blank and must not be", "Fill it in")
    return None if column.kind in ("day", "moment", "yes_no") else ""


def _text(column: Column, formats: Formats) -> Cell:
    def read(cell: str) -> Any:
        if len(cell) > column.most:
            return Misfit(f"The cell has {len(cell):,} characters", f"Write at most {column.most:,}")
        return cell.lower() if column.lower else cell

    return read


def _code(column: Column, formats: Formats) -> Cell:
    text = _text(column, formats)

    def read(cell: str) -> Any:
        if not SYSTEM_CODE.fullmatch(cell):
            return Misfit(f"{shown(column, cell)} cannot stand in an address", f"Use only {CODE_FORM}")
        return text(cell)

    return read


def _list(column: Column, formats: Formats) -> Cell:
    def read(cell: str) -> Any:
        if len(cell) > column.most:
            return Misfit(f"The cell has {len(cell):,} characters", f"Write at most {column.most:,}")
        return canonical_list(cell)

    return read


def _word(column: Column, formats: Formats) -> Cell:
    known = {ids.spelt_plainly(word): word for word in column.words}
    one_of = f"Write one of: {', '.join(column.words)}; or translate it in the mapping profile"

    def read(cell: str) -> Any:
        return known.get(ids.spelt_plainly(cell)) or Misfit(f"{shown(column, cell)} is not a word known here", one_of)

    return read


def _yes_no(column: Column, formats: Formats) -> Cell:
    def read(cell: str) -> Any:
        found = _YES.get(cell.casefold())
        return Misfit(f"{shown(column, cell)} is neither yes nor no", "Write Y or N") if found is None else found

    return read


def _day(column: Column, formats: Formats) -> Cell:
    parse, like = dating.day_reader(formats), dating.like(formats.days or ("%Y-%m-%d",))
    blank = _when_blank(column)

    def read(cell: str) -> Any:
        found = parse(cell)
        if found is None:
            return Misfit(f"{shown(column, cell)} is not a day", f"Write the day like {like}")
        if aside := _no_day(column, formats, cell, blank, found):
            return aside
        if found.year < 1900:
            return Misfit(f"{shown(column, cell)} is before 1900", "Leave the cell blank where there is no day, or put the year right")
        return found

    return read


def _moment(column: Column, formats: Formats) -> Cell:
    parse, like = dating.moment_reader(formats), dating.like(formats.moments or ("%Y-%m-%dT%H:%M:%S",))
    blank = _when_blank(column)

    def read(cell: str) -> Any:
        found = parse(cell)
        if found is None:
            return Misfit(f"{shown(column, cell)} is not a day with a time", f"Write it like {like}")
        if aside := _no_day(column, formats, cell, blank, found):
            return aside
        if not 1900 <= found.year < dating.LAST_YEAR:  # beyond it would overflow in other zones
            return Misfit(f"{shown(column, cell)} is before 1900 or after 2199", "Leave the cell blank for never, or put the year right")
        return found

    return read


def _no_day(column: Column, formats: Formats, cell: str, blank: Any, found: date) -> Misfit | Aside | None:
    """What becomes of a day that means none, or of one to come where none can be; nothing of any other (FEEDS B2.3)."""
    word = "" if column.private else cell
    if column.sense in ("end", "left", "seen") and dating.means_none(found):
        if column.sense == "end" and column.required:
            return Aside(dating.NO_END, ENDLESS, word)
        if type(blank) is Misfit:
            return Misfit(f"{shown(column, cell)} stands for no day, and the cell must not be blank", blank.remedy)
        return Aside(blank, NO_DAY, word)
    if column.sense in ("seen", "done") and dating.is_to_come(found, formats.on):
        if type(blank) is Misfit:
            return Misfit(f"{shown(column, cell)} is after the day of the load", "Put right the day: what is still to come was not done")
        return Aside(blank, TO_COME, word)
    return None


def _ods_code(column: Column, formats: Formats) -> Cell:
    def read(cell: str) -> Any:
        try:
            return ids.parse_ods_code(cell)
        except ids.OdsCodeError as error:
            return Misfit(f"{shown(column, cell)} is not an ODS code: {error.what}", f"{error.remedy[0].upper()}{error.remedy[1:]}")

    return read


def _nhs_number(column: Column, formats: Formats) -> Cell:
    def read(cell: str) -> Any:
        digits = ids.DASHES.sub("", ids.BLANKS.sub("", cell))
        if not ids.NHS_NUMBER.fullmatch(digits):
            return Misfit("The value does not have the ten digits of an NHS number", "Write its ten digits, or leave the cell blank")
        return digits  # a wrong check digit never refuses a row: the reader gives a notice

    return read


_KINDS: dict[str, Callable[[Column, Formats], Cell]] = {
    "text": _text,
    "staff_number": _text,
    "code": _code,
    "list": _list,
    "word": _word,
    "yes_no": _yes_no,
    "day": _day,
    "moment": _moment,
    "ods_code": _ods_code,
    "nhs_number": _nhs_number,
}
