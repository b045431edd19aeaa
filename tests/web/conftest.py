"""What tests of pages share."""

from importlib import import_module

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from careward.web import menu


@pytest.fixture(autouse=True)
def _the_menu_of_these_addresses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Rooms add to one menu when their addresses are loaded; a test of one room alone sees the entries that lead somewhere in it."""
    marker = request.node.get_closest_marker("urls")
    addresses = marker.args[0] if marker else settings.ROOT_URLCONF
    import_module(settings.ROOT_URLCONF)  # so that every room has added its entries
    monkeypatch.setattr(menu, "MENU", {title: entry for title, entry in list(menu.MENU.items()) if _leads(entry.url, addresses)})


def _leads(name: str, addresses: str) -> bool:
    try:
        return bool(reverse(name, urlconf=addresses))
    except NoReverseMatch:
        return False
