"""What is typed into a search or a list stands in no address: it is sent, kept under a number for a day, and is its asker's alone."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from careward.people.signin.models import KeptQuestion
from careward.web.listing import shown
from careward.web.lists import Choice, Listing, Option, Page, Text, parse
from tests.make import people
from tests.make.pages import markup
from tests.make.people import NOW, ready, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(monkeypatch, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def trust():
    return people.organisation()


@pytest.fixture
def admin(trust) -> Client:
    return signed_in(ready("trust_administrator", at=trust))


def ask(browser: Client, page: str, **typed: str) -> str:
    """The address that a question leads to."""
    answer = browser.post(page, {"asks": "1", **typed})
    assert answer.status_code == 302
    return answer.headers["Location"]


def links(answer) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', markup(answer))]


def test_a_search_leads_to_an_address_that_names_nobody(trust, admin):
    people.staff(trust, "Carol Dewhurst")
    address = ask(admin, "/search/", q="dewhurst")
    assert re.fullmatch(r"/search/\?view=[0-9]{1,16}", address)
    page = markup(admin.get(address))
    assert "Carol Dewhurst" in page and 'value="dewhurst"' in page
    assert ask(admin, "/search/", q="") == "/search/"


def test_what_may_stand_in_the_address_does_and_the_rest_is_kept(trust, admin):
    for n in range(60):
        people.staff(trust, f"Carol Dewhurst{chr(97 + n % 26)}")
    people.staff(trust, "Bo Nurse")
    address = ask(admin, "/people/", find="dewhurst", state="here", sort="-name", in_address="type state sort")
    assert re.fullmatch(r"/people/\?view=[0-9]+&state=here&sort=-name", address)
    page = admin.get(address)
    assert not [link for link in links(page) if "dewhurst" in link.lower()]
    further = next(link for link in links(page) if "page=2" in link)
    assert "view=" in further and "state=here" in further
    second = markup(admin.get("/people/" + further))
    assert "Dewhurst" in second and "Bo Nurse" not in second
    file = admin.get("/people/" + next(link for link in links(page) if "as=csv" in link)).getvalue().decode()
    assert file.count("Dewhurst") == 60 and "Nurse" not in file


def test_each_word_can_be_taken_away_and_the_others_stay(trust, admin):
    people.staff(trust, "Carol Dewhurst", team=people.team(trust, "Ward 4"))
    people.staff(trust, "Bo Nurse", team=people.team(trust, "Ward 4"))
    page = admin.get(ask(admin, "/people/", find="dewhurst", team="ward"))
    tags = [link for link in links(page) if re.search(r"(find|team)=(&|$)", link)]
    assert len(tags) == 2 and all("view=" in tag for tag in tags)
    without_name = next(tag for tag in tags if "find=" in tag)
    assert "Bo Nurse" in markup(admin.get("/people/" + without_name))
    assert "Bo Nurse" not in markup(page)


def test_a_number_is_its_askers_its_pages_and_ends_after_a_day(trust, admin, monkeypatch):
    people.staff(trust, "Carol Dewhurst")
    address = ask(admin, "/search/", q="dewhurst")
    other = signed_in(ready("auditor", at=trust, email="other@trust.example"))
    for browser, where in ((other, address), (admin, address.replace("/search/", "/people/")), (admin, "/search/?view=1"),
                           (admin, "/search/?view=x%00"), (admin, "/search/?view=" + "9" * 5000)):  # fmt: skip
        ended = browser.get(where)
        unfit = "%00" in where
        assert ended.status_code == (400 if unfit else 410) and "Dewhurst" not in markup(ended)
        assert ("nobody sees" if unfit else "This search has ended") in markup(ended)
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW + timedelta(hours=24))
    later = signed_in(ready("trust_administrator", at=trust, email="later@trust.example"))
    assert later.get("/people/?view=5&state=here&page=3").status_code == 410
    assert 'href="/people/?state=here"' in markup(later.get("/people/?view=5&state=here&page=3"))
    ask(later, "/search/", q="x")
    assert [row.words for row in KeptQuestion.objects.all()] == [{"q": ["x"]}]


def test_nobody_keeps_words_who_is_not_signed_in_or_sends_no_token(trust):
    assert Client().post("/search/", {"asks": "1", "q": "dewhurst"}).status_code in (302, 403)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(ready("trust_administrator", at=trust)).cookies
    assert strict.post("/search/", {"asks": "1", "q": "dewhurst"}).status_code == 403
    assert not KeptQuestion.objects.exists()


def test_a_list_in_which_something_can_be_typed_is_asked_by_post():
    typed = Listing(noun="rows", columns=(), filters=(Text("q", "Name", ("name",)), Choice("kind", "Kind", (Option("a", "A"),), "kind")))
    chosen = Listing(noun="rows", columns=(), filters=typed.filters[1:])
    drawn = [shown(each, parse(each, {}), Page((), 1, 50, 0, 0)) for each in (typed, chosen)]
    assert [(each.by_post, each.in_address) for each in drawn] == [(True, "kind sort"), (False, "kind sort")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite all writers take turns")
def test_while_a_load_writes_a_question_is_answered_at_once_and_its_links_name_nobody(trust, admin, monkeypatch):
    for n in range(60):
        people.staff(trust, f"Carol Dewhurst{chr(97 + n % 26)}")

    def locked(*_: object, **__: object) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr("careward.people.signin.asking.keep", locked)
    answer = admin.post("/people/", {"asks": "1", "find": "dewhurst", "in_address": "state sort"})
    assert answer.status_code == 200 and "Dewhurst" in markup(answer)
    further = next(link for link in links(answer) if "page=2" in link)
    assert not [link for link in links(answer) if "dewhurst" in link.lower()]
    assert "This search has ended" in markup(admin.get("/people/" + further))
