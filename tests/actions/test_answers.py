"""Tasks that end by an answer: kept, passed on, taken back, and proved by the next comparison."""

from datetime import date, timedelta

import pytest

from careward.access.accounts.models import Account, AccountAnswer, Finding
from careward.access.accounts.rules.answers import effect
from careward.core.decision import Refused
from careward.core.packs.pack import load as load_pack
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
from careward.work.tasks.whose import asked_of
from careward.work.tasks.whose import seen_of as digest_of
from tests.actions.test_reconciling import ADMINISTRATOR, account, in_order
from tests.make import compared, feeds, found
from tests.make.compared import NOW, ON
from tests.make.people import organisation, person
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEWV = load_pack("tewv")


def asked(question=None, **more) -> Task:
    question = question or questions.still_needed("PARIS")
    return found.task(organisation(), step="warn", question=question.as_data(), **more)


def answer(task: Task, given: Given, doer=ADMINISTRATOR, now=NOW, seen=None) -> Task:
    return answer_task(task_id=task.pk, organisation_id=task.organisation_id, doer=doer, given=given, now=now, by="user/1", seen=seen)


def seen_of(task: Task) -> str:
    return digest_of(task, asked_of(task, ON))


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
    assert queries.answer_to(organisation_id=task.organisation_id, task_id=task.pk).answer == "still_needed"
    assert queries.answer_to(organisation_id=task.organisation_id + 1, task_id=task.pk) is None


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
    assert told.state == "open" and queries.answer_to(organisation_id=task.organisation_id, task_id=task.pk) is None
    seen = queries.task(organisation_id=task.organisation_id, task_id=task.pk, who=ADMINISTRATOR, today=ON)
    assert seen.cannot == "The system is down until Friday"


def test_an_answer_taken_back_counts_no_more():
    task = answer(asked(), Given("not_needed"))
    work.take_back(task_id=task.pk, doer=ADMINISTRATOR, now=NOW, by="user/1")
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


@pytest.mark.parametrize("change", [{"username": "u2"}, {"status": "locked"}, {"display_name": "Bo"}, {"email": "bo@x.example"}])
def test_a_change_of_the_facts_alone_makes_an_answer_to_the_old_page_one_to_what_was_not_shown(change):
    here = organisation()
    about = found.account(found.system(here), username="u1")
    task = asked(link=f"account/{about.pk}")
    seen = seen_of(task)
    Account.objects.filter(pk=about.pk).update(**change)
    with pytest.raises(Refused) as refused:
        answer(task, Given("not_needed"), seen=seen)
    assert codes(refused) == ["task.changed"] and not TaskAnswer.objects.exists()
    shown = dict(asked_of(task, ON).facts)
    assert {*change.values()} <= {*shown.values()} or shown["Now"] == "Locked"
    answer(task, Given("not_needed"), seen=seen_of(task))


@pytest.fixture
def unmatched():
    """An account that nobody fits, with two people who are like it, one not, one of another organisation and one who has gone."""
    here, there = organisation(), organisation("ZZ9")
    about = found.account(found.system(here), username="aother", display_name="Ann Other", employee_number="77")
    for at, name, more in (
        (here, "Ann Other", {"employee_number": "0077"}), (here, "Alan Other", {"employee_number": "78"}),
        (here, "Bo Lee", {"employee_number": "79"}), (there, "Ann Other", {"employee_number": "77"}),
        (here, "Abel Other", {"employee_number": "80", "gone_on": ON}),
    ):  # fmt: skip
        person(at, name, **more)
    return asked(questions.whose("account aother on PARIS"), kind="account.unmatched", link=f"account/{about.pk}")


@pytest.mark.clause("EL-009", "EL-048")
def test_whose_an_account_is_offers_those_alike_of_the_organisation_with_why_and_chooses_nobody(unmatched, django_assert_num_queries):
    with django_assert_num_queries(2):
        options = asked_of(unmatched, ON).options
    assert [o.words for o in options if o.person] == [
        "Ann Other, staff number 0077: the same staff number but for leading noughts, the same name, the user name is made of the name",
        "Alan Other, staff number 78: the user name is made of the name",
    ]
    chosen = options[0]
    told = answer(unmatched, Given(chosen.choice), seen=seen_of(unmatched))
    assert told.evidence == "It is Ann Other's" and TaskAnswer.objects.get().person_id == chosen.person


def test_who_is_no_longer_offered_is_an_answer_to_what_has_changed(unmatched):
    seen, chosen = seen_of(unmatched), asked_of(unmatched, ON).options[1]
    Person.objects.filter(pk=chosen.person).update(gone_on=ON)
    with pytest.raises(Refused) as refused:
        answer(unmatched, Given(chosen.choice), seen=seen)
    assert codes(refused) == ["task.changed", "choice.missing"]


def test_nobody_says_that_an_account_is_their_own(unmatched):
    me = asked_of(unmatched, ON).options[0]
    doer = Doer(me.person, frozenset(), ADMINISTRATOR.rights)
    for given in (Given(me.choice), Given("is", number="0077")):
        with pytest.raises(Refused) as refused:
            answer(unmatched, given, doer)
        assert codes(refused) == ["task.oneself"]


