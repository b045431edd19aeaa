"""Many findings of one kind: ticked, answered or told done in one go, given to somebody, noted."""

import re

import pytest

from careward.access.accounts.models import Finding
from careward.evidence.ledger.models import Entry
from careward.work.tasks import questions
from careward.work.tasks.models import Task, TaskAnswer, TaskMove
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import ready, signed_in

pytestmark = pytest.mark.django_db
UNUSED = "?code=account.inactive"
TOGETHER = "/findings/together/"


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def paris(trust):
    return found.system(trust)


def unused(trust, paris, n: int = 0, **more) -> Finding:
    """An account that nobody used for long, which asks its administrator whether it is still needed."""
    account = found.account(paris, people.staff(trust, f"Given{n} Family{n:03}"))
    question = questions.still_needed(f"PARIS for Family{n:03}").as_data()
    facts = {"title": f"Say whether Family{n:03} still needs PARIS", "kind": "account.inactive", "step": "warn", "question": question}
    task = more.pop("task", None) or found.task(trust, about=account.person, link=f"account/{account.pk}", **facts)
    facts = {"code": "account.inactive", "step": "warn", "clause": "PA-033", "detail": "Last used on 2026-08-31", **more}
    return found.finding(account, task=task, **facts)


@pytest.fixture
def findings(trust, paris):
    return [unused(trust, paris, n) for n in range(40)]


def ticked(page: str) -> list[str]:
    return re.findall(r'name="finding" value="(\d+-\w+)" checked', page)


def every(page: str) -> str:
    return re.search(r'name="of" value="([\d ]+)"', page)[1]


def test_a_list_of_one_kind_has_boxes_and_one_of_several_kinds_has_none(trust, paris, admin, findings):
    found.finding(found.account(paris), task=found.task(trust))
    page = markup(admin.get(f"/findings/{UNUSED}"))
    assert page.count('class="cw-tick"') == 30 and "All 40 of this list that wait for you" in page
    assert "Answer them" in page and "Say they are done" not in page
    assert 'class="cw-tick"' not in markup(admin.get("/findings/"))
    assert 'class="cw-tick"' not in markup(admin.get(f"/findings/{UNUSED}&code=account.leaver"))
    closing = markup(admin.get("/findings/?code=account.leaver"))
    assert "The one that waits for you" in closing and "Say they are done" in closing and "Answer them" not in closing


def test_a_kind_under_two_clauses_is_acted_on_under_one(trust, paris, admin, findings):
    unused(trust, paris, 50, clause="EL-030")
    page = markup(admin.get(f"/findings/{UNUSED}"))
    assert 'class="cw-tick"' not in page and "To act on many at once, choose one clause" in page
    assert 'href="?code=account.inactive&amp;state=right&amp;clause=EL-030"' in page
    assert "The one that waits for you" in markup(admin.get(f"/findings/{UNUSED}&clause=EL-030"))


@pytest.mark.clause("EL-059")
def test_all_of_a_list_are_answered_in_one_go(trust, admin, findings):
    listed = markup(admin.get(f"/findings/{UNUSED}"))
    page = markup(admin.get(TOGETHER, {"act": "answer", "all": "1", "of": every(listed), "back": UNUSED}))
    assert "Answer about 40 findings: Not used" in page and "Are they still needed?" in page and len(ticked(page)) == 40
    assert "Last used on 31 August 2026." in page and not TaskMove.objects.exists(), "looking changes nothing"
    blank = admin.post(TOGETHER, {"act": "answer", "finding": ticked(page), "choice": "still_needed", "back": UNUSED})
    assert blank.status_code == 422 and "The last day it is needed is not given" in words(blank) and len(ticked(markup(blank))) == 40
    until = {"until_day": "20", "until_month": "12", "until_year": "2026"}
    done = admin.post(TOGETHER, {"act": "answer", "finding": ticked(page), "choice": "still_needed", "back": UNUSED, **until})
    assert done.headers["Location"] == f"/findings/{UNUSED}"
    assert "40 findings are answered. The next comparison reads your answer." in words(admin.get(f"/findings/{UNUSED}"))
    assert Task.objects.filter(state="answered", evidence="Still needed until 20 December 2026").count() == 40
    assert TaskAnswer.objects.count() == Entry.objects.filter(verb="task.answered").count() == 40
    assert 'class="cw-tick"' not in markup(admin.get(f"/findings/{UNUSED}")), "what is answered has no box"


