"""Reading by processes of their own comes to what reading here does; one that ends costs the file it was reading; none is left over."""

import os
import select
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

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
    (tmp_path / "accounts" / "none.csv").write_text("environment,username,status\n")
    approvals = "".join(f"{SYSTEMS[n % 3]},{p},20000001,manager,2026-01-0{1 + n % 9},R1\n" for n, p in enumerate(people))
    (tmp_path / "authorisations.csv").write_text(
        "system,employee_number,approved_by_employee_number,approver_role,approved_on,roles\n" + approvals
    )
    (tmp_path / "training.csv").write_bytes(b"employee_number,course\n\xff\xfe,x\n")
    return tmp_path


@pytest.fixture(params=[1, 2], ids=["one process", "two"])
def processes(request, monkeypatch):
    monkeypatch.setattr(aside, "MUCH", 0)
    monkeypatch.setattr(aside, "_cores", lambda: request.param)
    monkeypatch.setattr(kept, "FEW", 100)
    monkeypatch.setattr(aside, "FEW", 200)
    return request.param


def said(reading):
    """Everything a reading says, the rows of each file by their lines."""
    files = [
        replace(f, rows=sorted((n, r) for b in f.blocks() for n, r in zip(b.lines, b.rows, strict=True)), lines=list(f.lines))
        for f in reading.files
    ]
    return replace(reading, files=tuple(files))


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
    """The processes that were started."""
    begun, start = [], aside._started

    def starting(theirs):
        begun.append(start(theirs))
        return begun[-1]

    monkeypatch.setattr(aside, "_started", starting)
    return begun


def ended_while_reading(name, monkeypatch, number):
    """The process that has been given this file ends before it can say anything of it."""
    given = aside.FileReader._given

    def giving(reader, task, cost, rows):
        if task[1] != name:
            return given(reader, task, cost, rows)
        if reader._ours is None:
            reader._begun()
        reader._process.send_signal(signal.SIGSTOP)
        talk = given(reader, task, cost, rows)
        reader._process.send_signal(number)
        reader._process.send_signal(signal.SIGCONT)
        return talk

    monkeypatch.setattr(aside.FileReader, "_given", giving)


def test_processes_of_their_own_read_what_this_one_would_have_read(folder, processes, started):
    here = said(read_folder(folder))
    assert not started
    assert said(read_folder(folder, apart=True)) == here
    assert len(started) == processes and all(p.returncode is not None for p in started)
    assert not [c for c in children() if aside.APART in (c / "cmdline").read_text()]


def test_rows_that_came_from_another_process_are_kept_beside_the_files_and_found_again(folder, processes, monkeypatch):
    here = said(read_folder(folder))
    read_folder(folder, keep=True, apart=True)
    monkeypatch.setattr("careward.engines.connectors.csv.reader._read_folder", lambda *_: pytest.fail("it is read anew"))
    found = said(read_folder(folder, keep=True))
    assert [replace(f, lines=[]) for f in found.files] == [replace(f, lines=[]) for f in here.files]
    assert (folder / keeping.FOLDER).is_dir()


@pytest.mark.parametrize(("number", "words"), [
    (signal.SIGKILL, "was ended from outside (signal 9), perhaps because this machine has no memory left"),
    (signal.SIGSEGV, "The file broke the process that read it (signal 11)"),
    (signal.SIGXCPU, "takes longer than the 16 seconds that a file of its size is given"),
])  # fmt: skip
def test_a_process_that_ends_costs_the_file_it_was_reading_and_says_so(folder, processes, monkeypatch, number, words):
    here = said(read_folder(folder))
    ended_while_reading("accounts/rio.csv", monkeypatch, number)
    found = said(read_folder(folder, apart=True))
    assert found.files == tuple(f for f in here.files if f.name != "accounts/rio.csv")
    (problem,) = set(found.problems) - set(here.problems)
    assert problem.file == "accounts/rio.csv" and words in problem.what and problem.remedy


def test_a_process_that_ended_between_two_files_costs_nothing(folder, processes, monkeypatch, started):
    here = said(read_folder(folder))
    read = aside.FileReader.read

    def reading(reader, task):
        found = read(reader, task)
        reader._process.kill()
        reader._process.wait()
        return found

    monkeypatch.setattr(aside.FileReader, "read", reading)
    assert said(read_folder(folder, apart=True)) == here
    assert len(started) == len(here.files) + 1  # and the one that cannot be used


def test_where_no_process_can_be_started_nothing_is_read_here(folder, processes, monkeypatch):
    def refuse(*args, **more):
        raise OSError("no process left")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    for n in range(10):
        (folder / "accounts" / f"s{n}.csv").write_text("environment,username,status\n")
    found = read_folder(folder, apart=True)
    assert not found.files
    said = Counter(p.what for p in found.problems)
    none, others = said.pop("No process could be started on this machine to read it"), said.popitem()
    assert aside.MOST_NOT_READ <= none <= aside.MOST_NOT_READ + 1, "one each may be under way"
    assert others == ("It was not read, for several files of this folder could not be read within their bounds", 17 - none) and not said


def test_an_error_of_ours_there_is_one_here_and_repeats_nothing_of_the_file(folder, processes, monkeypatch, started):
    monkeypatch.setattr(aside, "APART", "tests.contracts.reading_that_breaks")
    with pytest.raises(aside.ReadingBroke, match=r"^RuntimeError at .*reading_that_breaks.py:\d+") as broke:
        read_folder(folder, apart=True)
    assert "Lee" not in str(broke.value)
    assert all(p.returncode is not None for p in started)


READ_FOR_EVER = """
import signal, sys
from pathlib import Path
from careward.engines.connectors.csv import aside
from careward.engines.connectors.csv.reader import read_folder
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs these tests in the background ignores it
start = aside._started
def starting(theirs):
    process = start(theirs)
    print(process.pid, flush=True)
    return process
aside._started = starting
aside.APART = "tests.contracts.reading_that_never_ends"
read_folder(Path(sys.argv[1]), apart=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_first_process_ends_those_that_read_do_too(folder, how):
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
    assert ended, "the process that reads stayed"
