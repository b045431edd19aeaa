"""CAREWARD_HOME: the folder with the database, the keys, uploads and letters. It is its owner's alone."""

from pathlib import Path

OTHERS, WRITE = 0o077, 0o200


class HomeOpen(RuntimeError):
    """Others of this machine can get into the home, and whoever runs Careward may not shut it."""


def open_home(named: Path) -> Path:
    """The folder, made where it is not there, and shut to everybody else. Raises HomeOpen where it cannot be.

    A copy that nobody can write is left as it is: who checks it changes nothing about it.
    """
    home = named.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = home.stat().st_mode
    if mode & OTHERS and mode & WRITE:
        try:
            home.chmod(0o700)
        except PermissionError as error:
            remedy = "Have its owner shut it (chmod 700), or name a folder of your own in CAREWARD_HOME."
            raise HomeOpen(f"{home} holds personal data, can be opened by others of this machine, and is not yours. {remedy}") from error
    return home
