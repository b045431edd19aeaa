"""Reading by two processes comes to what reading by one does, whatever becomes of the second; and none of it is left over."""

import os
import select
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from careward.engines.connectors.csv import aside, keeping, kept
from careward.engines.connectors.csv.reader import read_folder

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("paris", "rio", "epma")


@pytest.fixture
def folder(tmp_path):
    """Files of every sort: large and small, with refused rows and repeats, one that cannot be used, one that is too long."""
    (tmp_path / "accounts").mkdir()
    people = [f"2000{n:04}" for n in range(300)]
    staff = "".join(f"{p},Ann{p},Lee,Ward 1,2026-01-01\n" for p in people)
    (tmp_path / "staff.csv").write_text("employee_number,first_name,last_name,team,start_on\n" + staff)
    for system in SYSTEMS:
        rows = "".join(f"live,u{p},active,2026-01-02,2026-11-20T08:15:00Z,R1;R2\n" for p in people)
        odd = "live,u20000001,active,,,\nlive,new,perhaps,,,\nlive,x\n"
        (tmp_path / "accounts" / f"{system}.csv").write_text("environment,username,status,created_on,last_used_at,roles\n" + rows + odd)
    approvals = "".join(f"{SYSTEMS[n % 3]},{p},20000001,manager,2026-01-0{1 + n % 9},R1\n" for n, p in enumerate(people))
    (tmp_path / "authorisations.csv").write_text(
        "system,employee_number,approved_by_employee_number,approver_role,approved_on,roles\n" + approvals
    )
    (tmp_path / "training.csv").write_bytes(b"employee_number,course\n\xff\xfe,x\n")
    return tmp_path


@pytest.fixture(autouse=True)
def always_aside(monkeypatch):
    monkeypatch.setattr(aside, "MUCH", 0)
    monkeypatch.setattr(aside, "_cores", lambda: 2)
    monkeypatch.setattr(kept, "FEW", 100)


def said(reading):
    """Everything a reading says, the rows of each file by their lines."""
    files = [
        replace(f, rows=sorted((n, r) for b in f.blocks() for n, r in zip(b.lines, b.rows, strict=True)), lines=list(f.lines))
        for f in reading.files
    ]
    return replace(reading, files=tuple(files))


def by_one(folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(aside, "_cores", lambda: 1)
        patch.setattr(aside, "_started", lambda theirs: pytest.fail("with one core no second process is started"))
        return said(read_folder(folder))


def children():
    """Processes that this one started and that have not been waited for."""
    me = str(os.getpid())
    return [p for p in Path("/proc").glob("[0-9]*") if _parent(p) == me]


def _parent(process):
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
    except OSError:
        return ""


@pytest.fixture
def started(monkeypatch):
    """The second processes that were started, each with what was done to it at once."""
    begun, start = [], aside._started

    def starting(theirs):
        begun.append(start(theirs))
        return begun[-1]

    monkeypatch.setattr(aside, "_started", starting)
    return begun


@pytest.fixture
def asked(monkeypatch):
    """How many files the second process handed over."""
    read_there, done = aside._read_there, []

    def reading(*given):
        done.append(read_there(*given))
        return done[-1]

    monkeypatch.setattr(aside, "_read_there", reading)
    return done


def only_there(monkeypatch):
    """This process leaves every file to the second until that one has no more to do or is gone."""
    have_read, read_here = aside._have_read, aside._read_here
    over = Event()

    def having(*given):
        have_read(*given)
        over.set()

    def reading(*given):
        over.wait(60)
        read_here(*given)

    monkeypatch.setattr(aside, "_have_read", having)
    monkeypatch.setattr(aside, "_read_here", reading)


def test_the_second_process_reads_what_one_would_have_read(folder, monkeypatch, started, asked):
    alone = by_one(folder, monkeypatch)
    only_there(monkeypatch)
    assert said(read_folder(folder)) == alone
    assert len(asked) == len(alone.files) + 1  # and the one that cannot be used
    assert [p.returncode is not None for p in started] == [True]
    assert not [c for c in children() if aside.SECOND in (c / "cmdline").read_text()]


def test_rows_that_came_from_the_second_process_are_kept_beside_the_files_and_found_again(folder, monkeypatch):
    alone = by_one(folder, monkeypatch)
    only_there(monkeypatch)
    read_folder(folder, keep=True)
    monkeypatch.setattr("careward.engines.connectors.csv.reader._read_folder", lambda *_: pytest.fail("it is read anew"))
    found = said(read_folder(folder, keep=True))
    assert [replace(f, lines=[]) for f in found.files] == [replace(f, lines=[]) for f in alone.files]
    assert (folder / keeping.FOLDER).is_dir()


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_second_process_that_is_killed_costs_nothing_but_time(folder, monkeypatch, started, after):
    alone = by_one(folder, monkeypatch)
    read_there, done = aside._read_there, []

    def reading(second, talk, task):
        if len(done) == after:
            started[0].kill()
            started[0].wait()
        done.append(read_there(second, talk, task))
        return done[-1]

    monkeypatch.setattr(aside, "_read_there", reading)
    only_there(monkeypatch)
    assert said(read_folder(folder)) == alone
    assert len(done) == after
    assert started[0].returncode == -signal.SIGKILL


def test_where_no_process_can_be_started_all_is_read_here(folder, monkeypatch, asked):
    alone = by_one(folder, monkeypatch)

    def refuse(*args, **more):
        raise OSError("no process left")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert said(read_folder(folder)) == alone
    assert not asked


def test_what_goes_wrong_here_ends_the_second_process_too(folder, monkeypatch, started):
    def broken(*given):
        raise RuntimeError("as Ctrl-C would")

    monkeypatch.setattr(aside, "_read_here", broken)
    with pytest.raises(RuntimeError, match=r"as Ctrl-C would"):
        read_folder(folder)
    assert started[0].returncode is not None


READ_FOR_EVER = """
import signal, sys, time
from pathlib import Path
from careward.engines.connectors.csv import aside
from careward.engines.connectors.csv.reader import read_folder
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs these tests in the background ignores it
aside.MUCH, aside._cores = 0, lambda: 2
start = aside._started
def starting(theirs):
    process = start(theirs)
    print(process.pid, flush=True)
    return process
aside._started = starting
aside._read_here = lambda *_: time.sleep(60)
read_folder(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_first_process_ends_the_second_one_does_too(folder, how):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", READ_FOR_EVER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as first:
        second = os.pidfd_open(int(first.stdout.readline()))
        try:
            first.send_signal(how)
            first.communicate(timeout=60)
            ended, _, _ = select.select([second], [], [], 60)
        finally:
            os.close(second)
    assert first.returncode == -how
    assert ended, "the second process stayed"
