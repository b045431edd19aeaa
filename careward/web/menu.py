"""The menu of the page shell: the entries that rooms give, as far as the person may follow them."""

from dataclasses import dataclass

from django.urls import reverse

from careward.core.room import MenuEntry
from careward.web.house import house
from careward.web.permission import Standing


@dataclass(frozen=True, slots=True)
class Shown:
    title: str
    href: str
    badge: int


def open_to(entry: MenuEntry, standing: Standing) -> bool:
    """Whether somebody may follow an entry; one that names no permission is everybody's."""
    return not entry.permissions or any(standing.may(p) for p in entry.permissions)


def shown(standing: Standing | None) -> tuple[Shown, ...]:
    """The entries one person may follow, in their order, each with what waits behind it."""
    if standing is None:
        return ()
    found = [e for e in house().menu if open_to(e, standing)]
    return tuple(Shown(e.title, reverse(e.url), e.badge(standing) if e.badge else 0) for e in found)
