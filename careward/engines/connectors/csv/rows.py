"""Records into checked rows: every row is kept or refused, and a refused one with all its reasons."""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeGuard

from careward.core.blocks import Block
from careward.core.columns import Feed
from careward.core.ids import NHS_NUMBER, check_digit_fits
from careward.core.ports import Problem
from careward.engines.connectors.csv.around import stands_around
from careward.engines.connectors.csv.asides import Asides
from careward.engines.connectors.csv.assignments import Assignments
from careward.engines.connectors.csv.headings import FileColumn, normal
from careward.engines.connectors.csv.kept import KeptRows, Opens
from careward.engines.connectors.csv.orders import WORDS
from careward.engines.connectors.csv.sources import Run, Unusable
from careward.engines.connectors.csv.stories import Story, notices, tell
from careward.engines.connectors.csv.values import FORMULA, Misfit

_AT_ONCE = 4_000_000  # numbers of keys looked through at a time
_MOST_PROBLEMS = 10_000  # listed; beyond, refused rows are only counted
_SHOWN_LINES = 10

Reason = tuple[str, str, str]  # column, what, remedy
Row = tuple[Any, ...]


class Repeats:
    """Finds rows that have the key of an earlier one, with eight bytes a row: rows alike in a number worked out from it are looked at."""

    def __init__(self) -> None:
        self._numbers = array("q")

    def note(self, keys: Iterable[Row]) -> None:
        """Takes in the keys of rows in the order in which they are kept."""
        self._numbers.extend(map(hash, keys))

    def together(self, rows: KeptRows, places: Sequence[int]) -> list[list[tuple[int, Row]]]:
        """The rows of each key that several have, with their lines, in the order of the file."""
        suspects = self._suspects()
        found: dict[Row, list[tuple[int, Row]]] = {}
        for block in rows.blocks() if suspects else ():
            keys = zip(*(block.values[place] for place in places), strict=True)
            for i, key in enumerate(keys):
                if hash(key) in suspects:
                    found.setdefault(key, []).append((block.lines[i], tuple(column[i] for column in block.values)))
        return [sorted(group, key=lambda each: each[0]) for group in found.values() if len(group) > 1]

    def _suspects(self) -> set[int]:
        """Numbers that came twice; by shares, so that the numbers of twelve million rows are never all objects at once."""
        shares = 1 + len(self._numbers) // _AT_ONCE
        if shares == 1 and len(set(self._numbers)) == len(self._numbers):
            return set()
        twice: set[int] = set()
        for share in range(shares):
            seen: set[int] = set()
            for number in self._numbers:
                if number % shares == share:
                    if number in seen:
                        twice.add(number)
                    seen.add(number)
        return twice


