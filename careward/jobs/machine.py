"""What is wrong with the machine that Careward runs on: a disk that fills up, a second worker. Asked on every page, so it asks little."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from careward.core.room import Alarm, Gauge

LITTLE = 200 * 1024 * 1024  # bytes left on the disk: a load of 400,000 accounts writes as much
SEE = "errands:jobs:see"


def faults() -> tuple[Alarm, ...]:
    """What stands now, each with what to do."""
    return (*_disk(free()), *_workers(workers()))


def gauges(*, now: datetime) -> tuple[Gauge, ...]:
    """The same as figures."""
    return (
        Gauge("careward_disk_free_bytes", "Bytes left on the disk of CAREWARD_HOME", free()),
        Gauge("careward_workers", "Workers that run on this machine for this home", len(workers())),
    )


def free() -> int:
    """Bytes left where Careward writes."""
    return shutil.disk_usage(settings.CAREWARD_HOME).free


def _disk(left: int) -> tuple[Alarm, ...]:
    if left >= LITTLE:
        return ()
    words = f"The disk of CAREWARD_HOME has {left // (1024 * 1024)} MB left, and soon nothing more can be written."
    return (Alarm(words, "Make room on it, or move CAREWARD_HOME to a larger one while Careward is stopped.", SEE, "errands:jobs"),)


def _workers(running: tuple[int, ...]) -> tuple[Alarm, ...]:
    if len(running) < 2:
        return ()
    named = " and ".join(map(str, running))
    remedy = "Stop one of them: careward serve begins a worker itself, unless it is told --no-worker; careward work is another."
    return (Alarm(f"{len(running)} workers run here at once, as processes {named}.", remedy, SEE, "errands:jobs"),)


def _folder() -> Path:
    return Path(settings.CAREWARD_HOME) / "workers"


@contextmanager
def at_work() -> Iterator[None]:
    """While this process is a worker: it holds a lock that goes with it, however it ends."""
    path = _folder() / str(os.getpid())
    path.parent.mkdir(exist_ok=True)
    for other in set(path.parent.iterdir()) - {path}:
        if not _is_locked(other):
            other.unlink(missing_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        path.unlink(missing_ok=True)


def workers() -> tuple[int, ...]:
    """The workers that run on this machine for this home, by the numbers of their processes."""
    place = _folder()
    return tuple(sorted(int(p.name) for p in place.iterdir() if _is_locked(p))) if place.is_dir() else ()


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as other:
            fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:  # it ended just now
        return False
    return False
