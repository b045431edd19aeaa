"""Makes CAREWARD_HOME ready before the first command that needs it: settings, tables, static files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_house() -> None:
    """Django set up and every table there; two commands that start at once take turns."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careward.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with _one_at_a_time(settings.CAREWARD_HOME):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)


def gather_static() -> None:
    """Stylesheets, scripts and icons where the web server hands them out; done again only when one has changed."""
    from django.conf import settings
    from django.core.management import call_command

    with _one_at_a_time(settings.CAREWARD_HOME):
        stamp = settings.CAREWARD_HOME / "static.stamp"
        newest = _newest(Path(__file__).resolve().parents[1] / "web" / "static")
        if not stamp.exists() or float(stamp.read_text(encoding="ascii")) < newest:
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(str(newest), encoding="ascii")


def _newest(folder: Path) -> float:
    return max((p.stat().st_mtime for p in folder.rglob("*")), default=0.0)


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with open(home / "ready.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
