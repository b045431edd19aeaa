"""The one way to act: refused with every reason or done whole, alone and in thousands, and never on a row that moved meanwhile."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from careward.core.decision import Refused, refuse
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.evidence.moves import actions as moves
from careward.evidence.moves.kinds import Kind
from careward.evidence.moves.rows import locked
from careward.evidence.rows.bulk import Ids, read
from careward.work.tasks.models import TASKS, Task, TaskMove
from careward.work.tasks.rules import DO, READ_BACK, TASK
from tests.make import found
from tests.make.people import organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)
FACTS = {"kind": TASKS, "now": NOW, "by": "user/7"}


def test_a_move_changes_the_row_and_tells_its_history_the_ledger_and_what_follows():
    task = found.task(organisation())
    moves.make(
        row=task, move="say_done", holds={DO}, change={"evidence": "Locked"}, note="Locked", entry={"clause": "EL-023"},
        errands=[("test.follows", {})], **FACTS,
    )  # fmt: skip
    assert (task.state, task.evidence) == ("said_done", "Locked")
    task.refresh_from_db()
    assert (task.state, task.evidence) == ("said_done", "Locked")
    told = TaskMove.objects.get()
    assert (told.task_id, told.at, told.by, told.was, told.became, told.note) == (task.pk, NOW, "user/7", "open", "said_done", "Locked")
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject, entry.organisation, entry.body) == ("task.said_done", f"task/{task.pk}", "RX3", {"clause": "EL-023"})
    assert (Errand.objects.get().name, Errand.objects.get().subject) == ("test.follows", entry.subject)


def test_a_refused_move_gives_the_machine_s_reasons_and_the_room_s_together_and_leaves_nothing():
    task = found.task(organisation())
    with pytest.raises(Refused) as refused:
        moves.make(row=task, move="take_back", holds=frozenset(), decision=refuse("task.not_yours", "house"), **FACTS)
    assert [r.code for r in refused.value.decision.reasons] == ["state.wrong", "permission.missing", "task.not_yours"]
    task.refresh_from_db()
    assert task.state == "open" and not TaskMove.objects.exists() and not Entry.objects.exists()


def test_a_row_that_has_moved_since_it_was_read_is_never_moved_again():
    task = found.task(organisation())
    with transaction.atomic():
        moves.make(row=locked(TASKS, task.pk), move="say_done", holds={DO}, **FACTS)
    with pytest.raises(RuntimeError, match="is no longer open"), transaction.atomic():
        moves.make(row=task, move="close", holds=READ_BACK, **FACTS)
    assert list(TaskMove.objects.values_list("became", flat=True)) == ["said_done"]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_moves():
    task = found.task(organisation())
    for act in (
        lambda: moves.make(row=task, move="say_done", holds={DO}, **FACTS),
        lambda: moves.make_many(ids=[task.pk], move="close", holds=READ_BACK, organisation=task.organisation, counted="closed", **FACTS),
        lambda: moves.begin(row=task, **FACTS),
        lambda: moves.begin_many(columns=(), rows=[(task.pk,)], organisation=task.organisation, counted="raised", **FACTS),
        lambda: moves.make_each(wanted=[(task.pk, "close", "")], holds=READ_BACK, **FACTS),
        lambda: moves.remark(row=task, what="look", verb="task.looked_at", **FACTS),
        lambda: moves.remark_many(notes={task: "x"}, what="look", verb="task.x", organisation=task.organisation, counted="told", **FACTS),
    ):
        with pytest.raises(RuntimeError, match="one transaction"):
            act()
    task.refresh_from_db()
    assert task.state == "open" and not TaskMove.objects.exists()


def test_thousands_move_with_few_statements_and_those_elsewhere_are_passed_over(django_assert_max_num_queries):
    here = organisation()
    tasks = [found.task(here, key=f"k{n}") for n in range(30)]
    Task.objects.filter(pk__in=[t.pk for t in tasks[:10]]).update(state="closed", closed_at=NOW)
    facts = {"ids": [t.pk for t in tasks], "move": "close", "holds": READ_BACK, "organisation": here, "counted": "closed", **FACTS}
    with transaction.atomic(), django_assert_max_num_queries(6):
        assert moves.make_many(change={"proof": "gone"}, note="gone", **facts) == 20
    assert Task.objects.filter(state="closed", proof="gone").count() == 20
    assert set(TaskMove.objects.values_list("was", "became", "by", "note")) == {("open", "closed", "user/7", "gone")}
    assert TaskMove.objects.count() == 20
    assert Entry.objects.get().body == {"closed": 20}
    with transaction.atomic():
        assert moves.make_many(**facts) == 0
    assert Entry.objects.count() == 1


def test_rows_begin_as_the_model_says_and_each_makes_its_own_move():
    here = organisation()
    like = found.task(here)
    columns = [f.column for f in Task._meta.concrete_fields if f.name not in ("id", "key", "state", "evidence", "times_reopened")]
    given = read(Task._meta.db_table, columns, {"id": like.pk})[0][1:]
    ids = list(Ids().take(Task._meta.db_table, 3))
    rows = [(n, f"new/{n}", *given) for n in ids]
    with transaction.atomic():
        assert moves.begin_many(columns=("key", *columns), rows=rows, organisation=here, counted="raised", **FACTS) == 3
        moves.make_each(wanted=[(ids[0], "close", "gone"), (ids[2], "close", "shut")], holds=READ_BACK, **FACTS)
    made = Task.objects.exclude(pk=like.pk).order_by("id")
    assert [(t.pk, t.state, t.evidence, t.times_reopened) for t in made] == [
        (ids[0], "closed", "", 0), (ids[1], "open", "", 0), (ids[2], "closed", "", 0),
    ]  # fmt: skip
    told = list(TaskMove.objects.order_by("id").values_list("task_id", "move", "was", "became", "note"))
    assert told[:3] == [(n, "begin", "", "open", "") for n in ids]
    assert told[3:] == [(ids[0], "close", "open", "closed", "gone"), (ids[2], "close", "open", "closed", "shut")]
    assert Entry.objects.get().body == {"raised": 3}


def test_new_rows_leave_their_first_state_at_once_as_if_moved_one_after_another():
    here = organisation()
    like = found.task(here)
    columns = ("organisation_id", "kind", "title", "why", "role", "raised_on", "due_on")
    given = read(Task._meta.db_table, columns, {"id": like.pk})[0][1:]
    rows = [(n, f"new/{n}", *given) for n in Ids().take(Task._meta.db_table, 3)]
    ids = [row[0] for row in rows]
    facts = {"columns": ("key", *columns), "rows": rows, "organisation": here, "counted": "raised", "holds": READ_BACK, **FACTS}
    with transaction.atomic():
        moves.begin_many(at_once=[("close", "gone"), ("", ""), ("close", "shut")], **facts)
    told = list(TaskMove.objects.order_by("id").values_list("task_id", "move", "was", "became", "note"))
    assert told[:3] == [(n, "begin", "", "open", "") for n in ids]
    assert told[3:] == [(ids[0], "close", "open", "closed", "gone"), (ids[2], "close", "open", "closed", "shut")]
    assert list(Task.objects.filter(pk__in=ids).order_by("id").values_list("state", flat=True)) == ["closed", "open", "closed"]
    with pytest.raises(Refused) as refused, transaction.atomic():
        moves.begin_many(at_once=[("reopen", ""), ("close", ""), ("say_done", "")], **facts)
    assert [r.detail for r in refused.value.decision.reasons] == ["reopen is not possible from open", f"say_done needs {DO}"]


def test_one_move_too_many_refuses_them_all_and_says_each_reason():
    here = organisation()
    tasks = [found.task(here, state=state, closed_at=NOW) for state in ("open", "closed", "said_done")]
    wanted = [(tasks[0].pk, "close", ""), (tasks[1].pk, "close", ""), (tasks[2].pk, "say_done", "")]
    with pytest.raises(Refused) as refused, transaction.atomic():
        moves.make_each(wanted=wanted, holds=READ_BACK, **FACTS)
    assert [r.detail for r in refused.value.decision.reasons] == [
        "close is not possible from closed", "say_done is not possible from said_done", f"say_done needs {DO}",
    ]  # fmt: skip
    assert list(Task.objects.order_by("id").values_list("state", flat=True)) == ["open", "closed", "said_done"]


def test_what_the_house_alone_does_no_person_does_to_many():
    task = found.task(organisation())
    with pytest.raises(Refused, match=r"permission\.missing"), transaction.atomic():
        moves.make_many(ids=[task.pk], move="close", holds={DO}, organisation=task.organisation, counted="closed", **FACTS)


def test_another_organisation_s_row_is_not_there():
    task = found.task(organisation())
    with pytest.raises(Task.DoesNotExist), transaction.atomic():
        locked(TASKS, task.pk, organisation_id=organisation("RX4").pk)


def test_a_kind_gives_each_move_its_verb_or_is_refused():
    verbs = {m.name: "task.moved" for m in TASK.moves}
    Kind(TASK, Task, TaskMove, "task", "task.begun", verbs)
    for wrong in ({**verbs, "burn": "task.burnt"}, {n: v for n, v in verbs.items() if n != "close"}):
        with pytest.raises(ValueError, match="has no move or no verb"):
            Kind(TASK, Task, TaskMove, "task", "task.begun", wrong)
