"""Where each clause is carried in this product, which tests prove it and which breaks they see: three data files beside this module.

An organisation's own documents are in no file of ours: what carries their clauses follows from where its pack cites them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from careward.core.packs.citing import places_by_clause
from careward.core.packs.documents import Clause, Document
from careward.core.packs.pack import HOUSE_PACK
from careward.core.packs.reader import SHIPPED, Folders, PackError, build, names, read_toml
from careward.governance.procedures.rules import LEVELS
from careward.people.staff.packs import documents, folders, newest_packs

Named = Mapping[str, tuple[str, ...]]
HERE = Path(__file__).resolve().parent
CARRIED = HERE / "carried.toml"  # written by hand
TESTS = HERE / "tests_by_clause.toml"  # written by tools/write_clause_index.py
BREAKS = HERE / "breaks_by_clause.toml"  # likewise


@dataclass(frozen=True, slots=True)
class CarriedPlace:
    """One rule, page or job that carries a clause: in plain words, and where it stands in the code."""

    words: str
    at: str  # "careward.access.accounts.rules.own.inactive"


@dataclass(frozen=True, slots=True)
class Carried:
    """How one clause is carried, to one of rules.LEVELS. `partly` says what of it is not here yet; `counts` what one case of it is."""

    places: tuple[CarriedPlace, ...]
    level: str
    partly: str = ""
    counts: str = ""  # "open accounts whose last use is known"; empty: it is shown by being there
    noun: str = "case"  # what one of them is called
    nouns: str = ""  # several of them, where an s does not do


@dataclass(frozen=True, slots=True)
class PlacedClause:
    """One clause with the document it stands in."""

    pack: str
    document: Document
    clause: Clause


def carried() -> Mapping[str, Carried]:
    """Every clause that is carried, wholly or in part. Raises PackError naming the entry that cannot be read."""
    return _told()[0]


def read_carried(raw: Mapping[str, Any], where: str) -> dict[str, Carried]:
    """Entries by clause; one without a place, or with an unknown key, is a PackError."""
    found = {clause: cast(Carried, build(Carried, entry, f"{where}: {clause}")) for clause, entry in raw.items()}
    if empty := [clause for clause, entry in found.items() if not entry.places]:
        raise PackError(f"{where}: {empty[0]} names no place that carries it; name one, or take the entry out")
    if strange := [clause for clause, entry in found.items() if entry.level not in LEVELS]:
        raise PackError(f"{where}: {strange[0]} is carried to no known level; write one of: {', '.join(LEVELS)}")
    return found


def proofs() -> Named:
    """The tests that cite each clause, as 'tests/rules/test_x.py::test_y', or a pack's worked case."""
    return _told()[1]


def breaks() -> Named:
    """What was broken on purpose for each clause, as tests/breaks tells it: a test that cites the clause sees each."""
    return _told()[2]


def clauses() -> Mapping[str, PlacedClause]:
    """Every clause of every document, by its ID, in the order of the documents."""
    return _clauses(folders())


def alike() -> Named:
    """The clauses of an organisation's own documents, each with those shipped that its pack cites in the same places.

    They are one duty under two numbers: the same rule carries both, and the same tests prove it.
    """
    return _alike(folders())


@lru_cache(maxsize=8)
def _clauses(where: Folders) -> Mapping[str, PlacedClause]:
    return {c.id: PlacedClause(pack, document, c) for (pack, _), document in documents().items() for c in document.clauses}


@lru_cache(maxsize=8)
def _alike(where: Folders) -> Named:
    shipped = names((SHIPPED,))
    cited = {name: places_by_clause(pack) for name, pack in newest_packs().items()}
    known = [(clause, places) for name in shipped if name != HOUSE_PACK for clause, places in cited[name].items()]
    own = ((clause, places) for name in cited.keys() - shipped for clause, places in cited[name].items() if clauses()[clause].pack == name)
    return {clause: tuple(sorted({c for c, theirs in known if theirs & places})) for clause, places in own}


def _told() -> tuple[Mapping[str, Carried], Named, Named]:
    return _told_of(folders())


@lru_cache(maxsize=8)
def _told_of(where: Folders) -> tuple[Mapping[str, Carried], Named, Named]:
    """What the files say, and what follows from them for the clauses of an organisation's own documents."""
    entries = read_carried(read_toml(CARRIED), CARRIED.name)
    tests, broken = ({clause: tuple(named) for clause, named in read_toml(file).items()} for file in (TESTS, BREAKS))
    for clause, others in alike().items():
        if theirs := [entries[c] for c in others if c in entries]:
            entries[clause] = _joined(theirs)
            for named in (tests, broken):
                named[clause] = tuple(dict.fromkeys(each for c in others for each in named.get(c, ())))
    return entries, tests, broken


def _joined(entries: list[Carried]) -> Carried:
    """One clause that is carried as several shipped ones are: wholly where all of them are."""
    counted = next((e for e in entries if e.counts), entries[0])
    places = tuple(dict.fromkeys(place for e in entries for place in e.places))
    least = min((e.level for e in entries), key=LEVELS.index)
    return replace(counted, places=places, level=least, partly=next((e.partly for e in entries if e.partly), ""))
