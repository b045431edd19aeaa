"""What is new since somebody was last here: their front page says it, and its figures are those of the list it leads to."""

import re
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from careward.access.accounts.models import FindingAccount
from careward.evidence.ledger.models import Entry
from careward.governance.procedures.actions import adopt_document
from careward.people.signin import visits
from careward.people.signin.models import LastHere
from careward.people.staff.models import Organisation
from tests.make import found, people
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db
LAST = TODAY - timedelta(days=9)


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def without_a_day(who) -> Client:
    """Somebody whose browser has opened no page today."""
    browser = signed_in(who)
    session = browser.session
    del session[visits.HERE], session[visits.BEFORE]
    session.save()
    return browser


def on(day: date, monkeypatch) -> None:
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW + (day - TODAY))


@pytest.fixture
def board(trust: Organisation):
    for pack, document in (("tewv", "paris"), ("elft", "access")):
        adopt_document(organisation=trust, pack=pack, document=document, from_on=date(2025, 5, 12), now=NOW, by="cli/ops")
    return ready("board_secretary", at=trust)


def case(trust: Organisation, found_on: date, ended_on: date | None = None, *, clause: str = "PA-033") -> None:
    system = "paris" if clause.startswith("PA") else "epma"
    about = found.account(found.system(trust, system), people.staff(trust), last_used_at=NOW - timedelta(days=100))
    made = found.finding(about, code="account.inactive", step="lock", clause=clause, found_on=found_on, closed_on=ended_on)
    FindingAccount.objects.filter(finding=made).update(gone_on=None)


def test_the_day_before_is_kept_once_a_day_and_told_all_that_day(trust, monkeypatch):
    who = ready("trust_administrator", at=trust)
    days = (LAST, LAST, TODAY - timedelta(days=2), TODAY, TODAY)
    kept = []
    for day in days:
        on(day, monkeypatch)
        browser = without_a_day(who)
        browser.get("/my-work/")
        browser.get("/my-work/")
        kept.append(LastHere.objects.values_list("latest_on", "before_on").get())
    two_before = TODAY - timedelta(days=2)
    assert kept == [(LAST, None), (LAST, None), (two_before, LAST), (TODAY, two_before), (TODAY, two_before)]
    assert "since you were last here, on Saturday 21 November" in words(browser.get("/my-work/"))
    assert not Entry.objects.filter(actor=f"user/{who.pk}").exists(), "being here is no act"


def test_each_organisation_has_its_own_day(trust, monkeypatch):
    who, other = ready("trust_administrator", at=trust), people.organisation("RX4")
    people.role(who, other)
    people.accepted(who, other)

    def at(where: Organisation) -> Client:
        browser = without_a_day(who)
        session = browser.session
        session["organisation"] = where.pk
        session.save()
        return browser

    on(LAST, monkeypatch)
    at(other).get("/my-work/")
    assert LastHere.objects.values_list("organisation", "latest_on").get() == (other.pk, LAST)
    on(TODAY, monkeypatch)
    assert "last here" not in words(at(trust).get("/my-work/"))
    assert set(LastHere.objects.values_list("organisation", "latest_on")) == {(other.pk, LAST), (trust.pk, TODAY)}
    assert "last here" in words(at(other).get("/my-work/"))


def test_nothing_is_kept_before_a_page_may_be_opened(trust):
    Client().get("/my-work/")
    new = people.user()
    people.role(new, trust)
    without_terms = Client()
    without_terms.force_login(new)
    without_terms.get("/my-work/")
    assert not LastHere.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere nobody waits for whoever writes")
def test_a_page_never_waits_for_its_day_to_be_kept(trust, monkeypatch):
    def busy(viewer):
        raise OperationalError("database is locked")

    monkeypatch.setattr(visits, "came", busy)
    browser = without_a_day(ready("trust_administrator", at=trust))
    assert browser.get("/my-work/").status_code == 200 and not LastHere.objects.exists()
    assert visits.HERE not in browser.session


