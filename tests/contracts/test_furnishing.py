"""The demonstration is made whole or goes on to be: killed anywhere, the next start finishes it, and two that start at once both end well."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = range(2, 62, 3) if os.environ.get("CAREWARD_SWEEP") == "1" else (2, 4, 17, 47)  # entries after which it is killed
FURNISH = """
import os, signal, sys
from careward.cli.ready import close_house, one_at_a_time, open_house
open_house()
from django.conf import settings
from careward.cli import terms
from careward.cli.demonstration import furnish
from careward.evidence.ledger import links
after, bind = int(sys.argv[1]), links._bind
def bind_or_die(written):
    global after
    after -= len(written)
    bind(written)
    if after < 0:
        os.kill(os.getpid(), signal.SIGKILL)
links._bind = bind_or_die
with one_at_a_time(settings.CAREWARD_HOME / "furnish.lock"):
    furnish(staff=60, systems=1, now=terms.now(), today=terms.today(), quiet=True)
close_house(0)
"""
NEVER = 10**9
COUNTED = ("people_user", "people_roleheld", "people_termsaccepted", "people_person", "accounts_account", "accounts_finding", "work_task",
           "procedures_adoption", "accounts_run")  # fmt: skip


def furnish(home: Path, after: int = NEVER) -> subprocess.Popen[str]:
    mine = {k: v for k, v in os.environ.items() if k not in ("CAREWARD_DATABASE_URL", "CAREWARD_DEMONSTRATION")}
    environment = {**mine, "CAREWARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", FURNISH, str(after)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def careward(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CAREWARD_HOME": str(home), "CAREWARD_DATABASE_URL": ""}
    command = [sys.executable, "-m", "careward.cli.main", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def finished(begun: subprocess.Popen[str], status: int = 0) -> None:
    said = begun.communicate(timeout=120)[0]
    assert begun.returncode == status, said


def counted(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "careward.sqlite3") as rows:
        assert rows.execute("SELECT demonstration FROM people_organisation").fetchall() == [("whole",)]
        return {table: rows.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in COUNTED}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    home = tmp_path_factory.mktemp("undisturbed")
    finished(furnish(home))
    return counted(home)


@pytest.mark.parametrize("after", PLACES)
def test_one_that_was_killed_is_finished_by_the_next(after: int, tmp_path: Path, undisturbed: dict[str, int]):
    finished(furnish(tmp_path, after), status=-9)
    served = careward(tmp_path, "serve", "--port", "1")
    assert served.returncode == 1 and "is not finished" in served.stderr
    finished(furnish(tmp_path))
    assert counted(tmp_path) == undisturbed


def test_two_that_start_at_once_make_one(tmp_path: Path, undisturbed: dict[str, int]):
    for begun in [furnish(tmp_path), furnish(tmp_path)]:
        finished(begun)
    assert counted(tmp_path) == undisturbed


def test_what_is_loaded_into_it_is_told_to_be_for_trying_and_no_real_organisation_joins_it(tmp_path: Path):
    finished(furnish(tmp_path))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "staff.csv").write_text("employee_number,first_name,last_name,team,start_on\n", encoding="ascii")
    assert "for trying only" in careward(tmp_path, "load", str(tmp_path / "files"), "--dry-run").stderr
    refused = careward(tmp_path, "organisation", "RX3", "A real trust")
    assert refused.returncode == 5 and "made up to try Careward with" in refused.stderr
