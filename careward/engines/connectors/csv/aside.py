"""Many files read by two processes at once: a second one is given files from the same list, and puts their rows where this one has them.

What comes of it is what one process would have read. The second is a help and never needed: where it cannot be started or ends before
its time (killed, out of memory), what it had not handed over is read here. It ends at once when this process does, however that ends.
"""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import IO

from careward.core.columns import FEEDS
from careward.core.ports import FeedFile
from careward.engines.connectors.csv.kept import KeptRows, Told
from careward.engines.connectors.csv.profiles import FeedProfile

MUCH = 16_000_000  # bytes of files for which it is worth it: a process takes some tenths of a second to begin
SECOND = "careward.engines.connectors.csv.second"
GONE = (EOFError, OSError)  # what a socket says whose other end is closed

Task = tuple[Path, str, str, FeedProfile, int, date]  # the file, its name, its system, how it is read, the most bytes, the day of the load
Read = Callable[[Task], FeedFile]


def read_all(read: Read, tasks: Sequence[Task], sizes: Sequence[int]) -> list[FeedFile]:
    """What `read` makes of each task, in their order; `sizes` are the bytes of each one's file, the largest of which go first."""
    waiting = deque(range(len(tasks)))
    found: dict[int, FeedFile] = {}
    if sum(sizes) >= MUCH and len(tasks) > 1 and _cores() > 1:
        waiting = deque(sorted(waiting, key=lambda place: -sizes[place]))
        with _second_reader() as second:
            helped = Thread(target=_have_read, args=(second, tasks, waiting, found), name="careward-second-reader", daemon=True)
            helped.start()
            _read_here(read, tasks, waiting, found)
            helped.join()
    _read_here(read, tasks, waiting, found)
    return [found[place] for place in range(len(tasks))]


def _cores() -> int:
    """How many this process may use; one where processes cannot hand each other files."""
    if not hasattr(socket, "send_fds"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_here(read: Read, tasks: Sequence[Task], waiting: deque[int], found: dict[int, FeedFile]) -> None:
    while (place := _next(waiting)) is not None:
        found[place] = read(tasks[place])


def _next(waiting: deque[int]) -> int | None:
    try:
        return waiting.popleft()
    except IndexError:  # the other took the last
        return None


def _have_read(second: socket.socket, tasks: Sequence[Task], waiting: deque[int], found: dict[int, FeedFile]) -> None:
    """Gives the second process one task after the other; one that it did not do waits again."""
    with Connection(os.dup(second.fileno())) as talk:
        while (place := _next(waiting)) is not None:
            try:
                found[place] = _read_there(second, talk, tasks[place])
            except GONE:
                waiting.append(place)
                return


def _read_there(second: socket.socket, talk: Connection, task: Task) -> FeedFile:
    """One file read by the second process, which puts the rows into a file of ours that nobody else can name."""
    rows = TemporaryFile()  # noqa: SIM115 - the rows close it
    try:
        talk.send(task)
        socket.send_fds(second, [b"."], [rows.fileno()])
        file, told, lines = _answer(talk)
    except GONE:
        rows.close()
        raise
    if not file.columns:
        rows.close()
        return file
    kept = KeptRows.on([FEEDS[file.feed].column(name) for name in file.columns], rows, told, lines)
    return replace(file, rows=kept, lines=kept.lines)


def _answer(talk: Connection) -> tuple[FeedFile, Told, Sequence[int]]:
    answer: tuple[FeedFile, Told, Sequence[int]] = talk.recv()
    return answer


@contextmanager
def _second_reader() -> Iterator[socket.socket]:
    """The way to the second process; where it cannot be started, one that is closed at its other end."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = _started(theirs)
        try:
            yield ours
        finally:
            if process:
                process.kill()
                process.communicate()


def _started(theirs: socket.socket) -> subprocess.Popen[bytes] | None:
    """Our own module in a Python of its own. It ends when its standard input does, which is ours: so also when we are killed."""
    command = [sys.executable, "-m", SECOND, str(theirs.fileno())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[theirs.fileno()], env=environment)  # noqa: S603
    except OSError:  # no memory or no process left for it
        return None


def handed_over(file: FeedFile, out: IO[bytes]) -> tuple[FeedFile, Told, Sequence[int]]:
    """What the second process says of a file it has read, its rows put into `out`."""
    if not isinstance(file.rows, KeptRows):
        return file, {}, ()
    told = file.rows.copy_to(out)
    out.flush()
    return replace(file, rows=[], lines=()), told, file.lines
