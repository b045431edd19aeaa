"""What rooms offer for one page: panels, their download, what happened, what a search finds, and what is held about somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from careward.core.room import DownloadRows, Happening, Hit, Panel
from careward.web.house import house
from careward.web.lists import DOWNLOADS
from careward.web.permission import Viewer


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel with its facts, as the page includes it."""

    title: str
    template: str
    lead: str
    half: bool
    facts: Any

    @property
    def page_title(self) -> str:
        """Words for the title of the page, where the panel is a list: 'Accounts: 36 of 412, page 1 of 3'."""
        return str(getattr(self.facts, "page_title", ""))


def panels(on: str, *, viewer: Viewer, key: Any, asked: Mapping[str, Any]) -> tuple[Drawn, ...]:
    """What one person may see of the parts of a page, in their order; a part with nothing to show is left out."""
    found = ((panel, panel.facts(viewer=viewer, key=key, asked=asked)) for panel in _open(on, viewer, key))
    return tuple(Drawn(p.title, p.template, p.lead, p.half, facts) for p, facts in found if facts is not None)


def rows_for_file(on: str, *, viewer: Viewer, key: Any, asked: Mapping[str, Any]) -> DownloadRows | None:
    """What the page holds as a file, where its address asks for one and a panel has rows."""
    panel = next((p for p in _open(on, viewer, key) if p.rows is not None), None)
    if asked.get("as", "") not in DOWNLOADS or panel is None or panel.rows is None:
        return None
    return panel.rows(viewer=viewer, key=key, asked=asked)


def _open(on: str, viewer: Viewer, key: Any) -> Sequence[Panel]:
    return [panel for panel in house().panels(on) if _may(panel.permission, viewer, on, key)]


def _may(permission: str, viewer: Viewer, on: str = "", key: Any = None) -> bool:
    """Whether somebody sees what a room offers; on the page of a system the right is asked for that system."""
    return not permission or viewer.may(permission, system=key if on == "system" else None)


def happened(on: str, *, viewer: Viewer, key: Any, most: int = 12) -> tuple[Happening, ...]:
    """What the rooms know to have happened to something, newest first."""
    told = [h.find(viewer=viewer, key=key, most=most) for h in house().histories(on) if _may(h.permission, viewer, on, key)]
    every = [happening for found in told for happening in found]
    return tuple(sorted(every, key=lambda h: h.at.isoformat(), reverse=True)[:most])


@dataclass(frozen=True, slots=True)
class SearchHit:
    """What one room found for the words of a search."""

    title: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ClosedSearch:
    """Kinds of things that somebody may not search in: 'people', 'clauses'."""

    kinds: tuple[str, ...]
    named: tuple[str, ...]  # of these, what the words name
    may: tuple[str, ...]  # who may see what the words name


def found(words: str, *, viewer: Viewer, most: int = 20) -> tuple[SearchHit, ...]:
    """What each room finds that somebody may search in; rooms that find nothing are left out."""
    open_to = [s for s in house().searches if _may(s.permission, viewer)]
    told = (SearchHit(s.title, tuple(s.find(viewer=viewer, words=words, most=most))) for s in open_to)
    return tuple(f for f in told if f.hits)


def near(words: str, *, viewer: Viewer, most: int = 5) -> tuple[str, ...]:
    """What somebody may have meant, by the rooms that they may search in."""
    told = [s.near(viewer=viewer, words=words) for s in house().searches if s.near and _may(s.permission, viewer)]
    return tuple(dict.fromkeys(each for few in told for each in few))[:most]


def closed(words: str, *, viewer: Viewer) -> ClosedSearch:
    """What somebody may not search in, and which of it their words name."""
    shut = [s for s in house().searches if not _may(s.permission, viewer)]
    named = [s for s in shut if s.known and s.known(words)]
    may = {role for s in named for role in house().who_may(s.permission)}
    return ClosedSearch(tuple(s.title.lower() for s in shut), tuple(s.title.lower() for s in named), tuple(sorted(may)))


@dataclass(frozen=True, slots=True)
class FactSection:
    """What one room holds about somebody: rows of facts, each (what, value)."""

    title: str
    rows: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def count(self) -> int:
        return len(self.rows)


def own_data_about(*, user_id: int, person_id: int | None) -> tuple[FactSection, ...]:
    """Everything the rooms hold about somebody that they may be told, by kind."""
    told = (FactSection(h.title, tuple(tuple(r) for r in h.find(user_id=user_id, person_id=person_id))) for h in house().own_data)
    return tuple(section for section in told if section.rows)