class Intake:
    """What has come in from one file so far; `must` are headings that there must be, none where the file has no heading line.

    Raises Unusable where another heading comes later: the rows below would be read by the first.
    """

    def __init__(
        self,
        name: str,
        feed: Feed,
        fields: tuple[FileColumn, ...],
        headings: list[str],
        *,
        must: frozenset[str],
        file: Opens,
        few: int,
    ) -> None:
        self.name, self.feed, self.fields, self.headings = name, feed, fields, headings
        self._normal, self._must = list(map(normal, headings)), must
        self._around: list[int] = []  # lines that stand around the rows
        self.columns = tuple(f.column.name for f in fields)
        few = few if feed.name != "staff" else sys.maxsize  # a person's posts bear on each other
        self.rows = KeptRows([f.column for f in fields], file=file, apart=feed.apart, few=few)
        self.refused = 0
        self.problems: list[Problem] = []
        self._unlisted = self._blank = self._formulas = 0
        self._asides = Asides()
        self._doubtful: list[int] = []  # lines whose NHS number fails its check digit
        self.key = tuple(c for c in feed.key if c in self.columns)
        self._key_places = tuple(map(self.columns.index, self.key))
        self._repeats = Repeats()
        self._refused_keys: set[tuple[str, ...]] = set()
        self._told: Counter[str] = Counter()
        self.contradicted: set[tuple[str, ...]] = set()  # keys of rows that disagree on whether the thing is open
        self.unkeyed: list[int] = []  # lines of refused rows that cannot be told apart
        self._assignments = Assignments(self.columns) if feed.name == "staff" else None

    def take(self, runs: Iterable[Run]) -> None:
        """Every record to a kept or a refused row."""
        for lines, cells in runs:
            self._take_run(lines, cells) if self._is_whole(cells) else self._take_run(*self._sifted(lines, cells))
        self.rows.done()
        self._refuse_doubted()
        self._tell_repeats()
        if self._assignments:
            self._assignments.settle(self.rows)
        self.problems.sort(key=lambda p: p.line)
        self.unkeyed.sort()

    @property
    def refused_keys(self) -> frozenset[tuple[str, ...]] | None:
        """Which rows the refused ones are; None where some of them cannot be told."""
        return None if self.unkeyed else frozenset(self._refused_keys)

    def notices(self) -> list[str]:
        """What the reader of a report should know though no row was refused for it."""
        out = []
        if not self.rows and not self.refused:
            out.append("The file has no rows.")
        if self._blank:
            out.append(f"Blank lines, left out: {self._blank:,}.")
        if self._around:
            out.append(f"Lines that stand around the rows, left out: {len(self._around):,} ({_lines(self._around)}).")
        if self._formulas:
            out.append(f"Cells that begin with =, +, - or @, taken as text and made harmless when exported: {self._formulas:,}.")
        if doubtful := sorted(set(self._doubtful).intersection(self.rows.lines)):
            out.append(f"NHS numbers whose last digit does not fit the others, kept: {len(doubtful):,} ({_lines(doubtful)}).")
        out += [*self._asides.notices(), *notices(self._told)]
        if self._unlisted:
            out.append(f"Further problems, not listed: {self._unlisted:,}. Put right those listed and load the file again.")
        return out

    def _is_whole(self, cells: Sequence[Any]) -> TypeGuard[Sequence[list[str]]]:
        """Whether every record of a run has a cell for each column and is not the heading again."""
        whole = set(map(type, cells)) <= {list} and set(map(len, cells)) <= {len(self.headings)}
        return whole and not (self._must and any(normal(record[0]) == self._normal[0] for record in cells))

    def _sifted(self, lines: Sequence[int], cells: Sequence[Any]) -> tuple[list[int], list[list[str]]]:
        """The records of a run that are whole; the others are refused."""
        kept: list[tuple[int, list[str]]] = []
        for line, record in zip(lines, cells, strict=True):
            if isinstance(record, Misfit) or len(record) != len(self.headings):
                self._refuse_uncut(line, record)
            elif not self._is_heading(line, record):
                kept.append((line, record))
        return [line for line, _ in kept], [record for _, record in kept]

    def left_out_before(self, lines: Sequence[int], cells: Sequence[list[str]]) -> None:
        """Takes in what stood before the heading line. Raises Unusable where it could be a row: the heading then comes late."""
        for line, record in zip(lines, cells, strict=True):
            if self._could_be_row(record):
                remedy = "Put the heading line first; two files may have been joined"
                raise Unusable(line, "The line stands before the heading and could be a row", remedy)
            self._around += [line] if any(map(str.strip, record)) else []

    def _could_be_row(self, cells: list[str]) -> bool:
        needs = [f for f in self.fields if f.index >= 0 and f.column.required]
        return len(cells) == len(self.headings) and not any(f.read([cells[f.index]])[1] for f in needs)

    def _is_heading(self, line: int, cells: list[str]) -> bool:
        """Whether the heading line comes again here, which is no row."""
        if not self._must or not self._must <= set(names := list(map(normal, cells))):
            return False
        if [name for name in names if name] != [name for name in self._normal if name]:
            remedy = "Load the two files that were joined here one after the other"
            raise Unusable(line, "Another heading line stands here, with other columns or in another order", remedy)
        self._around.append(line)
        return True

    def _refuse_uncut(self, line: int, cells: list[str] | Misfit) -> None:
        if isinstance(cells, Misfit):
            self._refuse(line, [(cells.column, cells.what, cells.remedy)])
            self._name_cells(line, cells.cells)
        elif not any(map(str.strip, cells)):
            self._blank += 1
        elif stands_around(cells):
            self._around.append(line)
        elif not self._is_heading(line, cells):
            what = f"The row has {_counted(len(cells), 'cell')} and the file has {_counted(len(self.headings), 'column')}"
            remedy = "Look for a missing or surplus comma; a cell that holds one must be quoted"
            self._refuse(line, [("", what, remedy)])
            self.unkeyed.append(line)

    def _take_run(self, lines: Sequence[int], run: Sequence[list[str]]) -> None:
        if not run:
            return
        given = list(zip(*run, strict=True))
        unfit: dict[int, list[Reason]] = {}
        found: list[Sequence[Any]] = []
        for field in self.fields:
            cells = given[field.index] if field.index >= 0 else (field.constant,) * len(run)
            values, misfits, told = field.read(cells)
            self._asides.note(field.heading, told)
            if field.doubt:
                field.doubt.note(lines, cells)
            for i, why in misfits:
                unfit.setdefault(i, []).append((field.heading, why.what, why.remedy))
            self._look_at(field, cells if misfits else values, lines)
            found.append(values)
        if self._assignments:
            found = self._assignments.numbered(found)
        block = Block(self.columns, lines, found)
        for i in sorted(unfit):
            self._refuse_unfit(lines[i], run[i], tuple(column[i] for column in found), unfit[i])
        self._keep(block.only([i for i in range(len(run)) if i not in unfit]) if unfit else block)

    def _keep(self, block: Block) -> None:
        self._repeats.note(zip(*(block.values[place] for place in self._key_places), strict=True))
        self.rows.add(block)

    def _tell_repeats(self) -> None:
        """Of rows of one key those count that the rule says; a second row that says otherwise is refused, naming the first."""
        told = Story()
        for group in self._repeats.together(self.rows, self._key_places):
            story = tell(self.feed.name, self.columns, group)
            by_line = dict(group)
            for line, first in sorted(story.refused.items()):
                self._refuse_repeat(line, first, by_line[line])
            told.left_out |= story.left_out | story.refused.keys()
            told.renumbered |= story.renumbered
            told.says += story.says
            self.contradicted |= {self._key_of(by_line[line]) for line in story.contradicted}
        if told.renumbered and self._assignments:
            self.rows.settle(partial(self._assignments.renumbered, numbers=told.renumbered))
        if told.left_out:
            self.rows = self.rows.without(told.left_out)
        self._told = told.says

    def _key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(str(row[place]) for place in self._key_places)

    def _refuse_repeat(self, line: int, first: int, row: Row) -> None:
        key = ", ".join(f.heading for f in self.fields if f.column.name in self.feed.key)
        self._refuse(line, [(key, f"The row repeats line {first}, which has the same {key}", "Keep one of the two rows")])
        self._name(line, row)

    def _refuse_doubted(self) -> None:
        """Where one cell of a column fits only the other order of day and month, every cell that fits both is refused."""
        for field in self.fields:
            if field.doubt is None or field.doubt.against is None:
                continue
            line, cell = field.doubt.against
            doubted, other = set(field.doubt.lines), "" if field.column.private else f' ("{cell}")'
            what = f"The day fits two orders, and line {line}{other} fits only {WORDS[field.doubt.order]}"
            reason = (field.heading, what, "Have all days of the column written in one order, and the profile name that one")
            found = [(n, row) for b in self.rows.blocks() for n, row in zip(b.lines, b.rows, strict=True) if n in doubted]
            for number, row in found:
                self._refuse(number, [reason])
                self._name(number, row)
            if found:
                self.rows = self.rows.without({number for number, _ in found})

    def _refuse_unfit(self, line: int, cells: list[str], row: tuple[Any, ...], reasons: list[Reason]) -> None:
        if not any(map(str.strip, cells)):
            self._blank += 1
        elif stands_around(cells):
            self._around.append(line)
        elif not self._is_heading(line, cells):
            places = {f.heading: f.index for f in self.fields}
            self._refuse(line, sorted(reasons, key=lambda r: places[r[0]]))
            self._name(line, row)

    def _name(self, line: int, row: tuple[Any, ...]) -> None:
        """Keeps which row a refused one is, by its key, so that the row it stands for is not taken for gone."""
        values = [row[place] for place in self._key_places]
        if any(isinstance(value, Misfit) for value in values):
            self.unkeyed.append(line)
        else:
            self._refused_keys.add(tuple("" if value is None else str(value) for value in values))

    def _name_cells(self, line: int, cells: tuple[str, ...]) -> None:
        """The same for a record that was refused before it was read; what is worked out from other rows cannot be told for it."""
        if len(cells) != len(self.headings):
            self.unkeyed.append(line)
            return
        row = tuple(f.read([cells[f.index] if f.index >= 0 else f.constant])[0][0] for f in self.fields)
        if any(self.fields[place].column.derived and row[place] == "" for place in self._key_places):
            self.unkeyed.append(line)
        else:
            self._name(line, row)

    def _refuse(self, line: int, reasons: list[Reason]) -> None:
        self.refused += 1
        room = max(0, _MOST_PROBLEMS - len(self.problems))
        self.problems += [Problem(self.name, line, column, what, remedy) for column, what, remedy in reasons[:room]]
        self._unlisted += len(reasons[room:])

    def _look_at(self, field: FileColumn, values: Sequence[Any], lines: Sequence[int]) -> None:
        if field.column.kind in _MAY_BE_FORMULA:
            together = "\n".join(["", *values])
            if any(f"\n{mark}" in together for mark in FORMULA):
                self._formulas += sum(value[:1] in FORMULA for value in values)
        elif field.column.kind == "nhs_number":
            self._doubtful += [n for n, v in zip(lines, values, strict=True) if NHS_NUMBER.fullmatch(v) and not check_digit_fits(v)]


def _lines(numbers: Sequence[int]) -> str:
    return f"line {', '.join(map(str, numbers[:_SHOWN_LINES]))}{' ...' if len(numbers) > _SHOWN_LINES else ''}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


_MAY_BE_FORMULA = ("text", "staff_number", "code", "list")
