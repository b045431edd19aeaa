"""Figures counted over tables of evidence, kept by this process for as long as not a row of those tables has changed.

What changes a kept figure: any act that adds, changes or takes away a row of a table that was read for it. Such an act moves that table's
sum, under a number that only rises, in the transaction that writes the row; a figure is kept with the sums that stood before it was
counted, and is given only while they stand. Inside a transaction, whose own rows are in no sum yet, over a table that is no evidence or
not in all its columns, and where the key of the sums is gone, all is counted anew. What somebody writes past Careward moves no sum: it is
found by `ledger verify --tables`, and seen here with the next act. A figure that asks for another is not kept, since that one looks at
the sums, which are no evidence: so nothing is kept by half of what it rests on.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from threading import Lock
from typing import Any, TypeVar, cast

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from careward.evidence.ledger.links import lane_key
from careward.evidence.tables.kept import evidence_tables
from careward.evidence.tables.models import TableSum
from careward.web.house import house

MOST = 500  # figures kept; the one kept longest goes first
_WORD = re.compile(r"\w+")

T = TypeVar("T")
Sums = dict[str, tuple[Any, ...]]
_kept: dict[tuple[Any, ...], tuple[Sums, Any]] = {}
_turn = Lock()


def count(rows: "QuerySet[Any]") -> int:
    """How many rows a query finds."""
    return _of_query("count", rows, lambda: rows.order_by().count())


def lines(rows: "QuerySet[Any, T]") -> tuple[T, ...]:
    """What a query of few rows finds: counts by something, or what there is to choose from."""
    return _of_query("lines", rows, lambda: tuple(rows))


def _of_query(how: str, rows: "QuerySet[Any, Any]", ask: Callable[[], T]) -> T:
    """What is asked is the query itself with its values, so that two which differ share nothing."""
    if connection.in_atomic_block:
        return ask()
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:  # a condition that nothing can meet
        return ask()
    return figure((how, sql, repr(values)), ask)


def figure(what: tuple[Any, ...], ask: Callable[[], T]) -> T:
    """What `ask` finds in the tables; `what` names all else that it depends on."""
    if connection.in_atomic_block or not lane_key():
        return ask()
    key = (connection.settings_dict["NAME"], *what)
    known = _kept.get(key)
    if known and _sums(known[0]) == known[0]:
        return cast("T", known[1])
    read: set[str] = set()
    before = _sums(evidence_tables())

    def see(execute: Any, sql: str, *rest: Any) -> Any:
        read.update(_tables(sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(see):
        found = ask()
    if read and read <= _wholly_bound():
        _keep(key, {table: before[table] for table in read}, found)
    return found


def _tables(sql: str) -> frozenset[str]:
    """Every table that a statement names, wherever: one too many only counts anew more often."""
    return _every_table() & set(_WORD.findall(sql))


@cache
def _every_table() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))


def _wholly_bound() -> set[str]:
    """The tables whose every column is in their sum."""
    return evidence_tables().keys() - {each.table for each in house().passing}


def _sums(tables: Iterable[str]) -> Sums:
    """Where tables have got to; one that never had a row has no sum yet."""
    rows = TableSum.objects.filter(name__in=list(tables)).values_list("name", "number", "rows", "total", "tag")
    stand = {name: (number, of_rows, bytes(total), tag) for name, number, of_rows, total, tag in rows}
    return {table: stand.get(table, ()) for table in tables}


def _keep(key: tuple[Any, ...], sums: Sums, found: object) -> None:
    with _turn:
        _kept.pop(key, None)
        _kept[key] = (sums, found)
        while len(_kept) > MOST:
            del _kept[next(iter(_kept))]
