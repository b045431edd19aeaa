"""Saying that a task is done, and taking that back; what a comparison does to many at once is in many.py."""

from datetime import datetime

from django.db import transaction

from careward.core.days import london_day
from careward.evidence.moves import actions as moves
from careward.evidence.moves.rows import locked
from careward.work.tasks import rules
from careward.work.tasks.models import TASKS, Task
from careward.work.tasks.questions import from_data
from careward.work.tasks.whose import evidence_clause, is_doers
from careward.work.tasks.whose import holds as holds_of


@transaction.atomic
def say_done(*, task_id: int, doer: rules.Doer, evidence: str, now: datetime, by: str) -> Task:
    """Records that someone did what a task asks; the next export closes it or reopens it. Raises Refused with every reason."""
    task: Task = locked(TASKS, task_id)
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    clause = evidence_clause(task, london_day(now))
    decision = rules.may_say_done(theirs=is_doers(task, doer), about_themselves=about_themselves, evidence=evidence, clause=clause)
    told = evidence.strip()
    said = {"evidence": told, "said_done_at": now, "said_done_by": by}
    moves.make(
        kind=TASKS, row=task, move="say_done", holds=holds_of(task, doer), decision=decision, change=said, note=told,
        now=now, by=by, entry={"clause": task.clause},
    )  # fmt: skip
    return task


@transaction.atomic
def ask_again(*, task_id: int, why: str, now: datetime, by: str) -> bool:
    """A task whose answer came to nothing is open again and says why; says whether it was, since one that moved on stays as it is."""
    task: Task = locked(TASKS, task_id)
    if task.state != "answered":
        return False
    task.answers.filter(taken_back_at=None).update(taken_back_at=now)
    change = {"times_reopened": task.times_reopened + 1, "answered_until": None, "evidence": ""}
    moves.make(
        kind=TASKS, row=task, move="reopen", holds=rules.READ_BACK, change=change, note=why, now=now, by=by, entry={"clause": task.clause}
    )
    return True


@transaction.atomic
def take_back(*, task_id: int, doer: rules.Doer, now: datetime, by: str) -> Task:
    """Undoes 'said done' where it was said too soon."""
    task: Task = locked(TASKS, task_id)
    decision = rules.yours(theirs=is_doers(task, doer))
    task.answers.filter(taken_back_at=None).update(taken_back_at=now)
    change, entry, holds = {"answered_until": None}, {"clause": task.clause}, holds_of(task, doer)
    question = from_data(task.question) if task.state == "answered" else None
    errands = [(question.tells, {"task": task.pk, "by": by})] if question and question.tells else []
    moves.make(
        kind=TASKS, row=task, move="take_back", holds=holds, decision=decision, change=change, now=now, by=by, entry=entry, errands=errands
    )
    return task
