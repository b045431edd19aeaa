"""Looking at a home that cannot be written: a copy handed to somebody who checks it. Nothing is made or changed there."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path


def cannot_be_written(home: Path) -> bool:
    """Whether whoever asks may not write where the home lies, or not into its database."""
    database = home / "careward.sqlite3"
    return home.is_dir() and not (os.access(home, os.W_OK) and (not database.exists() or os.access(database, os.W_OK)))


def address(database: Path) -> str:
    """With which address SQLite opens a file it may not write.

    A journal (-wal) that nobody has taken up yet holds the newest rows, and cannot be read in place where its index (-shm) is missing:
    then both are copied to a folder of our own for as long as this process lives.
    """
    if not database.exists():
        raise SystemExit(f"{database.name} is not in {database.parent}, and nothing may be made there. Name a home with CAREWARD_HOME.")
    in_place = f"{database.resolve().as_uri()}?mode=ro"
    if _opens(in_place):
        return in_place
    journal = Path(f"{database}-wal")
    if not journal.exists() or not journal.stat().st_size:
        return f"{in_place}&immutable=1"
    folder = Path(tempfile.mkdtemp(prefix="careward-look-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file in (database, journal):
        shutil.copyfile(file, folder / file.name)
    return f"{(folder / database.name).as_uri()}?mode=ro"


def _opens(uri: str) -> bool:
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # the caller goes on in another way
        return False
    return True