def test_those_that_changed_are_told_each_with_its_reason_and_the_others_are_answered(trust, admin, findings):
    page = markup(admin.get(TOGETHER, {"act": "answer", "finding": [f.pk for f in findings[:5]]}))
    Finding.objects.filter(pk=findings[0].pk).update(detail="Last used on 2026-11-20")
    Finding.objects.filter(pk=findings[1].pk).update(state="settled")
    Task.objects.filter(pk=findings[2].task_id).update(title="Say whether somebody else needs it")
    told = admin.post(TOGETHER, {"act": "answer", "finding": ticked(page), "choice": "not_needed"})
    said = words(told)
    assert told.status_code == 200 and "2 findings are answered, 3 are not" in said
    assert said.count("This finding has changed since you opened it.") == 2 and "It is already so." in said
    assert "Given0 Family000" in said and Task.objects.filter(state="answered").count() == 2
    stale = admin.post(TOGETHER, {"act": "answer", "finding": f"{findings[4].pk}-x", "choice": "not_needed"})
    assert stale.status_code == 409 and Task.objects.filter(state="answered").count() == 2


def test_the_page_leaves_out_at_once_what_cannot_be_done_so(trust, paris, findings):
    me = people.staff(trust, "Ada Min")
    mine = unused(trust, paris, 60)
    Task.objects.filter(pk=mine.task_id).update(about=me)
    loose = unused(trust, paris, 61)
    Finding.objects.filter(pk=loose.pk).update(task=None, state="found")
    theirs = unused(trust, paris, 62)
    Task.objects.filter(pk=theirs.task_id).update(role="trust_administrator")
    browser = signed_in(ready("system_administrator", at=trust, person=me))
    page = words(browser.get(TOGETHER, {"act": "answer", "finding": [findings[0].pk, mine.pk, loose.pk, theirs.pk]}))
    assert "Answer about 1 finding" in page and "3 findings left out" in page
    assert "This task is about your own access." in page and "This task is for someone else." in page
    assert "Nobody is asked to act on it yet" in page and "PA-033" in page


def test_locks_are_told_done_with_one_text(trust, paris, admin):
    locks = [
        found.finding(found.account(paris), task=found.task(trust, step="lock"), code="account.inactive", step="lock") for _ in range(9)
    ]
    page = markup(admin.get(TOGETHER, {"act": "done", "finding": [f.pk for f in locks], "back": UNUSED}))
    blank = admin.post(TOGETHER, {"act": "done", "finding": ticked(page), "evidence": " "})
    assert blank.status_code == 422 and "Nothing says what was done" in words(blank)
    done = admin.post(TOGETHER, {"act": "done", "finding": ticked(page), "evidence": "Locked in PARIS, 10:31", "back": UNUSED})
    assert done.headers["Location"] == f"/findings/{UNUSED}"
    assert "The next PARIS file will show whether each of them worked." in words(admin.get("/findings/"))
    assert Task.objects.filter(state="said_done", evidence="Locked in PARIS, 10:31").count() == 9


def test_a_line_manager_answers_for_their_own_people_and_for_nobody_else(trust, paris):
    me, other = people.staff(trust, "Mary Manager"), people.staff(trust, "Max Manager")
    mine, theirs = found.team_of(me, 4, paris), found.team_of(other, 2, paris, start=10)
    Task.objects.update(kind="authorisation.missing", question=questions.arranged("When?").as_data())
    browser = signed_in(ready("line_manager", at=trust, person=me))
    listed = markup(browser.get("/findings/?code=authorisation.missing"))
    assert "All 4 of this list that wait for you" in listed
    assert browser.get(TOGETHER, {"finding": theirs[0].pk}).status_code == 404
    page = markup(browser.get(TOGETHER, {"act": "answer", "all": "1", "of": every(listed)}))
    given = {"act": "answer", "choice": "arranged", "until_day": "20", "until_month": "12", "until_year": "2026"}
    some = browser.post(TOGETHER, {**given, "finding": [*ticked(page), f"{theirs[0].pk}-"]})
    assert some.status_code == 302, "what nobody may see is passed over, as if it were not there"
    assert set(Task.objects.filter(state="answered").values_list("pk", flat=True)) == {f.task_id for f in mine}


