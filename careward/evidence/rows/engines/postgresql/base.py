"""Django's PostgreSQL, with work that a transaction does last."""

from django.db.backends.postgresql import base

from careward.evidence.rows.engines.last import LastOfAll


class DatabaseWrapper(LastOfAll, base.DatabaseWrapper):
    """The connection."""

    def do_last(self) -> None:
        """The same, after what rows refer to was looked up and locked: the commit would do it while others wait for what is locked here."""
        if self.touched or self.asked:
            with self.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        super().do_last()
