"""What a file would do to a table: rows arranged by key, then compared with what stands. Values in, values out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from careward.core.columns import canonical_list
from careward.core.ids import plain
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows.shapes import MOMENT, Field, Shape

Row = tuple[Any, ...]
Key = Any
Cells = dict[str, list[Any]]
NONE: Mapping[Any, int] = MappingProxyType({})
Storing = Mapping[str, Callable[[Any], Any]]


@dataclass(slots=True)
class Refusals:
    """The rows of one file, or of some lines of it, that cannot be used, each with its problem, found while arranging."""

    name: str
    lines: Sequence[int]
    problems: list[Problem] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)

    def add(self, index: int, column: str, what: str, remedy: str) -> None:
        self.rows.add(index)
        self.problems.append(Problem(self.name, self.lines[index], column, what, remedy))


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
    lost: dict[str, int] = field(default_factory=dict)  # column: rows that had a value and are now blank
    passing: int = 0  # of the changed: those that changed only in what changes from day to day

    @property
    def moved(self) -> Iterator[tuple[Row, Row]]:
        for part in (self.changed, self.back, self.gone):
            yield from part.values()


def key_of(shape: Shape, offset: int = 0) -> Callable[[Row], Key]:
    """How a row of this shape is told from others; `offset` 1 skips a leading id."""
    if shape.fold:
        return lambda row: plain(row[offset])
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


def arrange(
    shape: Shape,
    cells: Cells,
    refusals: Refusals,
    storing: Storing,
    *,
    wanted: Sequence[int] | None = None,
    taken: Mapping[Key, int] = NONE,
    canonical: bool = False,
) -> Arranged:
    """The file's rows as the table would hold them, by key; a second row for one key is refused.

    `wanted` names the rows to take where not every row counts; `taken` the keys of earlier rows of the file with their lines.
    `canonical` says that a reader has already brought lists and lower case into their one form.
    Cells may already hold computed columns.
    """
    count = len(refusals.lines)
    columns = [_kept(each, cells.get(each.column), storing, count, canonical) for each in shape.fields]
    if shape.gone:
        columns.append([None] * count)
    rows: list[Row] = list(zip(*columns, strict=True))
    arranged, key, refused = Arranged(), key_of(shape), refusals.rows
    if refused:
        arranged.spared = {key(rows[index]) for index in refused}
    elif wanted is None:
        names = list(map(key, rows))
        there = dict(zip(names, rows, strict=True))
        if len(there) == count and taken.keys().isdisjoint(there):
            return Arranged(there, dict(zip(names, range(count), strict=True)))
    _arrange_one_by_one(shape, rows, arranged, refusals, taken, range(count) if wanted is None else wanted)
    return arranged


def _arrange_one_by_one(
    shape: Shape, rows: list[Row], arranged: Arranged, refusals: Refusals, taken: Mapping[Key, int], wanted: Sequence[int]
) -> None:
    there, at, key = arranged.rows, arranged.at, key_of(shape)
    for index in wanted:
        if index in refusals.rows:
            continue
        row = rows[index]
        if (name := key(row)) in there or name in taken:
            _refuse_second(shape, refusals, index, refusals.lines[at[name]] if name in there else taken[name])
        else:
            there[name], at[name] = row, index


def _refuse_second(shape: Shape, refusals: Refusals, index: int, first: int) -> None:
    told_apart = ", ".join(f.column.removesuffix("_id") for f in shape.fields[: shape.key])
    refusals.add(
        index,
        shape.fields[shape.key - 1].column.removesuffix("_id"),
        f"A second row for the same {told_apart}; the first is on line {first}",
        "Keep one of the two rows",
    )


def _kept(each: Field, values: list[Any] | None, storing: Storing, count: int, canonical: bool) -> list[Any]:
    """One column in the form the database keeps."""
    if values is None:
        return [each.default] * count
    if each.way == "list" and not canonical:
        return _each(values, lambda v: canonical_list(v or ""))
    if each.way == "lower" and not canonical:
        values = _each(values, lambda v: (v or "").lower())
    if each.fill:
        return [v or each.default for v in values]
    store = storing.get(each.kind)
    if store is None:
        return values
    if each.kind == MOMENT:  # hardly two are the same
        return [None if v is None else store(v) for v in values]
    return _each(values, partial(_stored, store))


def _stored(store: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else store(value)


def _each(values: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    """Changes each value, working out each distinct one once."""
    changed = {value: change(value) for value in set(values)}
    return [changed[value] for value in values]


def given_columns(shape: Shape, cells: Cells) -> frozenset[str]:
    """The table's columns that this file speaks about."""
    return frozenset(f.name for f in shape.fields if f.column in cells or f.way == "list")


