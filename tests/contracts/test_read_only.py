"""A copy that cannot be written is checked like any other: the same answer, and nothing made or changed there."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.contracts.test_command import careward
from tests.make.postgres import as_reader, postgres_server, run_sql

ROOT = Path(__file__).resolve().parents[2]
NO_MORE_THAN_OTHERS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []  # else root may write anywhere
BEND = "UPDATE ledger_entry SET actor = 'user/9' WHERE id = (SELECT min(id) FROM ledger_entry)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with some sealed entries."""
    home = tmp_path_factory.mktemp("made") / "home"
    assert careward(home)("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
    assert careward(home)("ledger", "verify").returncode == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    for name in ("ready.lock", "static", "static.stamp", "keys/secret", "cache"):
        gone = copy / name
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink(missing_ok=True)
    yield copy
    allow(copy)


def forbid(home: Path) -> None:
    for path in sorted([home, *home.rglob("*")], reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)


def allow(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def state(home: Path) -> dict[str, str]:
    return {str(p.relative_to(home)): sha256(p.read_bytes()).hexdigest() if p.is_file() else "" for p in home.rglob("*")}


def ask(home: Path, *words: str, database: str = "") -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_")}
    environment |= {"CAREWARD_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200", "CAREWARD_DATABASE_URL": database}
    command = [*NO_MORE_THAN_OTHERS, sys.executable, "-m", "careward.cli.main", "ledger", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def write(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "careward.sqlite3")) as database:
        database.execute(sql)
        database.commit()


def crash(home: Path, sql: str, *, index: bool) -> None:
    """The newest change lies in the journal alone, with its index or without, as after a crash or in a copy made meanwhile."""
    database = home / "careward.sqlite3"
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute(sql)
        opened.commit()
        kept = {path: path.read_bytes() for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm"))}
    for path, data in kept.items():
        path.write_bytes(data)
    if not index:
        Path(f"{database}-shm").unlink()


LIKE: dict[str, Callable[[Path], None]] = {
    "as a server left it when it ended": lambda home: None,
    "with a journal and its index": lambda home: crash(home, "CREATE TABLE more (x)", index=True),
    "with a journal alone": lambda home: crash(home, "CREATE TABLE more (x)", index=False),
    "as another tool keeps it": lambda home: write(home, "PRAGMA journal_mode=DELETE"),
}


@pytest.mark.parametrize("name", LIKE)
def test_a_copy_that_cannot_be_written_is_checked_and_stays_as_it_is(name: str, home: Path) -> None:
    LIKE[name](home)
    forbid(home)
    before = state(home)
    told = ask(home, "verify", "--json")
    assert told.returncode == 0, told.stderr
    assert (json.loads(told.stdout)["ok"], json.loads(told.stdout)["unsealed"]) == (True, 0) and json.loads(told.stdout)["checked"] > 0
    assert state(home) == before


@pytest.mark.parametrize("index", [True, False])
def test_what_was_changed_is_found_there_too_also_where_only_the_journal_holds_it(index: bool, home: Path) -> None:
    crash(home, BEND, index=index)
    forbid(home)
    before = state(home)
    told = ask(home, "verify")
    assert told.returncode == 1 and "is not what was sealed at place 0" in told.stderr, told.stdout + told.stderr
    assert state(home) == before


def test_an_export_is_made_from_it_elsewhere(home: Path, tmp_path: Path) -> None:
    forbid(home)
    before = state(home)
    assert ask(home, "export", str(tmp_path / "out")).returncode == 0
    checked = subprocess.run([sys.executable, "-I", str(tmp_path / "out" / "verify_ledger.py"), str(tmp_path / "out")], check=False)
    assert checked.returncode == 0 and state(home) == before


def test_a_lost_or_hidden_file_is_said_and_not_made_again(home: Path) -> None:
    hidden = home / "keys" / "ledger.lanes"
    forbid(home)
    hidden.chmod(0o000)
    told = ask(home, "verify")
    assert told.returncode == 1 and "ledger.lanes cannot be read by whoever asks, so nothing was checked" in told.stderr
    allow(home)
    hidden.unlink()
    (home / "keys" / "ledger.signed").unlink()
    forbid(home)
    told = ask(home, "verify")
    assert told.returncode == 1 and "ledger.signed is gone" in told.stderr and "ledger.lanes is gone" in told.stderr
    allow(home)
    (home / "careward.sqlite3").unlink()
    forbid(home)
    told = ask(home, "verify")
    assert told.returncode == 1 and "careward.sqlite3 is not in" in told.stderr and "Traceback" not in told.stderr


def test_a_copy_of_another_version_is_not_taken_for_one_in_order(home: Path) -> None:
    write(home, "DELETE FROM django_migrations WHERE app = 'tables'")
    forbid(home)
    told = ask(home, "verify")
    assert told.returncode == 1 and "made by another version" in told.stderr and "checked" not in told.stdout


def test_on_postgresql_a_role_that_may_only_read_is_enough(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with postgres_server() as url:
        assert careward(home, CAREWARD_DATABASE_URL=url)("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
        reader = as_reader(url, "auditor")
        forbid(home)
        before = state(home)
        told = ask(home, "verify", "--json", database=reader)
        assert told.returncode == 0 and json.loads(told.stdout)["checked"] > 0, told.stderr
        run_sql(url, BEND)
        told = ask(home, "verify", database=reader)
        assert told.returncode == 1 and "is not what was sealed at place 0" in told.stderr, told.stderr
        assert state(home) == before
        allow(home)
        run_sql(url, "DELETE FROM django_migrations WHERE app = 'tables'")
        told = ask(home, "verify", database=reader)
        assert told.returncode == 1 and "made by another version" in told.stderr, told.stderr
