"""A backup taken in the middle of a load, on each database: it is put back, verifies, and holds all that was acknowledged before it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from careward.engines.synthetic.trust import make_trust
from tests.contracts.test_command import ON, lines
from tests.make.postgres import postgres_server, run_sql

ROOT = Path(__file__).resolve().parents[2]
TIMES = 20 if os.environ.get("CAREWARD_SWEEP") == "1" else 4
PATIENCE = 120

# A load that stops at a chosen write until the file of the backup is there; beside it somebody acts, and notes what was acknowledged.
LOAD = """
import os, sys, threading, time
from datetime import date
from pathlib import Path
from careward.cli.ready import open_house
open_house()
from django.db import OperationalError, connection, transaction
from careward.cli import terms
from careward.evidence.ledger import actions
home, limit, until = Path(os.environ["CAREWARD_HOME"]), int(os.environ["STOP_AT"]), Path(os.environ["UNTIL"])
seen, beside = [0], Path(os.environ["BESIDE"])

def stop(execute, sql, params, many, context):
    seen[0] += sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
    if seen[0] == limit:
        seen[0] += 1
        (beside / "reached").touch()
        while not until.exists():
            time.sleep(0.05)
    return execute(sql, params, many, context)

def act():
    with (beside / "acknowledged").open("a") as noted:
        n = 0
        while True:
            n += 1
            try:
                with transaction.atomic():
                    entry = actions.record(at=terms.now(), actor="user/7", verb="account.locked", subject=f"account/{n}", organisation="RX3")
            except OperationalError:
                continue
            noted.write(f"{entry.pk} {n}\\n")
            noted.flush()
            time.sleep(0.01)

threading.Thread(target=act, daemon=True).start()
while not (beside / "acknowledged").exists() or (beside / "acknowledged").stat().st_size < 50:
    time.sleep(0.05)
connection.execute_wrappers.append(stop)
from careward.cli.main import app
status = app(["load", sys.argv[1], "--yes"], standalone_mode=False) or 0
print("writes", seen[0])
os._exit(status)
"""


class Place:
    """A home with its database."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home, self.url = home, url

    def environment(self, **more: str) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_") and k != "DJANGO_SETTINGS_MODULE"}
        return {
            **mine,
            "CAREWARD_HOME": str(self.home),
            "NO_COLOR": "1",
            **({"CAREWARD_DATABASE_URL": self.url} if self.url else {}),
            **more,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "careward.cli.main", *words]
        return subprocess.run(command, env=self.environment(), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as opened:
                return opened.execute(sql).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.home / "careward.sqlite3")) as opened:
            return opened.execute(sql).fetchall()


Fresh = Callable[[str], Place]


@contextmanager
def sqlite_places(folder: Path) -> Iterator[tuple[Fresh, Fresh]]:
    made = Place(folder / "made")
    assert made.run("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0

    def copy(name: str) -> Place:
        shutil.copytree(made.home, folder / name)
        return Place(folder / name)

    yield copy, lambda name: Place(folder / name)


@contextmanager
def postgresql_places(folder: Path) -> Iterator[tuple[Fresh, Fresh]]:
    with postgres_server() as server:

        def at(name: str) -> str:
            return f"{server.rsplit('/', 1)[0]}/{name}"

        run_sql(server, "CREATE DATABASE made")
        made = Place(folder / "made", at("made"))
        assert made.run("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0

        def copy(name: str) -> Place:
            run_sql(server, f"CREATE DATABASE {name} TEMPLATE made")
            shutil.copytree(made.home, folder / name)
            return Place(folder / name, at(name))

        def empty(name: str) -> Place:
            run_sql(server, f"CREATE DATABASE {name}")
            return Place(folder / name, at(name))

        yield copy, empty


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fresh, Fresh, Path]]:
    folder = tmp_path_factory.mktemp(request.param)
    feeds = folder / "feeds"
    make_trust(feeds, staff=90, systems=2, days=60, seed=5, on=date.fromisoformat(ON))
    with (sqlite_places if request.param == "sqlite" else postgresql_places)(folder) as (copy, empty):
        yield copy, empty, feeds


def load_that_stops(place: Place, feeds: Path, at: int, until: Path) -> tuple[subprocess.Popen[str], Path]:
    beside = place.home.with_name(f"{place.home.name}-beside")
    beside.mkdir()
    environment = place.environment(STOP_AT=str(at), UNTIL=str(until), BESIDE=str(beside))
    command = [sys.executable, "-c", LOAD, str(feeds)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True), beside


