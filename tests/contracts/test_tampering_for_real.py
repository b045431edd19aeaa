"""Six kinds of tampering with a real server and its worker running: each is found at once and later, and what was forged is never signed."""

import json
import os
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from careward.cli.keeper import GRACE
from tests.contracts.test_command import Run, careward
from tests.contracts.test_serving import WORDS, environment, free_port, wait_until

NEWEST = 3  # the last entry of the home that is tampered with
PATIENCE = 180  # seconds until a server answers, or a sealer has looked
FORGED = "UPDATE ledger_entry SET actor = 'user/9' WHERE id = (SELECT min(id) FROM ledger_entry)"
KINDS = {
    "an entry changed, and every trace of sealing deleted": f"{FORGED}; DELETE FROM ledger_leaf; DELETE FROM ledger_checkpoint",
    "an entry dropped with its place": "DELETE FROM ledger_leaf WHERE number = 1; DELETE FROM ledger_entry WHERE id = 2",
    "entries put in at nought and below": "INSERT INTO ledger_entry SELECT 0, organisation, at, 'user/9', verb, subject, body FROM ledger_entry "
    "WHERE id = 1; INSERT INTO ledger_entry SELECT -7, organisation, at, 'user/9', verb, subject, body FROM ledger_entry WHERE id = 1",
    "settled altered": "UPDATE ledger_checkpoint SET frontier = json_set(frontier, '$.settled', -100)",
    "a key that comes twice": 'UPDATE ledger_entry SET body = \'{"name": "forged", \' || substr(body, 2) WHERE id = 1',
    "the newest entries cut off": "DELETE FROM ledger_entry WHERE id = 3; DELETE FROM ledger_leaf WHERE number = 2; "
    "DELETE FROM ledger_checkpoint WHERE size = 3",
}
TRIED = KINDS if os.environ.get("CAREWARD_SWEEP") == "1" else dict(list(KINDS.items())[:2])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    ran = careward(tmp_path / "home")
    for number in (1, 2, 3):
        assert ran("organisation", f"RX{number}", "Northmere", "--pack", "tewv").returncode == 0
    return ran


@contextmanager
def serving(home: Path) -> Iterator[str]:
    port = free_port()
    with (home / "served.log").open("wb") as log:
        process = subprocess.Popen([*WORDS, "serve", "--port", str(port)], env=environment(home), stdout=log, stderr=log)
        try:
            until(lambda: status_of(f"http://127.0.0.1:{port}/readyz") == 200)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=GRACE + 10)


def until(so: Callable[[], bool]) -> None:
    assert wait_until(so, PATIENCE), "it did not come to be"


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def bend(home: Path, script: str) -> None:
    with closing(sqlite3.connect(home / "careward.sqlite3", timeout=30)) as database:
        database.executescript(f"PRAGMA ignore_check_constraints = ON; BEGIN IMMEDIATE; {script}; COMMIT")


def put_back(home: Path, kept: Path) -> None:
    """The database as it was, under the feet of the server; and what was signed, which alarms have joined meanwhile."""
    with closing(sqlite3.connect(kept)) as was, closing(sqlite3.connect(home / "careward.sqlite3", timeout=30)) as now:
        was.backup(now)
    shutil.copyfile(f"{kept}.signed", home / "keys" / "ledger.signed")


def signed(home: Path) -> list[list[list[int]]]:
    """The ids of each sealing, in runs, as the file beside the keys says them."""
    lines = (home / "keys" / "ledger.signed").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(json.loads(line)["note"].split("\n")[3]) for line in lines]
    return [each["ids"] for each in facts if each["kind"] == "sealed"]


def test_each_kind_is_found_at_once_and_after_the_sealers_looked_and_is_never_signed(run: Run, tmp_path: Path) -> None:
    home, kept = tmp_path / "home", tmp_path / "kept.sqlite3"
    with serving(home) as url:
        with closing(sqlite3.connect(home / "careward.sqlite3")) as now, closing(sqlite3.connect(kept)) as copy:
            now.backup(copy)
        shutil.copyfile(home / "keys" / "ledger.signed", f"{kept}.signed")
        honest = signed(home)
        assert status_of(f"{url}/healthz") == 200 and run("ledger", "verify").returncode == 0
        for name, script in TRIED.items():
            bend(home, script)
            told = run("ledger", "verify", "--json")
            assert told.returncode == 1 and not json.loads(told.stdout)["ok"], name
            acted = run("organisation", "RX9", "Northmere", "--pack", "elft")  # the sealers have something to do
            assert acted.returncode in (0, 6), acted.stderr
            if acted.returncode == 6:
                until(lambda: status_of(f"{url}/healthz") == 503)
            told = run("ledger", "verify", "--json")
            assert told.returncode == 1 and not json.loads(told.stdout)["ok"], name
            sealed = signed(home)  # besides the honest act at most what the clock's own jobs write meanwhile: nothing that stood there
            assert sealed[: len(honest)] == honest, name
            assert all(first > NEWEST for ids in sealed[len(honest) :] for first, _ in ids), name
            put_back(home, kept)
        assert run("ledger", "verify").returncode == 0
        until(lambda: status_of(f"{url}/healthz") == 200)
