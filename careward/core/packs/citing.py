"""Where a pack cites the clauses of its documents, read off its sections so that a new one is never forgotten. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from careward.core.packs.documents import Document
from careward.core.packs.duties import HOUSE
from careward.core.packs.pack import Pack
from careward.core.packs.reader import PackError


def places_by_clause(pack: Pack) -> dict[str, set[str]]:
    """Each clause a pack cites with the places that cite it: "inactivity.lock_clause", "findings.account.leaver.clause"."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for place, clause in (*_cited(pack, ""), *((f"duties.{duty}", clause) for duty, clause in pack.duties.items())):
        if clause not in ("", HOUSE):
            found[clause].add(place)
    return found


def _cited(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every field called clause, or something_clause, at any depth; the rows of a list share one place."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _cited(getattr(value, field.name), f"{place}.{field.name}".lstrip("."))
    elif isinstance(value, tuple):
        for each in value:
            yield from _cited(each, place)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _cited(each, f"{place}.{key}")
    elif place.rpartition(".")[2].endswith("clause"):
        yield place, value


def check_clauses(packs: Mapping[str, Pack], documents: Mapping[tuple[str, str], Document]) -> None:
    """PackError where one clause stands in two documents, or a pack cites one that stands in none."""
    where: dict[str, str] = {}
    for (name, code), document in documents.items():
        here = f"packs/{name}/documents/{code}.toml"
        for clause in document.clauses:
            if (other := where.setdefault(clause.id, here)) != here:
                raise PackError(f"{here}: {clause.id} stands in {other} already; give the clauses here a prefix of their own")
        _check(here, [(document.review_clause, "review_clause")] if document.review_clause else [], where)
    for name, pack in packs.items():
        cited = places_by_clause(pack)
        _check(f"packs/{name}/pack.toml", [(clause, min(cited[clause])) for clause in sorted(cited)], where)


def _check(file: str, cited: Iterable[tuple[str, str]], known: Mapping[str, str]) -> None:
    for clause, place in cited:
        if clause not in known:
            raise PackError(f"{file}: {place} cites {clause}, which stands in no document; mend it, or say {HOUSE!r}")
