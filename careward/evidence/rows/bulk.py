"""Reads and writes many rows of one table at the speed of the database, without a model instance for each.

The contract: a row is a tuple, its id first; every value stands in the form the database keeps, as `storing` gives it, so that
a row read equals the row that was written and two rows can be compared as they are. What is written here and what the ORM
would write read back the same; a test holds that on both databases. Call inside a transaction that holds the organisation's lock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import repeat
from typing import Any

from django.db import connection
from django.db.models import Model

from careward.core.blocks import collector_off as collector_off
from careward.core.days import moment_written, written_moment

Row = tuple[Any, ...]
CHANGES = "careward_load_changes"
MOST_VALUES = 15_000  # of one statement that adds rows: SQLite takes 32,766
MANY = 5_000  # rows changed at once
ROOMY = -262_144  # KiB of pages while many rows go in: with less, an index in no order is written and read back again and again


def storing() -> dict[str, Callable[[Any], Any]]:
    """How each kind of value is kept by this database: text for days and moments on SQLite, themselves on PostgreSQL."""
    if connection.vendor == "postgresql":
        return {}
    return {"day": date.isoformat, "moment": written_moment}


def storing_written() -> dict[str, Callable[[Any], Any]]:
    """The same for days and moments that are text already, as `core.days` writes them: just so on SQLite."""
    if connection.vendor == "postgresql":
        return {"day": date.fromisoformat, "moment": moment_written}
    return {}


def count_rows_anew(changed: int, models: Sequence[type[Model]] = ()) -> None:
    """Lets the database count its rows anew after many have changed; without it SQLite reads a whole trust for one system's page.

    `models` are those whose rows these were; every table is counted where none is named.
    """
    if changed >= MANY:
        with connection.cursor() as cursor:
            for table in [_quoted(model._meta.db_table) for model in models] or [""]:
                cursor.execute(f"ANALYZE {table}")


def read(table: str, columns: Sequence[str], where: Mapping[str, Any]) -> list[Row]:
    """Every row of a table that fits, as (id, *columns)."""
    # A bare column of SQLite would be parsed by its declared type; `+column` has none and comes as it is kept.
    mark = "" if connection.vendor == "postgresql" else "+"
    chosen = ", ".join(mark + _quoted(c) for c in ("id", *columns))
    fits = " AND ".join(f"{_quoted(c)} = %s" for c in where)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {_quoted(table)} WHERE {fits}", list(where.values()))  # noqa: S608
        return cursor.fetchall()  # type: ignore[no-any-return]


class Ids:
    """Hands out the ids that new rows will have, before they are written, so that other rows can name them."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, table: str, count: int) -> Sequence[int]:
        """The next ids of a table; on SQLite they are ours while the transaction holds the database."""
        if not count:
            return ()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [_quoted(table), count])
                return [number for (number,) in cursor.fetchall()]
        first = self._next.get(table) or _last_id(table) + 1
        self._next[table] = first + count
        return range(first, first + count)


class Provisional(Ids):
    """Ids below nought, for counting what a load would do without touching the database's own numbers."""

    def take(self, table: str, count: int) -> Sequence[int]:
        first = self._next.get(table, -1)
        self._next[table] = first - count
        return range(first, first - count, -1)


def _last_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        given = cursor.fetchone()
        cursor.execute(f"SELECT max(id) FROM {_quoted(table)}")  # noqa: S608
        return max(given[0] if given else 0, cursor.fetchone()[0] or 0)


def insert(table: str, columns: Sequence[str], rows: Iterable[Row], fixed: Row = ()) -> None:
    """Adds rows, each (id, *columns) but for the last columns where those are `fixed`, the same in every row."""
    inserting(table, columns, list(rows), fixed)()


