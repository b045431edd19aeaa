"""Taking a backup while Careward runs: nobody waits, and all that was acknowledged when it began is in it."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from careward.cli import ready
from careward.cli.backups import rows
from careward.cli.backups.file import BackupBegun, Manifest, digest_of, writing
from careward.cli.backups.home import SCRATCH, FileOfHome, lasting, still
from careward.core.decision import ALLOWED, Refused, refuse
from careward.evidence.ledger.keys import ledger_keys
from careward.people.looks import waiting
from careward.seal.outside import SignedFile

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that is there, whole."""

    path: Path
    manifest: Manifest
    size: int
    digest: str


def take(path: Path, recipients: Iterable[Any], *, now: datetime) -> BackupFile:
    """Writes a backup. Raises Refused where it cannot be written there."""
    path = path.absolute()
    _may_be_written(path)
    with _scratch() as scratch, writing(path, recipients) as written:
        manifest = _take(written, scratch, now)
    return BackupFile(path, manifest, path.stat().st_size, digest_of(path))


def _may_be_written(path: Path) -> None:
    decision = ALLOWED
    if path.exists():
        decision &= refuse("backup.there", "house", f"{path} is there already", "Name a new file, such as one with the day in its name")
    if not path.parent.is_dir():
        decision &= refuse("backup.nowhere", "house", f"{path.parent} is no folder", "Make it, or name another")
    if path.resolve().is_relative_to(settings.CAREWARD_HOME):
        words, remedy = "A backup that lies in CAREWARD_HOME is lost with it", "Name a file elsewhere, best on another machine"
        decision &= refuse("backup.inside", "house", words, remedy)
    if not decision:
        raise Refused(decision)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder of the home's own, one backup at a time; what a killed one left there goes."""
    folder = Path(settings.CAREWARD_HOME) / SCRATCH
    with ready.one_at_a_time(folder.with_suffix(".lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def _take(written: BackupBegun, scratch: Path, now: datetime) -> Manifest:
    """Files are taken before the moment of the rows and again after it: one that is gone by then, or new, is in the backup as well."""
    before = {one.name: stamp for one in lasting() if (stamp := _put(written, one))}
    file = SignedFile(ledger_keys())
    with ExitStack() as whole:
        with file.still(), waiting.still():  # for as long as the keys take: what is signed and what waits are of the moment of the rows
            put = whole.enter_context(rows.as_of_one_moment(scratch))
            for one in still():
                _put(written, one)
            newest = file.tail().newest
        for one in lasting():
            if one.name not in before or _is_another(one, before[one.name]):
                _put(written, one)
        told = {"version": version("careward"), "at": now.isoformat(), "note": newest.facts["note"] if newest else ""}
        applied = sorted(ready.applied())
        return written.finish({**told, "database": connection.vendor, "applied": applied, **put(written)})


def _put(written: BackupBegun, one: FileOfHome) -> Stamp | None:
    """Adds a file as it is now; None for one that is gone meanwhile."""
    try:
        with one.path.open("rb") as stream:
            found = os.fstat(stream.fileno())
            written.add(one.name, stream, found.st_size)
            return _stamp(found)
    except FileNotFoundError:
        return None


def _is_another(one: FileOfHome, than: Stamp) -> bool:
    return one.path.exists() and _stamp(one.path.stat()) != than


def _stamp(found: os.stat_result) -> Stamp:
    """What is another when a file is."""
    return (found.st_size, found.st_mtime_ns, found.st_ino)
