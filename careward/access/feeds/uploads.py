"""Files that come by the browser: which names are known, how large they may be, and where they wait."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile

from careward.access.feeds.reading import FEED_READER
from careward.core.columns import FEEDS
from careward.core.ports import ProfileChoice
from careward.web.size import most_sent

KINDS = ("csv", "parquet", "xlsx")
KNOWN = tuple(f"{feed}.csv" for feed in FEEDS if feed != "accounts")
SYSTEM = re.compile(r"[a-z0-9][a-z0-9._-]{0,100}")  # what can be a system's code, with an ending
PLAIN = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,100}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file someone sent; `name` is where it goes below the load's folder."""

    name: str
    content: "File[bytes]"


def system_of(name: str) -> str:
    """The system whose accounts a file holds, "accounts/paris.csv"; "" for a file of the whole organisation."""
    folder, _, file = name.rpartition("/")
    return file.rpartition(".")[0] if folder == "accounts" else ""


@dataclass(frozen=True, slots=True)
class UploadMistake:
    """What is wrong with what was sent, and in which box of the form."""

    field: str
    message: str


def profiles() -> tuple[tuple[ProfileChoice, ...], tuple[str, ...]]:
    """The mapping profiles that can be chosen, and why each other one cannot be used."""
    return FEED_READER().profiles()


def kinds(known: Iterable[ProfileChoice]) -> list[str]:
    """The endings of all the files that these profiles read."""
    return sorted({f".{kind}" for kind in KINDS} | {PurePath(f.file).suffix for profile in known for f in profile.feeds} - {""})


def name_uploads(
    feeds: "Sequence[UploadedFile[bytes]]", accounts: "Sequence[UploadedFile[bytes]]", *, profile: str, known: Sequence[ProfileChoice]
) -> tuple[list[Upload], list[UploadMistake]]:
    """What was sent, by the name it will be read under, and every mistake. A name is only ever compared, never followed."""
    chosen = next((p for p in known if p.id == profile), None)
    if chosen is None:
        return [], [UploadMistake("profile", "Choose how the files are written")]
    uploads, mistakes = [], []
    for field, sent in (("files", feeds), ("accounts", accounts)):
        for each in sent:
            name = _read_under(each, chosen, accounts=field == "accounts")
            if name:
                uploads.append(Upload(name, each))
            else:
                mistakes.append(UploadMistake(field, _unknown(field, Path(each.name or "").name, chosen)))
    return uploads, mistakes + _as_a_whole(uploads, sent_any=bool(feeds or accounts))


def _read_under(sent: "UploadedFile[bytes]", profile: ProfileChoice, *, accounts: bool) -> str:
    """The name, with its folder, under which the profile takes the file; empty when it does not, or the name gives no system's code."""
    name = (sent.name or "").strip().casefold()
    if not (SYSTEM if accounts else PLAIN).fullmatch(name):
        return ""
    takers = [f for f in profile.feeds if (f.feed == "accounts") == accounts]
    names = ((f, "/".join([*f.file.casefold().split("/")[:-1], name])) for f in takers)
    return next((whole for f, whole in names if f.reads(whole)), "")


def _unknown(field: str, name: str, profile: ProfileChoice) -> str:
    patterns = [f.file for f in profile.feeds if (f.feed == "accounts") == (field == "accounts")]
    if patterns == ["accounts/*.csv"]:
        return f"Name {name} after the system's code, like paris.csv"
    if not patterns:
        return f"{name} cannot be read so: {profile.title} has no {'user lists' if field == 'accounts' else 'lists of people and systems'}"
    return f"{name} is not a name we know; use one of {', '.join(PurePath(p).name for p in patterns)}"


def _as_a_whole(uploads: Sequence[Upload], *, sent_any: bool) -> list[UploadMistake]:
    mistakes = []
    names = [u.name for u in uploads]
    if not sent_any:
        mistakes.append(UploadMistake("files", "Choose at least one file"))
    for name in sorted({n for n in names if names.count(n) > 1}):
        mistakes.append(UploadMistake("accounts" if "/" in name else "files", f"{name} was chosen twice; choose it once"))
    if sum(u.content.size or 0 for u in uploads) > settings.UPLOAD_BYTES:
        most = most_sent()["megabytes"]
        mistakes.append(
            UploadMistake("files", f"Choose files of at most {most} MB in all, or load them at the command line with careward load")
        )
    return mistakes


def folder_of(load_id: int) -> str:
    """Where a load's files wait, below CAREWARD_HOME."""
    return f"uploads/{load_id}"


def path_of(folder: str) -> Path:
    return Path(settings.CAREWARD_HOME) / folder


def forget(folder: str) -> None:
    """Takes the files away once they are in: they hold personal data, and the tables hold it now."""
    shutil.rmtree(path_of(folder), ignore_errors=True)


def waiting_folders() -> list[int]:
    """The numbers of the loads whose files lie here."""
    place = path_of("uploads")
    return sorted(int(p.name) for p in place.iterdir() if p.name.isdecimal() and p.is_dir()) if place.is_dir() else []


def forget_if_older(folder: str, than: datetime) -> bool:
    """Takes away files that belong to no load, once they are so old that none can be in the making; says whether it did."""
    place = path_of(folder)
    if not place.is_dir() or datetime.fromtimestamp(place.stat().st_mtime, UTC) >= than:
        return False
    forget(folder)
    return True


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
