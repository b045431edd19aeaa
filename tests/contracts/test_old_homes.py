"""A home made by an earlier version opens, moves its tables up, and still proves what it said."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOMES = sorted((Path(__file__).parent / "homes").glob("*.tar.gz"))  # each made by `load`, two comparisons, a seal, and one entry more
SAME = ("people_person", "people_assignment", "accounts_account", "access_authorisation", "feeds_load", "ledger_leaf", "ledger_errand")


@pytest.fixture(params=HOMES, ids=lambda p: p.name.removesuffix(".tar.gz"))
def home(request, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path


def careward(home: Path, *words: str, status: int = 0) -> str:
    environment = {
        **os.environ,
        "CAREWARD_HOME": str(home),
        "CAREWARD_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "careward.config.settings",
    }
    command = [sys.executable, "-m", "careward.cli.main", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def rows(home: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(home / "careward.sqlite3") as database:
        return database.execute(sql).fetchall()


def test_an_earlier_home_migrates_and_verifies_and_finds_what_it_found(home: Path):
    before = {table: rows(home, f"SELECT count(*) FROM {table}") for table in SAME}
    open_lines = rows(home, "SELECT count(*) FROM accounts_finding WHERE closed_on IS NULL")[0][0]
    tasks = rows(home, "SELECT key FROM work_task WHERE state <> 'closed' ORDER BY key")
    report = json.loads(careward(home, "ledger", "verify", "--json", status=6))  # one entry waits, and has for long
    assert (report["ok"], report["checked"]) == (True, before["ledger_leaf"][0][0])
    assert {table: rows(home, f"SELECT count(*) FROM {table}") for table in SAME} == before
    assert rows(home, "SELECT key FROM work_task WHERE state <> 'closed' ORDER BY key") == tasks
    found = [json.loads(line) for line in careward(home, "reconcile", "--on", "2026-11-20", "--dry-run", "--json").splitlines()]
    locked = "SELECT count(*) FROM accounts_finding f JOIN accounts_account a ON a.id = f.account_id WHERE code = 'account.absent'"
    settled = rows(home, f"{locked} AND closed_on IS NULL AND a.status = 'locked'")[0][0]
    assert len(found) == open_lines - settled  # a locked account of somebody absent asks nothing any more
    again = careward(home, "reconcile", "--on", "2026-11-20", "--keep")
    asked = sum((f["code"], f["step"]) == ("account.generic_unapproved", "ask") for f in found)  # service accounts, locked until now
    absent = sum(f["code"] == "account.absent" for f in found)  # their managers are asked, and no administrator told to lock
    assert (asked, settled) == (2, 4) and "New 0," in again and f"gone {settled}." in again, again
    assert f"Tasks raised {asked + absent}, closed {asked + absent}, reopened 0." in again, again
    assert json.loads(careward(home, "ledger", "verify", "--json"))["ok"]  # every command has sealed what it wrote
    said = careward(home, "ledger", "verify", "--tables")
    assert "what an earlier version left unsealed" in said and "all as they were left" in said
    ((body,),) = rows(home, "SELECT body FROM ledger_entry WHERE verb = 'rows.taken_over'")
    assert "taken over as they stood" in json.loads(body)["why"] and "accounts_account" in json.loads(body)["tables"]
    rows(home, "UPDATE accounts_account SET status = 'locked' WHERE id = (SELECT max(id) FROM accounts_account WHERE status = 'active')")
    careward(home, "ledger", "verify", "--tables", status=1)