def test_findings_are_given_to_another_administrator_and_noted(trust, admin, findings):
    emma = people.staff(trust, "Emma Other")
    people.role(people.user(person=emma), trust, "system_administrator", system_code="paris")
    numbers = [f.pk for f in findings[:3]]
    page = markup(admin.get(TOGETHER, {"act": "give", "finding": numbers}))
    assert f'<option value="{emma.pk}">Emma Other</option>' in page
    assert admin.post(TOGETHER, {"act": "give", "finding": ticked(page), "whom": emma.pk}).headers["Location"] == "/findings/"
    assert Task.objects.filter(passed_to=emma).count() == 3
    page = markup(admin.get(TOGETHER, {"act": "note", "finding": [findings[5].pk]}))
    admin.post(TOGETHER, {"act": "note", "finding": ticked(page), "note": "Asked by phone"})
    assert TaskMove.objects.filter(move="note", note="Asked by phone").count() == 1


def test_what_cannot_be_said_stays_open_and_the_page_says_so(trust, admin, findings):
    page = markup(admin.get(TOGETHER, {"act": "answer", "finding": [f.pk for f in findings[:2]]}))
    admin.post(TOGETHER, {"act": "answer", "finding": ticked(page), "choice": "cannot", "reason": "Their manager is away"})
    assert "2 findings are answered. They stay open until they are done." in words(admin.get("/findings/"))
    assert Task.objects.filter(state="open").count() == 40 and TaskMove.objects.filter(note__contains="manager is away").count() == 2


def test_nothing_ticked_is_said_and_what_is_another_s_is_not_there(trust, admin, findings):
    nothing = admin.get(TOGETHER, {"act": "answer", "back": UNUSED})
    assert nothing.status_code == 422 and "Nothing is ticked" in words(nothing) and "tick the findings you mean" in words(nothing)
    there = people.organisation("RX4")
    foreign = unused(there, found.system(there), 70)
    for number in (foreign.pk, 999_999):
        assert admin.get(TOGETHER, {"finding": number}).status_code == 404
        assert admin.post(TOGETHER, {"finding": number, "evidence": "x"}).status_code == 404
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert "elsewhere" not in markup(admin.get(TOGETHER, {"act": "answer", "back": address}))


def test_who_does_no_tasks_may_not_act_and_sees_no_boxes(trust, findings):
    auditor = signed_in(ready("auditor", at=trust))
    assert 'class="cw-tick"' not in markup(auditor.get(f"/findings/{UNUSED}"))
    refused = auditor.post(TOGETHER, {"act": "note", "finding": findings[0].pk, "note": "So"})
    assert refused.status_code == 403 and not TaskMove.objects.exists()


def test_questions_of_many_tasks_are_answered_from_the_worklist_too(trust, admin, findings):
    Task.objects.update(system_code="paris")
    page = markup(admin.get("/tasks/?whose=mine&system=paris&kind=account.inactive"))
    assert "Answer them" in page
    page = markup(admin.get("/tasks/together/", {"act": "answer", "task": [f.task_id for f in findings[:4]]}))
    assert "Answer about 4 tasks" in page and page.count("checked") == 4
    tasks = re.findall(r'name="task" value="(\d+-\w+)"', page)
    done = admin.post("/tasks/together/", {"act": "answer", "task": tasks, "choice": "not_needed"})
    assert done.headers["Location"] == "/my-work/" and Task.objects.filter(state="answered").count() == 4
    found.task(trust, title="Lock one", step="lock")
    assert "Answer them" not in markup(admin.get("/tasks/?step=lock"))


def test_the_pages_cost_the_same_for_few_and_many_and_stay_light(trust, paris, admin, findings, django_assert_max_num_queries):
    people.staff(trust, "Bartholomew Featherstonehaugh-Cholmondeley")
    more = [unused(trust, paris, n) for n in range(100, 300)]
    Finding.objects.update(detail="Last used on 2026-08-31, 90 days ago; locks at 90 days")
    for address, given, most in (
        (f"/findings/{UNUSED}", {}, 24),
        (TOGETHER, {"act": "answer", "all": "1", "of": " ".join(str(f.pk) for f in more)}, 18),
        (TOGETHER, {"act": "give", "all": "1", "of": " ".join(str(f.pk) for f in more)}, 18),
    ):
        with django_assert_max_num_queries(most):
            page = admin.get(address, given)
        assert page.status_code == 200 and len(page.content) < 60_000, (address, len(page.content))
    assert "The first 150 that wait for you" in markup(admin.get(f"/findings/{UNUSED}")) and len(ticked(markup(page))) == 150
