"""The menu of the page shell: each room adds its entries, and the shell shows those the person may follow."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from django.urls import reverse

from careward.web.permission import SIGNED_IN, Standing


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the menu. `permissions`: any one will do. `badge`: 'careward.work.tasks.queries.waiting', given the standing."""

    title: str
    url: str  # the name of a URL pattern
    permissions: tuple[str, ...]
    place: int  # 10 comes before 20
    badge: str = ""

    def open_to(self, standing: Standing) -> bool:
        return SIGNED_IN in self.permissions or any(standing.may(p) for p in self.permissions)


@dataclass(frozen=True, slots=True)
class Shown:
    title: str
    href: str
    badge: int


MENU: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Puts an entry in the menu; called once by a room's urls.py. Adding the same title again replaces it."""
    MENU[entry.title] = entry


def shown(standing: Standing | None) -> tuple[Shown, ...]:
    """The entries one person may follow, in their order, each with what waits behind it."""
    if standing is None:
        return ()
    found = [e for e in MENU.values() if e.open_to(standing)]
    return tuple(Shown(e.title, reverse(e.url), _waiting(e, standing)) for e in sorted(found, key=lambda e: e.place))


def _waiting(entry: Entry, standing: Standing) -> int:
    if not entry.badge:
        return 0
    module, name = entry.badge.rsplit(".", 1)
    count = cast(Callable[[Standing], int], getattr(import_module(module), name))
    return count(standing)
