"""How a table is filled from files: which feed's column says each of its columns, and which of them tell rows apart.

A room declares the shapes of its own tables from its models and from `core.columns`; whoever loads files knows no table by its name.
A column that a file does not have leaves what stands as it is, except lists (roles, teams): an export that does not say which roles
an account has must not be compared with those of an earlier one, so they become unknown.
"""

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from careward.core.columns import Column, Feed

DAY, MOMENT, FLAG, NUMBER, TEXT = "day", "moment", "flag", "number", "text"
_KINDS = {"day": DAY, "moment": MOMENT, "yes_no": FLAG}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table and where a file says it."""

    name: str
    kind: str = TEXT
    source: str = ""  # the file's column; empty: the same name
    default: Any = ""  # for a new row where the file has no such column
    fill: bool = False  # a blank cell means the default
    needed: bool = False
    choices: tuple[str, ...] = ()
    way: str = ""  # "lower", or "list" for values parted by semicolons
    refers_to: str = ""  # of an id: the table it points to; `source` is then the file's column that says which row

    @property
    def column(self) -> str:
        """Where a plan keeps this column's cells: under the file's name for it, or its own where it is an id."""
        return self.name if self.refers_to else self.said_as

    @property
    def said_as(self) -> str:
        """The file's column in which a person reads this one."""
        return self.source or self.name


@dataclass(frozen=True, slots=True)
class Shape:
    """One table as a feed fills it: the first `key` fields tell rows apart."""

    model: type[Model]
    fields: tuple[Field, ...]
    key: int
    scope: str = "organisation_id"
    fold: bool = False  # the key is one text whose case does not matter
    cased: bool = False  # a row whose key stands in other letters is the same row, where none has exactly that key
    gone: bool = True  # the table has gone_on
    identifiers: tuple[str, ...] = ()  # columns that would not go blank for most rows at once
    passing: str = ""  # a column that changes from day to day: its change alone is none of the row, unless it goes blank
    fixed: tuple[str, ...] = ("organisation_id",)  # further columns that a new row is given and no file changes
    born: tuple[str, ...] = ()  # further columns in which each new row is given its own values
    row: Any = field(init=False, repr=False, compare=False)  # a named tuple: id, then `columns`

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", namedtuple(f"{self.model.__name__}Row", ("id", *self.columns)))

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a file manages, gone_on last."""
        return (*(f.name for f in self.fields), *(("gone_on",) if self.gone else ()))

    def named(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Rows that come id first, each with its columns by name."""
        return list(map(self.row._make, rows))


def said(feed: Feed, *names: str) -> tuple[Field, ...]:
    """Table columns that a feed's columns of the same name fill."""
    return tuple(filled(feed.column(name)) for name in names)


def filled(column: Column, name: str = "", *, default: Any = None) -> Field:
    """A table column that one column of a feed fills; `name` where the table calls it otherwise, `default` where a blank cell means one."""
    blank = default or column.default
    is_list = column.kind == "list"
    return Field(
        name or column.name,
        _KINDS.get(column.kind, TEXT),
        source=column.name if name else "",
        default=blank or (None if is_list or column.kind in ("day", "moment") else ""),
        fill=bool(blank),
        needed=column.required,
        choices=column.words,
        way="list" if is_list else "lower" if column.lower or column.words else "",
    )


def link(column: Column, name: str, to: type[Model]) -> Field:
    """A table column that holds the id of the row that a feed's column names."""
    return Field(name, NUMBER, source=column.name, default=None, needed=True, refers_to=to._meta.db_table)


def worked_out(name: str, kind: str = TEXT, *, default: Any = "") -> Field:
    """A table column that no file says: a plan works it out."""
    return Field(name, kind, default=default)
