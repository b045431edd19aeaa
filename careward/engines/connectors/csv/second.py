"""The second process of `aside`: reads the files it is given until nobody gives it any more."""

import os
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Thread

from careward.engines.connectors.csv import aside
from careward.engines.connectors.csv.headings import Readers
from careward.engines.connectors.csv.reader import read_file


def read_for(asked: socket.socket) -> None:
    """Reads each file asked for and hands it over; ends when the other end is closed."""
    talk, readers = Connection(os.dup(asked.fileno())), Readers()
    with suppress(*aside.GONE):
        while True:
            task = talk.recv()
            _, given, _, _ = socket.recv_fds(asked, 1, 1)
            with os.fdopen(given[0], "r+b") as out:
                talk.send(aside.handed_over(read_file(*task, readers=readers), out))


def _end_with_the_other() -> None:
    """Standing by: standard input ends when the process that started this one does, and whatever is being read is then for nobody."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the other one says what becomes of it
    Thread(target=_end_with_the_other, daemon=True).start()
    read_for(socket.socket(fileno=int(sys.argv[1])))
