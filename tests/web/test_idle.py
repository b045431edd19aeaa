"""A session ends when nothing is asked for, or when it began long ago; and the sign-in page says so."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from careward.people.signin.drafts import DraftOf
from careward.people.signin.idle import LOOKS_AGAIN, EndsWhenIdle
from careward.people.signin.models import Draft
from careward.web.house import home_of
from tests.make import people as make
from tests.make.pages import markup

pytestmark = pytest.mark.django_db
PAGE = "/people/roles/"


class Clock:
    """The moment that pages read, set by the test."""

    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now

    def after(self, **time: int) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    cache.clear()
    made = Clock()
    monkeypatch.setattr("django.conf.settings.CLOCK", made)
    return made


@pytest.fixture
def administrator(trust) -> Client:
    return make.signed_in(make.ready("trust_administrator", at=trust, email="bo@trust.example"))


def test_after_half_an_hour_without_a_page_the_session_is_over_and_the_sign_in_page_says_why(clock, administrator):
    for _ in range(3):
        clock.after(minutes=29)
        assert administrator.get(PAGE).status_code == 200
    clock.after(minutes=30)
    sent_away = administrator.get(PAGE, follow=True)
    assert sent_away.redirect_chain == [(f"/sign-in/?next={PAGE}", 302)]
    said = markup(sent_away)
    assert "nothing was done for 30 minutes" in said and "Answers that you had saved are kept" in said
    assert "_auth_user_id" not in administrator.session


def test_after_twelve_hours_it_is_over_however_busy(clock, administrator):
    for _ in range(25):
        clock.after(minutes=28)
        assert administrator.get(PAGE).status_code == 200
    clock.after(minutes=28)
    assert "you signed in 12 hours ago" in markup(administrator.get(PAGE, follow=True))


def test_both_figures_are_the_installation_s(clock, administrator, settings):
    settings.IDLE_MINUTES = 5
    clock.after(minutes=5)
    assert "nothing was done for 5 minutes" in markup(administrator.get(PAGE, follow=True))


def test_a_form_sent_too_late_does_nothing(clock, administrator, trust):
    role = make.role(make.user(), trust, "auditor")
    clock.after(minutes=31)
    late = administrator.post(reverse("signin:end_role", args=[role.pk]), {"last_on": ""})
    assert late.status_code == 302 and late.url.startswith("/sign-in/")
    role.refresh_from_db()
    assert role.to_on is None


def test_what_was_begun_is_there_after_signing_in_again(clock, trust):
    who = make.ready("trust_administrator", at=trust)
    browser = make.signed_in(who)
    DraftOf(who.pk, trust.pk, "signin.give_role", clock.now).keep({"email": "jo@trust.example"})
    clock.after(minutes=31)
    assert browser.get(PAGE).status_code == 302
    assert Draft.objects.get(user=who).answers == {"email": "jo@trust.example"}
    signed = make.signed_in(who)
    session = signed.session
    session["begun_at"] = session["asked_at"] = int(clock.now.timestamp())
    session.save()
    assert "Give a role" in markup(signed.get(home_of("my_work")))


def test_the_reason_is_said_until_somebody_signs_in(clock, administrator, trust):
    make.user("two@trust.example")
    clock.after(minutes=31)
    administrator.get(PAGE)
    for _ in range(2):
        assert "nothing was done" in markup(administrator.get("/sign-in/"))
    administrator.post("/sign-in/", {"login": "two@trust.example", "password": make.PASSWORD})
    assert "ended" not in administrator.session


def test_a_page_that_looks_again_by_itself_keeps_no_session_alive(clock, trust):
    who = make.ready("trust_administrator", at=trust)
    browser = make.signed_in(who)

    def ask(body: bytes) -> None:
        request = RequestFactory().get("/")
        request.user, request.session = who, browser.session
        EndsWhenIdle(lambda _: HttpResponse(b"<body" + body))(request)

    for _ in range(2):
        clock.after(minutes=14)
        ask(LOOKS_AGAIN + b'5">')
    assert browser.session["asked_at"] == int(make.NOW.timestamp())
    ask(b">")
    assert browser.session["asked_at"] == int(clock.now.timestamp())


def test_the_mark_by_which_such_a_page_is_known_is_the_shell_s():
    from careward.web.jinja import environment

    assert LOOKS_AGAIN.decode() in environment().loader.get_source(environment(), "web/shell.jinja")[0]


def test_a_session_is_written_once_a_minute_at_most(clock, administrator, django_assert_num_queries):
    def writes() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            administrator.get(PAGE)
        return len([q for q in asked.captured_queries if q["sql"].startswith("UPDATE") and "django_session" in q["sql"]])

    clock.after(seconds=59)
    assert writes() == 0
    clock.after(seconds=1)
    assert writes() == 1
    clock.after(seconds=59)
    assert writes() == 0


def test_a_session_ended_in_another_window_stays_ended(clock, administrator):
    from django.contrib.sessions.models import Session

    clock.after(minutes=2)
    Session.objects.all().delete()
    assert administrator.get(PAGE).status_code == 302
    assert not Session.objects.exists()
