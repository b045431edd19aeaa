"""Files read by processes of their own: nothing that a file does to whoever reads it reaches this one.

Each file has bounds (`bounds`). Where it needs more, or its process ends otherwise, it is refused with the reason, and the next file has a
new process; what comes of all others is what this process would have read. Much is read by two at once, each given the next of one list.
They put rows where this one has them, and end at once when it does, however that ends.
"""

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from careward.core.columns import FEEDS
from careward.core.mapping import FileLook
from careward.core.ports import FeedFile, Problem
from careward.engines.connectors.csv.bounds import NOT_BEGUN, NOT_TRIED, ReadingCost, Said, cost_of, too_long, why_ended
from careward.engines.connectors.csv.kept import FEW, KeptRows, Told
from careward.engines.connectors.csv.looking import LookAsked
from careward.engines.connectors.csv.profiles import FeedProfile

MOST_NOT_READ = 5
MUCH = 16_000_000  # bytes of files for which two are worth it: a process takes some tenths of a second to begin
APART = "careward.engines.connectors.csv.apart"
GONE = (EOFError, OSError)  # what a socket says whose other end is closed
SPARING = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Task = tuple[Path, str, str, FeedProfile, int, date]  # the file, its name, its system, how it is read, the most bytes, the day of the load
Out = IO[bytes]
Handed = tuple[FeedFile, Told, Sequence[int]]  # a file without its rows, where they stand, and their lines
Answer = Handed | FileLook | str  # a text says which error of ours it was


class ReadingBroke(Exception):
    """An error of ours in the process that read a file: its kind and place."""


class NotRead(Exception):
    """The process ended, or was not there, before it had read a file."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(said[0])


def read_all(tasks: Sequence[Task], sizes: Sequence[int], *, times: float = 1) -> list[FeedFile]:
    """What is read of each task, in their order; `sizes` are the bytes of each one's file, the largest of which go first."""
    waiting = deque(sorted(range(len(tasks)), key=lambda place: -sizes[place]))
    found: dict[int, FeedFile] = {}
    readers = [FileReader(times) for _ in range(2 if sum(sizes) >= MUCH and len(tasks) > 1 and _cores() > 1 else 1)]
    with ThreadPoolExecutor(len(readers), thread_name_prefix="careward-reader") as threads:
        try:
            for each in [threads.submit(_read_on, reader, readers, tasks, waiting, found) for reader in readers]:
                each.result()
        finally:
            waiting.clear()
            for reader in readers:
                reader.stop()
    return _some_in_memory([found[place] for place in range(len(tasks))])


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_on(
    reader: "FileReader", readers: Sequence["FileReader"], tasks: Sequence[Task], waiting: deque[int], found: dict[int, FeedFile]
) -> None:
    """Until nothing waits; where many files were refused for what they cost, the others are not tried: two hundred would take an hour."""
    while (place := _next(waiting)) is not None:
        enough = sum(each.not_read for each in readers) >= MOST_NOT_READ
        found[place] = unread(tasks[place], NOT_TRIED) if enough else reader.read(tasks[place])


def _next(waiting: deque[int]) -> int | None:
    try:
        return waiting.popleft()
    except IndexError:  # the other took the last
        return None


