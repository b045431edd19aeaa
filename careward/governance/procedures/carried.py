"""Where each clause is carried in this product and which tests prove it: two data files beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from careward.core.packs.documents import Clause, Document
from careward.core.packs.reader import PackError, build, read_toml
from careward.people.staff.packs import documents

HERE = Path(__file__).resolve().parent
CARRIED = HERE / "carried.toml"  # written by hand
TESTS = HERE / "tests_by_clause.toml"  # written by tools/write_clause_index.py


@dataclass(frozen=True, slots=True)
class Place:
    """One rule, page or job that carries a clause: in plain words, and where it stands in the code."""

    words: str
    at: str  # "careward.access.accounts.rules.own.inactive"


@dataclass(frozen=True, slots=True)
class Carried:
    """How one clause is carried. `partly` says what of the duty is not here yet; `counts` says what one case of it is."""

    places: tuple[Place, ...]
    partly: str = ""
    counts: str = ""  # "open accounts whose last use is known"; empty: it is shown by being there
    noun: str = "case"  # what one of them is called
    nouns: str = ""  # several of them, where an s does not do


@dataclass(frozen=True, slots=True)
class Known:
    """One clause with the document it stands in."""

    pack: str
    document: Document
    clause: Clause


@cache
def carried() -> Mapping[str, Carried]:
    """Every clause that is carried, wholly or in part. Raises PackError naming the entry that cannot be read."""
    return read_carried(read_toml(CARRIED), CARRIED.name)


def read_carried(raw: Mapping[str, Any], where: str) -> dict[str, Carried]:
    """Entries by clause; one without a place, or with an unknown key, is a PackError."""
    found = {clause: cast(Carried, build(Carried, entry, f"{where}: {clause}")) for clause, entry in raw.items()}
    if empty := [clause for clause, entry in found.items() if not entry.places]:
        raise PackError(f"{where}: {empty[0]} names no place that carries it; name one, or take the entry out")
    return found


@cache
def proofs() -> Mapping[str, tuple[str, ...]]:
    """The tests that cite each clause, as 'tests/rules/test_x.py::test_y', or a pack's worked case."""
    return {clause: tuple(tests) for clause, tests in read_toml(TESTS).items()}


@cache
def clauses() -> Mapping[str, Known]:
    """Every clause of every document, by its ID, in the order of the documents."""
    return {c.id: Known(pack, document, c) for (pack, _), document in documents().items() for c in document.clauses}
