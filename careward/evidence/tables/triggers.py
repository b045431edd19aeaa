"""How the database tells what rows were before they were written to: triggers that write into a table of the session's own.

On SQLite they are temporary, made by each connection of Careward and seen by no other. On PostgreSQL they stand for good and do nothing
in a session that has no such table: so what somebody changes in a session of their own is told to nobody, and never taken for ours.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from django.db import connection

from careward.evidence.tables import rules
from careward.evidence.tables.kept import EvidenceTable, evidence_tables
from careward.evidence.tables.texts import text_of

TOLD = "careward_touched"
HOW = ("insert", "update", "delete")

_SQLITE_TABLE = f"CREATE TEMP TABLE IF NOT EXISTS {TOLD} (n INTEGER PRIMARY KEY, name TEXT, first INTEGER, last INTEGER, former BLOB)"
_POSTGRES_TABLE = (
    f"CREATE TEMP TABLE IF NOT EXISTS {TOLD} (n bigint GENERATED ALWAYS AS IDENTITY, name text, first bigint, last bigint, former text) "
    "ON COMMIT DELETE ROWS"
)


def make_session_table(conn: Any) -> None:
    """The table into which this session's triggers write."""
    _run(conn, _POSTGRES_TABLE if conn.vendor == "postgresql" else _SQLITE_TABLE)


def make_own_trigger(conn: Any, table: EvidenceTable, how: str) -> None:
    """One trigger of this connection of SQLite."""
    was = "NULL" if how == "insert" else f"careward_mac('{table.name}', {text_of(table, 'OLD', whatever=True)})"
    row = "NEW" if how == "insert" else "OLD"
    insert = f"INSERT INTO {TOLD} (name, first, last, former) VALUES ('{table.name}', {row}.id, {row}.id, {was})"
    named = f"{TOLD}_{how}_{table.name}"
    _run(conn, f'CREATE TEMP TRIGGER IF NOT EXISTS {named} AFTER {how.upper()} ON "{table.name}" BEGIN {insert}; END')


def drop_own_trigger(conn: Any, table: str, how: str) -> None:
    """The same taken away."""
    _run(conn, f"DROP TRIGGER IF EXISTS temp.{TOLD}_{how}_{table}")


def tell_of_runs(conn: Any, table: str, runs: Sequence[tuple[int, int]]) -> None:
    """What the trigger would tell of rows that are added, all at once."""
    values = [(table, first, last) for first, last in runs]
    conn.connection.executemany(f"INSERT INTO {TOLD} (name, first, last) VALUES (?, ?, ?)", values).close()


def tell_of_rows(conn: Any, table: str, rows: Sequence[tuple[int, bytes]], key: bytes) -> None:
    """What the trigger would tell of rows in the order of their ids that are changed: of each run all at once, one hash after another."""
    told, begins, values = b"".join(rules.macs(key, [text for _, text in rows])) if key else None, 0, []
    for first, last in rules.runs_of([row_id for row_id, _ in rows]):
        ends = begins + (last - first + 1) * rules.MAC_BYTES
        values.append((table, first, last, told[begins:ends] if told else None))
        begins = ends
    conn.connection.executemany(f"INSERT INTO {TOLD} (name, first, last, former) VALUES (?, ?, ?, ?)", values).close()


def _run(conn: Any, sql: str) -> None:
    """Past Django's cursors: this is no statement of whoever acts."""
    with conn.wrap_database_errors:
        conn.connection.execute(sql).close()


def stand_for_good() -> None:
    """Makes the triggers of PostgreSQL anew, as the tables are now."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in evidence_tables().values():
            for how in HOW:
                name = f"{TOLD}_{how}"
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {_function(table, how)}() RETURNS trigger LANGUAGE plpgsql AS %s", [_body(table, how)]
                )
                cursor.execute(f'DROP TRIGGER IF EXISTS {name} ON "{table.name}"')
                which = "NEW" if how == "insert" else "OLD"
                cursor.execute(
                    f'CREATE TRIGGER {name} AFTER {how.upper()} ON "{table.name}" REFERENCING {which} TABLE AS {_rows(how)} '
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {_function(table, how)}()"
                )


def _rows(how: str) -> str:
    return "rows_now" if how == "insert" else "rows_were"


def _function(table: EvidenceTable, how: str) -> str:
    return f"{TOLD}_{how}_{table.name}"


def _body(table: EvidenceTable, how: str) -> str:
    """Of rows that are added only their ids are told, as one run where they are one."""
    into = f"INSERT INTO pg_temp.{TOLD} (name, first, last, former)"
    if how == "insert":
        tell = (
            "IF (SELECT max(r.id) - min(r.id) + 1 = count(*) FROM rows_now r) THEN "
            f"{into} SELECT '{table.name}', min(r.id), max(r.id), NULL FROM rows_now r; "
            f"ELSE {into} SELECT '{table.name}', r.id, r.id, NULL FROM rows_now r; END IF;"
        )
    else:
        tell = f"{into} SELECT '{table.name}', r.id, r.id, {_postgres_text(table)} FROM rows_were r;"
    return f"BEGIN IF to_regclass('pg_temp.{TOLD}') IS NOT NULL THEN {tell} END IF; RETURN NULL; END"


def _postgres_text(table: EvidenceTable) -> str:
    columns = ", ".join(f'r."{column}"' for column in table.columns)
    return f"ROW({columns})::text"


# What else stands on the tables would do its work in our sessions, as if we did it.
STRANGE = {
    "sqlite": "(SELECT group_concat(name || ' on ' || tbl_name, ', ') FROM main.sqlite_master WHERE type = 'trigger')",
    "postgresql": "(SELECT string_agg(told, ',' ORDER BY told COLLATE \"C\") FROM ("
    "SELECT encode(sha256(convert_to(concat_ws(' ', c.relname, t.tgname, t.tgenabled, t.tgtype, t.tgqual IS NULL, "
    "coalesce(t.tgoldtable, t.tgnewtable), p.proname, p.prosecdef, p.proconfig, p.prosrc), 'UTF8')), 'hex') AS told "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND c.relkind = 'r' AND c.relname IN ({tables}) AND c.relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'rule ' || r.rulename || ' on ' || c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
    "WHERE c.relkind = 'r' AND c.relname IN ({tables})) found)",
}
_TYPES = {"insert": 4, "delete": 8, "update": 16}  # pg_trigger.tgtype of one after the statement


def strange_sql() -> str:
    """An SQL value from which `strange` tells whether anything else stands on the tables."""
    return STRANGE[connection.vendor].replace("{tables}", ", ".join(f"'{name}'" for name in evidence_tables()))


def strange(found: str | None) -> str:
    """What is wrong with the triggers, in words; "" where nothing is."""
    if connection.vendor == "sqlite":
        return f"there is a trigger that Careward did not make: {found}" if found else ""
    told = set((found or "").split(",")) - {""}
    if made := sorted(each for each in told if each.startswith("rule ")):
        return f"there is a rule that Careward did not make: {', '.join(made)}"
    if told - _expected():
        return "there is a trigger that Careward did not make, or one of its own was changed"
    if _expected() - told:
        return "a trigger that tells of changes is gone"
    return ""


@cache
def _expected() -> frozenset[str]:
    return frozenset(
        sha256(f"{t.name} {TOLD}_{how} O {_TYPES[how]} t {_rows(how)} {_function(t, how)} f {_body(t, how)}".encode()).hexdigest()
        for t in evidence_tables().values()
        for how in HOW
    )
