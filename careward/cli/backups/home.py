"""What of CAREWARD_HOME a backup holds: everything but what is made anew, so that what somebody puts there tomorrow is in it too."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from careward.cli.backups.file import DATABASE

SESSIONS = "keys/secret"
SCRATCH, TRIED = "backing-up", "drill"  # where a backup is gathered, and where one is tried out
ANEW = frozenset({
    DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", "test.sqlite3",  # the database comes by itself
    "cache", "static", "static.stamp", "engine", "bench.json", SCRATCH, TRIED,
    "mapping",  # files whose form is being told, which are kept for a day at most (ADR 33)
})  # fmt: skip
STILL = ("keys", "looks.waiting")  # taken at the moment of the rows, while nobody writes to them


class FileOfHome(NamedTuple):
    """One file that must survive: its name in the backup, and where it lies."""

    name: str
    path: Path


def lasting() -> Iterator[FileOfHome]:
    """Every file but those of STILL; packs of the organisation's own also where they lie elsewhere."""
    home = Path(settings.CAREWARD_HOME)
    yield from _below(home, home, skip=frozenset({*ANEW, *STILL}))
    packs = Path(settings.CAREWARD_PACKS).resolve()
    if not packs.is_relative_to(home) and packs.is_dir():
        yield from (FileOfHome(f"packs/{one.name}", one.path) for one in _below(packs, packs, skip=frozenset()))


def still() -> Iterator[FileOfHome]:
    """The keys, also where the environment names another place for one, and what waits beside the database."""
    home = Path(settings.CAREWARD_HOME)
    secret = Path(os.environ.get("CAREWARD_SECRET_KEY_FILE", home / SESSIONS))
    yield FileOfHome(SESSIONS, secret)
    yield from (one for one in _below(home, home / "keys", skip=frozenset()) if one.name != SESSIONS)
    waiting = home / "looks.waiting"
    if waiting.exists():
        yield FileOfHome(waiting.name, waiting)


def _below(home: Path, folder: Path, skip: frozenset[str]) -> Iterator[FileOfHome]:
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        at = Path(place)
        if at.resolve() in seen:  # a link that leads round in a circle
            folders.clear()
            continue
        seen.add(at.resolve())
        folders[:] = sorted(f for f in folders if at != home or f not in skip)
        for name in sorted(files):
            path = at / name
            if path.is_file() and not name.endswith(".lock") and (at != home or name not in skip):
                yield FileOfHome(str(path.relative_to(home)), path)
