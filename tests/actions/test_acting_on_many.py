"""One act on many tasks: each weighed by itself, those that may move move, and the others are refused each with its reasons."""

import pytest
from django.db import connection

from careward.core.decision import Refused
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.work.tasks import queries
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.questions import still_needed
from careward.work.tasks.receivers import receivers_of
from careward.work.tasks.rules import Doer
from careward.work.tasks.together import give_together, note_together, say_done_together
from careward.work.tasks.whose import shown_of
from tests.make import found, people
from tests.make.people import NOW, TODAY
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
BY = "user/1"


@pytest.fixture
def trust() -> Organisation:
    return people.organisation()


def admin(person_id: int | None = None, role: str = "system_administrator", system: str = "paris") -> Doer:
    return Doer(person_id, frozenset(), granted(role, system=system))


def chosen(*tasks: Task) -> dict[int, str]:
    return {task.pk: shown_of(task) for task in tasks}


def said(trust: Organisation, tasks: dict[int, str], who: Doer, evidence: str = "Locked in PARIS, 10:31"):
    return say_done_together(organisation_id=trust.pk, chosen=tasks, doer=who, evidence=evidence, now=NOW, by=BY)


def codes(outcome) -> dict[int, list[str]]:
    return {each.id: [reason.code for reason in each.reasons] for each in outcome.refused}


@pytest.mark.clause("EL-023")
def test_thirty_locks_are_said_done_with_one_text_and_each_has_its_row_and_its_entry(trust):
    locks = [found.task(trust, step="lock") for _ in range(30)]
    outcome = said(trust, chosen(*locks), admin())
    assert sorted(outcome.done) == [t.pk for t in locks] and outcome.refused == () and outcome.systems == {"paris"}
    assert set(Task.objects.values_list("state", "evidence", "said_done_at", "said_done_by")) == {
        ("said_done", "Locked in PARIS, 10:31", NOW, BY)
    }
    moves = TaskMove.objects.values_list("task_id", "move", "was", "became", "note", "by")
    assert sorted(moves) == [(t.pk, "say_done", "open", "said_done", "Locked in PARIS, 10:31", BY) for t in locks]
    entries = Entry.objects.filter(verb="task.said_done", actor=BY, organisation="RX3")
    assert sorted(entries.values_list("subject", flat=True)) == sorted(f"task/{t.pk}" for t in locks)
    assert entries.first().body == {"clause": "PA-029", "of": 30}


def test_those_that_may_not_move_are_refused_each_with_its_reason_and_the_others_are_done(trust):
    me = people.staff(trust, "Ada Min")
    good, done, mine = found.task(trust), found.task(trust, state="said_done", said_done_at=NOW), found.task(trust, about=me)
    elsewhere, closed = found.task(trust, system_code="rio"), found.task(trust, state="closed", closed_at=NOW)
    asks = found.task(trust, step="warn", question=still_needed("PARIS").as_data())
    asks_or_lock = found.task(trust, step="lock", question=still_needed("PARIS").as_data())
    tasks = chosen(good, done, mine, elsewhere, closed, asks, asks_or_lock)
    foreign = found.task(people.organisation("RX4"))
    outcome = said(trust, {**tasks, foreign.pk: ""}, admin(me.pk))
    assert set(outcome.done) == {good.pk, asks_or_lock.pk}
    assert codes(outcome) == {
        done.pk: ["task.moved_on"],
        closed.pk: ["task.moved_on"],
        mine.pk: ["task.about_yourself"],
        elsewhere.pk: ["task.not_yours", "permission.missing"],
        asks.pk: ["task.asks"],
        foreign.pk: ["task.not_there"],
    }
    assert {t.title for t in outcome.refused if t.id == foreign.pk} == {f"Task {foreign.pk}"}, "what is another's is not named"
    foreign.refresh_from_db()
    assert foreign.state == "open" and TaskMove.objects.count() == Entry.objects.count() == 2


def test_one_that_was_told_anew_since_it_was_shown_is_refused(trust):
    same, changed = found.task(trust), found.task(trust)
    tasks = chosen(same, changed)
    Task.objects.filter(pk=changed.pk).update(title="Close another account")
    outcome = said(trust, tasks, admin())
    assert outcome.done == (same.pk,) and codes(outcome) == {changed.pk: ["task.changed"]}


def test_nothing_is_said_done_without_saying_what_was_done(trust):
    task = found.task(trust)
    with pytest.raises(Refused) as refused:
        said(trust, chosen(task), admin(), evidence="  ")
    assert [r.code for r in refused.value.decision.reasons] == ["evidence.missing"]
    assert not TaskMove.objects.exists() and not Entry.objects.exists()


def test_the_queries_do_not_grow_with_how_many(trust, django_assert_max_num_queries):
    few, many = [found.task(trust) for _ in range(3)], [found.task(trust) for _ in range(150)]
    with django_assert_max_num_queries(14):
        said(trust, chosen(*few), admin())
    with django_assert_max_num_queries(14):
        said(trust, chosen(*many), admin())


