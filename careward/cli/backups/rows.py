"""The rows of a backup, as they all stand at one moment: SQLite by its own copying, PostgreSQL table by table by COPY."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from careward.cli.backups.file import DATABASE, TABLES, BackupBegun

AT_ONCE = 4 << 20  # bytes of a table in one part, held in memory

Put = Callable[[BackupBegun], Mapping[str, Any]]  # writes the rows; what a restore must know of them


@contextmanager
def as_of_one_moment(scratch: Path) -> Iterator[Put]:
    """From here on the rows are those of this moment; nobody who writes waits meanwhile."""
    from django.db import connection

    with _of_postgresql() if connection.vendor == "postgresql" else _of_sqlite(scratch) as put:
        yield put


@contextmanager
def _of_sqlite(scratch: Path) -> Iterator[Put]:
    from django.db import connection

    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment

        def put(written: BackupBegun) -> Mapping[str, Any]:
            copy = scratch / DATABASE
            with closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            with copy.open("rb") as stream:
                written.add(DATABASE, stream, copy.stat().st_size)
            return {}

        yield put


@contextmanager
def _of_postgresql() -> Iterator[Put]:
    from django.db import connection

    from careward.evidence.ledger.rows import as_of_now

    with as_of_now(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the moment

        def put(written: BackupBegun) -> Mapping[str, Any]:
            columns = _columns(cursor)
            for table, names in columns.items():
                for number, data in enumerate(_pages(cursor, table, names)):
                    written.add_bytes(f"{TABLES}/{table}/{number:06}", data)
            return {"columns": columns, "sequences": _sequences(cursor, columns)}

        yield put


def _columns(cursor: Any) -> dict[str, list[str]]:
    """Every table of ours, with its columns."""
    cursor.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped "
        "AND a.attgenerated = '' GROUP BY c.relname ORDER BY c.relname"
    )
    return dict(cursor.fetchall())


def _pages(cursor: Any, table: str, columns: list[str]) -> Iterator[bytes]:
    """The rows of a table, some at a time."""
    page = bytearray()
    with cursor.copy(f"COPY {named(table, columns)} TO STDOUT") as rows:
        for row in rows:
            page += row
            if len(page) >= AT_ONCE and page.endswith(b"\n"):
                yield bytes(page)
                page.clear()
    if page:
        yield bytes(page)


def _sequences(cursor: Any, columns: Mapping[str, list[str]]) -> dict[str, list[Any]]:
    """How far the numbers of each table have been given out: one that was given and taken back is never given again."""
    found = {}
    for table, names in columns.items():
        for column in names:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
            if sequence := cursor.fetchone()[0]:
                cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
                found[f"{table}.{column}"] = list(cursor.fetchone())
    return found


def named(table: str, columns: list[str]) -> str:
    """A table and some columns of it, as COPY wants them."""
    from django.db import connection

    quoted = connection.ops.quote_name
    return f"{quoted(table)} ({', '.join(map(quoted, columns))})"
