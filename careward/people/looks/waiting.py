"""Looks that the database cannot take in at once, for somebody writes to it for long: they wait in a file beside it.

On SQLite all writers take turns, and a large load has its turn for half a minute. A look is on the disk all the same before anything is
shown; it comes into its table and the ledger, with its own moment, as soon as the writer is done. What comes in twice is there once.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError

from careward.core.days import london_day


class WaitingLook(NamedTuple):
    """One look that is written down beside the database; `at` as ISO has it."""

    viewer: str
    person_id: int
    organisation: str
    at: str

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def day(self) -> tuple[str, int, object]:
        """What one look a day is one of."""
        return (self.viewer, self.person_id, london_day(self.moment))


def _path() -> Path:
    return Path(settings.CAREWARD_HOME) / "looks.waiting"


def keep(look: WaitingLook) -> None:
    """On the disk when this returns; DatabaseError where it cannot be, so that nothing is shown."""
    try:
        with _alone() as file:
            kept = _read(file)
            if look.day not in {each.day for each in _looks(kept)}:
                between = b"\n" if kept and not kept.endswith(b"\n") else b""  # what a killed writer left of a line is no look
                _write(file, between + json.dumps(look).encode() + b"\n")
    except OSError as error:
        raise DatabaseError(f"a look can be written down nowhere: {error}") from error


def waiting() -> tuple[bytes, Sequence[WaitingLook]]:
    """What waits, and the file as it was read."""
    try:
        kept = _path().read_bytes()
    except FileNotFoundError:
        return b"", ()
    return kept, list(_looks(kept))


def taken_in(read: bytes) -> bool:
    """Empties the file, unless more waits in it than was read: then all of it is taken in once more."""
    with _alone() as file:
        if _read(file) != read:
            return False
        os.ftruncate(file, 0)
    return True


@contextmanager
def still() -> Iterator[None]:
    """While nobody writes here or empties it: for whoever copies it with the database, so that each look is in one of the two."""
    with _alone():
        yield


@contextmanager
def _alone() -> Iterator[int]:
    """Held for as long as a line takes: never while the database is waited for."""
    file = os.open(_path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _read(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
    os.fsync(file)


def _looks(kept: bytes) -> Iterator[WaitingLook]:
    for line in kept.splitlines():
        try:
            viewer, person_id, organisation, at = json.loads(line)
            look = WaitingLook(str(viewer), int(person_id), str(organisation), at)
            if look.moment.utcoffset() is not None:
                yield look
        except (ValueError, TypeError):  # of a killed writer, who had shown nothing yet
            continue
