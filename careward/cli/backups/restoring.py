"""Putting a backup back: all of it is read and held against its manifest first, and the home is there whole or not at all."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from careward.cli.backups.emptiness import must_be_empty
from careward.cli.backups.file import DATABASE, TABLES, Manifest, put_below, read
from careward.cli.ready import FRESH
from careward.config.home import MARK, RESTORING, begin, cut_off
from careward.core.decision import ALLOWED, Refused, refuse


@dataclass(frozen=True, slots=True)
class PutBack:
    """What the checks found in a home that was put back."""

    at: datetime  # of the backup
    entries: int
    tables: int
    rows: int
    problems: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """As one line of JSON says it."""
        return {**asdict(self), "at": self.at.isoformat(), "ok": not self.problems}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "PutBack":
        """What such a line says."""
        at = datetime.fromisoformat(told["at"])
        return cls(at, told["entries"], told["tables"], told["rows"], tuple(told["problems"]))


def restore(path: Path, home: Path, identities: Iterable[Any], *, now: datetime, by: Callable[[], str]) -> PutBack:
    """Puts a backup into a home that holds nothing yet, and checks it there. Raises Refused before anything is written.

    `by` says who does it once there are rows that know.
    """
    os.umask(0o077)
    home, keys = home.resolve(), list(identities)
    _must_be_empty(home)
    manifest = read(path, keys)
    _must_fit(manifest)
    with _whole_or_not_at_all(home):
        read(path, keys, put_below(home))  # held against the manifest once more, for the file may be another by now
        os.environ["CAREWARD_HOME"] = str(home)
        _fill(manifest, home)
    return _checked(manifest, now=now, by=by)


def _must_be_empty(home: Path) -> None:
    """A restore that was killed has left what nobody could use."""
    if cut_off(home):
        _empty(home)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        words = f"{home} holds something already, and a backup is never put over what is there"
        raise Refused(refuse("home.not_empty", "house", words, "Name a new or an empty folder: --home FOLDER"))
    if not home.parent.is_dir():
        raise Refused(refuse("home.nowhere", "house", f"{home.parent} is no folder", "Make it, or name another: --home FOLDER"))


def _must_fit(manifest: Manifest) -> None:
    """The rows go back into the kind of database they came from, made by this version or an earlier one."""
    url, decision = os.environ.get("CAREWARD_DATABASE_URL", ""), ALLOWED
    if url and manifest.database == "sqlite":
        words, remedy = "The backup holds an SQLite database, and CAREWARD_DATABASE_URL names another", "Leave CAREWARD_DATABASE_URL out"
        decision &= refuse("database.of_another_kind", "house", words, remedy)
    if not url and manifest.database == "postgresql":
        words = "The backup holds the rows of a PostgreSQL database, and none is named to put them into"
        decision &= refuse("database.of_another_kind", "house", words, "Make an empty one, and name it in CAREWARD_DATABASE_URL")
    if {(app, name) for app, name in manifest.facts["applied"]} - _known():
        words = f"The backup was made by a later version of Careward ({manifest.facts['version']})"
        decision &= refuse("backup.later", "house", words, "Install that version, and restore with it")
    if url and decision:
        decision &= must_be_empty(url)
    if not decision:
        raise Refused(decision)


def _known() -> set[tuple[str, str]]:
    """The steps that this version's tables are made by; Django is not set up yet, for there is no home."""
    return set(re.findall(r"INSERT INTO \S*django_migrations\S* .*?'(\w+)', ?'(\w+)'", FRESH.read_text(encoding="utf-8")))


@contextmanager
def _whole_or_not_at_all(home: Path) -> Iterator[None]:
    """A home that nothing else opens meanwhile; it is empty again, or gone, when this fails."""
    there = home.exists()
    home.mkdir(mode=0o700, exist_ok=True)
    home.chmod(0o700)
    mark = begin(home)
    try:
        yield
        os.sync()
        mark.unlink()
        os.sync()
    except BaseException:
        _empty(home)
        if not there:
            home.rmdir()
        raise
    finally:
        os.environ.pop(RESTORING, None)


def _empty(home: Path) -> None:
    """Takes out all that a restore has put there; its mark goes last."""
    for path in sorted(home.iterdir(), key=lambda p: p.name == MARK):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _fill(manifest: Manifest, home: Path) -> None:
    """Whoever signed out since the backup would be signed in again: so everybody signs in anew."""
    if manifest.database == "sqlite":
        with closing(sqlite3.connect(home / DATABASE)) as rows, rows:
            rows.execute("DELETE FROM django_session")
        return
    from careward.cli.backups import tables

    parts = home / TABLES
    tables.fill(parts, manifest)
    shutil.rmtree(parts)


def _checked(manifest: Manifest, *, now: datetime, by: Callable[[], str]) -> PutBack:
    """Holds the ledger and the tables against what was signed, and writes down in the home where it came from."""
    from careward.cli.ready import open_house

    open_house()
    from careward.evidence.errands.actions import write_down_backup
    from careward.evidence.errands.backups import RESTORED, BackupTold
    from careward.evidence.ledger.queries import verify
    from careward.evidence.tables.proof import verify as verify_tables

    ledger, tables = verify(), verify_tables()
    at = datetime.fromisoformat(manifest.facts["at"])
    problems = (*ledger.problems, *tables.problems)
    write_down_backup(told=BackupTold(RESTORED, at, found="; ".join(problems)), now=now, by=by())
    return PutBack(at, ledger.checked, tables.tables, tables.rows, problems)
