"""Trying a backup out: it is put back by the command that would do it in need, into a home and a database that go again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from careward.cli.backups.emptiness import scratch_database
from careward.cli.backups.file import Manifest, digest_of, read
from careward.cli.backups.home import TRIED
from careward.cli.backups.locked import STARTS, file_at, identities_of
from careward.cli.backups.restoring import PutBack
from careward.cli.ready import one_at_a_time
from careward.core.decision import Refused

NOT_HANDED_ON = ("CAREWARD_DATABASE_URL", "CAREWARD_SECRET_KEY_FILE", "CAREWARD_PACKS", "CAREWARD_WITNESS", "CAREWARD_WITNESS_KEY")
DONE, WRONG = 0, 1  # how putting back ends; what it found is told in both


class TrialFailed(RuntimeError):
    """Putting it back ended in a way that says nothing of the backup."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it; `refused` says why nothing could be put back."""

    size: int
    digest: str
    encrypted: bool
    found: PutBack | None = None
    refused: Refused | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """All that was wrong."""
        reasons = self.refused.decision.reasons if self.refused else ()
        return (*(reason.detail for reason in reasons), *(self.found.problems if self.found else ()))


def try_out(path: Path, keys: Sequence[Path], database: str) -> Trial:
    """Puts a backup back elsewhere and checks it there. Raises TrialFailed where that says nothing of the backup."""
    identities = identities_of(keys)
    with file_at(path) as file:
        encrypted = file.read(len(STARTS)) == STARTS
    told = (path.stat().st_size, digest_of(path), encrypted)
    try:
        manifest = read(path, identities)
    except Refused as refused:
        return Trial(*told, refused=refused)
    with _elsewhere() as folder, _rows_elsewhere(manifest, database) as more:
        return Trial(*told, found=_put_back(path, folder / "home", keys, more))


def _put_back(path: Path, home: Path, keys: Sequence[Path], more: Mapping[str, str]) -> PutBack:
    named = [word for key in keys for word in ("--key", str(key))]
    words = [sys.executable, "-m", "careward.cli.main", "restore", str(path), "--home", str(home), "--json", *named]
    mine = {k: v for k, v in os.environ.items() if k not in NOT_HANDED_ON}
    done = subprocess.run(words, env={**mine, **more}, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode not in (DONE, WRONG) or not done.stdout.startswith("{"):
        raise TrialFailed(f"The backup could not be tried out, which says nothing of it: {done.stderr.strip()}")
    return PutBack.of(json.loads(done.stdout))


@contextmanager
def _elsewhere() -> Iterator[Path]:
    """A folder of the home's own, one trial at a time; what a killed one left there goes."""
    folder = Path(settings.CAREWARD_HOME) / TRIED
    with one_at_a_time(folder.with_suffix(".lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


@contextmanager
def _rows_elsewhere(manifest: Manifest, database: str) -> Iterator[Mapping[str, str]]:
    """Where the rows of PostgreSQL go meanwhile, as the environment says it; an SQLite backup needs no server."""
    here = os.environ.get("CAREWARD_DATABASE_URL", "")
    if manifest.database == "sqlite":
        yield {}
    elif database or not here:
        yield {"CAREWARD_DATABASE_URL": database}
    else:
        with scratch_database(here) as url:
            yield {"CAREWARD_DATABASE_URL": url}
