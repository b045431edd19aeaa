"""The menu of the page shell: the entries that rooms give, as far as the person may follow them."""

from dataclasses import dataclass

from django.urls import reverse

from careward.core.room import MenuEntry
from careward.web.house import house
from careward.web.permission import Viewer


@dataclass(frozen=True, slots=True)
class MenuShown:
    title: str
    href: str
    badge: int


def open_to(entry: MenuEntry, viewer: Viewer) -> bool:
    """Whether somebody may follow an entry; one that names no permission is everybody's."""
    return not entry.permissions or any(viewer.may(p) for p in entry.permissions)


def shown(viewer: Viewer | None) -> tuple[MenuShown, ...]:
    """The entries one person may follow, in their order, each with what waits behind it."""
    if viewer is None:
        return ()
    found = [e for e in house().menu if open_to(e, viewer)]
    return tuple(MenuShown(e.title, reverse(e.url), e.badge(viewer) if e.badge else 0) for e in found)
