"""A form over pages: one question a page, Back, changes, the answers to check, the act once, and what was begun kept for its owner alone."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from careward.core.forms import Known
from careward.evidence.ledger.models import Entry
from careward.jobs.worker import work_once
from careward.people.signin.models import Draft, Invitation, RoleHeld, User
from careward.web.questions import QuestionForm
from tests.make import found
from tests.make import people as make
from tests.make.forms import EVERY_KIND
from tests.make.pages import markup
from tests.web.test_people import seen_on, send, text

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
ADD = "signin:add_user"
ANSWERS = {
    "name": {"name": "Robin Vale"},
    "email": {"email": "Robin@Trust.example"},
    "role": {"role": "auditor"},
    "one_system": {"one_system": "no"},
    "from_on": {"from_on_day": "23", "from_on_month": "11", "from_on_year": "2026"},
    "last_on": {},
}


@pytest.fixture(autouse=True)
def _day(monkeypatch, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    at(monkeypatch, make.NOW)


def at(monkeypatch, now) -> None:
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: now)


@pytest.fixture
def admin() -> Client:
    return make.signed_in(make.ready("trust_administrator", name="Ada Admin", email="ada@trust.example"))


def step(name: str = "") -> str:
    return reverse(ADD, args=[name] if name else [])


def answer(browser: Client, question: str, **more):
    return browser.post(step(question), more or ANSWERS[question])


def answer_all(browser: Client) -> None:
    for name in ANSWERS:
        assert answer(browser, name).status_code == 302, name


def back_of(page) -> str:
    return re.search(r'class="nhsuk-back-link" href="([^"]+)"', markup(page))[1]


def test_each_question_stands_alone_and_leads_to_the_next(admin):
    where, visited = admin.get(step()).url, []
    while where != step("check"):
        page = admin.get(where)
        visited.append(where)
        assert markup(page).count("<h1") == 1
        assert re.search(r"<h1[^>]*>(<label|[A-Z])", markup(page)), "the question is the heading"
        where = answer(admin, where.rstrip("/").rsplit("/", 1)[1]).url
    assert visited == [step(n) for n in ANSWERS]
    for name in reversed(ANSWERS):  # Back goes the same way, and shows what was answered
        where = back_of(admin.get(where))
        assert where == step(name)
    assert 'value="Robin Vale"' in markup(admin.get(where))


def test_a_question_is_asked_only_where_its_condition_holds_and_its_answer_goes_with_it(admin):
    found.system(make.organisation(), name="PARIS record")
    assert answer(admin, "system", system="paris").url == step("name")  # not asked yet: one is led to what is
    answer_all(admin)
    assert answer(admin, "one_system", one_system="yes").url == step("system")
    assert answer(admin, "system", system="paris").url == step("check")
    assert "System PARIS record" in text(admin.get(step("check")))
    assert answer(admin, "one_system", one_system="no").url == step("check")
    assert "system" not in Draft.objects.get().answers
    assert "PARIS record" not in text(admin.get(step("check")))


def test_a_mistake_is_told_on_the_page_of_its_question_and_nothing_is_kept(admin):
    page = answer(admin, "email", email="robin")
    assert page.status_code == 422 and not Draft.objects.exists()
    assert text(page).count("Enter a whole e-mail address, like jo.bloggs@trust.example") == 2
    assert 'href="#id_email"' in markup(page) and 'value="robin"' in markup(page)
    assert "Error: What is their e-mail address?" in text(page)


def test_every_answer_can_be_changed_from_the_page_that_shows_them(admin):
    answer_all(admin)
    page = markup(admin.get(step("check")))
    changes = re.findall(r'nhsuk-summary-list__actions"><a href="([^"]+)"', page)
    assert changes == [step(n) for n in ANSWERS]
    assert answer(admin, "name", name="Robin Vail").url == step("check")
    assert "Name Robin Vail" in text(admin.get(step("check")))


def test_somebody_is_invited_by_letter_and_holds_the_role_once_they_accept(admin):
    robin = make.person(make.organisation(), "Robin Vale", email="robin@trust.example")
    answer_all(admin)
    assert send(admin, ADD).url == reverse("signin:roles")
    page = text(admin.get(reverse("signin:roles")))
    assert "Robin Vale is invited" in page and "Invited, not come yet Robin Vale , robin@trust.example: Auditor" in page
    assert not User.objects.filter(name="Robin Vale").exists() and not mail.outbox
    assert work_once(now=make.NOW, worker="test")
    assert mail.outbox[0].to == ["robin@trust.example"] and "for 3 days" in mail.outbox[0].body and "Trust RX3" in mail.outbox[0].body
    link = re.search(r"http://\S+?(/invited/\S+)", mail.outbox[0].body)[1]
    browser = Client()
    assert "offers you the role Auditor" in text(browser.get(link))
    refused = browser.post(link, {"password1": "robinvale", "password2": "robinvale"})
    assert refused.status_code == 409 and "3 reasons" in text(refused)
    assert "has Robin in it" in text(refused)
    assert browser.post(link, {"password1": make.PASSWORD, "password2": make.PASSWORD + "s"}).status_code == 422
    assert browser.post(link, {"password1": make.PASSWORD, "password2": make.PASSWORD}).url == "/sign-in/"
    made = User.objects.get(email="robin@trust.example")
    assert made.person == robin and made.check_password(make.PASSWORD) and RoleHeld.objects.get(user=made).role == "auditor"
    verbs = ["invitation.made", "user.invited", "user.made", "invitation.accepted", "role.given"]
    assert [e.verb for e in Entry.objects.order_by("id")] == verbs
    assert browser.get(link).status_code == 410
    assert link.split("/")[2] not in str(list(Entry.objects.values()))  # the link stands nowhere but in the letter


def test_every_reason_against_the_person_and_the_role_is_told_at_once(admin):
    answer_all(admin)
    send(admin, ADD)
    answer_all(admin)
    answer(admin, "from_on", from_on_day="20", from_on_month="11", from_on_year="2026")
    page = send(admin, ADD)
    assert page.status_code == 409 and "2 reasons" in text(page)
    assert "They were invited on 23 November 2026 already" in text(page) and "20 November 2026, has passed" in text(page)


def test_sent_twice_it_is_one_act(admin):
    answer_all(admin)
    seen = seen_on(admin.get(step("check")))
    first, second = (admin.post(step("check"), {"seen": seen}) for _ in range(2))
    assert first.url == second.url == reverse("signin:roles")
    assert Invitation.objects.filter(email="robin@trust.example").count() == 1
    assert "Nothing was done a second time" in text(admin.get(second.url))
    assert admin.get(step("check")).url == step()  # the Back button leads to a form begun anew


def test_answers_changed_in_another_window_are_not_sent_unseen(admin):
    answer_all(admin)
    seen = seen_on(admin.get(step("check")))
    answer(admin, "role", role="privacy_officer")
    page = admin.post(step("check"), {"seen": seen})
    assert page.status_code == 409 and "Your answers have changed since you saw them" in text(page)
    assert "Privacy officer" in text(page) and not Invitation.objects.exists()
    assert admin.post(step("check"), {"seen": seen_on(page)}).status_code == 302


def test_what_was_begun_outlives_signing_out_and_is_found_under_my_work(admin):
    answer(admin, "name")
    admin.logout()
    again = make.signed_in(User.objects.get(email="ada@trust.example"))
    mine = text(again.get(reverse("tasks:my_work")))
    assert "Begun, not sent Add somebody" in mine and "Kept until 23 December 2026" in mine
    page = again.get(step())
    assert "You began this before" in text(page) and step("email") in markup(page)
    assert "Robin Vale" in text(again.get(reverse("front:own_data")))
    assert again.post(step("throw-away")).url == reverse("signin:roles")
    assert not Draft.objects.exists() and again.get(step()).url == step("name")
    assert "Begun, not sent" not in text(again.get(reverse("tasks:my_work")))


def test_opening_the_address_of_throwing_away_throws_nothing_away(admin):
    answer(admin, "name")
    assert admin.get(step("throw-away")).url == step() and Draft.objects.exists()


def test_what_was_begun_is_nobody_elses(admin):
    answer(admin, "name")
    other = make.signed_in(make.ready("trust_administrator", name="Bo Admin", email="bo@trust.example"))
    assert other.get(step()).url == step("name")
    assert "Robin Vale" not in markup(other.get(step("name")))
    assert "Begun" not in text(other.get(reverse("tasks:my_work")))
    assert other.post(step("throw-away")).status_code == 302 and Draft.objects.count() == 1


def test_who_may_no_longer_do_it_is_not_led_to_it(admin):
    answer(admin, "name")
    RoleHeld.objects.filter(user__email="ada@trust.example").update(role="auditor")
    assert "Begun" not in text(admin.get(reverse("tasks:my_work")))
    assert answer(admin, "email").status_code == 403


def test_no_answer_stands_in_an_address(admin):
    answers = [answer(admin, name) for name in ANSWERS]
    assert {a.url for a in answers} == {step(n) for n in [*list(ANSWERS)[1:], "check"]}


def test_there_is_no_page_of_a_question_that_is_not_there(admin):
    assert admin.get(step("burn")).status_code == 404


def test_one_page_keeps_for_later_what_may_stand(admin):
    make.user("bo@trust.example")
    give = reverse("signin:give_role")
    assert admin.post(give, {"later": "yes", "email": "bo@trust.example", "role": "burn"}).url == reverse("signin:roles")
    assert Draft.objects.get().answers["email"] == "bo@trust.example" and "role" not in Draft.objects.get().answers
    page = admin.get(give)
    assert "You began this before" in text(page) and 'value="bo@trust.example"' in markup(page)
    assert admin.get(reverse("signin:give_role", args=["check"])).url == give
    assert admin.get(reverse("signin:give_role", args=["role"])).url == give


def test_a_day_that_has_passed_since_is_asked_again(admin, monkeypatch):
    """What could stand when it was answered is looked at again before it is sent."""
    make.user("bo@trust.example")
    give = {
        "email": "bo@trust.example",
        "role": "auditor",
        "one_system": "no",
        "from_on_day": "24",
        "from_on_month": "11",
        "from_on_year": "2026",
    }
    give["from_on_day"] = "24"
    check = admin.post(reverse("signin:give_role"), give).url
    Draft.objects.update(answers=Draft.objects.get().answers | {"from_on": "later"})
    assert admin.get(check).url == reverse("signin:give_role")
    at(monkeypatch, tomorrow := make.NOW + timedelta(days=1))
    admin = make.signed_in(User.objects.get(email="ada@trust.example"), tomorrow)
    assert admin.post(check, {"seen": "x"}).url == reverse("signin:give_role")


@pytest.mark.parametrize("name", ["", "name", "check"])
def test_a_page_of_a_form_costs_few_queries(admin, django_assert_max_num_queries, name):
    answer_all(admin)
    admin.get(step(name))
    with django_assert_max_num_queries(10):  # session, user, standing (2), badges (3), systems, the draft
        assert admin.get(step(name)).status_code == 200


KNOWN = Known(make.TODAY, {"paris": "PARIS"}, lambda number: "Carol Dewhurst" if number == "E1" else "")
TYPED = {
    "text": "x", "long_text": "y", "email": "jo@trust.example", "day_day": "1", "day_month": "12", "day_year": "2026", "one_of": "a",
    "several_of": ["a", "b"], "yes_no": "yes", "person": "E1", "system": "paris", "systems": ["paris"],
    "why": "because",
}  # fmt: skip
READ = {
    "text": "x", "long_text": "y", "email": "jo@trust.example", "day": "2026-12-01", "one_of": "a", "several_of": ("a", "b"), "yes_no": "yes",
    "person": "E1", "system": "paris", "systems": ("paris",), "why": "because",
}  # fmt: skip


def boxes(typed):
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return QuestionForm(data, form=EVERY_KIND, ask=EVERY_KIND.questions, so_far={}, known=KNOWN, preset={})


def test_every_kind_of_question_is_read_as_it_was_typed():
    form = boxes(TYPED)
    assert form.is_valid(), form.errors
    assert form.answers == READ


def test_on_one_page_what_is_not_asked_is_neither_needed_nor_kept():
    form = boxes({**TYPED, "yes_no": "no"})
    assert form.is_valid() and "why" not in form.answers
    assert form.fields["why"].help_text == "Only where you answer Yes to: Which yes_no"
    assert "why" in boxes({**TYPED, "why": ""}).errors


def test_every_mistake_is_told_with_what_may_stand_kept():
    form = boxes(
        {
            "text": "\0",
            "email": "jo",
            "day_day": "31",
            "day_month": "2",
            "day_year": "2026",
            "person": "E2",
            "several_of": ["z"],
            "yes_no": "no",
        }
    )
    assert not form.is_valid()
    assert set(form.errors) == {"text", "email", "day", "one_of", "several_of", "person", "system", "systems"}
    assert form.answers == {"long_text": "", "yes_no": "no"}
