"""Raising, doing, closing and reopening tasks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import Refused
from careward.core.packs.duties import HOUSE
from careward.evidence.ledger import actions as ledger
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on, pack_with
from careward.work.tasks import rules
from careward.work.tasks.models import Task, TaskMove

T = TypeVar("T")
BATCH = 2000
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
    rows = [
        Task(
            organisation=organisation, key=t.key, kind=t.kind, title=t.title, why=t.why, otherwise=t.otherwise, step=t.step,
            clause=t.clause, role=t.role, system_code=t.system_code, assignee_id=t.assignee_id, about_id=t.about_id, link=t.link,
            raised_on=on, due_on=t.due_on,
        )
        for t in fresh.values()
    ]  # fmt: skip
    bulk.insert_new(rows, bulk.Ids())
    bulk.insert_new([TaskMove(task=t, at=now, by=by, was="", became="open") for t in rows], bulk.Ids())
    if rows:
        ledger.record(
            at=now,
            actor=by,
            verb="tasks.raised",
            subject=f"organisation/{organisation.pk}",
            organisation=organisation.ods_code,
            raised=len(rows),
        )
    return {t.key: ids.get(t.key) or 0 for t in tasks} | {t.key: t.pk for t in rows}


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
    moves = [TaskMove(task=t, at=now, by=by, was=t.state, became=t.state, note=f"Now: {t.title}") for t in changed]
    TaskMove.objects.bulk_create(moves, batch_size=BATCH)
    if changed:
        ledger.record(
            at=now,
            actor=by,
            verb="tasks.told_anew",
            subject=f"organisation/{organisation.pk}",
            organisation=organisation.ods_code,
            changed=len(changed),
        )
    return len(changed)


@transaction.atomic
def say_done(*, task_id: int, doer: rules.Doer, evidence: str, now: datetime, by: str) -> Task:
    """Records that someone did what a task asks; the next export closes it or reopens it. Raises Refused with every reason."""
    task = _one(task_id)
    theirs = rules.is_theirs(role=task.role, system_code=task.system_code, assignee_id=task.assignee_id, doer=doer)
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    clause = _evidence_clause(task, london_day(now))
    decision = rules.may_say_done(state=task.state, theirs=theirs, about_themselves=about_themselves, evidence=evidence, clause=clause)
    if not decision:
        raise Refused(decision)
    task.evidence, task.said_done_at, task.said_done_by = evidence.strip(), now, by
    _move(task, "say_done", now, by, note=task.evidence)
    return task


def _evidence_clause(task: Task, on: date) -> str:
    """Which clause asks for evidence: of the procedure that the task was raised under, else of the organisation's own."""
    return pack_on(pack_with(task.clause) or task.organisation.pack, on).clause_of("work.evidence")


@transaction.atomic
def take_back(*, task_id: int, doer: rules.Doer, now: datetime, by: str) -> Task:
    """Undoes 'said done' where it was said too soon."""
    task = _one(task_id)
    theirs = rules.is_theirs(role=task.role, system_code=task.system_code, assignee_id=task.assignee_id, doer=doer)
    decision = rules.TASK.may("take_back", state=task.state, roles=rules.DOER, gates={})
    if not theirs:
        decision &= rules.may_say_done(state="open", theirs=False, about_themselves=False, evidence="said", clause=HOUSE)
    if not decision:
        raise Refused(decision)
    _move(task, "take_back", now, by)
    return task


@transaction.atomic
def close_tasks(*, organisation: Organisation, task_ids: Iterable[int], proof: str, now: datetime, by: str) -> int:
    """Closes tasks whose cause the latest export no longer shows, with that proof (EL-023)."""
    tasks = _locked(task_ids, ("open", "said_done"))
    for batch in _batches(tasks):
        TaskMove.objects.bulk_create([TaskMove(task=t, at=now, by=by, was=t.state, became="closed", note=proof) for t in batch])
        Task.objects.filter(pk__in=[t.pk for t in batch]).update(state="closed", closed_at=now, proof=proof)
    if tasks:
        ledger.record(
            at=now,
            actor=by,
            verb="tasks.closed",
            subject=f"organisation/{organisation.pk}",
            organisation=organisation.ods_code,
            closed=len(tasks),
        )
    return len(tasks)


@transaction.atomic
def reopen_tasks(*, organisation: Organisation, task_ids: Iterable[int], proof: str, now: datetime, by: str) -> int:
    """Reopens tasks that someone said were done and the latest export shows are not."""
    tasks = _locked(task_ids, ("said_done",))
    for task in tasks:
        task.times_reopened += 1
        task.proof = proof
        _move(task, "reopen", now, by, role="read_back", note=proof, extra=("times_reopened", "proof"), written=False)
    if tasks:
        ledger.record(
            at=now,
            actor=by,
            verb="tasks.reopened",
            subject=f"organisation/{organisation.pk}",
            organisation=organisation.ods_code,
            reopened=len(tasks),
        )
    return len(tasks)


def _one(task_id: int) -> Task:
    """The task's row alone: were its organisation's locked with it, everybody would wait for a comparison that is being kept."""
    return Task.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=task_id)


def _locked(task_ids: Iterable[int], states: tuple[str, ...]) -> list[Task]:
    out: list[Task] = []
    for batch in _batches(sorted(set(task_ids))):
        out += Task.objects.select_for_update().filter(pk__in=batch, state__in=states).order_by("pk")
    return out


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[i : i + 500] for i in range(0, len(items), 500))


def _move(
    task: Task, name: str, now: datetime, by: str, *, role: str = "doer", note: str = "", extra: tuple[str, ...] = (), written: bool = True
) -> None:
    decision = rules.TASK.may(name, state=task.state, roles=frozenset({role}), gates={})
    if not decision:
        raise Refused(decision)
    was, task.state = task.state, rules.TASK.move(name).target
    task.save(update_fields=["state", "evidence", "said_done_at", "said_done_by", *extra])
    TaskMove.objects.create(task=task, at=now, by=by, was=was, became=task.state, note=note)
    if written:
        verb = "task.said_done" if name == "say_done" else "task.taken_back"
        ledger.record(at=now, actor=by, verb=verb, subject=f"task/{task.pk}", organisation=task.organisation.ods_code, clause=task.clause)
