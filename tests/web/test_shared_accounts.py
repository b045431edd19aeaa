"""A shared account on its pages: asked about by its administrator, decided by the head of information governance."""

import pytest
from django.test import Client

from careward.access.accounts.models import Account
from careward.access.authorisations.models import GenericApproval
from careward.jobs.worker import work_once
from careward.people.staff.models import Organisation
from careward.work.approvals.models import Approval
from careward.work.tasks.models import Task
from tests.make import compared, feeds, people
from tests.make.people import NOW, ready, signed_in

pytestmark = pytest.mark.django_db
WHY = "One screen serves the whole shift"


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def task(trust: Organisation) -> Task:
    ward = {"username": "ward1", "kind": "generic", "employee_number": "", "display_name": "Ward screen", "last_used_at": compared.NOW}
    staff = feeds.staff(*(feeds.someone(n) for n in (1, 2)))
    compared.load(trust, feeds.feed_file("systems", {"pack": "elft"}), staff, feeds.feed_file("accounts", ward))
    compared.compare(trust)
    return Task.objects.get(kind="account.generic_unapproved")


@pytest.fixture
def head(trust: Organisation) -> Client:
    return signed_in(ready("head_of_ig", at=trust, name="Iris Grey"))


def typed(**said: str) -> dict[str, str]:
    return {"choice": "approve", "until_day": "30", "until_month": "6", "until_year": "2027", "number": "E1", "reason": WHY, **said}


def answer(browser: Client, task: Task, **said: str):
    page = words(browser.get(f"/tasks/{task.pk}/"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    return browser.post(f"/tasks/{task.pk}/answer/", {**typed(**said), "seen": seen})


def run_errands() -> None:
    while work_once(now=NOW, worker="test"):
        pass


def decide(browser: Client, row: Approval, said: str = "approve", reason: str = "They have seen the ward and its one screen"):
    answered = browser.post(f"/decisions/{row.pk}/", {"answer": said, "reason": reason, "seen": row.digest})
    run_errands()
    return answered


@pytest.mark.clause("EL-026", "EL-027")
def test_a_shared_account_is_asked_about_decided_and_closed_by_the_next_comparison(task, admin, head):
    page = words(admin.get(f"/tasks/{task.pk}/"))
    assert "Lock ward1 on PARIS, or have it approved" in page and "Or say that it is done" in page
    assert "Ask to have it approved until" in page and "At most until 23 November 2027" in page
    assert answer(admin, task).headers["Location"] == f"/my-work/?after={task.pk}"
    run_errands()
    assert "This waits for a named person&#39;s decision" in words(admin.get(f"/tasks/{task.pk}/"))
    row = Approval.objects.get()
    home = words(head.get("/my-work/"))
    assert "somebody waits for your word" in home and "Decide whether ward1 on PARIS is approved until 30 June 2027" in home
    assert f'href="/decisions/{row.pk}/"' in home and "Nothing needs you now" not in home
    shown = words(head.get(f"/decisions/{row.pk}/"))
    assert all(w in shown for w in ("Given1 Family1, staff number E1", "30 June 2027", WHY, "Ward screen", "Give your decision"))
    assert decide(head, row).status_code == 302
    task.refresh_from_db()
    assert task.state == "closed" and GenericApproval.objects.get().owner.employee_number == "E1"
    assert "Nothing needs you now" in words(head.get("/my-work/"))
    about = words(admin.get(f"/accounts/{Account.objects.get().pk}/"))
    assert all(w in about for w in ("Who approved it", "Decided here", "30 June 2027", "Given1 Family1", WHY))


@pytest.mark.clause("EL-027")
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(task, admin):
    page = answer(admin, task, until_year="2029", number="E9", reason="")
    assert page.status_code == 422 and not Approval.objects.exists()
    said = words(page)
    assert "An approval asked for today lasts at most until 23 November 2027" in said
    assert "There is nobody of that staff number" in said and "Nothing says why" in said
    assert 'value="2029"' in said and 'value="E9"' in said and "checked" in said


def test_refused_the_task_asks_again_and_says_why(task, admin, head):
    answer(admin, task)
    run_errands()
    decide(head, Approval.objects.get(), "refuse", "Each nurse has an account of their own")
    page = words(admin.get(f"/tasks/{task.pk}/"))
    assert "Refused by Iris Grey: Each nurse has an account of their own" in page and "Give your answer" in page


def test_taken_back_nobody_is_asked_any_more(task, admin, head):
    answer(admin, task)
    run_errands()
    assert admin.post(f"/tasks/{task.pk}/take-back/").status_code == 302
    run_errands()
    assert Approval.objects.get().state == "withdrawn"
    assert "Nothing needs you now" in words(head.get("/my-work/"))


@pytest.mark.clause("EL-027")
def test_nobody_but_the_head_of_information_governance_decides_and_never_what_they_asked_for(task, trust, admin):
    both = people.user(name="Bo Both")
    for role in ("head_of_ig", "system_administrator"):
        people.role(both, trust, role)
    people.accepted(both, trust)
    people.app_of(both)
    answer(signed_in(both), task)
    run_errands()
    row = Approval.objects.get()
    mine = signed_in(both)
    assert "Nothing needs you now" in words(mine.get("/my-work/"))  # what they asked for waits for somebody else
    refused = mine.post(f"/decisions/{row.pk}/", {"answer": "approve", "reason": "I have seen it all myself", "seen": row.digest})
    assert refused.status_code == 409 and "You asked for it, so somebody else decides" in words(refused)
    for role in ("trust_administrator", "patient_systems_manager"):
        assert signed_in(ready(role, at=trust)).get(f"/decisions/{row.pk}/").status_code == 403
    assert admin.get(f"/decisions/{row.pk}/").status_code == 403
    assert not GenericApproval.objects.exists()


def test_a_decision_about_what_has_changed_is_not_written_down(task, admin, head):
    answer(admin, task)
    run_errands()
    Account.objects.update(display_name="Another screen")
    decide(head, Approval.objects.get())
    page = words(head.get(f"/decisions/{Approval.objects.get().pk}/"))
    assert "What was to be decided is no longer so" in page and not GenericApproval.objects.exists()
    assert "name it gives was Ward screen and is Another screen" in words(admin.get(f"/tasks/{task.pk}/"))
