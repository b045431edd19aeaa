"""Records into checked rows: every row is kept or refused, and a refused one with all its reasons."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from careward.core.columns import Feed
from careward.core.ids import NHS_NUMBER, check_digit_fits
from careward.core.ports import Problem
from careward.engines.connectors.csv.assignments import Assignments
from careward.engines.connectors.csv.headings import Field, normal
from careward.engines.connectors.csv.sources import Record
from careward.engines.connectors.csv.values import FORMULA, Unfit

_RUN = 4096  # rows turned into columns and back at a time
_MOST_PROBLEMS = 10_000  # listed; beyond, refused rows are only counted
_SHOWN_LINES = 10

Run = tuple[list[int], list[list[str]]]
Reason = tuple[str, str, str]  # column, what, remedy


class Intake:
    """What has come in from one file so far; `heading` says whether the file has a heading line, which may come again."""

    def __init__(self, name: str, shape: Feed, fields: tuple[Field, ...], headings: list[str], *, heading: bool) -> None:
        self.name, self.shape, self.fields, self.headings = name, shape, fields, headings
        self._heading = heading
        self.columns = tuple(f.column.name for f in fields)
        self.rows: list[tuple[Any, ...]] = []
        self.lines: list[int] = []
        self.refused = 0
        self.problems: list[Problem] = []
        self._unlisted = self._blank = self._formulas = 0
        self._doubtful: list[int] = []  # lines whose NHS number fails its check digit
        self._key = itemgetter(*(i for i, c in enumerate(self.columns) if c in shape.key))
        self._seen: dict[Any, int] = {}
        self.key = tuple(c for c in shape.key if c in self.columns)
        self._key_places = tuple(map(self.columns.index, self.key))
        self._refused_keys: set[tuple[str, ...]] = set()
        self.unkeyed: list[int] = []  # lines of refused rows that cannot be told apart
        self._assignments = Assignments(self.columns) if shape.name == "staff" else None

    def take(self, records: Iterable[Record]) -> None:
        """Every record to a kept or a refused row."""
        for lines, run in self._runs(records):
            self._take_run(lines, run)
        if self._assignments:
            self.rows = self._assignments.settled(self.rows)
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
        if self._formulas:
            out.append(f"Cells that begin with =, +, - or @, taken as text and made harmless when exported: {self._formulas:,}.")
        if doubtful := sorted(set(self._doubtful).intersection(self.lines)):
            lines = ", ".join(map(str, doubtful[:_SHOWN_LINES])) + (" ..." if len(doubtful) > _SHOWN_LINES else "")
            out.append(f"NHS numbers whose last digit does not fit the others, kept: {len(doubtful):,} (line {lines}).")
        if self._unlisted:
            out.append(f"Further problems, not listed: {self._unlisted:,}. Put right those listed and load the file again.")
        return out

    def _runs(self, records: Iterable[Record]) -> Iterator[Run]:
        width = len(self.headings)
        again = self.headings if self._heading else None
        lines: list[int] = []
        run: list[list[str]] = []
        for line, cells in records:
            if isinstance(cells, Unfit) or len(cells) != width:
                self._refuse_uncut(line, cells)
            elif cells == again:
                self._refuse(line, [_HEADING_AGAIN])
            else:
                lines.append(line)
                run.append(cells)
                if len(run) == _RUN:
                    yield lines, run
                    lines, run = [], []
        if run:
            yield lines, run

    def _refuse_uncut(self, line: int, cells: list[str] | Unfit) -> None:
        if isinstance(cells, Unfit):
            self._refuse(line, [(cells.column, cells.what, cells.remedy)])
            self._name_cells(line, cells.cells)
        elif not any(map(str.strip, cells)):
            self._blank += 1
        else:
            what = f"The row has {_counted(len(cells), 'cell')} and the file has {_counted(len(self.headings), 'column')}"
            remedy = "Look for a missing or surplus comma; a cell that holds one must be quoted"
            self._refuse(line, [("", what, remedy)])
            self.unkeyed.append(line)

    def _take_run(self, lines: list[int], run: list[list[str]]) -> None:
        given = list(zip(*run, strict=True))
        unfit: dict[int, list[Reason]] = {}
        found = []
        for field in self.fields:
            cells = given[field.index] if field.index >= 0 else (field.constant,) * len(run)
            values, misfits = field.read(cells)
            for i, why in misfits:
                unfit.setdefault(i, []).append((field.heading, why.what, why.remedy))
            self._look_at(field, cells if misfits else values, lines)
            found.append(values)
        rows = list(zip(*found, strict=True))
        if self._assignments:
            rows = list(map(self._assignments.numbered, rows))
        if unfit or not self._keep_all(lines, rows):
            for i, row in enumerate(rows):
                if i in unfit:
                    self._refuse_unfit(lines[i], run[i], row, unfit[i])
                else:
                    self._keep(lines[i], row)

    def _keep_all(self, lines: list[int], rows: list[tuple[Any, ...]]) -> bool:
        """Keeps a whole run at once where no row of it repeats another, which is nearly always so."""
        keys = list(map(self._key, rows))
        if len(set(keys)) < len(keys) or not self._seen.keys().isdisjoint(keys):
            return False
        self._seen.update(zip(keys, lines, strict=True))
        self.rows += rows
        self.lines += lines
        return True

    def _keep(self, line: int, row: tuple[Any, ...]) -> None:
        first = self._seen.setdefault(self._key(row), line)
        if first == line:
            self.rows.append(row)
            self.lines.append(line)
            return
        key = ", ".join(f.heading for f in self.fields if f.column.name in self.shape.key)
        self._refuse(line, [(key, f"The row repeats line {first}, which has the same {key}", "Keep one of the two rows")])
        self._name(line, row)

    def _refuse_unfit(self, line: int, cells: list[str], row: tuple[Any, ...], reasons: list[Reason]) -> None:
        if not any(map(str.strip, cells)):
            self._blank += 1
        elif self._heading and list(map(normal, cells)) == list(map(normal, self.headings)):
            self._refuse(line, [_HEADING_AGAIN])
        else:
            places = {f.heading: f.index for f in self.fields}
            self._refuse(line, sorted(reasons, key=lambda r: places[r[0]]))
            self._name(line, row)

    def _name(self, line: int, row: tuple[Any, ...]) -> None:
        """Keeps which row a refused one is, by its key, so that the row it stands for is not taken for gone."""
        values = [row[place] for place in self._key_places]
        if any(isinstance(value, Unfit) for value in values):
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

    def _look_at(self, field: Field, values: Sequence[Any], lines: list[int]) -> None:
        if field.column.kind in _MAY_BE_FORMULA:
            firsts = [value[:1] for value in values]
            if not FORMULA.isdisjoint(firsts):
                self._formulas += sum(map(FORMULA.__contains__, firsts))
        elif field.column.kind == "nhs_number":
            self._doubtful += [n for n, v in zip(lines, values, strict=True) if NHS_NUMBER.fullmatch(v) and not check_digit_fits(v)]


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


_MAY_BE_FORMULA = ("text", "staff_number", "code", "list")
_HEADING_AGAIN: Reason = ("", "The heading line stands here again", "Take this line out; two files may have been joined")
