"""Tasks that end by an answer: kept, passed on, taken back, and proved by the next comparison."""

from datetime import date, timedelta

import pytest

from careward.access.accounts.models import Account, Finding
from careward.core.decision import Refused
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.jobs.worker import work_once
from careward.people.staff.models import Person
from careward.work.tasks import actions as work
from careward.work.tasks import queries, questions
from careward.work.tasks.answering import answer_task
from careward.work.tasks.models import Task, TaskAnswer, TaskMove
from careward.work.tasks.questions import Given
from careward.work.tasks.rules import Doer
from careward.work.tasks.whose import seen_of
from tests.actions.test_reconciling import ADMINISTRATOR, account, in_order
from tests.make import compared, feeds, found
from tests.make.compared import NOW, ON
from tests.make.people import organisation, person
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(question=None, **more) -> Task:
    question = question or questions.still_needed("PARIS")
    return found.task(organisation(), step="warn", question=question.as_data(), **more)


def answer(task: Task, given: Given, doer=ADMINISTRATOR, now=NOW, seen=None) -> Task:
    return answer_task(task_id=task.pk, organisation_id=task.organisation_id, doer=doer, given=given, now=now, by="user/1", seen=seen)


def codes(refused) -> list[str]:
    return [r.code for r in refused.value.decision.reasons]


def test_an_answer_is_kept_typed_and_told_and_its_room_hears_of_it():
    task = asked(questions.Question("still_needed", "Needed?", (questions.STILL,), tells="test.answered"))
    until = date(2027, 1, 31)
    told = answer(task, Given("still_needed", until))
    assert (told.state, told.answered_until, told.said_done_by) == ("answered", until, "user/1")
    row = TaskAnswer.objects.get()
    assert (row.task, row.answer, row.until, row.person, row.by) == (task, "still_needed", until, None, "user/1")
    assert TaskMove.objects.get().note == "Still needed until 31 January 2027"
    assert Entry.objects.get().body == {"clause": "PA-029", "answer": "still_needed"}
    assert (Errand.objects.get().name, Errand.objects.get().body) == ("test.answered", {"task": task.pk, "by": "user/1"})
    assert [a.answer for a in queries.answers_in_force(organisation_id=task.organisation_id, on=until)] == ["still_needed"]
    assert queries.answers_in_force(organisation_id=task.organisation_id, on=until + DAY) == ()


def test_every_reason_against_an_answer_is_given():
    task = asked(about=None)
    stranger = Doer(None, frozenset(), granted("clinician", also=("tasks:tasks:do",)))
    with pytest.raises(Refused) as refused:
        answer(task, Given("still_needed", ON - DAY), stranger)
    assert codes(refused) == ["task.not_yours", "until.past"]
    with pytest.raises(Refused) as refused:
        answer(task, Given("nonsense"))
    assert codes(refused) == ["choice.missing"]
    answer(task, Given("not_needed"))
    with pytest.raises(Refused) as refused:
        answer(task, Given("not_needed"))
    assert codes(refused) == ["state.wrong"] and TaskAnswer.objects.count() == 1


def test_nobody_answers_about_their_own_access():
    me = person(organisation())
    doer = Doer(me.pk, frozenset(), ADMINISTRATOR.rights)
    with pytest.raises(Refused) as refused:
        answer(asked(about=me), Given("not_needed"), doer)
    assert codes(refused) == ["task.about_yourself"]


def test_what_is_not_mine_goes_to_whom_it_is_said_to_be_and_to_nobody_else():
    task, other = asked(), person(organisation(), "Ann Other", employee_number="E77")
    with pytest.raises(Refused) as refused:
        answer(task, Given("not_mine", number="X9"))
    assert codes(refused) == ["number.missing"]
    told = answer(task, Given("not_mine", number="e77"))
    assert (told.state, told.passed_to) == ("open", other)
    theirs = Doer(other.pk, frozenset(), granted(also=("tasks:tasks:do",)))
    assert list(queries.theirs(task.organisation_id, theirs)) == [task]
    assert not queries.theirs(task.organisation_id, ADMINISTRATOR).exists()
    with pytest.raises(Refused) as refused:
        answer(task, Given("not_needed"))
    assert codes(refused) == ["task.not_yours"]
    assert answer(task, Given("not_needed"), theirs).state == "answered"