@pytest.fixture(scope="module")
def writes(places: tuple[Fresh, Fresh, Path]) -> tuple[int, int]:
    """How many writes an undisturbed load takes, and how many people come of it."""
    copy, _, feeds = places
    place = copy("undisturbed")
    load, _ = load_that_stops(place, feeds, -1, place.home)
    said = load.communicate(timeout=PATIENCE)[0]
    assert load.returncode == 0, said
    return int(said.rsplit("writes", 1)[1]), place.rows("SELECT count(*) FROM people_person")[0][0]


@pytest.mark.parametrize("time_of", range(TIMES))
def test_a_backup_in_the_middle_of_a_load_loses_nothing_acknowledged(places, writes, time_of: int, tmp_path: Path):
    copy, empty, feeds = places
    place, file = copy(f"during{time_of}"), tmp_path / "careward.backup"
    load, beside = load_that_stops(place, feeds, max(1, writes[0] * (time_of + 1) // (TIMES + 1)), file)
    until = time.monotonic() + PATIENCE
    while not (beside / "reached").exists() and load.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert (beside / "reached").exists(), load.communicate()[0]
    acknowledged = {int(line.split()[0]): f"account/{line.split()[1]}" for line in whole_lines(beside / "acknowledged")}
    made = place.run("backup", str(file), "--json")
    assert made.returncode == 0, made.stderr
    said = load.communicate(timeout=PATIENCE)[0]
    assert load.returncode == 0, said

    put_back = empty(f"restored{time_of}")
    restored = put_back.run("restore", str(file), "--home", str(put_back.home), "--json")
    assert restored.returncode == 0, restored.stderr
    assert lines(restored)[0]["ok"] is True and lines(restored)[0]["tables"]
    there = dict(put_back.rows("SELECT id, subject FROM ledger_entry WHERE verb = 'account.locked'"))
    assert len(acknowledged) >= 5 and acknowledged.items() <= there.items()
    assert put_back.rows("SELECT count(*) FROM people_person") == [(0,)]  # the load was not acknowledged: all of it is out
    assert place.rows("SELECT count(*) FROM people_person") == [(writes[1],)]
    if time_of == 0:  # life goes on there: what was not in goes in, under new numbers, and all verifies
        again = put_back.run("load", str(feeds), "--yes")
        assert again.returncode == 0, again.stderr
        assert put_back.rows("SELECT count(*) FROM people_person") == [(writes[1],)]
        checked = put_back.run("ledger", "verify", "--tables")
        assert checked.returncode == 0, checked.stdout + checked.stderr


def whole_lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="ascii").splitlines(keepends=True) if line.endswith("\n")]


def test_a_drill_leaves_nothing_behind_and_is_shown(places, tmp_path: Path):
    copy, _, _ = places
    place, file = copy("drilled"), tmp_path / "careward.backup"
    assert place.run("backup", str(file)).returncode == 0
    drilled = place.run("drill", str(file))
    assert drilled.returncode == 0 and "minutes ago" in drilled.stdout and "all as they were left" in drilled.stdout, drilled.stderr
    assert [*place.home.glob("drill/*"), *place.home.glob("backing-up/*")] == []
    kept = place.rows("SELECT kind, ok, name, found FROM errands_backup ORDER BY id")
    assert [(kind, bool(ok), name, found) for kind, ok, name, found in kept] == [
        ("made", True, "careward.backup", ""), ("tried", True, "careward.backup", ""),
    ]  # fmt: skip
    assert place.rows("SELECT verb FROM ledger_entry WHERE verb LIKE 'backup.%' ORDER BY id") == [("backup.made",), ("backup.tried",)]
    if place.url:
        with psycopg.connect(place.url) as server:
            assert server.execute("SELECT datname FROM pg_database WHERE datname LIKE '%drill'").fetchall() == []
    file.write_bytes(file.read_bytes()[:-100])
    refused = place.run("drill", str(file))
    assert refused.returncode == 5 and "not as it was written" in refused.stderr
    assert [bool(ok) for (ok,) in place.rows("SELECT ok FROM errands_backup WHERE kind = 'tried' ORDER BY id")] == [True, False]