def test_the_front_page_says_what_changed_and_the_list_says_the_same(trust, board):
    case(trust, LAST + timedelta(days=1))
    case(trust, TODAY - timedelta(days=4), TODAY - timedelta(days=1))
    case(trust, LAST - timedelta(days=40), TODAY - timedelta(days=3))
    case(trust, LAST)
    browser = signed_in(board, last_here=LAST)
    front = words(browser.get("/", follow=True))
    assert "Since you were last here, on Saturday 14 November 2026, 2 things were found on accounts and 2 put right." in front
    listed = words(browser.get("/procedures/changes/"))
    assert "What changed since you were last here" in listed and "After Saturday 14 November 2026." in listed
    assert "2 things were found on accounts, and 2 were put right" in listed
    assert "What changed since yesterday" in words(browser.get(f"/procedures/changes/?since={TODAY - timedelta(days=1)}"))
    assert "Since you were last here, Saturday 14 November 2026" in words(browser.get("/procedures/changes/?since=1 11 2026"))


def test_the_page_of_one_document_says_its_own_part_and_leads_to_it(trust, board):
    case(trust, TODAY, clause="PA-033")
    case(trust, TODAY, clause="EL-030")
    browser = signed_in(board, last_here=LAST)
    told = {}
    for document in ("paris", "access"):
        answer = browser.get(f"/procedures/{document}/")
        told[document] = re.search(r"<b>(\d+) things?</b>\s+\w+ found on accounts", answer.content.decode())[1]
        address = re.search(r'href="(/procedures/changes/\?since=2026-11-14&amp;document=\w+)"', answer.content.decode())[1]
        listed = words(browser.get(address.replace("&amp;", "&")))
        assert f"{told[document]} thing" in listed and "alone. Under all documents" in listed
    whole = words(browser.get("/procedures/"))
    assert f"{sum(map(int, told.values()))} things were found" in whole and told["paris"] == "1"
    assert "alone" not in words(browser.get("/procedures/changes/?document=nothing"))


def test_where_nothing_changed_or_nobody_knows_it_says_so(trust, board):
    assert "Nothing was found or put right since you were last here, on Saturday 14 November" in words(
        signed_in(board, last_here=LAST).get("/procedures/")
    )
    first = signed_in(board)
    assert "last here" not in words(first.get("/procedures/")) and "What changed since yesterday" in words(first.get("/procedures/"))
    assert "What changed since yesterday" in words(first.get("/procedures/changes/"))


def test_my_work_says_how_many_tasks_are_new_and_the_list_shows_just_these(trust):
    found.system(trust)
    for raised in (LAST - timedelta(days=1), LAST, LAST + timedelta(days=1), TODAY):
        found.task(trust, title=f"Close the one of {raised}", raised_on=raised)
    found.task(trust, raised_on=TODAY, role="trust_administrator")
    browser = signed_in(ready("system_administrator", at=trust), last_here=LAST)
    page = browser.get("/my-work/")
    assert "2 of these are new since you were last here, on Saturday 14 November 2026." in words(page)
    address = re.search(r'href="(/tasks/\?whose=mine&amp;came=new)"', page.content.decode())[1].replace("&amp;", "&")
    listed = words(browser.get(address))
    assert "2 tasks match." in listed and "Since you were last here, 14 November 2026" in listed
    assert "2 tasks match." not in words(signed_in(ready("system_administrator", at=trust)).get(address))
    nobody = signed_in(ready("service_desk", at=trust), last_here=LAST)
    assert "No task came since you were last here, on Saturday 14 November 2026." in words(nobody.get("/my-work/"))


def test_the_days_are_told_to_whose_they_are_and_go_with_them(trust):
    who = ready("trust_administrator", at=trust)
    without_a_day(who).get("/my-work/")
    page = words(signed_in(who).get("/people/about-me/"))
    assert "When you were last here" in page and "Last day here 23 November 2026" in page
    assert "When you were last here" not in words(signed_in(ready("trust_administrator", at=trust)).get("/people/about-me/"))


def test_what_it_costs(trust, board, django_assert_max_num_queries):
    for day in (1, 2, 3):
        case(trust, TODAY - timedelta(days=day))
    known, first = signed_in(board, last_here=LAST), signed_in(board)
    for address, most in (("/procedures/", 46), ("/procedures/changes/", 16), ("/my-work/", 22)):
        first.get(address)
        with django_assert_max_num_queries(most):
            assert known.get(address).status_code == 200
    browser = without_a_day(board)
    with django_assert_max_num_queries(30):
        browser.get("/my-work/")