def test_what_cannot_be_done_says_why_and_is_still_to_be_done():
    task = asked()
    told = answer(task, Given("cannot", reason="The system is down until Friday"))
    assert told.state == "open" and queries.answers_in_force(organisation_id=task.organisation_id, on=ON) == ()
    seen = queries.task(organisation_id=task.organisation_id, task_id=task.pk, who=ADMINISTRATOR, today=ON)
    assert seen.cannot == "The system is down until Friday"


def test_an_answer_taken_back_counts_no_more():
    task = answer(asked(), Given("not_needed"))
    work.take_back(task_id=task.pk, doer=ADMINISTRATOR, now=NOW, by="user/1")
    assert queries.answers_in_force(organisation_id=task.organisation_id, on=ON) == ()
    assert queries.answer_to(organisation_id=task.organisation_id, task_id=task.pk) is None


def run_errands(now) -> None:
    while work_once(now=now, worker="test"):
        pass


@pytest.mark.clause("EL-009", "EL-048")
def test_an_account_said_to_be_somebody_s_is_matched_and_the_next_comparison_proves_it():
    here = in_order()
    compared.load(here, account(employee_number="", email=""))
    compared.compare(here)
    task = Task.objects.get(kind="account.unmatched")
    answer(task, Given("is", number="E1"), now=NOW + timedelta(hours=2))
    assert TaskAnswer.objects.get().person.employee_number == "E1"
    run_errands(NOW + timedelta(hours=3))
    mine = Account.objects.get()
    assert mine.bound == mine.person == Person.objects.get(employee_number="E1") and mine.fits == 1
    task.refresh_from_db()
    assert task.state == "closed" and task.proof.startswith("No longer found")
    assert not Finding.objects.filter(code="account.unmatched", closed_on=None).exists()
    assert Entry.objects.filter(verb="account.bound", subject=f"account/{mine.pk}", actor="user/1").count() == 1
    compared.load(here, account(employee_number="", email=""), now=NOW + DAY)
    compared.compare(here, on=ON + DAY)
    assert not Finding.objects.filter(code="account.unmatched", closed_on=None).exists()


def test_the_account_that_was_answered_about_is_bound_whatever_its_task_says_later():
    here = in_order()
    nobody = {"employee_number": "", "email": "", "last_used_at": NOW - 3 * DAY}
    compared.load(here, feeds.feed_file("accounts", {**nobody, "username": "u1"}, {**nobody, "username": "other"}))
    compared.compare(here)
    task, other = (
        Task.objects.filter(kind="account.unmatched").exclude(key__contains="/other/").get(),
        Account.objects.get(username="other"),
    )
    shown = Account.objects.exclude(pk=other.pk).get()
    answer(task, Given("is", number="E1"), now=NOW + timedelta(hours=2), seen=seen_of(task))
    Task.objects.filter(pk=task.pk).update(link=f"account/{other.pk}")
    run_errands(NOW + timedelta(hours=3))
    shown.refresh_from_db()
    other.refresh_from_db()
    assert shown.bound == Person.objects.get(employee_number="E1") and other.bound is None


def test_an_answer_to_what_was_not_shown_is_refused_beside_every_other_reason():
    task = asked()
    with pytest.raises(Refused) as refused:
        answer(task, Given("still_needed", ON - DAY), seen=seen_of(asked(link="account/7")))
    assert codes(refused) == ["task.changed", "until.past"]
    answer(task, Given("not_needed"), seen=seen_of(task))
    assert TaskAnswer.objects.get().seen == seen_of(task)


def test_an_account_said_to_be_nobody_s_stays_found():
    here = in_order()
    compared.load(here, account(employee_number="", email=""))
    compared.compare(here)
    answer(Task.objects.get(kind="account.unmatched"), Given("nobody"), now=NOW + timedelta(hours=2))
    run_errands(NOW + timedelta(hours=3))
    assert Finding.objects.filter(code="account.unmatched", closed_on=None).exists()
    assert Task.objects.get(kind="account.unmatched").state == "answered"


def test_what_is_arranged_for_a_day_is_asked_again_when_the_day_has_passed_and_it_is_still_so():
    here = in_order()
    compared.load(here, feeds.feed_file("training"), account())
    compared.compare(here)
    task = Task.objects.filter(kind="training.missing").first()
    doer = Doer(task.assignee_id, frozenset(), ADMINISTRATOR.rights)
    answer(task, Given("arranged", ON + 3 * DAY), doer)
    for day in (1, 3):
        compared.compare(here, on=ON + day * DAY)
        task.refresh_from_db()
        assert task.state == "answered"
    compared.compare(here, on=ON + 4 * DAY)
    task.refresh_from_db()
    assert (task.state, task.times_reopened) == ("open", 1)