class Behind:
    """Adds rows in a thread of its own while the next ones are made ready: the database works without holding Python up. Use in a `with`.

    One at a time: whoever would use the connection meanwhile calls `wait` first.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "careward-rows")
        self._pending: Future[None] | None = None

    def __enter__(self) -> "Behind":
        self._usual = _room_for_pages(ROOMY) if connection.vendor == "sqlite" else 0
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.wait()
        finally:
            self._pool.shutdown()
            if self._usual:
                _room_for_pages(self._usual)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], fixed: Row = ()) -> None:
        """Adds rows as `insert` does, after those before."""
        self.wait()
        self._pending = self._pool.submit(inserting(table, columns, rows, fixed))

    def wait(self) -> None:
        """Until everything that was given is in; raises what the database said against it."""
        pending, self._pending = self._pending, None
        if pending:
            with connection.wrap_database_errors:
                pending.result()


def _room_for_pages(size: int) -> int:
    """Gives SQLite so much memory for pages, and says how much it had; negative for KiB, as its PRAGMA has it.

    Straight to the driver: Django runs nothing more in a transaction that failed.
    """
    connection.ensure_connection()
    (had,) = connection.connection.execute("PRAGMA cache_size").fetchone()
    connection.connection.execute(f"PRAGMA cache_size = {size}")
    return int(had)


def inserting(table: str, columns: Sequence[str], rows: Sequence[Row], fixed: Row = ()) -> Callable[[], None]:
    """What adds the rows when it is called, by another thread too; meanwhile nobody else may use the connection."""
    names = ", ".join(_quoted(c) for c in ("id", *columns))
    connection.ensure_connection()
    connection.adds(table, as_ranges([row[0] for row in rows]))  # type: ignore[attr-defined]
    if connection.vendor == "postgresql":
        return partial(_insert_by_copy, connection.connection, f"{_quoted(table)} ({names})", rows, fixed)
    into = f"INSERT INTO {_quoted(table)} ({names}) VALUES "  # noqa: S608
    return partial(_insert_some_at_once, connection.connection, into, len(columns) + 1, rows, fixed)


def _insert_by_copy(driver: Any, into: str, rows: Sequence[Row], fixed: Row) -> None:
    with driver.cursor() as cursor:
        _copy(cursor, into, ((*row, *fixed) for row in rows) if fixed else rows)


def _insert_some_at_once(driver: Any, into: str, width: int, rows: Sequence[Row], fixed: Row) -> None:
    """Many rows a statement: SQLite makes the lists of each CHECK anew for each statement, which cost more than the rows themselves.

    Straight to the driver, since Django would format each statement anew; the transaction is the same.
    """
    at_once = MOST_VALUES // width
    one = f"({', '.join(repeat('?', width))})"
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        values: list[Any] = []
        for row in some:
            values += row
            values += fixed
        driver.execute(into + ", ".join(repeat(one, len(some))), values).close()


def update(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Changes rows, each (id, *columns), to hold those values."""
    if not rows:
        return
    connection.ensure_connection()
    with connection.changes(table, [row[0] for row in rows]), connection.cursor() as cursor:  # type: ignore[attr-defined]
        if connection.vendor == "postgresql":
            _update_from_copy(cursor, table, columns, rows)
        else:
            _update_from_rows(cursor, table, columns, rows)


def _update_from_rows(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """By one statement over a table of the changes: within a savepoint each statement of SQLite costs as much as all before it."""
    names = ", ".join(_quoted(c) for c in columns)
    cursor.execute(f"DROP TABLE IF EXISTS temp.{CHANGES}")
    cursor.execute(f"CREATE TEMP TABLE {CHANGES} (id INTEGER PRIMARY KEY, {names})")
    into = f"INSERT INTO temp.{CHANGES} (id, {names}) VALUES "  # noqa: S608
    _insert_some_at_once(connection.connection, into, len(columns) + 1, rows, ())
    now = f"SELECT {names} FROM temp.{CHANGES} AS n WHERE n.id = t.id"  # noqa: S608
    by_id = f"t.id IN (SELECT id FROM temp.{CHANGES})"  # noqa: S608 - said as a join, SQLite reads the whole table for however few
    cursor.execute(f"UPDATE {_quoted(table)} AS t SET ({names}) = ({now}) WHERE {by_id}")  # noqa: S608
    cursor.execute(f"DROP TABLE temp.{CHANGES}")


def _update_from_copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names = ", ".join(_quoted(c) for c in ("id", *columns))
    sets = ", ".join(f"{_quoted(c)} = n.{_quoted(c)}" for c in columns)
    cursor.execute(f"DROP TABLE IF EXISTS {CHANGES}")
    cursor.execute(f"CREATE TEMP TABLE {CHANGES} ON COMMIT DROP AS SELECT {names} FROM {_quoted(table)} WITH NO DATA")  # noqa: S608
    _copy(cursor, f"{CHANGES} ({names})", rows)
    cursor.execute(f"ANALYZE {CHANGES}")
    cursor.execute(f"UPDATE {_quoted(table)} t SET {sets} FROM {CHANGES} n WHERE t.id = n.id")  # noqa: S608


def _copy(cursor: Any, into: str, rows: Iterable[Row]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def remove(table: str, ranges: Sequence[tuple[int, int]], kept_by: Sequence[str]) -> list[int]:
    """Deletes the rows of these id ranges that nothing refers to, and returns the ids of those that stay.

    `held_by` are conditions under which a row must stay, with the row named t.
    """
    kept: list[int] = []
    free = "".join(f" AND NOT ({condition})" for condition in kept_by)
    with connection.cursor() as cursor:
        for first, last in ranges:
            cursor.execute(f"DELETE FROM {_quoted(table)} AS t WHERE t.id BETWEEN %s AND %s{free}", [first, last])  # noqa: S608
            cursor.execute(f"SELECT id FROM {_quoted(table)} WHERE id BETWEEN %s AND %s ORDER BY id", [first, last])  # noqa: S608
            kept += [number for (number,) in cursor.fetchall()]
    return kept


def as_ranges(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Ids, each once, as runs [first, last], so that a hundred thousand new rows are one pair."""
    if ids and max(ids) - min(ids) == len(ids) - 1:
        return [(min(ids), max(ids))]
    runs: list[tuple[int, int]] = []
    for number in sorted(ids):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def defaults(model: type[Model], *, but: Collection[str]) -> dict[str, Any]:
    """What a model gives a new row in each column that nobody names, in the form the database keeps."""
    rest = [(f.column, f) for f in model._meta.concrete_fields if not f.primary_key]
    return {name: f.get_db_prep_save(f.get_default(), connection=connection) for name, f in rest if name and name not in but}


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
