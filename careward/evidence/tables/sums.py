"""The rows of sums and of stretches, read and written; all tables together in one statement."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from careward.evidence.ledger import links, rows
from careward.evidence.ledger.rows import as_bytes
from careward.evidence.tables import rules, triggers
from careward.evidence.tables.kept import EvidenceTable, evidence_tables

AT_ONCE = 2_000  # rows of stretches written by one statement
NAMED_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Sum:
    """Where a table has got to. `fault` says what is wrong with what was kept of it."""

    number: int = 0
    rows: int = 0
    total: int = 0
    columns: tuple[str, ...] = ()
    fault: str = ""


def table_key(key: bytes, table: EvidenceTable) -> bytes:
    """The key of a table as it is summed now."""
    return rules.key_of(key, table.name, table.columns)


def kept_sums(key: bytes, names: Sequence[str], *, lock: bool) -> tuple[dict[str, Sum], str]:
    """What is kept of these tables, and what is wrong with the triggers. Locked, they are this transaction's until it ends."""
    if lock and connection.vendor == "postgresql":
        _begin(names)  # before any is locked: whoever waits for another's new row holds none that the other waits for
    found = _read(names, lock=lock)
    if lock and len(found) < len(names):
        _begin(names)
        found = _read(names, lock=lock)
    wrong = triggers.strange(found[0][-1]) if found else ""
    return {str(row[0]): _sum(key, *row[:-1]) for row in found}, wrong


def rows_in_all() -> int:
    """How many rows all tables hold, as is kept of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(rows), 0) FROM tables_tablesum")
        (found,) = cursor.fetchone()
    return int(found)


def _begin(names: Sequence[str]) -> None:
    """Puts in the rows of tables that were never summed, in the order of their names."""
    values = ", ".join(["(%s, 0, 0, %s, '', '')"] * len(names))
    into = "INSERT INTO tables_tablesum (name, number, rows, total, tag, columns) VALUES"
    with connection.cursor() as cursor:
        cursor.execute(f"{into} {values} ON CONFLICT (name) DO NOTHING", [value for name in sorted(names) for value in (name, b"")])


def _read(names: Sequence[str], *, lock: bool) -> list[tuple[Any, ...]]:
    strange = triggers.strange_sql() if lock else "NULL"
    locked = " FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    marks = ", ".join(["%s"] * len(names))
    sql = f"SELECT name, number, rows, total, tag, columns, {strange} FROM tables_tablesum WHERE name IN ({marks}) ORDER BY name{locked}"
    with connection.cursor() as cursor:
        cursor.execute(sql, list(names))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _sum(key: bytes, name: str, number: Any, rows: Any, total: Any, tag: Any, columns: Any) -> Sum:
    """As it was kept, when its tag binds it. One that was never written is nought: a number that comes twice shows it."""
    if number == 0:
        return Sum()
    told = tuple(str(columns).split(","))
    mine = rules.key_of(key, name, told)
    if not (isinstance(number, int) and isinstance(rows, int) and isinstance(tag, str)):
        return Sum(fault="what is kept of its sum was changed")
    found = rules.shown(mine, as_bytes(total).ljust(2 * rules.MAC_BYTES, b"\0"))
    bound = rules.is_tag(mine, tag, number=number, rows=rows, total=found)
    return Sum(number, rows, found, told, "" if bound else "what is kept of its sum was changed")


def keep_sums(key: bytes, sums: Mapping[str, Sum]) -> dict[str, list[Any]]:
    """Writes where tables have got to, and returns what an entry says of them: the number, the rows, and what binds them."""
    told: dict[str, list[Any]] = {}
    values: list[Any] = []
    for name, one in sums.items():
        mine = rules.key_of(key, name, one.columns)
        tag = rules.tag(mine, number=one.number, rows=one.rows, total=one.total)
        told[name] = [one.number, one.rows, tag]
        values += [name, one.number, one.rows, rules.hidden(mine, os.urandom(rules.MAC_BYTES), one.total), tag, ",".join(one.columns)]
    many = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(sums))
    sets = ", ".join(f"{c} = excluded.{c}" for c in ("number", "rows", "total", "tag", "columns"))
    into = "INSERT INTO tables_tablesum (name, number, rows, total, tag, columns) VALUES"
    with connection.cursor() as cursor:
        cursor.execute(f"{into} {many} ON CONFLICT (name) DO UPDATE SET {sets}", values)
    return told


def stretches(wanted: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], bytes]:
    """The marks of some stretches of some tables."""
    pairs = [(name, number) for name, numbers in wanted.items() for number in numbers]
    found: dict[tuple[str, int], bytes] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), NAMED_AT_ONCE):
            some = pairs[start : start + NAMED_AT_ONCE]
            values = ", ".join(["(%s, %s)"] * len(some))
            sql = f"SELECT name, number, marks FROM tables_stretch WHERE (name, number) IN (VALUES {values})"
            cursor.execute(sql, [value for pair in some for value in pair])
            found |= {(name, number): as_bytes(marks) for name, number, marks in cursor.fetchall()}
    return found


def every_stretch(name: str) -> Iterator[tuple[int, bytes]]:
    """The marks of a table, stretch by stretch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, marks FROM tables_stretch WHERE name = %s ORDER BY number", [name])
        yield from ((number, as_bytes(marks)) for number, marks in cursor.fetchall())


def keep_stretches(marks: Iterable[tuple[str, int, bytes]]) -> None:
    """Writes marks of stretches."""
    rest = list(marks)
    with connection.cursor() as cursor:
        for start in range(0, len(rest), AT_ONCE):
            some = rest[start : start + AT_ONCE]
            values = ", ".join(["(%s, %s, %s)"] * len(some))
            into = f"INSERT INTO tables_stretch (name, number, marks) VALUES {values}"
            cursor.execute(
                f"{into} ON CONFLICT (name, number) DO UPDATE SET marks = excluded.marks", [value for one in some for value in one]
            )


def drop_stretches(name: str) -> None:
    """Takes out every mark of a table, which is taken over anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tables_stretch WHERE name = %s", [name])


def the_key() -> bytes:
    """The key of the sums, made where nothing was ever bound with one; b"" where it is gone."""
    return links.lane_key() or links.lane_key(may_make=not rows.any_lane() and not _any_sum())


def _any_sum() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tables_tablesum WHERE number > 0 LIMIT 1")
        return cursor.fetchone() is not None


def known(names: Iterable[str]) -> list[EvidenceTable]:
    """Tables of evidence by name, in their order, so that no two acts wait for each other in a ring."""
    return [evidence_tables()[name] for name in sorted(names)]
