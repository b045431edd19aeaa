"""CAREWARD_HOME: the folder with the database, the keys, uploads and letters. It is its owner's alone."""

import os
from pathlib import Path

OTHERS, WRITE = 0o077, 0o200
DATA = ("careward.sqlite3", "keys")  # one of them is there from the first start on
MARK = ".careward-restoring"  # lies in a home for as long as a backup is being put back into it
RESTORING = "CAREWARD_RESTORING"  # set by the command that puts it back, which alone may go in meanwhile


class HomeOpen(RuntimeError):
    """Others of this machine can get into the home."""


class HomeCutOff(RuntimeError):
    """A backup was being put back into the home, and not all of it is there."""


def open_home(named: Path) -> Path:
    """The folder, made where it is not there. Raises HomeOpen where others can get into one that holds data, and HomeCutOff.

    A copy that nobody can write is left as it is: who checks it changes nothing about it.
    """
    home = named.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = home.stat().st_mode
    if mode & OTHERS and mode & WRITE:
        _shut(home)
    if cut_off(home) and os.environ.get(RESTORING) != "1":
        remedy = "Put it back again: careward restore FILE --home FOLDER. What is there of it is taken away first."
        raise HomeCutOff(f"Putting a backup back into {home} was cut off, so it does not hold all of it. {remedy}")
    return home


def _shut(home: Path) -> None:
    """One without data is shut at once. What lay in an open one may have been read or changed, which somebody should know."""
    if any((home / name).exists() for name in DATA):
        remedy = f"Think who may have read or changed it, then have its owner shut it: chmod -R go= {home}"
        raise HomeOpen(f"{home} holds personal data, and can be opened by others of this machine. {remedy}")
    try:
        home.chmod(0o700)
    except PermissionError as error:
        remedy = "Have its owner shut it (chmod 700), or name a folder of your own in CAREWARD_HOME."
        raise HomeOpen(f"{home} can be opened by others of this machine, and is not yours. {remedy}") from error


def begin(home: Path) -> Path:
    """Marks a home into which a backup is about to be put, so that nothing else opens it; returns the mark."""
    os.environ[RESTORING] = "1"
    mark = home / MARK
    mark.touch(mode=0o600)
    os.sync()  # before anything else is there
    return mark


def cut_off(home: Path) -> bool:
    """Whether putting a backup back has begun here and not ended."""
    return (home / MARK).exists()
