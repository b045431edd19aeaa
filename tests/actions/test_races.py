"""Eight at once, on SQLite and (under tools/with_postgres.py) on PostgreSQL: nothing lost, nothing twice, nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Event, Lock, Thread
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from careward.access.accounts import actions as accounts
from careward.access.accounts.models import Account, Finding, Run
from careward.access.feeds import actions as feeds_actions
from careward.core.decision import Refused
from careward.core.room import TimedJob
from careward.evidence.errands import actions as errands
from careward.evidence.errands import clocks
from careward.evidence.errands.models import Errand, JobClock
from careward.evidence.errands.rules import ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Entry
from careward.jobs import worker
from careward.jobs.reconcile import reconcile
from careward.people.signin import actions as people_actions
from careward.people.signin.models import RoleHeld
from careward.people.staff.models import Assignment, Organisation, Person
from careward.web.house import house
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted as Question
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import Content, Who
from careward.work.tasks import actions as work
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.rules import Doer
from tests.make import compared, feeds, found, people
from tests.make.compared import NOW, ON
from tests.make.house import errand_room, furnished
from tests.make.rights import granted

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = 8


def at_once(act: Callable[[int], object], how_many: int = EIGHT) -> tuple[list[object], list[Exception]]:
    """Runs an act in so many threads that begin together: what they returned, and what they raised."""
    begin, lock, done, raised = Barrier(how_many), Lock(), [], []

    def run(number: int) -> None:
        try:
            begin.wait(timeout=20)
            result = act(number)
            with lock:
                done.append(result)
        except Exception as error:
            with lock:
                raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n,)) for n in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert not any(t.is_alive() for t in threads)
    return done, raised


def ghosts(count: int) -> feeds.FeedFile:
    return feeds.feed_file("accounts", *({"username": f"ghost{n}", "employee_number": "", "last_used_at": NOW} for n in range(count)))


def loaded(count: int = 40) -> Organisation:
    here = people.organisation()
    compared.load(here, feeds.feed_file("systems", {"pack": "tewv"}), feeds.staff(*(feeds.someone(n) for n in range(1, 30))), ghosts(count))
    return here


def test_eight_workers_run_two_hundred_errands_each_exactly_once():
    here = people.organisation()

    def effect(errand: Errand) -> None:
        ledger.record(at=NOW, actor="job/test", verb="errand.ran", subject=f"errand/{errand.pk}", organisation="RX3")
        row = Organisation.objects.select_for_update().get(pk=here.pk)  # a count that a lost update would leave too small
        row.contact = str(int(row.contact or 0) + 1)
        row.save()

    with transaction.atomic():
        errands.ask_many(asked=[ErrandWanted("test.counts", "test/1")] * 200, organisation="RX3", now=NOW)

    def work_off(number: int) -> int:
        count = 0
        while worker.work_once(now=NOW, worker=f"w{number}"):
            count += 1
        return count

    with furnished(errand_room(counts=effect)):
        done, raised = at_once(work_off)
    assert raised == [] and sum(done) == 200
    ran = Counter(Entry.objects.filter(verb="errand.ran").values_list("subject", flat=True))
    assert len(ran) == 200 and set(ran.values()) == {1}
    here.refresh_from_db()
    assert here.contact == "200"
    assert Errand.objects.filter(done_at=None).count() == 0 and Errand.objects.filter(tries=1).count() == 200


def test_of_eight_who_say_the_same_task_is_done_one_is_written_down():
    task = found.task(people.organisation())
    doer = Doer(None, frozenset(), granted("system_administrator"))
    done, raised = at_once(lambda n: work.say_done(task_id=task.pk, doer=doer, evidence=f"Closed by {n}", now=NOW, by=f"user/{n}"))
    assert len(done) == 1 and len(raised) == 7
    assert all(isinstance(e, Refused) and [r.code for r in e.decision.reasons] == ["state.wrong"] for e in raised)
    entry = Entry.objects.get(verb="task.said_done")
    task.refresh_from_db()
    assert (entry.actor, task.state) == (task.said_done_by, "said_done") and TaskMove.objects.count() == 1
    assert task.evidence == f"Closed by {entry.actor.removeprefix('user/')}"


def test_saying_done_and_taking_back_at_once_loses_no_move():
    task = found.task(people.organisation())
    doer = Doer(None, frozenset(), granted("system_administrator"))

    def act(number: int) -> Task:
        if number % 2:
            return work.take_back(task_id=task.pk, doer=doer, now=NOW, by="user/1")
        return work.say_done(task_id=task.pk, doer=doer, evidence="Closed", now=NOW, by="user/1")

    done, raised = at_once(act)
    assert all(isinstance(e, Refused) for e in raised)
    moves = list(TaskMove.objects.order_by("id").values_list("was", "became"))
    assert len(moves) == len(done) == Entry.objects.filter(verb__startswith="task.").count()
    assert all(a[1] == b[0] for a, b in pairwise(moves))
    task.refresh_from_db()
    assert moves[-1][1] == task.state


def test_saying_done_does_not_wait_for_a_comparison_being_kept():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer; run this under tools/with_postgres.py")
    here = people.organisation()
    task = found.task(here)
    doer = Doer(None, frozenset(), granted("system_administrator"))
    said = Event()

    def say() -> None:
        work.say_done(task_id=task.pk, doer=doer, evidence="Closed", now=NOW, by="user/1")
        said.set()
        connection.close()

    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=here.pk)
        thread = Thread(target=say)
        thread.start()
        assert said.wait(timeout=10)
    thread.join()


def test_comparisons_at_once_leave_each_finding_and_each_task_once():
    here = loaded()
    alone = reconcile(organisation=here, on=ON, system="", keep=False, now=NOW, by="user/1")
    done, raised = at_once(lambda n: reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by=f"user/{n}"), 4)
    assert raised == []
    assert sorted(d.kept.opened for d in done) == [0, 0, 0, len(alone.found)]
    assert Finding.objects.count() == Task.objects.count() == len(alone.found) == 40
    assert Run.objects.count() == Entry.objects.filter(verb="reconciliation.kept").count() == 4
    assert sorted(Entry.objects.filter(verb="reconciliation.kept").values_list("body__tasks_raised", flat=True)) == [0, 0, 0, 40]


def test_comparisons_and_loads_at_once_end_as_what_was_loaded_last():
    here = loaded(20)

    def act(number: int) -> None:
        if number % 2:
            reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by=f"user/{number}")
        else:
            compared.load(here, ghosts(20 + number))

    done, raised = at_once(act, 4)
    # Of two loads looked at together the second may be told to look again, which is its promise; nothing else may fail.
    assert [r.code for e in raised if isinstance(e, Refused) for r in e.decision.reasons] == ["load.moved"] * len(raised)
    assert len(raised) <= 1 and len(done) + len(raised) == 4
    reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by="user/9")
    there = set(Account.objects.filter(gone_on=None).values_list("username", flat=True))
    standing = Finding.objects.filter(closed_on=None)
    assert {f.username for f in standing} == there and standing.count() == len(there)
    assert Task.objects.exclude(state="closed").count() == len(there)


def test_one_who_says_done_while_it_is_compared_is_never_forgotten():
    here = loaded(12)
    reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by="user/1")
    ids = list(Task.objects.order_by("id").values_list("id", flat=True))
    doer = Doer(None, frozenset(), granted("system_administrator"))

    def act(number: int) -> None:
        if number < 2:
            reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by=f"user/{number}")
        else:
            for task_id in ids[number - 2 :: 6]:
                work.say_done(task_id=task_id, doer=doer, evidence="Looked", now=NOW, by="user/2")

    _, raised = at_once(act)
    assert raised == []
    said = Counter(TaskMove.objects.filter(became="said_done").values_list("task_id", flat=True))
    back = Counter(TaskMove.objects.filter(was="said_done", became="open").values_list("task_id", flat=True))
    assert said == dict.fromkeys(ids, 1)
    for task in Task.objects.all():
        assert (task.state, task.times_reopened) == (("open", 1) if back[task.pk] else ("said_done", 0))


def test_loads_of_one_organisation_at_once_come_one_after_the_other():
    here = people.organisation()
    everyone = feeds.staff(*(feeds.someone(n) for n in range(1, 60)))

    def load(number: int) -> None:
        compared.load(here, everyone)

    done, raised = at_once(load, 4)
    others = [e for e in raised if not isinstance(e, Refused)]
    assert others == [] and len(done) >= 1
    assert Person.objects.count() == Assignment.objects.count() == 59
    assert Entry.objects.filter(verb="load.applied").count() == len(done)


def test_a_role_given_by_eight_at_once_is_held_once():
    here = people.organisation()
    who = people.user()
    facts = {"organisation_id": here.pk, "user_id": who.pk, "role": "auditor", "from_on": people.TODAY, "now": people.NOW}
    done, raised = at_once(lambda n: people_actions.give_role(**facts, by=f"cli/{n}"))
    assert len(done) == 1 and len(raised) == 7 and all(isinstance(e, Refused) for e in raised)
    assert RoleHeld.objects.count() == Entry.objects.filter(verb="role.given").count() == 1


def test_an_unsafe_plan_allowed_by_eight_at_once_is_allowed_once():
    here = loaded(40)
    content = Content((("Would be closed", "14"),), of=14)
    asked = Question("accounts.plan", ("system", "paris"), "Decide", content, "accounts:plans:allow", follows=(("accounts.reconcile", {}),))
    row = approvals.ask(organisation=here, asked=asked, who=Who("job/nightly"), now=NOW, by="job/nightly")
    facts = {"organisation": here, "system_code": "paris", "seen": row.digest, "now": NOW}
    done, raised = at_once(lambda n: accounts.allow_unsafe(**facts, reason=f"The ward closed, says {n}", by=f"cli/{n}"))
    assert len(done) == 1 and len(raised) == 7 and all(isinstance(e, Refused) for e in raised)
    assert Entry.objects.filter(verb="approval.given").count() == Errand.objects.filter(name="accounts.reconcile").count() == 1


def test_asking_to_look_again_does_not_wait_for_a_comparison_being_kept():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer; run this under tools/with_postgres.py")
    here = people.organisation()
    asked = Event()

    def ask() -> None:
        accounts.ask_for_run(organisation=here, on=ON, now=NOW, by="cli/ops")
        asked.set()
        connection.close()

    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=here.pk)
        thread = Thread(target=ask)
        thread.start()
        assert asked.wait(timeout=10)
    thread.join()
    assert Errand.objects.count() == 1


def test_eight_workers_ask_for_a_night_once_and_run_it_once(monkeypatch):
    jobs = {"accounts.nightly": house().jobs["accounts.nightly"]}
    monkeypatch.setattr(worker, "house", lambda: SimpleNamespace(jobs=jobs, errands=house().errands))
    here = people.organisation()
    found.system(here)

    def night(number: int) -> int:
        asked = worker.run_due(clock=lambda: NOW, worker=f"w{number}")
        while worker.work_once(now=NOW, worker=f"w{number}"):
            pass
        return asked

    done, raised = at_once(night)
    assert raised == [] and sum(done) == 1
    assert Errand.objects.count() == Run.objects.count() == 1
    assert worker.run_due(clock=lambda: NOW + timedelta(hours=1), worker="w9") == 0


def test_a_timed_job_that_eight_workers_find_due_is_begun_by_one_each_time():
    job, ran = TimedJob("test.count", "Count", lambda *, now: None, every=timedelta(minutes=1)), []

    def begin(number: int) -> bool:
        return clocks.begin(job=job, organisation="", now=now, worker=f"w{number}")

    for minute in range(5):
        now = NOW + timedelta(minutes=minute)
        done, raised = at_once(begin)
        assert raised == []
        ran.append(sum(done))
        row = JobClock.objects.get()
        assert clocks.end(job=job, organisation="", began_at=now, now=now, worker=row.last_began_by)
    assert ran == [1] * 5


def test_a_load_that_waits_for_a_comparison_is_put_in_after_it():
    here = loaded(5)
    begun = feeds_actions.begin_load(organisation=here, source="test", profile="canonical", now=NOW, by="cli/test")
    reading = feeds.reading(ghosts(6))
    feeds_actions.examine_load(load_id=begun.pk, reading=reading, now=NOW, by="cli/test")
    for row in Approval.objects.filter(state="waiting", subject_key=str(begun.pk)):
        feeds_actions.allow_load(
            organisation_id=here.pk, load_id=begun.pk, seen=row.digest, reason="The figures of a test", now=NOW, by="cli/second"
        )

    def act(number: int) -> None:
        if number:
            feeds_actions.apply_load(load_id=begun.pk, reading=reading, now=NOW, by="cli/test")
        else:
            reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by="user/1")

    _, raised = at_once(act, 2)
    assert raised == []
    assert Account.objects.filter(gone_on=None).count() == 6 and Finding.objects.filter(closed_on=None).count() in (5, 6)
