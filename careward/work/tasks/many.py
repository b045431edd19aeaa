"""Does what a plan says to many tasks at once: each move as the machine allows it, with its row of history.

The ledger is told by whoever planned it, in the entry of the whole. The caller's transaction holds the organisation's lock.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import F

from careward.core.days import london_day
from careward.evidence.moves import actions as moves
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation
from careward.work.tasks.models import TASKS, Task
from careward.work.tasks.rules import READ_BACK
from careward.work.tasks.wanted import TOLD, NewTask, TaskPlan, TasksWritten

T = TypeVar("T")
BATCH = 500


def write_tasks(*, organisation: Organisation, plan: TaskPlan, on: date, now: datetime, by: str) -> TasksWritten:
    """Raises, retells, closes and reopens tasks. One that somebody moved meanwhile moves only where the machine lets it."""
    facts: dict[str, Any] = {"kind": TASKS, "organisation": organisation, "now": now, "by": by, "counted": ""}
    ids = _raise(plan.raised, on, facts)
    told = _tell(plan.told, facts)
    closed = _move("close", plan.closed, {"closed_at": now}, facts)
    reopened = _move("reopen", plan.reopened, {"times_reopened": F("times_reopened") + 1}, facts)
    return TasksWritten(ids, told, closed, reopened)


def keep_asked(*, organisation: Organisation, prefix: str, wanted: Sequence[NewTask], proof: str, now: datetime, by: str) -> TasksWritten:
    """Brings the tasks whose keys begin so to what is wanted: raised once each, told anew where they say otherwise, closed with the proof.

    One that was said to be done and is wanted all the same is open again.
    """
    standing = Task.objects.filter(organisation=organisation, key__startswith=prefix).exclude(state="closed")
    rows = list(standing.values_list("id", "key", "state", *TOLD))
    there = {key: (number, tuple(words)) for number, key, _, *words in rows}
    keys = {task.key for task in wanted}
    plan = TaskPlan(
        raised=tuple(task for task in wanted if task.key not in there),
        told=tuple((there[t.key][0], t) for t in wanted if t.key in there and there[t.key][1][:-1] != t.words[:-1]),
        closed=tuple((number, proof) for number, key, *_ in rows if key not in keys),
        reopened=tuple((number, "It is still so") for number, key, state, *_ in rows if key in keys and state == "said_done"),
    )
    if plan == TaskPlan():
        return TasksWritten()
    return write_tasks(organisation=organisation, plan=plan, on=london_day(now), now=now, by=by)


def _raise(raised: Sequence[NewTask], on: date, facts: dict[str, Any]) -> dict[str, int]:
    """The row of each new task by its key."""
    day, here = bulk.storing().get("day", lambda value: value), facts["organisation"]
    numbers = bulk.Ids().take(Task._meta.db_table, len(raised))
    asked = [json.dumps(t.question.as_data()) if t.question else None for t in raised]
    raised_on = day(on)
    rows = [(n, here.pk, raised_on, t.key, ask, *t.words[:-1], day(t.due_on)) for n, t, ask in zip(numbers, raised, asked, strict=True)]
    moves.begin_many(columns=("organisation_id", "raised_on", "key", "question", *TOLD), rows=rows, **facts)
    return dict(zip((t.key for t in raised), numbers, strict=True))


def _tell(told: Sequence[tuple[int, NewTask]], facts: dict[str, Any]) -> int:
    """Its words are those of the plan, its state as it stands: who said that it was done is not forgotten."""
    day = bulk.storing().get("day", lambda value: value)
    wanted = dict(told)
    standing = Task.objects.select_for_update().exclude(state="closed").only("id", "state").order_by("pk")
    rows = [row for some in _batches(sorted(wanted)) for row in standing.filter(pk__in=some)]
    words = ((row.pk, *(day(w) if isinstance(w, date) else w for w in wanted[row.pk].words)) for row in rows)
    bulk.update(Task._meta.db_table, TOLD, list(words))
    _ask_anew(rows, wanted)
    notes = {row: f"Now: {wanted[row.pk].title}" for row in rows}
    return moves.remark_many(notes=notes, what="tell_anew", verb="tasks.told_anew", **facts)


def _ask_anew(rows: Sequence[Task], wanted: dict[int, NewTask]) -> None:
    """A task told anew asks what its words now ask: an answer is never to the question of another day."""
    asking = [row for row in rows if wanted[row.pk].question]
    for row in asking:
        question = wanted[row.pk].question
        row.question = question.as_data() if question else None
    Task.objects.bulk_update(asking, ["question"], batch_size=BATCH)
    Task.objects.filter(pk__in=[row.pk for row in rows if not wanted[row.pk].question]).exclude(question=None).update(question=None)


def _move(name: str, proofs: Iterable[tuple[int, str]], change: dict[str, Any], facts: dict[str, Any]) -> int:
    """The tasks that may make a move make it, each with its proof."""
    alike = groupby(sorted((proof, number) for number, proof in proofs), key=lambda pair: pair[0])
    return sum(
        moves.make_many(ids=[n for _, n in some], move=name, holds=READ_BACK, change={**change, "proof": proof}, note=proof, **facts)
        for proof, some in alike
    )


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + BATCH] for i in range(0, len(items), BATCH))
