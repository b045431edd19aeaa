"""One row as bytes, made by the database: every column, none of which can be taken for another or for nothing.

Each database has its own form; a home stays on one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection

from careward.evidence.tables.kept import EvidenceTable

AT_ONCE = 20_000  # rows
LOWEST, HIGHEST = -(2**63), 2**63 - 1
RUNS_AT_ONCE = 300  # runs of ids named by one statement


def text_of(table: EvidenceTable, row: str, *, whatever: bool = False) -> str:
    """The SQL of a row's bytes. SQLite keeps bytes in any column when somebody puts them there: `whatever` is right for those too."""
    columns = [f"{row}.{_quoted(column)}" for column in table.columns]
    if connection.vendor == "postgresql":
        return f"ROW({', '.join(columns)})::text"
    told = [_any(each) if whatever or name in table.bytes_in else each for name, each in zip(table.columns, columns, strict=True)]
    return f"CAST(json_array({', '.join(told)}) AS BLOB)"


def _any(column: str) -> str:
    return f"CASE typeof({column}) WHEN 'blob' THEN json_array(hex({column})) ELSE {column} END"


def every_row(table: EvidenceTable) -> Iterator[tuple[int, bytes]]:
    """Every row of a table by its id, lowest first."""
    sql = f"SELECT t.id, {{}} FROM {_quoted(table.name)} t WHERE t.id >= %s ORDER BY t.id LIMIT {AT_ONCE}"
    first: int | None = LOWEST
    while first is not None:
        page = _page(sql, table, [first])
        yield from page
        first = page[-1][0] + 1 if len(page) == AT_ONCE and page[-1][0] < HIGHEST else None


def rows_in(table: EvidenceTable, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """The rows of a table with ids in these runs, in any order."""
    for some in _batches(runs):
        fits = " OR ".join(["t.id BETWEEN %s AND %s"] * len(some))
        sql = f"SELECT t.id, {{}} FROM {_quoted(table.name)} t WHERE {fits}"
        yield from _page(sql, table, [number for run in some for number in run])


def rows_of(tables: Sequence[EvidenceTable], runs: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, Iterable[tuple[int, bytes]]]:
    """The rows of several tables with ids in the runs of each; by one statement where they are few."""
    every = [run for table in tables for run in runs[table.name]]
    if len(every) > RUNS_AT_ONCE or sum(last - first + 1 for first, last in every) > AT_ONCE:
        return {table.name: rows_in(table, runs[table.name]) for table in tables}
    found: dict[str, list[tuple[int, bytes]]] = {table.name: [] for table in tables}
    for place, row_id, text in _few(tables, runs):
        found[tables[place].name].append((row_id, text))
    return dict(found)


def _few(tables: Sequence[EvidenceTable], runs: Mapping[str, Sequence[tuple[int, int]]]) -> list[tuple[int, int, bytes]]:
    def sql(*, whatever: bool) -> str:
        return " UNION ALL ".join(
            f"SELECT {place}, t.id, {text_of(table, 't', whatever=whatever)} FROM {_quoted(table.name)} t WHERE "
            + " OR ".join(["t.id BETWEEN %s AND %s"] * len(runs[table.name]))
            for place, table in enumerate(tables)
        )

    return _asked(sql, [number for table in tables for run in runs[table.name] for number in run])


def _batches(runs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Runs in parts that one statement can name and whose rows can be held at once."""
    some: list[tuple[int, int]] = []
    room = AT_ONCE
    for first, last in runs:
        while first <= last:
            end = min(last, first + room - 1)
            some.append((first, end))
            room -= end - first + 1
            first = end + 1
            if not room or len(some) == RUNS_AT_ONCE:
                yield some
                some, room = [], AT_ONCE
    if some:
        yield some


def _page(sql: str, table: EvidenceTable, values: Sequence[int]) -> list[tuple[int, bytes]]:
    return _asked(lambda *, whatever: sql.format(text_of(table, "t", whatever=whatever)), values)


def _asked(sql: Callable[..., str], values: Sequence[int]) -> list[Any]:
    """What a statement gives, whose last value is a row's bytes. SQLite refuses `json_array` where somebody put bytes in another column."""
    try:
        return _fetched(sql(whatever=False), values)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
        return _fetched(sql(whatever=True), values)


def _fetched(sql: str, values: Sequence[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return [(*row[:-1], row[-1].encode()) for row in found] if connection.vendor == "postgresql" else found


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