class Standing:
    """What a table holds, while the rows of a file are held against it, all at once or some thousands at a time."""

    def __init__(self, shape: Shape, rows: Sequence[Row], *, given: Collection[str]) -> None:
        self.shape = shape
        self.count = sum(1 for row in rows if row[-1] is None) if shape.gone else len(rows)
        self._left: dict[Key, Row] = dict(zip(map(key_of(shape, 1), rows), rows, strict=True))
        places = {name: shape.columns.index(name) + 1 for name in shape.identifiers}
        self.had = {name: sum(1 for row in rows if row[place]) for name, place in places.items()}
        self._places = places
        self._spoken = sorted(shape.columns.index(name) for name in (*given, *(("gone_on",) if shape.gone else ())))

    def meet(self, arranged: Arranged) -> Difference:
        """What these rows change in what stands; whoever has been met is no longer missing."""
        if not self._left:
            return Difference(added=dict(arranged.rows))
        shape, spoken, result = self.shape, self._spoken, Difference()
        unlike = self._unlike(arranged)
        result.unchanged = len(arranged.rows) - len(unlike)
        in_other_case = self._in_other_case(name for name, _, old in unlike if old is None) if shape.cased else {}
        for name, row, exact in unlike:
            old = exact or in_other_case.get(name)
            if old is None:
                result.added[name] = row
            else:
                part = result.back if shape.gone and old[-1] is not None else result.changed
                part[name] = (old, _over(shape, old, row, spoken))
        for name, place in self._places.items():
            result.lost[name] = sum(1 for was, becomes in result.changed.values() if was[place] and not becomes[place])
        if shape.passing:
            result.passing = _only(shape, result.changed.values())
        return result

    def _unlike(self, arranged: Arranged) -> list[tuple[Key, Row, Row | None]]:
        """The rows that are new or say otherwise than what stands, with that; by far the most say the same."""
        pop, rows, spoken = self._left.pop, arranged.rows.items(), self._spoken
        if spoken == list(range(len(self.shape.columns))):  # the file speaks of every column
            return [(name, row, old) for name, row in rows if (old := pop(name, None)) is None or old[1:] != row]
        of_new, of_old = itemgetter(*spoken), itemgetter(*(place + 1 for place in spoken))
        return [(name, row, old) for name, row in rows if (old := pop(name, None)) is None or of_old(old) != of_new(row)]

    def _in_other_case(self, names: Iterable[Key]) -> dict[Key, Row]:
        """The rows left that have these keys in other letters, those that are not gone first: each is the same thing."""
        if not (wanted := list(names)):
            return {}
        known = {_folded(key): key for key in sorted(self._left, key=lambda key: self._left[key][-1] is None)}
        return {name: self._left.pop(key) for name in wanted if (key := known.pop(_folded(name), None)) is not None}

    def missing(self, spared: Collection[Key], gone_on: Any) -> dict[Key, tuple[Row, Row]]:
        """The rows that nothing met, each with what it becomes: gone on that day."""
        left, of_shape = self._left, self.shape.row
        if self.shape.cased and spared:
            folded = set(map(_folded, spared))
            spared = {name for name in left if _folded(name) in folded}
        return {n: (row, of_shape(*row[:-1], gone_on)) for n, row in left.items() if row[-1] is None and n not in spared}

    def blanked(self, lost: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """How many rows held an identifier, and how many of them would lose it."""
        return {name: (self.had[name], count) for name, count in lost.items() if count}


def _folded(key: Key) -> Key:
    return tuple(plain(part) if isinstance(part, str) else part for part in key)


def _only(shape: Shape, changes: Collection[tuple[Row, Row]]) -> int:
    """How many rows changed in nothing but what changes from day to day, which has a value still, and the letters of their key."""
    place, end = shape.columns.index(shape.passing) + 1, shape.key + 1

    def alike(was: Row, now: Row) -> bool:
        same = was[end:place] == now[end:place] and was[place + 1 :] == now[place + 1 :] and (now[place] or not was[place])
        return bool(same) and (was[1:end] == now[1:end] or _folded(was[1:end]) == _folded(now[1:end]))

    return sum(1 for was, now in changes if alike(was, now))


def compare(shape: Shape, standing: Sequence[Row], arranged: Arranged, *, given: Collection[str], gone_on: Any, full: bool) -> Difference:
    """What the arranged rows change in what stands; with `full`, what is not among them is gone on that day.

    Rows that the file has but we refused are never gone, and a table without gone_on loses no rows.
    """
    stood = Standing(shape, standing, given=given)
    result = stood.meet(arranged)
    result.standing, result.blanked = stood.count, stood.blanked(result.lost)
    if full and shape.gone:
        result.gone = stood.missing(arranged.spared, gone_on)
    return result


def keep_refused_rows(shape: Shape, difference: Difference, file: FeedFile, named: Callable[[Field], Mapping[int, str]]) -> int:
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
    folds = shape.fold or shape.cased or each.fill or each.way == "lower" or names is not None

    def tell(value: Any) -> str:
        if names is not None and isinstance(value, int):
            value = names.get(value, "")
        text = "" if value is None else str(value)
        text = plain(text) if folds else text
        return canonical_list(text) if each.way == "list" else text

    return tell


def _over(shape: Shape, old: Row, row: Row, spoken: Sequence[int]) -> Row:
    """The old row with what the new one speaks about; a row that is in the list is not gone."""
    merged = list(old)
    for place in spoken:
        merged[place + 1] = row[place]
    return shape.row._make(merged)  # type: ignore[no-any-return]


def as_day(day: date, storing: Storing) -> Any:
    """A day in the form the database keeps."""
    return storing["day"](day) if "day" in storing else day
