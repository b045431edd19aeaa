"""Keeps the processes of one Careward together: however the one that began them ends, kill -9 included, none of them stays.

It runs in a session of its own, so that what is sent to the terminal's processes as a group does not reach it. Whoever began it holds the
other end of its standard input: that end closes with its holder, whatever happened to it. On Linux the children end with the keeper too.
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


def keep(commands: list[list[str]]) -> None:
    """Runs the commands until standard input ends or one of them does; then ends the others, and itself as the last."""
    bound: dict[str, Any] = {"preexec_fn": _end_with_the_keeper(os.getpid())} if sys.platform == "linux" else {}
    children = [subprocess.Popen(command, stdin=subprocess.DEVNULL, **bound) for command in commands]
    ended = threading.Event()
    threading.Thread(target=_read_to_the_end, args=(ended,), daemon=True).start()
    while not ended.is_set() and all(child.poll() is None for child in children):
        ended.wait(LOOK)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and any(child.poll() is None for child in children):
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
