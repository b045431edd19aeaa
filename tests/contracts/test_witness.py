"""An auditor's path: a witness on another account, by hand and over the network; an export checked elsewhere with its note."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from careward.evidence.ledger.proof import SCRIPT
from tests.contracts.test_command import Run, careward

KEY = "Public key of this witness: "


@pytest.fixture
def run(tmp_path: Path) -> Run:
    ran = careward(tmp_path / "home")
    assert ran("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
    return ran


def key_of(home: Path) -> str:
    return (home / "keys" / "ledger.vkey").read_text(encoding="utf-8").strip()


def checked(tmp_path: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(tmp_path / "out"), *given], capture_output=True, text=True, check=False, cwd="/"
    )


def export(run: Run, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert run("ledger", "export", str(tmp_path / "out")).returncode == 0


@contextmanager
def listening(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-u", "-m", "careward.cli.main", "ledger", "witness", str(folder), "--listen", "127.0.0.1:0"]
    env = {**os.environ, "CAREWARD_HOME": str(folder / "none"), "COLUMNS": "200"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = [process.stdout.readline() for _ in range(2)] if process.stdout else []
            yield f"http://{lines[1].split()[-1]}"
        finally:
            process.terminate()
    assert not (folder / "none").exists()  # a witness needs no home


def test_by_hand_a_note_is_witnessed_and_proves_a_roll_back_here_and_elsewhere(run: Run, tmp_path: Path) -> None:
    home, keeper = tmp_path / "home", str(tmp_path / "witness")
    first, cosigned = tmp_path / "request.txt", tmp_path / "cosigned.txt"
    told = run("ledger", "witness", keeper, "--log", key_of(home))
    witness_key = told.stdout.split(KEY)[1].strip()
    assert run("ledger", "note", str(first), "--old-size", "0").returncode == 0
    yesterday = tmp_path / "yesterday"
    shutil.copytree(home, yesterday)
    assert run("organisation", "RX4", "Southmere", "--pack", "elft").returncode == 0
    assert run("ledger", "witness", keeper, "--request", str(first), "--to", str(cosigned)).returncode == 0
    assert run("ledger", "note", str(first), "--old-size", "1").returncode == 0
    assert run("ledger", "witness", keeper, "--request", str(first), "--to", str(cosigned)).returncode == 0
    told = run("ledger", "verify", "--known", str(cosigned), "--witness", witness_key)
    assert told.returncode == 0 and "was cosigned by" in told.stderr
    export(run, tmp_path)
    told = checked(tmp_path, "--vkey", key_of(home), "--known", str(cosigned), "--witness", witness_key)
    assert (told.returncode, told.stdout.split("\n")[0]) == (0, "In order. All 2 entries are what was signed."), told.stderr
    assert "Nothing of the first 2 was changed" in told.stdout and "folder's own" not in told.stdout and "after them" not in told.stdout
    told = checked(tmp_path, "--known", str(cosigned), "--witness", (tmp_path / "witness" / "witness.vkey").read_text(encoding="utf-8"))
    assert told.returncode == 1 and "the public key of the witness is none" in told.stdout
    shutil.rmtree(home)  # yesterday's copy is put back, the keys and the file beside them too
    shutil.copytree(yesterday, home)
    assert run("ledger", "verify").returncode == 0
    told = run("ledger", "verify", "--known", str(cosigned), "--witness", witness_key)
    assert told.returncode == 1 and "2 entries were signed and 1 are here" in told.stderr
    export(run, tmp_path)
    told = checked(tmp_path, "--known", str(cosigned), "--witness", witness_key)
    assert told.returncode == 1 and "2 entries were signed and 1 are here" in told.stdout
    assert run("organisation", "RX5", "Eastmere", "--pack", "elft").returncode == 0  # and goes another way
    assert run("ledger", "note", str(first), "--old-size", "1").returncode == 0
    told = run("ledger", "witness", keeper, "--request", str(first))
    assert told.returncode == 5 and "this witness has seen 2 entries" in told.stderr
    assert run("ledger", "witness", keeper, "--log", "nonsense").returncode == 5


def test_over_the_network_a_witness_cosigns_and_refuses_a_ledger_that_went_another_way(run: Run, tmp_path: Path) -> None:
    home, keeper, cosigned = tmp_path / "home", tmp_path / "witness", tmp_path / "cosigned.txt"
    witness_key = run("ledger", "witness", str(keeper), "--log", key_of(home)).stdout.split(KEY)[1].strip()
    early = tmp_path / "early"
    shutil.copytree(home, early)
    with listening(keeper) as url:
        for name in ("RX4", "RX5"):
            told = run("ledger", "ask-witness", url, "--to", str(cosigned), "--witness", witness_key)
            assert told.returncode == 0, told.stderr
            assert run("organisation", name, "Southmere", "--pack", "elft").returncode == 0
        told = run("ledger", "ask-witness", url, "--to", str(cosigned), "--witness", witness_key)
        assert told.returncode == 0 and run("ledger", "verify", "--known", str(cosigned), "--witness", witness_key).returncode == 0
        other = careward(early)
        for name in ("RX6", "RX7", "RX8"):
            assert other("organisation", name, "Westmere", "--pack", "elft").returncode == 0
        told = other("ledger", "ask-witness", url, "--to", str(tmp_path / "forged.txt"), "--witness", witness_key)
        assert told.returncode == 5 and "(422)" in told.stderr and not (tmp_path / "forged.txt").exists()
    assert run("ledger", "ask-witness", "http://witness.example", "--to", str(cosigned), "--witness", witness_key).returncode == 2
    forged = cosigned.read_text(encoding="utf-8").splitlines(keepends=True)
    cosigned.write_text("".join(forged[:-1]), encoding="utf-8")
    assert run("ledger", "verify", "--known", str(cosigned), "--witness", witness_key).returncode == 1


def test_immudb_2063_an_audit_looks_at_what_was_written_and_not_at_hashes_alone(run: Run, tmp_path: Path) -> None:
    """There a value was edited in the file of values, and the audit compared roots that nobody had derived from it: consistent."""
    cosigned = tmp_path / "note.txt"
    assert run("ledger", "note", str(cosigned)).returncode == 0
    with sqlite3.connect(tmp_path / "home" / "careward.sqlite3") as database:
        database.execute("UPDATE ledger_entry SET body = replace(body, 'Northmere', 'Southmere')")
    database.close()
    told = run("ledger", "verify", "--known", str(cosigned))
    assert told.returncode == 1 and "is not what was sealed at place 0" in told.stderr
    export(run, tmp_path)
    assert checked(tmp_path, "--known", str(cosigned)).returncode == 1
