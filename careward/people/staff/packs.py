"""The packs that organisations here may run, and the one each runs on a day.

They are read once a day and process, since every page asks.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from careward.core.packs.documents import Document, load_document
from careward.core.packs.pack import Pack, load
from careward.core.packs.reader import names
from careward.people.staff.models import Organisation


def pack_names() -> tuple[str, ...]:
    """Every pack there is."""
    return names()


@lru_cache(maxsize=256)
def pack_on(name: str, on: date) -> Pack:
    """The pack in force on a day."""
    return load(name, on=on)


def pack_of(organisation_id: int, on: date) -> Pack:
    """The pack that an organisation runs on a day: its figures, its clauses, its calendar. One query."""
    return pack_on(Organisation.objects.values_list("pack", flat=True).get(pk=organisation_id), on)


@lru_cache(maxsize=8)
def documents() -> Mapping[tuple[str, str], Document]:
    """Every document of every pack, by pack and code."""
    return {(pack, code): load_document(pack, code) for pack in pack_names() for code in load(pack).documents}


def pack_with(clause: str) -> str | None:
    """The pack in whose documents a clause stands."""
    return next((pack for (pack, _), document in documents().items() if any(c.id == clause for c in document.clauses)), None)


def clause_called(words: str) -> str | None:
    """The clause that somebody writes, large or small, with or without its hyphen or a space."""
    wanted = _bare(words)
    return next((c.id for document in documents().values() for c in document.clauses if _bare(c.id) == wanted), None)


def _bare(clause: str) -> str:
    return "".join(clause.split()).replace("-", "").casefold()
