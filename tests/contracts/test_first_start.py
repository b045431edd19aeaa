"""A first start that is killed anywhere - at a file, at a statement - leaves a next one that is whole, on each database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.make.postgres import postgres_server, run_sql

ROOT = Path(__file__).resolve().parents[2]
OF = 20
PLACES = range(1, OF + 1) if os.environ.get("CAREWARD_SWEEP") == "1" else (1, 6, 11, 17)

# A first start that counts what it does to the disk and the database, dies at a chosen deed, and tells at its end what is there.
FIRST = """
import json, os, signal, sys
home, die_at, seen = os.environ["CAREWARD_HOME"], int(os.environ["DIE_AT"]), [0]
WRITES = ("os.rename", "os.link", "os.mkdir", "os.remove", "os.truncate", "sqlite3.connect")

def deed():
    seen[0] += 1
    if seen[0] == die_at:
        os.kill(os.getpid(), signal.SIGKILL)

def watch(event, given):
    if (event == "open" and str(given[0]).startswith(home) and (given[2] or 0) & (os.O_WRONLY | os.O_RDWR)) or (
        event in WRITES and given and str(given[0]).startswith(home)):
        deed()

sys.addaudithook(watch)
from careward.cli import ready
ready.set_up()
from django.db import connection

def count(execute, sql, params, many, context):
    if str(sql).lstrip()[:6].upper() not in ("SELECT", "PRAGMA"):
        deed()
    return execute(sql, params, many, context)

connection.execute_wrappers.append(count)
ready.open_house()
from django.conf import settings
from careward.cli import terms
if sys.argv[1] == "demonstrate":
    from careward.cli.demonstration import furnish
    ready.gather_static()
    with ready.one_at_a_time(settings.CAREWARD_HOME / "furnish.lock"):
        furnish(staff=60, systems=1, now=terms.now(), today=terms.today(), quiet=True, looks=1)
else:
    from careward.people.staff.actions import name_organisation
    name_organisation(ods_code="RX3", name="Northmere", pack="tewv", now=terms.now(), by="cli/test")
ready.close_house(0)
deeds = seen[0]
from django.apps import apps
from careward.evidence.ledger.queries import verify
from careward.evidence.tables.proof import verify as tables
from careward.people.staff.models import Organisation
COUNTED = ("people_user", "people_roleheld", "people_termsaccepted", "people_person", "accounts_account", "accounts_finding", "work_task",
           "procedures_adoption", "accounts_run", "people_organisation", "django_content_type", "django_migrations")
counts = {m._meta.db_table: m._base_manager.count() for m in apps.get_models() if m._meta.db_table in COUNTED}
static = {str(p.relative_to(settings.STATIC_ROOT)): p.stat().st_size for p in sorted(settings.STATIC_ROOT.rglob("*")) if p.is_file()}
print(json.dumps({"deeds": deeds, "counts": counts, "static": static, "problems": [*verify().problems, *tables().problems],
                  "made": list(Organisation.objects.values_list("demonstration", flat=True)), "left": sorted(
                  p.name for p in settings.CAREWARD_HOME.iterdir() if p.name == "migrating")}))
"""


def first_start(home: Path, what: str, url: str, die_at: int = 0) -> subprocess.CompletedProcess[str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_")}
    environment = {**mine, "CAREWARD_HOME": str(home), "DIE_AT": str(die_at), **({"CAREWARD_DATABASE_URL": url} if url else {})}
    command = [sys.executable, "-c", FIRST, what]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def told(done: subprocess.CompletedProcess[str]) -> tuple[int, dict[str, Any]]:
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    return said.pop("deeds"), said


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    return told(first_start(tmp_path_factory.mktemp("undisturbed") / "home", "demonstrate", ""))


@pytest.mark.parametrize("place", PLACES)
def test_a_demonstration_killed_at_its_first_start_is_whole_at_the_next(
    place: int, undisturbed: tuple[int, dict[str, Any]], tmp_path: Path
):
    deeds, whole = undisturbed
    assert deeds > 500 and whole["problems"] == [] and whole["made"] == ["whole"] * 2 and whole["static"]
    assert first_start(tmp_path / "home", "demonstrate", "", max(1, deeds * place // (OF + 1))).returncode == -9
    assert told(first_start(tmp_path / "home", "demonstrate", ""))[1] == whole


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def database(server: str, name: str) -> str:
    run_sql(server, f"CREATE DATABASE {name}")
    return f"{server.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(scope="module")
def on_postgresql(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    return told(first_start(tmp_path_factory.mktemp("undisturbed") / "home", "organisation", database(server, "undisturbed")))


@pytest.mark.parametrize("place", PLACES)
def test_on_postgresql_too(place: int, server: str, on_postgresql: tuple[int, dict[str, Any]], tmp_path: Path):
    deeds, whole = on_postgresql
    assert whole["problems"] == [] and whole["left"] == []
    url = database(server, f"killed_{place}")
    assert first_start(tmp_path / "home", "organisation", url, max(1, deeds * place // (OF + 1))).returncode == -9
    assert told(first_start(tmp_path / "home", "organisation", url))[1] == whole


BETWEEN = """
import os, signal
from careward.evidence.tables import triggers
triggers.stand_for_good = lambda: os.kill(os.getpid(), signal.SIGKILL)
from careward.cli import ready
ready.open_house()
"""


def test_on_postgresql_one_killed_after_the_last_step_has_its_triggers_at_the_next(
    server: str, on_postgresql: tuple[int, dict[str, Any]], tmp_path: Path
):
    """No step is missing then, and still not all is done."""
    url, home = database(server, "killed_between"), tmp_path / "home"
    environment = {**os.environ, "CAREWARD_HOME": str(home), "CAREWARD_DATABASE_URL": url}
    assert subprocess.run([sys.executable, "-c", BETWEEN], cwd=ROOT, env=environment, check=False).returncode == -9
    assert told(first_start(home, "organisation", url))[1] == on_postgresql[1]


def test_half_a_stylesheet_that_a_killed_one_left_is_made_whole(tmp_path: Path):
    gather = "from careward.cli import ready; ready.open_house(); ready.gather_static()"
    environment = {**os.environ, "CAREWARD_HOME": str(tmp_path), "CAREWARD_DATABASE_URL": ""}

    def sizes() -> dict[Path, int]:
        subprocess.run([sys.executable, "-c", gather], cwd=ROOT, env=environment, check=True)
        return {p: p.stat().st_size for p in (tmp_path / "static").rglob("*") if p.is_file()}

    whole = sizes()
    for path in whole:
        path.write_bytes(path.read_bytes()[: whole[path] // 2])
    (tmp_path / "static.stamp").unlink()
    assert len(whole) > 20 and sizes() == whole