@pytest.mark.clause("EL-009")
def test_an_account_said_to_be_nobody_s_is_locked_and_its_administrator_proves_it():
    here = in_order()
    compared.load(here, account(employee_number="", email=""))
    compared.compare(here)
    answer(Task.objects.get(kind="account.unmatched"), Given("nobody"), now=NOW + timedelta(hours=2))
    run_errands(NOW + timedelta(hours=3))
    lock = Task.objects.exclude(state="closed").get(kind="account.unmatched")
    assert (lock.step, lock.title, lock.question) == ("lock", "Lock u1 on PARIS", None)
    assert [e.actor for e in Entry.objects.filter(verb="account.disowned")] == ["user/1"] and not entered("account.bound")
    compared.load(here, account(employee_number="", email="", status="locked"), now=NOW + DAY)
    compared.compare(here, on=ON + DAY)
    lock.refresh_from_db()
    assert lock.state == "closed" and Finding.objects.get(code="account.unmatched", closed_on=None).settled


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


@pytest.fixture
def warned():
    """An account of a system under ELFT's procedure, 55 days unused: its manager is told that it locks at 60 (EL-037)."""
    here = organisation()
    systems = feeds.feed_file("systems", {"pack": "elft"})
    people = ({"employee_number": "E1", "supervisor_employee_number": "E2"}, {"employee_number": "E2", "assignment_number": "E2-1"})
    compared.load(here, systems, feeds.feed_file("staff", *({**p, "email": ""} for p in people)))
    load_idle(here)
    compared.compare(here)
    return here


def load_idle(here, days=0, **said) -> None:
    row = {"last_used_at": NOW - 55 * DAY, "created_on": date(2026, 1, 1), **said}
    compared.load(here, feeds.feed_file("accounts", row), now=NOW + days * DAY)


def steps(here, day: int, code="account.inactive") -> list[tuple[str, bool]]:
    return [(f.step, f.settled) for f in compared.compare(here, on=ON + day * DAY).found if f.code == code]


def answered(given: Given, kind="account.inactive", hours=2) -> Task:
    task = Task.objects.exclude(state="closed").get(kind=kind)
    doer = Doer(task.assignee_id, frozenset(), ADMINISTRATOR.rights)
    task = answer(task, given, doer, now=NOW + timedelta(hours=hours))
    run_errands(NOW + timedelta(hours=hours + 1))
    return task


def entered(verb: str) -> list[dict]:
    return list(Entry.objects.filter(verb=verb).values_list("body", flat=True))


@pytest.mark.clause("EL-037", "EL-059")
def test_still_needed_until_a_day_moves_the_lock_and_its_notice_to_that_day(warned):
    assert steps(warned, 0) == [("warn", False)] and Task.objects.get(kind="account.inactive").due_on == ON + 5 * DAY
    task, until = answered(Given("still_needed", ON + 30 * DAY)), ON + 30 * DAY
    task.refresh_from_db()
    assert task.state == "closed" and entered("account.kept") == [{"from_on": ON.isoformat(), "until": until.isoformat()}]
    assert [steps(warned, day) for day in (5, 23)] == [[], []]
    (line,) = [f for f in compared.compare(warned, on=ON + 24 * DAY).found if f.code == "account.inactive"]
    assert line.step == "warn" and f"locks on {until + DAY} unless it is used; said to be needed until {until}" in line.detail
    assert Task.objects.exclude(state="closed").get(kind="account.inactive").due_on == until + DAY
    assert steps(warned, 30) == [("warn", False)] and steps(warned, 31) == [("lock", False)]


@pytest.mark.clause("EL-059")
def test_a_lock_moves_no_further_than_the_procedure_lets_it_and_a_short_while_moves_the_day_of_the_task(warned):
    shown = asked_of(Task.objects.get(kind="account.inactive"), ON)
    assert shown.at_most == ON + 92 * DAY and "at most to 23 February 2027. A later day is shortened to that" in shown.note
    task = answered(Given("still_needed", ON + 900 * DAY))
    assert task.evidence.endswith("; its lock moves to 23 February 2027, the furthest it may")
    assert AccountAnswer.objects.get().until == ON + 92 * DAY
    assert steps(warned, 92) == [("warn", False)] and steps(warned, 93) == [("lock", False)]
    assert task.kind == "account.inactive"


def test_an_answer_for_a_few_days_leaves_the_notice_and_moves_its_day(warned):
    task = answered(Given("still_needed", ON + 6 * DAY))
    task.refresh_from_db()
    assert (task.state, task.due_on) == ("answered", ON + 7 * DAY)
    assert Finding.objects.get(code="account.inactive", closed_on=None).due_on == ON + 7 * DAY


