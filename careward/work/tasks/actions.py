"""Raising, doing, closing and reopening tasks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import F

from careward.core.days import london_day
from careward.evidence.moves import actions as moves
from careward.evidence.moves.rows import locked
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on, pack_with
from careward.work.tasks import rules
from careward.work.tasks.models import TASKS, Task

T = TypeVar("T")
TOLD = ("kind", "title", "why", "otherwise", "step", "clause", "role", "system_code", "assignee_id", "about_id", "link", "due_on")


@dataclass(frozen=True, slots=True)
class NewTask:
    """What to raise; `key` says what it is about, and one open task stands per key."""

    key: str
    kind: str
    title: str
    why: str
    otherwise: str
    step: str
    clause: str
    role: str
    system_code: str
    assignee_id: int | None
    about_id: int | None
    link: str
    due_on: date


@transaction.atomic
def raise_tasks(*, organisation: Organisation, tasks: Sequence[NewTask], now: datetime, by: str, on: date) -> dict[str, int]:
    """Raises each task whose key has none open, and says which row each key has: {key: task id}."""
    ids = dict(Task.objects.filter(organisation=organisation).exclude(state="closed").values_list("key", "id"))
    fresh = {t.key: t for t in tasks if t.key not in ids}
    rows = [_new(t, organisation, on) for t in fresh.values()]
    moves.begin_many(kind=TASKS, rows=rows, organisation=organisation, now=now, by=by, counted="raised")
    return {t.key: ids.get(t.key) or 0 for t in tasks} | {t.key: t.pk for t in rows}


def _new(task: NewTask, organisation: Organisation, on: date) -> Task:
    return Task(
        organisation=organisation, key=task.key, kind=task.kind, title=task.title, why=task.why, otherwise=task.otherwise,
        step=task.step, clause=task.clause, role=task.role, system_code=task.system_code, assignee_id=task.assignee_id,
        about_id=task.about_id, link=task.link, raised_on=on, due_on=task.due_on,
    )  # fmt: skip


@transaction.atomic
def tell_anew(*, organisation: Organisation, tasks: Mapping[int, NewTask], now: datetime, by: str) -> int:
    """Puts the words, the step, the day and the doer of tasks that stand as they are now wanted; returns how many changed."""
    changed: list[Task] = []
    for batch in _batches(sorted(tasks)):
        for row in Task.objects.select_for_update().filter(pk__in=batch).exclude(state="closed").order_by("pk"):
            if any(getattr(row, name) != getattr(tasks[row.pk], name) for name in TOLD):
                for name in TOLD:
                    setattr(row, name, getattr(tasks[row.pk], name))
                changed.append(row)
    Task.objects.bulk_update(changed, TOLD, batch_size=200)
    notes = {task: f"Now: {task.title}" for task in changed}
    return moves.remark_many(
        kind=TASKS, notes=notes, what="tell_anew", verb="tasks.told_anew", organisation=organisation, now=now, by=by, counted="changed"
    )


@transaction.atomic
def say_done(*, task_id: int, doer: rules.Doer, evidence: str, now: datetime, by: str) -> Task:
    """Records that someone did what a task asks; the next export closes it or reopens it. Raises Refused with every reason."""
    task: Task = locked(TASKS, task_id)
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    clause = _evidence_clause(task, london_day(now))
    decision = rules.may_say_done(theirs=_theirs(task, doer), about_themselves=about_themselves, evidence=evidence, clause=clause)
    said = {"evidence": evidence.strip(), "said_done_at": now, "said_done_by": by}
    moves.make(
        kind=TASKS, row=task, move="say_done", holds=doer.holds, decision=decision, change=said, note=said["evidence"],
        now=now, by=by, entry={"clause": task.clause},
    )  # fmt: skip
    return task


def _evidence_clause(task: Task, on: date) -> str:
    """Which clause asks for evidence: of the procedure that the task was raised under, else of the organisation's own."""
    return pack_on(pack_with(task.clause) or task.organisation.pack, on).clause_of("work.evidence")


@transaction.atomic
def take_back(*, task_id: int, doer: rules.Doer, now: datetime, by: str) -> Task:
    """Undoes 'said done' where it was said too soon."""
    task: Task = locked(TASKS, task_id)
    decision = rules.yours(theirs=_theirs(task, doer))
    moves.make(kind=TASKS, row=task, move="take_back", holds=doer.holds, decision=decision, now=now, by=by, entry={"clause": task.clause})
    return task


@transaction.atomic
def close_tasks(*, organisation: Organisation, task_ids: Iterable[int], proof: str, now: datetime, by: str) -> int:
    """Closes tasks whose cause the latest export no longer shows, with that proof (EL-023)."""
    return moves.make_many(
        kind=TASKS, ids=task_ids, move="close", holds=rules.READ_BACK, organisation=organisation,
        change={"closed_at": now, "proof": proof}, note=proof, now=now, by=by, counted="closed",
    )  # fmt: skip


@transaction.atomic
def reopen_tasks(*, organisation: Organisation, task_ids: Iterable[int], proof: str, now: datetime, by: str) -> int:
    """Reopens tasks that someone said were done and the latest export shows are not."""
    return moves.make_many(
        kind=TASKS, ids=task_ids, move="reopen", holds=rules.READ_BACK, organisation=organisation,
        change={"times_reopened": F("times_reopened") + 1, "proof": proof}, note=proof, now=now, by=by, counted="reopened",
    )  # fmt: skip


def _theirs(task: Task, doer: rules.Doer) -> bool:
    return rules.is_theirs(role=task.role, system_code=task.system_code, assignee_id=task.assignee_id, doer=doer)


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[i : i + 500] for i in range(0, len(items), 500))
