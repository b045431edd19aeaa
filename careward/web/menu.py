"""The menu of the page shell: the entries that rooms give, as far as the person may follow them."""

from dataclasses import dataclass

from django.urls import reverse

from careward.core.room import MenuEntry
from careward.web.house import house
from careward.web.permission import Viewer

WIDE, NARROW = 7, 2  # how many entries stand in the bar of a wide and of a narrow page


@dataclass(frozen=True, slots=True)
class MenuShown:
    """One entry. `folded`: "" where it always stands in the bar, "narrow" where it folds away on a narrow page, "always" under More."""

    title: str
    href: str
    badge: int
    folded: str = ""


def open_to(entry: MenuEntry, viewer: Viewer) -> bool:
    """Whether somebody may follow an entry; one that names no permission is everybody's."""
    return not entry.permissions or any(viewer.may(p) for p in entry.permissions)


def shown(viewer: Viewer | None) -> tuple[MenuShown, ...]:
    """The entries one person may follow, in their order, each with what waits behind it."""
    if viewer is None:
        return ()
    found = [e for e in house().menu if open_to(e, viewer)]
    folds = [folded(place, len(found)) for place in range(len(found))]
    return tuple(MenuShown(e.title, reverse(e.url), e.badge(viewer) if e.badge else 0, fold) for e, fold in zip(found, folds, strict=True))


def folded(place: int, many: int) -> str:
    """Whether an entry, by its place among so many, stands in the bar or folds away; a single one is never folded for its own sake."""
    if many > WIDE + 1 and place >= WIDE:
        return "always"
    return "narrow" if many > NARROW + 1 and place >= NARROW else ""
