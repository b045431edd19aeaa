"""Sees each statement that writes to a table of evidence, and has the database tell what the rows were before."""

import re
from collections.abc import Sequence
from typing import Any

from careward.evidence.ledger import links
from careward.evidence.tables import rules, settling, texts, triggers
from careward.evidence.tables.kept import evidence_tables
from careward.evidence.tables.settling import batched

_WRITES = r'(INSERT|UPDATE|DELETE)(?:\s+OR\s+\w+)?(?:\s+INTO|\s+FROM)?(?:\s+ONLY)?\s+"?(\w+)'
_BEGINS = re.compile(rf"\s*{_WRITES}", re.IGNORECASE)
_ANYWHERE = re.compile(rf"\b{_WRITES}", re.IGNORECASE)


MANY = 500  # rows changed at once: below, the trigger tells them sooner than it is taken away


class TableWatch:
    """The watch of this installation."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def written(self, sql: str) -> Sequence[tuple[str, str]]:
        """The tables of evidence that a statement writes to, each with how."""
        begins = _BEGINS.match(sql)
        found = [begins] if begins else _ANYWHERE.finditer(sql) if sql.lstrip()[:4].upper() == "WITH" else []
        written = [(one[2], one[1].lower()) for one in found if one[2] in evidence_tables()]
        if "ON CONFLICT" in sql and "DO UPDATE" in sql:
            written += [(table, "update") for table, how in written if how == "insert"]
        return written

    def holds(self, table: str) -> bool:
        """Whether a table is one of evidence."""
        return table in evidence_tables()

    def begin(self, connection: Any, table: str, how: str) -> None:
        """Makes what this connection lacks to be told; no statement of it is counted as one of whoever acts."""
        kept = evidence_tables()[table]
        key = links.lane_key()
        self._keys[table] = rules.key_of(key, table, kept.columns) if key else b""
        if triggers.TOLD not in connection.told:
            triggers.make_session_table(connection)
            connection.told.add(triggers.TOLD)
        if connection.vendor == "sqlite" and how and (table, how) not in connection.told:
            triggers.make_own_trigger(connection, kept, how)
            connection.told.add((table, how))

    def adds(self, connection: Any, table: str, runs: Sequence[tuple[int, int]]) -> None:
        """Tells of many new rows at once what the trigger of SQLite would tell of each."""
        self.begin(connection, table, "")
        if connection.vendor == "sqlite":
            triggers.drop_own_trigger(connection, table, "insert")
            connection.told.discard((table, "insert"))  # made anew for whoever adds one
            triggers.tell_of_runs(connection, table, runs)

    def changes(self, connection: Any, table: str, ids: Sequence[int]) -> None:
        """Tells of many rows that are about to be changed at once what the trigger of SQLite would tell of each."""
        if connection.vendor != "sqlite" or len(ids) < MANY:
            self.begin(connection, table, "update")
            return
        self.begin(connection, table, "")
        triggers.drop_own_trigger(connection, table, "update")
        connection.told.discard((table, "update"))  # made anew for whoever changes one
        kept = evidence_tables()[table]
        for page in batched(texts.rows_in(kept, rules.runs_of(ids))):
            triggers.tell_of_rows(connection, table, sorted(page), self._keys[table])

    def end(self, connection: Any) -> None:
        """Writes down what became of the rows."""
        settling.settle()

    def mac(self, table: str, text: bytes) -> bytes | None:
        """What stands for one row's content; nothing without the key."""
        key = self._keys.get(table)
        return rules.mac(key, text) if key else None
