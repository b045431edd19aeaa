"""A filtered list kept under a name: opened, shared by its address, renamed, ended; no word of it stands in an address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from careward.evidence.ledger.models import Entry
from careward.people.signin.actions import close_user
from careward.people.signin.models import KeptQuestion, SavedView
from careward.people.signin.rules import MOST_VIEWS
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, ready, signed_in
from tests.web.test_asking import ask

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def fields(browser, listed: str) -> dict[str, str]:
    """What the link beside the filter of a list hands to the page of views."""
    href = re.search(r'href="(/views/\?[^"]+)"', markup(browser.get(listed)))[1].replace("&amp;", "&")
    assert browser.get(href).status_code == 200
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def keep(browser, listed: str, name: str = "Late ones"):
    return browser.post("/views/", {**fields(browser, listed), "name": name})


@pytest.fixture
def wrong(trust):
    paris, rio = found.system(trust), found.system(trust, "rio")
    for n, system in enumerate([paris, paris, rio]):
        found.finding(found.account(system, people.staff(trust, f"Carol Dewhurst{n}")), task=found.task(trust))
    found.finding(found.account(paris, people.staff(trust, "Bo Marsh")), code="account.inactive", step="lock")


LISTS = (
    "/findings/?code=account.leaver",
    "/tasks/?system=paris",
    "/people/?state=here",
    "/systems/paris/?status=open",
    "/people/roles/?state=any",
)


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_is_kept_as_it_is_seen_and_opened_again(trust, wrong, listed):
    browser = signed_in(ready("trust_administrator", at=trust))
    done = keep(browser, listed)
    assert done.status_code == 302 and done.headers["Location"].partition("?")[0] == listed.partition("?")[0]
    view = SavedView.objects.get()
    assert (view.name, view.page, view.words, view.made_at) == ("Late ones", listed.partition("?")[0], {}, NOW)
    page = words(browser.get("/views/"))
    assert "Late ones" in page and view.noun.capitalize() in page
    opened = browser.get(f"/views/{view.number}/")
    assert words(browser.get(opened.headers["Location"])) == words(browser.get(listed)), "the same list, down to its filters"
    assert not Entry.objects.filter(subject__contains="view").exists()


def test_words_that_may_name_somebody_stand_in_no_address(trust, wrong):
    browser = signed_in(ready("trust_administrator", at=trust))
    listed = ask(browser, "/findings/", q="dewhurst", system="paris", in_address="system code who clause manager state sort")
    assert keep(browser, listed, "Carol").status_code == 302
    view = SavedView.objects.get()
    assert view.words == {"q": ["dewhurst"]} and view.shows == "system=paris&state=right"
    sent = fields(browser, listed)
    KeptQuestion.objects.all().delete()  # as after a day
    over = browser.post("/views/", {**sent, "name": "Too late"})
    assert over.status_code == 409 and "What was typed is not kept any more" in words(over)
    opened = browser.get(f"/views/{view.number}/").headers["Location"]
    assert opened == f"/findings/?view={view.number}&system=paris&state=right"
    page = browser.get(opened)
    assert "Dewhurst0" in markup(page) and "Bo Marsh" not in markup(page)
    links = re.findall(r'href="([^"]*)"', markup(page))
    assert not [link for link in links if "dewhurst" in link.lower()]
    by_hand = browser.get("/findings/?q=marsh&system=paris")
    assert "marsh" not in re.search(r'href="(/views/\?[^"]+)"', markup(by_hand))[1]
    again = keep(browser, opened, "The same")
    assert again.status_code == 302 and SavedView.objects.get(name="The same").words == {"q": ["dewhurst"]}


def test_a_colleague_with_the_address_sees_the_same_list_as_far_as_they_may(trust, wrong):
    keeper = signed_in(ready("trust_administrator", at=trust))
    keep(keeper, ask(keeper, "/findings/", q="dewhurst", in_address="system"))
    address = f"/views/{SavedView.objects.get().number}/"
    rio = ready("clinician", at=trust)
    people.role(rio, trust, "system_administrator", system_code="rio")
    theirs = markup(signed_in(rio).get(address, follow=True))
    assert "Dewhurst2" in theirs and "Dewhurst0" not in theirs and "Bo Marsh" not in theirs
    nobody = signed_in(ready("clinician", at=trust)).get(address, follow=True)
    assert nobody.status_code == 403 and "Dewhurst" not in markup(nobody)
    stranger = signed_in(ready("trust_administrator", at=people.organisation("RX4")))
    assert stranger.get(address).status_code == 410 and "This view has ended" in words(stranger.get(address))
    number = SavedView.objects.get().number
    assert stranger.get(f"/findings/?view={number}").status_code == 410
    assert keeper.get(f"/tasks/?view={number}").status_code == 410, "a view is of its own list"
    assert "Late ones" not in words(signed_in(ready("trust_administrator", at=trust)).get("/views/"))


def test_a_view_is_renamed_and_ended_by_whose_it_is_and_by_nobody_else(trust, wrong):
    browser, other = signed_in(ready("trust_administrator", at=trust)), signed_in(ready("trust_administrator", at=trust))
    keep(browser, "/findings/?system=paris")
    keep(browser, "/findings/?system=rio", "Of RiO")
    number = SavedView.objects.get(name="Late ones").number
    for act in ("rename", "end"):
        assert other.get(f"/views/{number}/{act}/").status_code == 404
        assert other.post(f"/views/{number}/{act}/", {"name": "Mine now"}).status_code == 404
    taken = browser.post(f"/views/{number}/rename/", {"name": "Of RiO"})
    assert taken.status_code == 409 and "You keep a view of that name already" in words(taken)
    assert browser.post(f"/views/{number}/rename/", {"name": "  Of   PARIS "}).headers["Location"] == "/views/"
    assert "View renamed." in words(browser.get("/views/")) and SavedView.objects.get(number=number).name == "Of PARIS"
    assert "Of PARIS" in words(browser.get(f"/views/{number}/end/"))
    assert browser.post(f"/views/{number}/end/").headers["Location"] == "/views/"
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Of RiO"]
    assert browser.get(f"/views/{number}/").status_code == 410 and browser.post(f"/views/{number}/end/").status_code == 404


def test_a_view_needs_a_name_of_its_own_and_room(trust, wrong):
    browser = signed_in(ready("trust_administrator", at=trust))
    blank = keep(browser, "/findings/?system=paris", " ")
    assert blank.status_code == 409 and "The view has no name" in words(blank) and 'value="?system=paris&amp;state=right"' in markup(blank)
    keep(browser, "/findings/?system=paris")
    assert keep(browser, "/findings/?system=rio").status_code == 409
    assert keep(browser, "/tasks/?system=paris").status_code == 302, "another list may have a view of that name"
    for n in range(MOST_VIEWS - 2):
        keep(browser, "/findings/?system=rio", f"View {n}")
    full = keep(browser, "/findings/?system=rio", "One more")
    assert full.status_code == 409 and f"You keep {MOST_VIEWS} views" in words(full) and SavedView.objects.count() == MOST_VIEWS


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example/", "/nothing/", "/sign-in/", "javascript:alert(1)"])
def test_only_a_page_of_ours_is_kept(trust, page):
    browser = signed_in(ready("trust_administrator", at=trust))
    sent = {"page": page, "noun": "findings", "shows": "?", "name": "Elsewhere"}
    assert browser.get("/views/", sent).status_code == 404 and browser.post("/views/", sent).status_code == 404
    assert not SavedView.objects.exists()
    away = browser.post("/views/", {**sent, "page": "/findings/", "shows": "//elsewhere.example/"})
    assert away.headers["Location"] == "/findings/"


def test_views_are_told_to_whose_they_are_and_end_with_them(trust, wrong):
    who = ready("trust_administrator", at=trust)
    browser = signed_in(who)
    keep(browser, ask(browser, "/findings/", q="dewhurst", in_address="system"), "Carol")
    page = words(browser.get("/people/about-me/"))
    assert "Views of lists that they keep" in page and "Carol" in page and "dewhurst" in page
    closer = ready("trust_administrator", at=trust)
    close_user(organisation_id=trust.pk, user_id=who.pk, now=NOW, by=f"user/{closer.pk}")
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_before_signing_in(client):
    for address in ("/views/", "/views/1/", "/views/1/rename/", "/views/1/end/"):
        assert client.get(address).status_code == 302 and client.get(address).headers["Location"].startswith("/sign-in/")


def test_what_it_costs(trust, wrong, django_assert_max_num_queries):
    who = ready("trust_administrator", at=trust)
    browser = signed_in(who)
    sent = fields(browser, "/findings/?system=paris")
    for n in range(MOST_VIEWS):
        SavedView.objects.create(number=n + 1, user=who, organisation=trust, page="/findings/", noun="findings", name=f"V{n}", made_at=NOW)
    for address, given, most in (("/views/", {}, 9), ("/views/", sent, 9), ("/views/1/", {}, 7)):
        with django_assert_max_num_queries(most):
            page = browser.get(address, given)
        assert page.status_code in (200, 302) and len(page.content) < 60_000