class FileReader:
    """A process that reads one file after the other; where it has ended, the next file is read by a new one."""

    def __init__(self, times: float = 1) -> None:
        self._times = times
        self._process: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket | None = None
        self._over = False
        self.not_read = 0  # files refused for what they cost, or whose process ended

    def read(self, task: Task) -> FeedFile:
        """One file; where it could not be read, without columns and with the problem that says why. Raises ReadingBroke."""
        rows = TemporaryFile()  # noqa: SIM115 - the rows close it
        try:
            file, told, lines = self._handed(task, rows)
        except BaseException as ended:
            rows.close()
            if not isinstance(ended, NotRead):
                raise
            self.not_read += 1
            return unread(task, ended.said)
        if not file.columns:
            rows.close()
            return file
        kept = KeptRows.on([FEEDS[file.feed].column(name) for name in file.columns], rows, told, lines)
        return replace(file, rows=kept, lines=kept.lines)

    def look(self, asked: LookAsked) -> FileLook:
        """A first look at a file; where it could not be read, the problem that says why. Raises ReadingBroke."""
        try:
            with TemporaryFile() as unused:
                found = self._answer(asked, cost_of(asked.path, self._times), unused)
        except NotRead as ended:
            return FileLook(problem=Problem(asked.name, 0, "", *ended.said))
        assert isinstance(found, FileLook)
        return found

    def _handed(self, task: Task, rows: Out) -> Handed:
        found = self._answer(task, cost_of(task[0], self._times), rows)
        assert isinstance(found, tuple)
        return found

    def _answer(self, task: Task | LookAsked, cost: ReadingCost, rows: Out) -> Handed | FileLook:
        with self._given(task, cost, rows) as talk:
            try:
                if not talk.poll(cost.wall):
                    self.end()
                    raise NotRead(too_long(cost))
                answer: Answer = talk.recv()
            except GONE:
                status = self._status()
                if (said := why_ended(status, cost)) is None:
                    raise ReadingBroke(f"the process ended with {status}") from None
                raise NotRead(said) from None
        if isinstance(answer, str):
            raise ReadingBroke(answer)
        return answer

    def _given(self, task: Task | LookAsked, cost: ReadingCost, rows: Out) -> Connection:
        """The way to a process that has been given the file; one that has ended since the last is replaced once."""
        for again in (True, False):
            ours = self._ours or self._begun()
            talk = Connection(os.dup(ours.fileno()))
            try:
                talk.send((task, cost))
                socket.send_fds(ours, [b"."], [rows.fileno()])
                return talk
            except GONE as error:
                talk.close()
                self.end()
                if not again:
                    raise NotRead(NOT_BEGUN) from error
        raise AssertionError("the second time ends above")

    def _begun(self) -> socket.socket:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = None if self._over else _started(theirs)
        return self._ours

    def _status(self) -> int:
        """With what the process ended."""
        status = self._process.wait() if self._process else -signal.SIGKILL  # it was stopped meanwhile
        self.end()
        return status

    def stop(self) -> None:
        """Nothing more is to be read."""
        self._over = True
        self.end()

    def end(self) -> None:
        """Ends the process, whatever it is doing."""
        ours, process = self._ours, self._process
        self._ours = self._process = None
        if process:
            process.kill()
            process.communicate()
        if ours:
            ours.close()


def _started(theirs: socket.socket) -> subprocess.Popen[bytes] | None:
    """Our own module in a Python of its own. It ends when its standard input does, which is ours: so also when we are killed."""
    command = [sys.executable, "-m", APART, str(theirs.fileno())]
    environment = {**os.environ, **SPARING, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    with suppress(OSError):  # no memory or no process left for it: its end of the socket is closed, as if it had ended
        return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[theirs.fileno()], env=environment)  # noqa: S603
    return None


def unread(task: Task, said: Said) -> FeedFile:
    """A file of which nothing was read, and why."""
    _, name, system, profile, _, _ = task
    return FeedFile(profile.feed, name, system, "", (), [], [], 0, (Problem(name, 0, "", *said),), (), snapshot=False)


def handed_over(file: FeedFile, out: Out) -> Handed:
    """What the reading process says of a file it has read, its rows put into `out`."""
    if not isinstance(file.rows, KeptRows):
        return file, {}, ()
    told = file.rows.copy_to(out)
    out.flush()
    return replace(file, rows=[], lines=()), told, file.lines


def _some_in_memory(files: list[FeedFile]) -> list[FeedFile]:
    """Files with few rows taken into memory, of all together as many as of one: each that is not is a file held open."""
    few = FEW
    for place, file in enumerate(files):
        if isinstance(file.rows, KeptRows) and len(file.rows) <= few and (rows := file.rows.in_order()) is not None:
            few -= len(rows)
            files[place] = replace(file, rows=rows, lines=rows.lines)
    return files
