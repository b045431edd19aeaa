"""The pages that `careward bench pages` measures are found by following what pages offer: lists, what each can be asked, and details."""

from collections import Counter

import pytest
from django.test import Client

from careward.cli.measurements._every_page import Offers, kind_of, pages
from careward.people.staff.models import Organisation
from careward.web.house import house
from tests.make import found, people
from tests.make.people import ready, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(trust: Organisation) -> Client:
    me = people.staff(trust, "Mary Manager")
    found.team_of(me, 3, found.system(trust))
    return signed_in(ready("trust_administrator", at=trust, person=me))


def test_every_list_filter_order_and_detail_is_found(browser: Client):
    kinds = {kind for kind, _ in pages(browser.get, Counter[str]())}
    asked = {
        "findings/?q",
        "findings/?code",
        "findings/?sort=who",
        "people/?state",
        "people/?find",
        "systems/<str:code>/?status",
        "search/?q",
    }
    details = {"findings/<int:finding_id>/", "people/<int:person_id>/access/", "systems/<str:code>/", "people/teams/<int:team_id>/"}
    assert kinds >= asked | details
    assert not [kind for kind in kinds if "as=" in kind or "download" in kind or kind.startswith(("sign-out", "api"))]


def test_whatever_the_menu_offers_is_found(browser: Client, trust: Organisation):
    from django.urls import resolve, reverse

    seen = {kind for kind, _ in pages(browser.get, Counter[str]())}
    menu = {resolve(reverse(entry.url)).route for entry in house().menu}
    assert menu - seen <= {"people/my-team/"}, "whoever sees most leads nobody"


def test_of_a_kind_a_few_are_taken_and_what_was_met_before_counts():
    page = '<a href="/people/1/access/">1</a><form class="x" method="get"><select name="a"><option value="">Any</option><option value="b"></select></form>'
    assert Offers("/findings/", page).found == ["/people/1/access/", "/findings/?a=b"]
    assert kind_of("/findings/?sort=who&page=2") == "findings/?page&sort=who"


def test_what_only_somebody_else_comes_to_is_found_behind_pages_met_before(browser: Client, trust: Organisation):
    taken = Counter[str]()
    for _ in range(3):  # until there is enough of every kind
        list(pages(browser.get, taken))
    manager = signed_in(ready("line_manager", at=trust, person=people.staff(trust, "Nell Lead")))
    assert {kind for kind, _ in pages(manager.get, taken)} == {"people/my-team/"}


def test_a_form_that_acts_is_not_followed():
    assert Offers("/findings/", '<form action="/findings/look-again/" method="post"><input name="q"></form>').found == []
