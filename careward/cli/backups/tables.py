"""Putting the rows of a backup back into an empty PostgreSQL database: all of them in one transaction, or none."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from careward.cli import ready
from careward.cli.backups.file import Manifest
from careward.cli.backups.rows import named


def fill(parts: Path, manifest: Manifest) -> None:
    """Makes the tables as they were, in a database that holds none, and fills them."""
    ready.set_up()
    from django.db import connection, transaction

    from careward.evidence.tables import triggers

    applied = {(app, name) for app, name in manifest.facts["applied"]}
    with transaction.atomic(), connection.unwatched():  # type: ignore[attr-defined]
        _make_tables(applied)
        with connection.cursor() as cursor:
            columns = manifest.facts["columns"]
            cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, columns))}")
            for table, names in columns.items():
                _fill_table(cursor, sorted((parts / table).glob("*")), named(table, names))
            cursor.execute("DELETE FROM django_session")  # whoever signed out since would be signed in again
            _go_on_counting(cursor, manifest.facts["sequences"])
        if not ready.migrations() - applied:  # else bringing the home up to this version does it
            triggers.stand_for_good()


def _make_tables(applied: set[tuple[str, str]]) -> None:
    """The tables as the version that made the backup had them."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    last = [one for one in sorted(applied & graph.nodes.keys()) if not {child.key for child in graph.node_map[one].children} & applied]
    executor.migrate(last)


def _fill_table(cursor: Any, pages: Iterable[Path], table: str) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as rows:
        for page in pages:
            rows.write(page.read_bytes())


def _go_on_counting(cursor: Any, sequences: dict[str, list[Any]]) -> None:
    for place, (last, called) in sequences.items():
        table, _, column = place.partition(".")
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [f'"{table}"', column, last, called])
