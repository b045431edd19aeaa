"""What the tasks of a comparison say when several findings share one, when steps change, and when someone has a new manager."""

from datetime import timedelta

import pytest

from careward.access.accounts.models import Finding
from careward.core.ports import FeedFile
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.work.tasks import actions as work
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.rules import Doer
from tests.make import compared, feeds
from tests.make.compared import NOW, ON
from tests.make.people import organisation
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RUN_OUT, RENEWED = (feeds.feed_file("authorisations", {"roles": "nurse;viewer", "expires_on": end}) for end in (ON - DAY, None))


def staff(manager: str = "E2", ended: bool = False, count: int = 28) -> FeedFile:
    first = feeds.someone(1, supervisor_employee_number=manager, end_on=ON - DAY if ended else None)
    return feeds.staff(first, *(feeds.someone(n, supervisor_employee_number="E2" if n != 2 else "") for n in range(2, count + 1)))


def account(**changes: object) -> FeedFile:
    return feeds.feed_file("accounts", {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=3), **changes})


def in_order(pack: str = "tewv", code: str = "paris") -> Organisation:
    here = organisation(pack=pack)
    courses = {"tewv": ("data-security", "paris-e-learning"), "elft": ("data-security", "information-governance")}[pack]
    compared.load(
        here,
        feeds.feed_file("systems", {"code": code, "pack": pack}),
        staff(),
        feeds.feed_file("training", *({"employee_number": "E1", "course_code": c} for c in courses)),
        feeds.feed_file("authorisations", {"system": code, "roles": "nurse;viewer"}),
    )
    return here


def codes() -> list[str]:
    return sorted(Finding.objects.filter(closed_on=None).values_list("code", flat=True))


def test_one_task_for_a_lock_and_a_close_says_close_and_is_due_the_sooner():
    here = in_order()
    compared.load(here, RUN_OUT, staff(ended=True), account())
    compared.compare(here)
    assert codes() == ["account.leaver", "authorisation.expired"]
    task = Task.objects.get()
    assert (task.step, task.title, task.kind) == ("close", "Close Given1 Family1 on PARIS, account u1", "account.leaver")
    assert task.due_on == min(Finding.objects.values_list("due_on", flat=True))


def test_a_lock_that_becomes_a_close_and_back_says_so_on_the_same_task():
    here = in_order()
    compared.load(here, RUN_OUT, account())
    compared.compare(here)
    task = Task.objects.get()
    assert (task.step, task.title) == ("lock", "Lock Given1 Family1 on PARIS, account u1")
    compared.load(here, staff(ended=True), now=NOW + DAY)
    kept = compared.compare(here, on=ON + DAY).kept
    task = Task.objects.get()
    assert (task.step, task.title, task.state) == ("close", "Close Given1 Family1 on PARIS, account u1", "open")
    assert kept.tasks_raised == 0
    compared.load(here, staff(), now=NOW + 2 * DAY)
    compared.compare(here, on=ON + 2 * DAY)
    task = Task.objects.get()
    assert (task.step, task.title) == ("lock", "Lock Given1 Family1 on PARIS, account u1")
    notes = list(TaskMove.objects.order_by("id").values_list("note", flat=True))
    assert notes == ["", "Now: Close Given1 Family1 on PARIS, account u1", "Now: Lock Given1 Family1 on PARIS, account u1"]
    kept = Entry.objects.filter(verb="reconciliation.kept").order_by("id")
    assert list(kept.values_list("body__tasks_told", flat=True)) == [0, 1, 1]


def test_a_day_later_nothing_is_told_anew():
    here = in_order()
    compared.load(here, RUN_OUT, staff(ended=True), account())
    compared.compare(here)
    before = list(Task.objects.values())
    compared.compare(here, on=ON + DAY)
    assert list(Task.objects.values()) == before and Entry.objects.latest("id").body["tasks_told"] == 0


@pytest.mark.clause("EL-037")
def test_notice_of_a_lock_sets_the_day_of_its_own_task_alone():
    here = in_order("elft", "rio")
    stale = {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=53)}
    compared.load(here, feeds.feed_file("training"), feeds.feed_file("accounts", stale, system="rio"))
    compared.compare(here)
    assert "account.inactive" in codes() and "training.missing" in codes()
    notice = Task.objects.get(step="warn")
    assert "the account is locked on" in notice.otherwise
    for task in Task.objects.filter(kind="training.missing"):
        assert task.due_on == Finding.objects.filter(task=task).first().due_on != notice.due_on


@pytest.mark.clause("PA-021")
def test_a_new_manager_gets_the_task_and_the_finding_of_their_people():
    here = in_order()
    compared.load(here, feeds.feed_file("training"), account())
    compared.compare(here)
    tasks = Task.objects.filter(kind="training.missing")
    assert tasks and {t.assignee.employee_number for t in tasks} == {"E2"}
    compared.load(here, staff(manager="E3"), now=NOW + DAY)
    compared.compare(here, on=ON + DAY)
    assert {t.assignee.employee_number for t in tasks.all()} == {"E3"}
    assert {f.manager.employee_number for f in Finding.objects.filter(closed_on=None)} == {"E3"}
    compared.load(here, staff(manager=""), now=NOW + 2 * DAY)
    compared.compare(here, on=ON + 2 * DAY)
    assert {(t.role, t.assignee, t.system_code) for t in tasks.all()} == {("system_administrator", None, "paris")}


def test_the_approval_of_a_shared_account_is_a_task_of_its_own_beside_its_lock_for_disuse():
    here = in_order()
    shared = {
        "username": "ward1",
        "kind": "generic",
        "employee_number": "",
        "last_used_at": NOW - timedelta(days=100),
        "created_on": ON - 200 * DAY,
    }
    compared.load(here, feeds.feed_file("accounts", shared))
    compared.compare(here)
    assert codes() == ["account.generic_unapproved", "account.inactive"]
    assert set(Task.objects.values_list("role", "kind")) == {
        ("system_administrator", "account.generic_unapproved"), ("system_administrator", "account.inactive"),
    }  # fmt: skip


def test_a_task_told_anew_keeps_that_it_was_said_to_be_done_until_it_is_read_back():
    here = in_order()
    compared.load(here, RUN_OUT, account())
    compared.compare(here)
    doer = Doer(None, frozenset(), granted("system_administrator"))
    work.say_done(task_id=Task.objects.get().pk, doer=doer, evidence="Locked in PARIS", now=NOW, by="user/1")
    compared.load(here, account(status="locked"), RENEWED, staff(ended=True), now=NOW + DAY)
    compared.compare(here, on=ON + DAY)
    assert codes() == ["account.leaver"]
    told = Task.objects.exclude(state="closed").get()
    assert (told.step, told.state) == ("close", "open")
