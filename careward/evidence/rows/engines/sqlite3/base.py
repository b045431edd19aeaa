"""Django's SQLite, with work that a transaction does last."""

from typing import Any

from django.db.backends.sqlite3 import base, operations

from careward.evidence.rows.engines.last import WATCH, LastOfAll


class DatabaseOperations(operations.DatabaseOperations):
    """The same, but that emptying every table is no act."""

    def execute_sql_flush(self, sql_list: Any) -> None:
        with self.connection.unwatched():  # type: ignore[attr-defined]
            super().execute_sql_flush(sql_list)


class DatabaseWrapper(LastOfAll, base.DatabaseWrapper):
    """The connection."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        conn = super().get_new_connection(conn_params)
        conn.create_function("careward_mac", 2, lambda table, text: WATCH().mac(table, text))
        return conn
