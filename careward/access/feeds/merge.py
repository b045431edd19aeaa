"""What a file would do to a table: rows arranged by key, then compared with what stands. Values in, values out."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from careward.core.columns import canonical_list
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows.shapes import DAY, MOMENT, Field, Shape

Row = tuple[Any, ...]
Key = Any
Cells = dict[str, list[Any]]
Storing = Mapping[str, Callable[[Any], Any]]


@dataclass(slots=True)
class Refusals:
    """The rows of one file that cannot be used, each with its problem, found while arranging."""

    file: FeedFile
    problems: list[Problem] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)

    def add(self, index: int, column: str, what: str, remedy: str) -> None:
        self.rows.add(index)
        self.problems.append(Problem(self.file.name, self.file.lines[index], column, what, remedy))


@dataclass(slots=True)
class Arranged:
    """Rows by key in the order of the file; `spared` are keys of refused rows, which still stand in the file."""

    rows: dict[Key, Row] = field(default_factory=dict)
    at: dict[Key, int] = field(default_factory=dict)
    spared: set[Key] = field(default_factory=set)


@dataclass(slots=True)
class Difference:
    """What becomes of a table's rows. `changed`, `gone` and `back` hold (was, becomes), each with its id first."""

    added: dict[Key, Row] = field(default_factory=dict)
    changed: dict[Key, tuple[Row, Row]] = field(default_factory=dict)
    gone: dict[Key, tuple[Row, Row]] = field(default_factory=dict)
    back: dict[Key, tuple[Row, Row]] = field(default_factory=dict)
    unchanged: int = 0
    standing: int = 0
    blanked: dict[str, tuple[int, int]] = field(default_factory=dict)  # column: rows that had a value, of them now blank

    @property
    def moved(self) -> Iterator[tuple[Row, Row]]:
        for part in (self.changed, self.back, self.gone):
            yield from part.values()


def cells_of(file: FeedFile) -> Cells:
    """The file's values column by column."""
    if not file.rows:
        return {name: [] for name in file.columns}
    return dict(zip(file.columns, map(list, zip(*file.rows, strict=True)), strict=True))


def key_of(shape: Shape, offset: int = 0) -> Callable[[Row], Key]:
    """How a row of this shape is told from others; `offset` 1 skips a leading id."""
    if shape.fold:
        return lambda row: row[offset].casefold()
    return itemgetter(slice(offset, offset + shape.key))


def check(shape: Shape, cells: Cells, refusals: Refusals) -> None:
    """Refuses rows whose needed cells are blank or whose value is none of the known ones."""
    for each in shape.fields:
        values = cells.get(each.column)
        if values is None or each.refers_to:
            continue
        if each.needed:
            _check_needed(each, values, refusals)
        if each.choices:
            _check_choices(each, values, refusals)


def _check_needed(each: Field, values: list[Any], refusals: Refusals) -> None:
    if None in values or "" in values:
        for index, value in enumerate(values):
            if value is None or value == "":
                refusals.add(index, each.column, "The cell is blank", f"Give the {each.column} of this row")


def _check_choices(each: Field, values: list[Any], refusals: Refusals) -> None:
    strange = {v for v in set(values) if (v or "").casefold() not in each.choices and not (each.fill and not v)}
    for index, value in enumerate(values if strange else ()):
        if value in strange and not (each.needed and not value):
            refusals.add(index, each.column, f"“{value}” is not one of the known words", f"Use one of: {', '.join(each.choices)}")


def arrange(shape: Shape, cells: Cells, refusals: Refusals, storing: Storing, *, wanted: Sequence[int] | None = None) -> Arranged:
    """The file's rows as the table would hold them, by key; a second row for one key is refused.

    `wanted` names the rows to take where not every row counts. Cells may already hold computed columns.
    """
    count = len(refusals.file.rows)
    columns = [_kept(each, cells.get(each.column), storing, count) for each in shape.fields]
    if shape.gone:
        columns.append([None] * count)
    rows: list[Row] = list(zip(*columns, strict=True))
    arranged, key, refused = Arranged(), key_of(shape), refusals.rows
    if refused:
        arranged.spared = {key(rows[index]) for index in refused}
    held, at = arranged.rows, arranged.at
    for index in range(count) if wanted is None else wanted:
        if index in refused:
            continue
        row = rows[index]
        if (name := key(row)) in held:
            _refuse_second(shape, refusals, index, at[name])
        else:
            held[name], at[name] = row, index
    return arranged


def _refuse_second(shape: Shape, refusals: Refusals, index: int, first: int) -> None:
    told_apart = ", ".join(f.column.removesuffix("_id") for f in shape.fields[: shape.key])
    refusals.add(
        index,
        shape.fields[shape.key - 1].column.removesuffix("_id"),
        f"A second row for the same {told_apart}; the first is on line {refusals.file.lines[first]}",
        "Keep one of the two rows",
    )


