"""Answering a task's question: the answer is kept, the task waits for it to be proved, and the room that asked is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused
from careward.core.room import AnswerWeighed
from careward.evidence.moves import actions as moves
from careward.evidence.moves.rows import locked
from careward.people.staff.models import Person
from careward.work.tasks import rules
from careward.work.tasks.models import TASKS, Task, TaskAnswer
from careward.work.tasks.questions import (
    NUMBER,
    PASSING,
    REASON,
    UNTIL,
    AnswerOption,
    Given,
    Question,
    fits,
    in_words,
    option_of,
)
from careward.work.tasks.whose import against, asked_of, holds, is_doers, seen_of


@transaction.atomic
def answer_task(
    *, task_id: int, organisation_id: int, doer: rules.Doer, given: Given, now: datetime, by: str, seen: str | None = None
) -> Task:  # fmt: skip
    """Keeps an answer to a task's question. Raises Refused with every reason; the next comparison closes the task or opens it again.

    `seen` is the digest of what its page showed: an answer to what was not shown is refused, never kept.
    'Not mine' passes the task on, and 'cannot' says why: after both it is still to be done.
    """
    task: Task = locked(TASKS, task_id, organisation_id=organisation_id)
    question = asked_of(task, london_day(now))
    meant, shown = meant_by(task, question, given), seen_of(task, question)
    decision = rules.unchanged(shown=shown, seen=seen) & weigh(task, meant, given, doer, now)
    if question is None or meant.option is None or not decision:
        raise Refused(rules.TASK.may(meant.move, state=task.state, holds=holds(task, doer), gates={}) & decision)
    change = kept_as(task, meant, given, now, by)
    errands = [(question.tells, {"task": task.pk, "by": by})] if question.tells and meant.move == "answer" else []
    moves.make(
        kind=TASKS, row=task, move=meant.move, holds=holds(task, doer), decision=_may(task, doer), change=change.fields, note=change.note,
        now=now, by=by, entry={"clause": task.clause, "answer": meant.option.answer}, errands=errands,
    )  # fmt: skip
    TaskAnswer.objects.filter(task=task, taken_back_at=None).update(taken_back_at=now)
    row_of(task, meant, given, shown, now, by).save()
    return task


@dataclass(frozen=True, slots=True)
class Meant:
    """What an answer comes to for one task: which option of its question, and whom it names."""

    question: Question | None
    option: AnswerOption | None
    person: Person | None

    @property
    def move(self) -> str:
        return "pass_on" if self.option and self.option.answer in PASSING else "answer"

    @property
    def whom(self) -> Person | None:
        """Whom it names, where it is an answer that names somebody."""
        return self.person if self.option and (self.option.person or NUMBER in self.option.asks) else None

    def names(self, person_id: int | None) -> bool:
        """Whether it says of something that it is somebody's, or that they answer for it."""
        if self.question is None or self.option is None or self.person is None:
            return False
        return self.question.kind in ("whose", "new_owner") and self.option.answer == "is" and self.person.pk == person_id


def meant_by(task: Task, question: Question | None, given: Given) -> Meant:
    """An answer as this task's question reads it."""
    option = option_of(question, given.choice) if question else None
    return Meant(question, option, _person(task, option, given))


def weigh(task: Task, meant: Meant, given: Given, doer: rules.Doer, now: datetime) -> Decision:
    """Whether somebody may answer a task so: it is theirs, and not about themselves, and the answer fits what is asked."""
    own = rules.not_for_themselves(for_themselves=meant.names(doer.person_id))
    fit = fits(meant.question, given, today=london_day(now), known=meant.person is not None)
    return _may(task, doer) & own & fit & _weighed(task, meant, given, now)


def _may(task: Task, doer: rules.Doer) -> Decision:
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    return rules.yours(theirs=is_doers(task, doer)) & rules.not_about_themselves(about_themselves=about_themselves)


def _weighed(task: Task, meant: Meant, given: Given, now: datetime) -> Decision:
    if meant.option is None or meant.option.answer in PASSING:
        return ALLOWED
    weighed = AnswerWeighed(meant.option.answer, meant.person.pk if meant.person else None, given.until, given.reason)
    return against(task, weighed, london_day(now))


def _person(task: Task, option: AnswerOption | None, given: Given) -> Person | None:
    """Whom the answer names: a candidate of the question, or somebody of the organisation by staff number."""
    people = Person.objects.filter(organisation_id=task.organisation_id)
    if option and option.person:
        return people.filter(pk=option.person).first()
    number = given.number.strip()
    return people.filter(employee_number__iexact=number).first() if number else None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What an answer changes of a task's row, and the words that its history keeps."""

    fields: Mapping[str, Any]
    note: str


def kept_as(task: Task, meant: Meant, given: Given, now: datetime, by: str) -> AnswerChange:
    """What an answer that may be taken changes."""
    question, option, whom = meant.question, meant.option, meant.whom
    if question is None or option is None:
        raise RuntimeError(f"task {task.pk} does not ask what was answered")
    said_until, reason = _said(option, given)
    note = in_words(
        option.answer, until=said_until, whom=whom.name if whom else "", reason=reason, kind=question.kind, at_most=question.at_most
    )
    if meant.move == "pass_on":
        return AnswerChange({"passed_to": whom} if option.answer == "not_mine" else {}, note)
    until = rules.stands_until(option.answer, until=said_until, due_on=task.due_on, today=london_day(now))
    return AnswerChange({"answered_until": until, "said_done_at": now, "said_done_by": by, "evidence": note}, note)


def _said(option: AnswerOption, given: Given) -> tuple[Any, str]:
    """The day and the reason that count with an answer: those it asks for."""
    return given.until if UNTIL in option.asks else None, given.reason.strip() if REASON in option.asks else ""


def row_of(task: Task, meant: Meant, given: Given, shown: str, now: datetime, by: str) -> TaskAnswer:
    """The row of an answer, not saved yet."""
    if meant.option is None:
        raise RuntimeError(f"task {task.pk} does not ask what was answered")
    until, reason = _said(meant.option, given)
    return TaskAnswer(
        task=task, at=now, by=by, answer=meant.option.answer, person=meant.whom, until=until, reason=reason, link=task.link, seen=shown
    )
