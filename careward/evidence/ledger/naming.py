"""Whom and what the numbers of an entry mean: names that the rooms give when a page is drawn. The ledger itself holds none."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from careward.core.names import ThingNames
from careward.web.house import house
from careward.web.permission import Viewer

MOST_CALLED = 200  # whoever types one letter narrows by so many at most
MOST_REFS = 500


def names_for(viewer: Viewer, refs: Iterable[str]) -> dict[str, str]:
    """The names of "user/7" and the like, as far as somebody may be told them; what nobody names is left out. One query a kind."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for ref in refs:
        kind, _, key = ref.partition("/")
        if key:
            wanted[kind] |= {key}
    found: dict[str, str] = {}
    for kind, keys in wanted.items():
        if kind == "system":
            known: Mapping[str, str] = house().systems(organisation_id=viewer.organisation_id)
        elif (names := house().names.get(kind)) is not None and _may(viewer, names):
            known = names.find(organisation_id=viewer.organisation_id, keys=sorted(keys)[:MOST_REFS])
        else:
            continue
        found |= {f"{kind}/{key}": known[key] for key in keys if key in known}
    return found


def called(viewer: Viewer, words: str) -> tuple[str, ...]:
    """Who and what is called so, as entries name them: "user/7", "person/12"."""
    found: list[str] = []
    for kind, names in house().names.items():
        if names.called is not None and _may(viewer, names):
            keys = names.called(organisation_id=viewer.organisation_id, words=words)
            found += [f"{kind}/{key}" for key in list(keys)[:MOST_CALLED]]
    return tuple(found)


def _may(viewer: Viewer, names: ThingNames) -> bool:
    return not names.permission or viewer.may(names.permission)


def refs_in(body: Mapping[str, Any]) -> Iterator[str]:
    """What an entry names by number in what was written down: {"person": 12}."""
    for kind, key in body.items():
        if kind in house().names or kind == "system":
            yield f"{kind}/{key}"


def named(facts: Iterable[tuple[str, str]], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The rows of what was written down, with names where these are told."""
    return tuple((title, names.get(f"{title.lower()}/{words}", words)) for title, words in facts)