def _kept(each: Field, values: list[Any] | None, storing: Storing, count: int) -> list[Any]:
    """One column in the form the database keeps."""
    if values is None:
        return [each.default] * count
    if each.way == "list":
        return _each(values, lambda v: canonical_list(v or ""))
    if each.way == "lower":
        values = _each(values, lambda v: (v or "").casefold())
    if each.fill:
        return [v or each.default for v in values]
    if each.kind in (DAY, MOMENT) and (store := storing.get(each.kind)):
        return _each(values, lambda v: None if v is None else store(v))
    return values


def _each(values: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    """Changes each value, working out each distinct one once."""
    changed = {value: change(value) for value in set(values)}
    return [changed[value] for value in values]


def given_columns(shape: Shape, cells: Cells) -> frozenset[str]:
    """The table's columns that this file speaks about."""
    return frozenset(f.name for f in shape.fields if f.column in cells or f.way == "list")


def compare(shape: Shape, standing: Sequence[Row], arranged: Arranged, *, given: Collection[str], gone_on: Any, full: bool) -> Difference:
    """What the arranged rows change in what stands; with `full`, what is not among them is gone on that day.

    Rows that the file has but we refused are never gone, and a table without gone_on loses no rows.
    """
    stood: dict[Key, Row] = dict(zip(map(key_of(shape, 1), standing), standing, strict=True))
    result = Difference()
    spoken = sorted(shape.columns.index(name) for name in (*given, *(("gone_on",) if shape.gone else ())))
    of_new, of_old = itemgetter(*spoken), itemgetter(*(place + 1 for place in spoken))
    for name, row in arranged.rows.items():
        old = stood.pop(name, None)
        if old is None:
            result.added[name] = row
        elif of_new(row) == of_old(old):
            result.unchanged += 1
        else:
            part = result.back if shape.gone and old[-1] is not None else result.changed
            part[name] = (old, _over(shape, old, row, spoken))
    present = sum(1 for row in stood.values() if row[-1] is None) if shape.gone else len(stood)
    result.standing = present + result.unchanged + len(result.changed)
    if full and shape.gone:
        spared = arranged.spared
        result.gone = {n: (row, shape.row(*row[:-1], gone_on)) for n, row in stood.items() if row[-1] is None and n not in spared}
    result.blanked = _blanked(shape, standing, result)
    return result


def spare(shape: Shape, difference: Difference, file: FeedFile, named: Callable[[Field], Mapping[int, str]]) -> int:
    """Takes out of `gone` what the file's refused rows stand for, and says how many: such a row is still in the list, only unreadable.

    `named` gives for a column of ids what files call them. With a key that has no column of this table in it, nothing is gone.
    """
    columns = [f.said_as for f in shape.fields]
    places = [(at, columns.index(name)) for at, name in enumerate(file.key) if name in columns]
    fields = [shape.fields[place] for _, place in places]
    told = [_as_told_apart(shape, each, named(each) if each.refers_to else None) for each in fields]
    keys = file.refused_keys or ()
    refused = {tuple(tell(key[at]) for (at, _), tell in zip(places, told, strict=True)) for key in keys}
    found = [
        n
        for n, (was, _) in difference.gone.items()
        if tuple(tell(was[p + 1]) for (_, p), tell in zip(places, told, strict=True)) in refused
    ]
    for name in found:
        del difference.gone[name]
    return len(found)


def _as_told_apart(shape: Shape, each: Field, names: Mapping[int, str] | None) -> Callable[[Any], str]:
    """A value of a key, from the table or from a file, as text that is the same where the table would hold one row."""
    folds = shape.fold or each.fill or each.way == "lower" or names is not None

    def tell(value: Any) -> str:
        if names is not None and isinstance(value, int):
            value = names.get(value, "")
        text = "" if value is None else str(value)
        text = text.casefold() if folds else text
        return canonical_list(text) if each.way == "list" else text

    return tell


def _over(shape: Shape, old: Row, row: Row, spoken: Sequence[int]) -> Row:
    """The old row with what the new one speaks about; a row that is in the list is not gone."""
    merged = list(old)
    for place in spoken:
        merged[place + 1] = row[place]
    return shape.row._make(merged)  # type: ignore[no-any-return]


def _blanked(shape: Shape, standing: Sequence[Row], difference: Difference) -> dict[str, tuple[int, int]]:
    """How many rows held an identifier, and how many of them would lose it."""
    found = {}
    for name in shape.identifiers:
        place = shape.columns.index(name) + 1
        lost = sum(1 for was, becomes in difference.changed.values() if was[place] and not becomes[place])
        if lost:
            found[name] = (sum(1 for row in standing if row[place]), lost)
    return found


def as_day(day: date, storing: Storing) -> Any:
    """A day in the form the database keeps."""
    return storing["day"](day) if "day" in storing else day
