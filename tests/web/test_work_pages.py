"""My work, one task and the worklist: whose they are, what may be done with them, and what is refused."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.questions import still_needed
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def titles(response) -> set[str]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return {row[0] for row in list(csv.reader(io.StringIO(text)))[1:]}


def bound(trust: Organisation, system: str, role: str = "system_administrator") -> Client:
    who = people.user()
    people.role(who, trust, role, system_code=system)
    people.accepted(who, trust)
    people.app_of(who)
    return signed_in(who)


def test_my_work_groups_tasks_by_when_they_are_due_and_says_which_is_first(trust, admin):
    for days, title in ((-3, "Was late"), (0, "Is today"), (2, "Is this week"), (40, "Is later")):
        found.task(trust, title=title, due_on=TODAY + timedelta(days=days))
    page = words(admin.get("/my-work/"))
    assert "You have <b>4</b> things to do: <b>1</b> is late, <b>1</b> is due today." in page
    places = [
        page.index(w) for w in ('id="late"', "Was late</a>", 'id="today"', "Is today</a>", 'id="week"', "Is this week</a>", 'id="later"')
    ]
    assert places == sorted(places)


def test_with_nothing_to_do_the_page_says_so(admin):
    page = words(admin.get("/my-work/"))
    assert "You have nothing to do." in page and "Nothing needs you now." in page


@pytest.mark.clause("PA-021")
def test_work_is_one_s_own_one_s_role_s_and_that_of_those_one_stands_in_for(trust):
    me, absent, stranger = (people.staff(trust, f"{n} Lead") for n in ("Mary", "Olive", "Sam"))
    people.deputy(absent, me, from_on=TODAY, to_on=TODAY + timedelta(days=1))
    people.deputy(stranger, me, from_on=TODAY + timedelta(days=1))
    for lead in (me, absent, stranger):
        found.task(trust, title=f"For {lead.name}", role="line_manager", assignee=lead, system_code="")
    found.task(trust, title="For administrators")
    there = people.organisation("RX4")
    found.task(there, title="For somewhere else", role="line_manager")
    browser = signed_in(ready("line_manager", at=trust, person=me))
    page = words(browser.get("/my-work/"))
    assert "For Mary Lead" in page and "For Olive Lead" in page and "You stand in for" in page
    assert "For Sam" not in page and "For administrators" not in page and "somewhere else" not in page
    assert titles(browser.get("/tasks/?as=csv")) == {"For Mary Lead", "For Olive Lead"}


def test_an_administrator_of_one_system_has_its_work_only(trust):
    here = found.task(trust, title="On PARIS")
    there = found.task(trust, title="On RiO", system_code="rio")
    lead = people.staff(trust)
    found.task(trust, title="For a manager", role="line_manager", assignee=lead, system_code="")
    browser = bound(trust, "paris")
    assert titles(browser.get("/tasks/?as=csv")) == {"On PARIS"}
    assert browser.get(f"/tasks/{here.pk}/").status_code == 200
    assert browser.get(f"/tasks/{there.pk}/").status_code == 404
    refused = browser.post(f"/tasks/{there.pk}/done/", {"evidence": "Closed"})
    assert refused.status_code == 409 and "This task is for someone else" in words(refused)


def test_who_may_see_findings_sees_every_task_and_may_not_do_those_of_others(trust):
    lead = people.staff(trust, "Mary Lead")
    task = found.task(trust, title="For a manager", role="line_manager", assignee=lead)
    browser = signed_in(ready("auditor", at=trust))
    page = words(browser.get(f"/tasks/{task.pk}/"))
    assert "This waits for Mary Lead." in page and "<textarea" not in page
    refused = browser.post(f"/tasks/{task.pk}/done/", {"evidence": "Done"})
    assert refused.status_code == 403 and "tasks:tasks:do" in words(refused)
    task.refresh_from_db()
    assert task.state == "open"


def test_a_task_is_said_to_be_done_taken_back_and_shows_its_history(trust, admin):
    task = found.task(trust)
    assert "Say that it is done" in words(admin.get(f"/tasks/{task.pk}/"))
    refused = admin.post(f"/tasks/{task.pk}/done/", {"evidence": " "})
    assert refused.status_code == 409 and "Nothing says what was done" in words(refused)
    assert admin.post(f"/tasks/{task.pk}/done/", {"evidence": "Closed in PARIS, 10:31"}).headers["Location"] == f"/my-work/?after={task.pk}"
    page = words(admin.get(f"/tasks/{task.pk}/"))
    assert "Said to be done, 23 November 2026, 11:00" in page and "Closed in PARIS, 10:31" in page
    assert "It is not done after all" in page
    assert admin.post(f"/tasks/{task.pk}/take-back/").headers["Location"] == f"/tasks/{task.pk}/"
    assert list(TaskMove.objects.order_by("id").values_list("was", "became")) == [("open", "said_done"), ("said_done", "open")]
    assert list(Entry.objects.order_by("id").values_list("verb", flat=True)) == ["task.said_done", "task.taken_back"]


def test_what_is_done_already_is_refused_with_its_reason(trust, admin):
    task = found.task(trust, state="said_done", said_done_at=NOW)
    refused = admin.post(f"/tasks/{task.pk}/done/", {"evidence": "Closed"})
    assert refused.status_code == 409 and not Entry.objects.exists()


def test_nobody_does_a_task_about_their_own_access(trust):
    me = people.staff(trust, "Ada Min")
    task = found.task(trust, about=me)
    browser = signed_in(ready("system_administrator", at=trust, person=me))
    page = words(browser.get(f"/tasks/{task.pk}/"))
    assert "This task is about your own access, so somebody else does it." in page and "<textarea" not in page
    refused = browser.post(f"/tasks/{task.pk}/done/", {"evidence": "Closed"})
    assert refused.status_code == 409 and "Ask your manager or another administrator" in words(refused)


def test_tasks_of_others_and_tasks_that_are_not_there_are_not_found(trust, admin):
    foreign = found.task(people.organisation("RX4"))
    for number in (foreign.pk, 999_999):
        assert admin.get(f"/tasks/{number}/").status_code == 404
        assert admin.post(f"/tasks/{number}/done/", {"evidence": "x"}).status_code == 404
        assert admin.post(f"/tasks/{number}/take-back/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "open" and not Entry.objects.exists()


def test_a_clinician_cannot_look_at_the_task_of_another(trust):
    task = found.task(trust)
    browser = signed_in(ready("clinician", at=trust, person=people.staff(trust)))
    assert browser.get(f"/tasks/{task.pk}/").status_code == 404
    assert browser.get("/my-work/").status_code == 200


def test_the_worklist_downloads_every_match_and_runs_nothing(trust, admin):
    for n in range(60):
        found.task(trust, title=f"=Task {n}")
    found.task(trust, title="Done now", state="closed", closed_at=NOW - timedelta(days=2), proof="No longer found")
    found.task(trust, title="Done long ago", state="closed", closed_at=NOW - timedelta(days=31))
    found.task(trust, title="Back again", times_reopened=1)
    found.task(trust, title="Said", state="said_done", said_done_at=NOW)
    open_now = titles(admin.get("/tasks/?as=csv"))
    assert len(open_now) == 61 and all(t.startswith(("'=Task", "Back")) for t in open_now)
    assert titles(admin.get("/tasks/?state=closed&as=csv")) == {"Done now"}
    assert titles(admin.get("/tasks/?state=reopened&as=csv")) == {"Back again"}
    assert titles(admin.get("/tasks/?state=said_done&as=csv")) == {"Said"}
    assert len(titles(admin.get("/tasks/?state=any&as=csv"))) == 64
    assert "<b>61</b> tasks match." in words(admin.get("/tasks/"))


def test_the_menu_counts_what_waits(trust, admin):
    for _ in range(3):
        found.task(trust)
    found.task(trust, state="said_done", said_done_at=NOW)
    assert Task.objects.count() == 4
    page = words(admin.get("/my-work/"))
    assert "1 task said to be done" in page
    assert "3" in page.split("My work", 1)[1][:200]


def test_a_question_is_answered_on_its_task_s_page_and_what_was_typed_is_kept(trust, admin):
    browser, task = admin, found.task(trust, step="warn", question=still_needed("PARIS for Carol").as_data())
    page = words(browser.get(f"/tasks/{task.pk}/"))
    assert "Is PARIS for Carol still needed?" in page and "Answer the question below" in page and "Say it is done" not in page
    address = f"/tasks/{task.pk}/answer/"
    seen = {"seen": seen_on(browser, task)}
    nothing = browser.post(address, {**seen, "reason": "Because"})
    page = words(nothing)
    assert nothing.status_code == 422 and "There is a problem" in page and "Nothing is chosen. Choose an answer" in page
    assert "Because</textarea>" in nothing.content.decode()
    past = {**seen, "choice": "still_needed", "until_day": "1", "until_month": "2", "until_year": "2020"}
    page = markup(browser.post(address, past))
    assert "That day has passed" in page and 'value="2020"' in page and "checked" in page
    assert "like 30 11 2026" in words(browser.post(address, {**past, "until_month": "13"}))
    done = browser.post(address, {**past, "until_year": "2027"})
    assert done.headers["Location"] == f"/my-work/?after={task.pk}"
    task.refresh_from_db()
    assert (task.state, task.evidence) == ("answered", "Still needed until 1 February 2027")
    page = words(browser.get(f"/tasks/{task.pk}/"))
    assert "Answered: Still needed until 1 February 2027" in page and "Take the answer back" in page
    again = browser.post(address, {**seen, "choice": "not_needed"})
    assert again.status_code == 409 and "nswer is not possible from answered" in words(again)
    browser.post(f"/tasks/{task.pk}/take-back/")
    task.refresh_from_db()
    assert task.state == "open"


def seen_on(browser, task) -> str:
    return re.search(r'name="seen" value="(\w{64})"', markup(browser.get(f"/tasks/{task.pk}/")))[1]


@pytest.mark.parametrize("changed", [{"why": "Yours by your role. It is another account now."}, {"link": "account/99"}])
def test_an_answer_to_what_has_changed_since_is_not_taken_and_the_page_shows_it_as_it_is_now(trust, admin, changed):
    browser, task = admin, found.task(trust, step="warn", question=still_needed("PARIS for Carol").as_data())
    seen, address = seen_on(browser, task), f"/tasks/{task.pk}/answer/"
    Task.objects.filter(pk=task.pk).update(**changed)
    for stale in (seen, ""):
        page = browser.post(address, {"seen": stale, "choice": "not_needed"})
        assert page.status_code == 409 and "This task has changed since you opened it" in words(page)
    task.refresh_from_db()
    assert task.state == "open" and not task.answers.exists()
    assert (
        browser.post(address, {"seen": seen_on(browser, task), "choice": "not_needed"}).headers["Location"] == f"/my-work/?after={task.pk}"
    )
    assert task.answers.get().link == task.link


def test_a_task_that_asks_nothing_takes_no_answer_and_another_organisation_s_is_not_there(trust, admin):
    browser, task = admin, found.task(trust)
    assert browser.post(f"/tasks/{task.pk}/answer/", {"choice": "not_needed"}).headers["Location"] == f"/tasks/{task.pk}/"
    elsewhere = found.task(people.organisation("RX9"), question=still_needed("PARIS").as_data())
    assert browser.post(f"/tasks/{elsewhere.pk}/answer/", {"choice": "not_needed"}).status_code == 404
