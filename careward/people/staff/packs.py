"""The packs that organisations here may run, and the one each runs on a day: those shipped, and those the installation keeps.

They are read once a process, and once a day for their figures, since every page asks: who changes a pack starts Careward again.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from careward.core.packs.citing import check_clauses
from careward.core.packs.documents import Document, load_document
from careward.core.packs.pack import Pack, load
from careward.core.packs.reader import SHIPPED, Folders, PackError, names
from careward.people.staff.models import Organisation


def folders() -> Folders:
    """Where packs stand: in Careward itself, and where this installation keeps its own."""
    return _folders(settings.CAREWARD_PACKS)


def pack_names() -> tuple[str, ...]:
    """Every pack there is."""
    return names(folders())


def pack_on(name: str, on: date) -> Pack:
    """The pack in force on a day."""
    return _pack(name, on, folders())


def pack_of(organisation_id: int, on: date) -> Pack:
    """The pack that an organisation runs on a day: its figures, its clauses, its calendar. One query."""
    return pack_on(Organisation.objects.values_list("pack", flat=True).get(pk=organisation_id), on)


def documents() -> Mapping[tuple[str, str], Document]:
    """Every document of every pack, by pack and code. PackError where a clause is cited that none of them has."""
    return _documents(folders())


def document_of(pack: str, code: str) -> Document:
    """One document. PackError when it is in force and its file is gone."""
    try:
        return documents()[pack, code]
    except KeyError as error:
        raise PackError(f"packs/{pack}/documents/{code}.toml: it is in force here, and is not there; put it back, with its pack") from error


def newest_packs() -> Mapping[str, Pack]:
    """Every pack by name, in its newest version."""
    return _newest(folders())


def pack_with(clause: str) -> str | None:
    """The pack in whose documents a clause stands."""
    return next((pack for (pack, _), document in documents().items() if any(c.id == clause for c in document.clauses)), None)


def clause_called(words: str) -> str | None:
    """The clause that somebody writes, large or small, with or without its hyphen or a space."""
    wanted = _bare(words)
    return next((c.id for document in documents().values() for c in document.clauses if _bare(c.id) == wanted), None)


def tied_clauses() -> Mapping[str, tuple[str, str]]:
    """The clauses of documents that govern named systems, with the pack and the first system: elsewhere they are not counted (PA-002)."""
    return _tied(folders())


def _bare(clause: str) -> str:
    return "".join(clause.split()).replace("-", "").casefold()


@lru_cache(maxsize=8)
def _folders(own: Path) -> Folders:
    return (SHIPPED, own) if own.is_dir() else (SHIPPED,)


@lru_cache(maxsize=256)
def _pack(name: str, on: date, where: Folders) -> Pack:
    return load(name, folders=where, on=on)


@lru_cache(maxsize=8)
def _newest(where: Folders) -> Mapping[str, Pack]:
    return {name: load(name, folders=where) for name in names(where)}


@lru_cache(maxsize=8)
def _documents(where: Folders) -> Mapping[tuple[str, str], Document]:
    packs = _newest(where)
    found = {(name, code): load_document(name, code, folders=where) for name, pack in packs.items() for code in pack.documents}
    check_clauses(packs, found)
    return found


@lru_cache(maxsize=8)
def _tied(where: Folders) -> Mapping[str, tuple[str, str]]:
    return {c.id: (pack, d.systems[0]) for (pack, _), d in _documents(where).items() if d.systems for c in d.clauses}
