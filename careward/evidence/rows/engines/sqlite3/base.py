"""Django's SQLite, with work that a transaction does last."""

from django.db.backends.sqlite3 import base

from careward.evidence.rows.engines.last import LastOfAll


class DatabaseWrapper(LastOfAll, base.DatabaseWrapper):
    """The connection."""
