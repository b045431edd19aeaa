"""Tokens in the browser: seen, made and ended by their person, seen and ended by who administers users, and warned of before they end."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.jobs.worker import work_once
from careward.people.signin import ending
from careward.people.signin.models import ApiToken
from tests.make import people as make
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def text(page) -> str:
    return re.sub(r"(<[^>]+>|\s)+", " ", markup(page))


@pytest.fixture
def auditor(trust):
    return ready("auditor", at=trust, email="ida@trust.example", name="Ida Auditor")


def test_a_token_is_made_shown_once_and_ended_by_its_person(trust, auditor):
    browser = signed_in(auditor)
    assert "There are no tokens" in text(browser.get("/account/tokens/")) and "Your tokens" in text(browser.get("/account/"))
    made = browser.post("/account/tokens/make/", {"name": "Warehouse", "scope": ["findings"]})
    row = ApiToken.objects.get()
    (letters,) = re.findall(r"cw_[\w-]{43}", markup(made))
    assert (row.user, row.scope, letters[:11]) == (auditor, "findings", row.prefix) and made.headers["Cache-Control"] == "no-store"
    page = text(browser.get("/account/tokens/"))
    assert (
        "Warehouse Made on 23 November 2026" in page and "Ends on 21 February 2027" in page and letters not in page and row.prefix in page
    )
    assert browser.get("/api/findings", headers={"Authorization": f"Bearer {letters}"}).status_code == 200
    assert "Warehouse" in text(browser.get(reverse("signin:end_token", args=[row.pk])))
    assert browser.post(reverse("signin:end_token", args=[row.pk])).url == "/account/tokens/"
    assert "Ended on 23 November 2026" in text(browser.get("/account/tokens/"))
    assert browser.get("/api/findings", headers={"Authorization": f"Bearer {letters}"}).status_code == 401
    assert "Warehouse" in text(browser.get("/people/about-me/"))


def test_what_is_wrong_with_a_token_is_told_on_its_page(trust, auditor):
    browser = signed_in(auditor)
    page = browser.post("/account/tokens/make/", {"name": "", "last_on_day": "31"})
    assert page.status_code == 422 and "Enter a name" in text(page) and "Choose at least one" in text(page)
    day = {"last_on_day": "1", "last_on_month": "11", "last_on_year": "2026"}
    page = browser.post("/account/tokens/make/", {"name": "A", "scope": ["findings"], **day})
    assert page.status_code == 409 and "The token would end on 2 November 2026" in text(page) and 'value="A"' in markup(page)
    assert not ApiToken.objects.exists()


def test_nobody_is_offered_a_scope_that_their_roles_do_not_reach(trust):
    clinician = signed_in(ready("clinician", at=trust))
    assert "Your roles open nothing that a token could ask for" in text(clinician.get("/account/tokens/"))
    assert clinician.post("/account/tokens/make/", {"name": "A", "scope": ["findings"]}).status_code == 422


def test_who_administers_users_sees_and_ends_all_of_theirs_and_nobody_else(trust, auditor):
    mine = make.token(trust, "findings", "cw_mine", who=auditor, name="Warehouse")
    other = make.token(make.organisation("RYY"), "findings", "cw_other", name="Elsewhere")
    admin, stranger = signed_in(ready("trust_administrator", at=trust)), signed_in(ready("auditor", at=trust))
    page = text(admin.get("/people/tokens/"))
    assert "Warehouse" in page and "Ida Auditor" in page and "Elsewhere" not in page
    assert stranger.get("/people/tokens/").status_code == 403
    for row, browser in ((other, admin), (mine, stranger)):
        for ask in (browser.get, browser.post):
            assert ask(reverse("signin:end_token", args=[row.pk])).status_code == 404
    assert admin.post(reverse("signin:end_token", args=[mine.pk])).url == "/people/tokens/"
    assert set(ApiToken.objects.filter(ended_at=None)) == {other}


def test_the_pages_cost_the_same_for_few_and_many(trust, auditor, django_assert_max_num_queries):
    for number in range(30):
        make.token(trust, "findings", f"cw_{number}", who=auditor)
    browser, admin = signed_in(auditor), signed_in(ready("trust_administrator", at=trust))
    for visitor, address in ((browser, "/account/tokens/"), (admin, "/people/tokens/")):
        visitor.get(address)
        with django_assert_max_num_queries(8):  # session, user, standing (2), badges (3), tokens
            visitor.get(address)


def test_its_person_is_written_to_once_before_a_token_ends(trust, auditor):
    make.token(trust, "findings", "cw_near", who=auditor, name="Warehouse", ends_on=TODAY + timedelta(days=14))
    make.token(trust, "findings", "cw_far", who=auditor, name="Later", ends_on=TODAY + timedelta(days=15))
    make.token(trust, "findings", "cw_over", who=auditor, name="Over", ends_on=TODAY)
    assert (ending.warn_of_ends(now=NOW), ending.warn_of_ends(now=NOW)) == (1, 0)
    assert Errand.objects.count() == 1 and Entry.objects.get(verb="token.end_told").body["user"] == auditor.pk
    assert work_once(now=NOW, worker="test")
    (letter,) = mail.outbox
    assert letter.to == ["ida@trust.example"] and "called Warehouse opens nothing from 7 December 2026 on" in letter.body
    assert "make another before then" in text(signed_in(auditor).get("/account/tokens/"))


def test_of_a_token_that_was_ended_meanwhile_nothing_is_written(trust, auditor):
    row = make.token(trust, "findings", "cw_near", who=auditor, ends_on=TODAY + timedelta(days=3))
    ending.warn_of_ends(now=NOW)
    ApiToken.objects.filter(pk=row.pk).update(ended_at=NOW)
    assert work_once(now=NOW, worker="test") and not mail.outbox


def test_what_is_kept_of_one_s_roles_and_tokens_is_told_in_words(trust, auditor):
    giver = make.user(name="Ada Admin")
    make.role(auditor, trust, "service_desk", system_code="paris", given_by=f"user/{giver.pk}", to_on=TODAY + timedelta(days=1))
    make.role(auditor, trust, "clinician", given_by="cli/root", from_on=TODAY, to_on=TODAY)
    make.token(trust, "findings", "cw_near", who=auditor, name="Warehouse")
    page = text(signed_in(auditor).get("/people/about-me/"))
    assert "Role Service desk At Trust RX3 For one system PARIS From 1 January 2020 Last day 23 November 2026 Given by Ada Admin" in page
    assert "Last day It ended on the day it began Given by root, at the machine itself" in page
    assert "May see tasks that are somebody else" in page and "user/" not in page and "service_desk" not in page