def given(trust: Organisation, to: int | None, *tasks: Task, who: Doer, why: str = "On leave"):
    receivers = receivers_of(tasks, organisation_id=trust.pk, on=TODAY)
    return give_together(
        organisation_id=trust.pk, chosen=chosen(*tasks), doer=who, to=to, why=why, receivers=receivers, now=NOW, by=BY
    )  # fmt: skip


def holder(trust: Organisation, name: str, role: str, system: str = "") -> int:
    person = people.staff(trust, name)
    people.role(people.user(person=person), trust, role, system_code=system)
    return person.pk


@pytest.mark.clause("EL-023")
def test_work_is_given_to_another_administrator_of_that_system_and_to_nobody_else(trust):
    emma, rio = holder(trust, "Emma Other", "system_administrator", "paris"), holder(trust, "Rio Only", "system_administrator", "rio")
    boss = holder(trust, "Line Boss", "line_manager")
    tasks = [found.task(trust), found.task(trust)]
    offered = receivers_of(tasks, organisation_id=trust.pk, on=TODAY).for_all(tasks)
    assert offered == [(emma, "Emma Other")]
    for stranger in (rio, boss):
        assert {tuple(c) for c in codes(given(trust, stranger, *tasks, who=admin())).values()} == {("whom.not_able",)}
    outcome = given(trust, emma, *tasks, who=admin())
    assert len(outcome.done) == 2 and set(Task.objects.values_list("passed_to_id", "state")) == {(emma, "open")}
    assert set(TaskMove.objects.values_list("move", "note")) == {("pass_on", "To Emma Other: On leave")}
    assert set(Entry.objects.values_list("verb", flat=True)) == {"task.passed_on"}
    mine = queries.theirs(trust.pk, admin(emma))
    assert mine.count() == 2 and queries.theirs(trust.pk, admin(99_999)).count() == 0
    again = [Task.objects.get(pk=t.pk) for t in tasks]
    assert len(given(trust, None, *again, who=admin(emma), why="").done) == 2, "and goes back to everybody of the role"
    assert set(Task.objects.values_list("passed_to_id", flat=True)) == {None}


def test_a_manager_s_work_goes_to_who_stands_in_for_them_today(trust):
    boss, deputy = people.staff(trust, "Mary Lead"), holder(trust, "Dee Puty", "line_manager")
    later = holder(trust, "Later On", "line_manager")
    for acting, start in ((deputy, TODAY), (later, TODAY.replace(day=28))):
        people.deputy(boss, people.Person.objects.get(pk=acting), from_on=start)
    task = found.task(trust, assignee=boss, role="line_manager", system_code="")
    who = Doer(boss.pk, frozenset(), granted("line_manager"))
    assert codes(given(trust, later, task, who=who)) == {task.pk: ["whom.not_able"]}
    assert given(trust, deputy, task, who=who).done == (task.pk,)


def test_no_work_is_given_to_whom_it_is_about_nor_by_whom_it_is_not_for(trust):
    emma = holder(trust, "Emma Other", "system_administrator", "paris")
    about = found.task(trust, about_id=emma)
    assert codes(given(trust, emma, about, who=admin())) == {about.pk: ["whom.about_them"]}
    assert receivers_of([about], organisation_id=trust.pk, on=TODAY).for_all([about]) == []
    other = found.task(trust, system_code="paris")
    assert codes(given(trust, emma, other, who=admin(system="rio"))) == {other.pk: ["task.not_yours", "permission.missing"]}
    assert not TaskMove.objects.exists()


def test_a_note_stands_in_the_history_of_each_and_moves_none(trust):
    tasks = [found.task(trust), found.task(trust, state="said_done", said_done_at=NOW)]
    elsewhere = found.task(trust, system_code="rio")
    facts = {"organisation_id": trust.pk, "doer": admin(), "now": NOW, "by": BY}
    outcome = note_together(chosen=chosen(*tasks, elsewhere), note="PARIS is down until noon", **facts)
    assert sorted(outcome.done) == [t.pk for t in tasks] and codes(outcome) == {elsewhere.pk: ["task.not_seen"]}
    told = TaskMove.objects.order_by("task_id").values_list("task_id", "move", "was", "became", "note")
    assert list(told) == [
        (tasks[0].pk, "note", "open", "open", "PARIS is down until noon"),
        (tasks[1].pk, "note", "said_done", "said_done", "PARIS is down until noon"),
    ]
    assert set(Entry.objects.values_list("verb", flat=True)) == {"task.noted"}
    with pytest.raises(Refused, match=r"note\.missing"):
        note_together(chosen=chosen(*tasks), note=" ", **facts)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time and locks no row")
@pytest.mark.django_db(transaction=True)
def test_one_that_somebody_else_is_changing_is_passed_over_and_not_waited_for(trust):
    from threading import Event, Thread

    from django.db import transaction

    held, free = found.task(trust), found.task(trust)
    taken, over = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=held.pk)
            taken.set()
            over.wait(20)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert taken.wait(20)
    try:
        outcome = said(trust, chosen(held, free), admin())
    finally:
        over.set()
        other.join()
    assert outcome.done == (free.pk,) and codes(outcome) == {held.pk: ["task.busy"]}
