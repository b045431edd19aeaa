"""Keeps the processes of one Careward together: however the one that began them ends, kill -9 included, none of them stays.

It runs in a session of its own, so that what is sent to the terminal's processes as a group does not reach it. Whoever began it holds the
other end of its standard input: that end closes with its holder, whatever happened to it. On Linux the children end with the keeper too.

The first command is what people use: all end with it. Another that ends is begun again, so that a worker which a bad errand or the lack of
memory has ended takes no page down.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1
GRACE = 4.0  # seconds from being asked to end until being killed: all is over within five
LOOK = 0.2
REST = 5.0  # seconds at least between two beginnings of one command: one that cannot begin leaves the processor to the pages


class Child:
    """One command, and the process that runs it now."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.begin()

    def begin(self) -> None:
        bound: dict[str, Any] = {"preexec_fn": _end_with_the_keeper(os.getpid())} if sys.platform == "linux" else {}
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, **bound)
        self.may_begin_again = time.monotonic() + REST

    def ended(self) -> bool:
        return self.process.poll() is not None

    def begin_again_if_ended(self) -> None:
        if self.ended() and time.monotonic() >= self.may_begin_again:
            print(f"careward {self.command[-1]} has ended ({self.process.returncode}) and is begun again.", file=sys.stderr, flush=True)
            self.begin()


def keep(commands: list[list[str]]) -> None:
    """Runs the commands until standard input ends or the first of them does; then ends the others, and itself as the last."""
    first, *others = children = [Child(command) for command in commands]
    ended = threading.Event()
    threading.Thread(target=_read_to_the_end, args=(ended,), daemon=True).start()
    while not ended.is_set() and not first.ended():
        for child in others:
            child.begin_again_if_ended()
        ended.wait(LOOK)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and not all(child.ended() for child in children):
        time.sleep(LOOK)
    os.killpg(0, signal.SIGKILL)  # what a killed web server left behind as well


def _end_with_the_keeper(keeper: int) -> Callable[[], None]:
    """What a child does before it begins: it asks to be ended with the keeper, who may be killed together with whoever began it."""
    ask = ctypes.CDLL(None).prctl

    def bind() -> None:
        ask(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != keeper:  # gone before that was asked
            os._exit(1)

    return bind


def _read_to_the_end(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


if __name__ == "__main__":
    keep(json.loads(sys.argv[1]))
