"""Makes CAREWARD_HOME ready before the first command that needs it: settings, tables, static files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from shutil import rmtree

PARTLY = 6  # done, but not sealed
LOCK = "ready.lock"
MIGRATING = "migrating"
FRESH = Path(__file__).with_name("fresh.sql")


_opened = [False]


def open_house(*, to_look: bool = False) -> None:
    """Django set up and every table there; two commands that start at once take turns. Whoever only looks seals nothing as they end."""
    set_up(to_look=to_look)
    from django.conf import settings

    _opened[0] = not to_look
    if settings.ONLY_LOOKING:
        _must_be_of_this_version()
        return
    with one_at_a_time(settings.CAREWARD_HOME / LOCK):
        _begin_afresh()
        if migrations() - applied() or (settings.CAREWARD_HOME / MIGRATING).exists():
            _migrate(settings.CAREWARD_HOME / MIGRATING, to_look=to_look)


def set_up(*, to_look: bool = False) -> None:
    """Django as CAREWARD_HOME and the environment have it; no table is made or asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careward.config.settings")
    os.environ["CAREWARD_LOOKING"] = "1" if to_look else ""
    import django

    django.setup()


def _must_be_of_this_version() -> None:
    """What cannot be written cannot be brought up to date either."""
    if missing := len(migrations() - applied()):
        raise _of_another_version(missing)


def _of_another_version(missing: int) -> Exception:
    from careward.cli import terms

    words = (
        f"This home was made by another version of Careward ({missing} steps are missing) and cannot be written, so it was not checked. "
    )
    return terms.stop(f"{words}Check it with that version, or check a copy that may be written.", 1)


def _migrate(begun: Path, *, to_look: bool) -> None:
    """Brings the tables up; killed after the last step, what follows the steps is still to be done, and a file says so."""
    from django.core.management import call_command
    from django.db import ProgrammingError

    begun.touch()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        begun.unlink()
    except ProgrammingError as error:  # a role of PostgreSQL that may only read
        if not to_look:
            raise
        begun.unlink()
        raise _of_another_version(len(migrations() - applied())) from error


def close_house(status: int) -> int:
    """Seals what the command wrote down, tells the alarms that stand, and says with which status the command ends."""
    if not _opened[0]:
        return status
    from careward.cli import terms
    from careward.evidence.ledger.sealing import SealingStopped, seal
    from careward.seal.keys import KeyLost
    from careward.web.house import house

    with suppress(SealingStopped, KeyLost):  # what stands as an alarm is told below
        seal(now=terms.now())
    alarms = house().alarms()
    for alarm in alarms:
        terms.errors.print(f"Alarm: {alarm.words} {alarm.remedy}", soft_wrap=True, markup=False)
    return status or (PARTLY if alarms else 0)


def _begin_afresh() -> None:
    """Gives an empty SQLite file its tables as `tools.write_schema` wrote them down: fifty migrations one by one take five seconds."""
    from django.db import connection

    if connection.vendor == "sqlite" and not connection.introspection.table_names():
        connection.connection.executescript(FRESH.read_text(encoding="utf-8"))


def migrations() -> set[tuple[str, str]]:
    """Every migration there is, by the names of the files: importing them all would take longer than whatever was asked for."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    places = {label: MigrationLoader.migrations_module(label)[0] for label in apps.app_configs}
    found = {label: find_spec(place) for label, place in places.items() if place}
    return {
        (label, module.name)
        for label, spec in found.items()
        if spec and spec.submodule_search_locations
        for module in iter_modules(spec.submodule_search_locations)
        if module.name[0] not in "_~"
    }


def applied() -> set[tuple[str, str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return set(MigrationRecorder(connection).applied_migrations())


def gather_static() -> None:
    """Stylesheets, scripts and icons where the web server hands them out; done again only when one has changed."""
    from django.conf import settings
    from django.core.management import call_command

    from careward.seal.keys import replace_file

    with one_at_a_time(settings.CAREWARD_HOME / LOCK):
        stamp = settings.CAREWARD_HOME / "static.stamp"
        newest = _newest(Path(__file__).resolve().parents[1] / "web" / "static")
        if not stamp.exists() or float(stamp.read_text(encoding="ascii")) < newest:
            if Path(settings.STATIC_ROOT).exists():  # one that was killed may have left half a file, half a list of them too
                rmtree(settings.STATIC_ROOT)
            call_command("collectstatic", interactive=False, verbosity=0)
            replace_file(stamp, str(newest), mode=0o600)


def _newest(folder: Path) -> float:
    return max((p.stat().st_mtime for p in folder.rglob("*")), default=0.0)


@contextmanager
def one_at_a_time(lock_file: Path) -> Iterator[None]:
    """While no other process of this machine does the same."""
    with open(lock_file, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
