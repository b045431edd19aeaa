"""Files that come by the browser: which names are known, how large they may be, and where they wait."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from careward.feeds.shapes import FEEDS

KINDS = ("csv", "parquet")
KNOWN = tuple(f"{feed}.csv" for feed in FEEDS if feed != "accounts")
MOST_BYTES = 512 * 1024 * 1024  # of one upload; more goes in at the command line
MOST_FILES = 200
SYSTEM = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file someone sent; `name` is where it goes below the load's folder."""

    name: str
    content: UploadedFile


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with what was sent, and in which box of the form."""

    field: str
    message: str


def sort_out(feeds: Sequence[UploadedFile], accounts: Sequence[UploadedFile]) -> tuple[list[Upload], list[Mistake]]:
    """What was sent, by the name it will be read under, and every mistake. A name is only ever compared, never followed."""
    uploads, mistakes = [], []
    for field, sent in (("files", feeds), ("accounts", accounts)):
        for each in sent:
            name = _feed_name(each) if field == "files" else _accounts_name(each)
            if name:
                uploads.append(Upload(name, each))
            else:
                mistakes.append(Mistake(field, _unknown(field, Path(each.name or "").name)))
    return uploads, mistakes + _as_a_whole(uploads, sent_any=bool(feeds or accounts))


def _feed_name(sent: UploadedFile) -> str:
    name = (sent.name or "").strip().casefold()
    return name if name in {f"{known[:-4]}.{kind}" for known in KNOWN for kind in KINDS} else ""


def _accounts_name(sent: UploadedFile) -> str:
    system, _, kind = (sent.name or "").strip().casefold().rpartition(".")
    return f"accounts/{system}.{kind}" if kind in KINDS and SYSTEM.fullmatch(system) else ""


def _unknown(field: str, name: str) -> str:
    if field == "accounts":
        return f"Name {name} after the system's code, like paris.csv"
    return f"{name} is not a name we know; use one of {', '.join(KNOWN)}"


def _as_a_whole(uploads: Sequence[Upload], *, sent_any: bool) -> list[Mistake]:
    mistakes = []
    names = [u.name for u in uploads]
    if not sent_any:
        mistakes.append(Mistake("files", "Choose at least one file"))
    for name in sorted({n for n in names if names.count(n) > 1}):
        mistakes.append(Mistake("accounts" if "/" in name else "files", f"{name} was chosen twice; choose it once"))
    if len(names) > MOST_FILES:
        mistakes.append(Mistake("files", f"Choose at most {MOST_FILES} files"))
    if sum(u.content.size or 0 for u in uploads) > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        mistakes.append(Mistake("files", f"Choose files of at most {most} MB in all, or load them at the command line with careward load"))
    return mistakes


def folder_of(load_id: int) -> str:
    """Where a load's files wait, below CAREWARD_HOME."""
    return f"uploads/{load_id}"


def path_of(folder: str) -> Path:
    return Path(settings.CAREWARD_HOME) / folder


def forget(folder: str) -> None:
    """Takes the files away once they are in: they hold personal data, and the tables hold it now."""
    shutil.rmtree(path_of(folder), ignore_errors=True)


def store(folder: str, uploads: Iterable[Upload]) -> None:
    """Writes the files down, into a folder made afresh."""
    place = path_of(folder)
    forget(folder)
    for each in uploads:
        path = place / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            for chunk in each.content.chunks():
                out.write(chunk)