@pytest.mark.clause("EL-059")
def test_what_is_not_needed_is_locked_by_its_administrator_and_the_next_export_proves_it(warned):
    task = answered(Given("not_needed"))
    task.refresh_from_db()
    lock = Task.objects.exclude(state="closed").get(kind="account.inactive")
    assert task.state == "closed" and (lock.step, lock.role, lock.clause) == ("lock", "system_administrator", "EL-059")
    assert steps(warned, 0) == [("lock", False)]
    load_idle(warned, days=1, status="locked")
    assert steps(warned, 1) == [("lock", True)]
    lock.refresh_from_db()
    assert lock.state == "closed" and AccountAnswer.objects.get().why_ended == "done, as the export shows"
    assert steps(warned, 2) == []
    load_idle(warned, days=3)  # opened again, and not shut by an old word
    assert steps(warned, 3) == [("warn", False)]


@pytest.fixture
def away():
    """Somebody away for long whose account on PARIS is active."""
    here = in_order()
    compared.load(here, feeds.feed_file("absences", {"from_on": ON - 30 * DAY}), account())
    compared.compare(here)
    return here


@pytest.mark.clause("EL-033")
def test_the_manager_of_someone_absent_is_asked_and_their_word_has_the_account_locked(away):
    asked_about = Task.objects.get()
    assert (asked_about.kind, asked_about.step, asked_about.assignee.employee_number) == ("account.absent", "ask", "E2")
    assert asked_about.title == "Say whether Given1 Family1 needs PARIS while away, account u1"
    answered(Given("not_needed"), kind="account.absent")
    lock = Task.objects.exclude(state="closed").get()
    assert (lock.kind, lock.step, lock.role) == ("account.inactive", "lock", "system_administrator")
    assert steps(away, 0, "account.absent") == []
    compared.load(away, account(status="locked"), now=NOW + DAY)
    compared.compare(away, on=ON + DAY)
    assert not Task.objects.exclude(state="closed").exists()


@pytest.mark.clause("EL-033")
def test_what_is_needed_during_an_absence_is_not_asked_about_before_the_day_given(away):
    task = answered(Given("still_needed", ON + 10 * DAY), kind="account.absent")
    for days, state in ((1, "answered"), (10, "answered"), (11, "open")):
        assert steps(away, days, "account.absent") == [("ask", False)]
        task.refresh_from_db()
        assert task.state == state


def test_use_after_it_was_said_not_to_be_needed_speaks_against_that(warned):
    answered(Given("not_needed"))
    load_idle(warned, days=2, last_used_at=NOW + DAY)
    assert steps(warned, 2) == []


@pytest.mark.clause("EL-041")
def test_who_has_gone_by_their_manager_s_word_has_every_account_closed(warned):
    compared.load(warned, feeds.feed_file("accounts", {"last_used_at": NOW - 55 * DAY}, {"username": "second", "last_used_at": NOW}))
    compared.compare(warned)
    answered(Given("gone", ON - DAY))
    assert steps(warned, 0, "account.leaver") == [("close", False)] * 2 and steps(warned, 0) == []
    close = Task.objects.exclude(state="closed").filter(kind="account.leaver")
    assert {(t.step, t.role, t.clause) for t in close} == {("close", "system_administrator", "EL-041")} and len(close) == 2
    assert len(entered("account.holder_gone")) == 2
    compared.load(warned, feeds.feed_file("accounts", {"status": "closed"}, {"username": "second", "status": "closed"}), now=NOW + DAY)
    assert steps(warned, 1, "account.leaver") == [] and not close.exclude(state="closed").exists()
    assert {a.why_ended for a in AccountAnswer.objects.all()} == {"done, as the export shows"}


def test_who_goes_on_a_day_to_come_keeps_their_account_until_then_and_is_not_asked_again(warned):
    task = answered(Given("gone", ON + 3 * DAY))
    load_idle(warned, days=1)
    assert [steps(warned, day, "account.leaver") for day in (1, 3, 4)] == [[], [], [("close", False)]]
    task.refresh_from_db()
    assert task.times_reopened == 0


def test_an_answer_taken_back_does_nothing_any_more(warned):
    task = answered(Given("still_needed", ON + 6 * DAY))
    doer = Doer(task.assignee_id, frozenset(), ADMINISTRATOR.rights)
    work.take_back(task_id=task.pk, doer=doer, now=NOW + timedelta(hours=4), by="user/1")
    run_errands(NOW + timedelta(hours=5))
    assert entered("account.answer_ended") == [{"answer": "still_needed", "why": "taken back"}]
    task.refresh_from_db()
    assert (task.state, task.due_on) == ("open", ON + 5 * DAY) and steps(warned, 5) == [("lock", False)]


def test_an_answer_where_the_procedure_moves_nothing_moves_nothing():
    for given, kept in (("still_needed", None), ("not_needed", "not_needed")):
        told = effect("account.inactive", given, until=ON, on=ON, pack=TEWV, rule=TEWV.inactivity)
        assert (told.answer if told else None) == kept


def test_a_task_told_anew_asks_what_its_words_now_ask(warned):
    task = Task.objects.get(kind="account.inactive")
    Task.objects.filter(pk=task.pk).update(question=questions.arranged("Something else?").as_data())
    load_idle(warned, days=1, last_used_at=NOW - 54 * DAY)
    compared.compare(warned, on=ON + DAY)
    task.refresh_from_db()
    assert task.question["kind"] == "still_needed"
