"""The process that reads files for another (`aside`): one after the other, each within its bounds, until nobody gives it any more."""

import os
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from traceback import extract_tb

from careward.engines.connectors.csv import aside, reader
from careward.engines.connectors.csv.bounds import NO_MEMORY, set_bounds, why_no_room
from careward.engines.connectors.csv.headings import Readers
from careward.engines.connectors.csv.looking import LookAsked, look_at


def read_for(asked: socket.socket) -> None:
    """Reads each file asked for and hands it over; ends when the other end is closed."""
    talk, readers = Connection(os.dup(asked.fileno())), Readers()
    with suppress(*aside.GONE):
        while True:
            task, cost = talk.recv()
            _, given, _, _ = socket.recv_fds(asked, 1, 1)
            with os.fdopen(given[0], "r+b") as out:
                looked = isinstance(task, LookAsked)
                reader.ready_for(task.path if looked else task[0])  # what it imports is not of the file
                set_bounds(cost)
                answer = _looked(task) if looked else _answer(task, readers, out)
            talk.send(answer)


def _answer(task: aside.Task, readers: Readers, out: aside.Out) -> aside.Answer:
    """What was read; or the kind and the place of an error that is ours, without its words, which may repeat what the file says."""
    try:
        return aside.handed_over(reader.read_file(*task, readers=readers), out)
    except MemoryError:
        os._exit(NO_MEMORY)  # nothing that is left here can be relied on
    except Exception as error:
        if isinstance(error, OSError) and (said := why_no_room(error)):
            return aside.unread(task, said), {}, ()
        return _place_of(error)


def _looked(asked: LookAsked) -> aside.Answer:
    """The same of a first look at a file."""
    try:
        return look_at(asked)
    except MemoryError:
        os._exit(NO_MEMORY)
    except Exception as error:
        return _place_of(error)


def _place_of(error: Exception) -> str:
    return f"{type(error).__name__} at " + " ".join(f"{Path(f.filename).name}:{f.lineno}" for f in extract_tb(error.__traceback__)[-6:])


def _end_with_the_other() -> None:
    """Standing by: standard input ends when the process that started this one does, and whatever is being read is then for nobody."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the other one says what becomes of it
    Thread(target=_end_with_the_other, daemon=True).start()
    read_for(socket.socket(fileno=int(sys.argv[1])))
