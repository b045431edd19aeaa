"""A home made by an earlier version migrates when it is opened, and its ledger is as it was written.

`tests/homes/storeys` was made at 116ee59: an invented trust of 60 staff, loaded and compared, its ledger sealed twice; in the queue one
comparison that waits, one examining that is stuck, and one night that is done. Its key signs this fixture and nothing
else.
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOMES = ROOT / "tests" / "homes"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of the version whose folders had just become storeys."""
    kept = HOMES / "storeys"
    with sqlite3.connect(tmp_path / "careward.sqlite3") as database:
        database.executescript(gzip.decompress((kept / "careward.sql.gz").read_bytes()).decode())
    database.close()
    (tmp_path / "keys").mkdir()
    for key in kept.glob("ledger.*"):
        shutil.copy(key, tmp_path / "keys")
    (tmp_path / "keys" / "secret").write_text("as it was made with the home, and signs nothing that is tried here", encoding="ascii")
    return tmp_path


def careward(home: Path, *words: str, status: int = 0) -> str:
    env = {**os.environ, "CAREWARD_HOME": str(home), "NO_COLOR": "1"}
    env.pop("CAREWARD_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "careward.cli.main", *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(home / "careward.sqlite3")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def test_an_old_home_migrates_and_its_ledger_verifies_before_and_after_it_is_sealed_again(home: Path) -> None:
    before = rows(home, "SELECT number, entry_id, hash FROM ledger_leaf ORDER BY number")
    waits = {"unsealed": 2, "oldest_unsealed": "2026-11-23T09:02:00.000000Z", "unsealable": 0}
    told = json.loads(careward(home, "ledger", "verify", "--json", status=6))
    assert told == {"ok": True, "checked": 9, "first_bad": None, **waits}
    # One it was left with, and that its tables were taken over as they stood, which migrating wrote down.
    assert "Sealed up to entry 11." in careward(home, "ledger", "seal")
    assert json.loads(careward(home, "ledger", "verify", "--json")) == {
        "ok": True, "checked": 11, "first_bad": None, "unsealed": 0, "oldest_unsealed": None, "unsealable": 0,
    }  # fmt: skip
    assert rows(home, "SELECT number, entry_id, hash FROM ledger_leaf ORDER BY number")[:9] == before


def test_errands_of_an_old_home_keep_their_place_and_say_themselves_what_they_are_about(home: Path) -> None:
    assert "2: feeds.examine, stopped 2026-11-23 09:00 UTC." in careward(home, "ledger", "stopped")
    assert rows(home, "SELECT id, name, organisation, subject, asked_at, entry_id, done_at IS NULL FROM ledger_errand ORDER BY id") == [
        (1, "accounts.reconcile", "RX3", "organisation/1", "2026-11-23 09:00:00", 7, 1),
        (2, "feeds.examine", "RX3", "load/99", "2026-11-23 09:00:00", 8, 1),
        (3, "accounts.reconcile", "RX3", "organisation/1", "2026-11-23 04:30:00", 9, 0),
    ]
    assert "1 set going again" in careward(home, "ledger", "stopped", "--again")
    assert "Nothing has stopped." in careward(home, "ledger", "stopped")


def test_the_night_that_an_old_home_asked_for_last_is_remembered(home: Path) -> None:
    careward(home, "ledger", "stopped")
    assert rows(home, "SELECT name, organisation, last_began_at, last_outcome FROM errands_timedjob") == [
        ("accounts.nightly", "RX3", "2026-11-23 04:30:00", "done")
    ]
