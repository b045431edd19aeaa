"""Answering a task's question: the answer is kept, the task waits for it to be proved, and the room that asked is told."""

from datetime import datetime

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
    option = option_of(question, given.choice) if question else None
    person, shown = _person(task, option, given), seen_of(task, question)
    fit = fits(question, given, today=london_day(now), known=person is not None)
    mine = question is not None and question.kind in ("whose", "new_owner") and person is not None and person.pk == doer.person_id
    own = rules.not_for_themselves(for_themselves=mine and option is not None and option.answer == "is")
    decision = _may(task, doer) & rules.unchanged(shown=shown, seen=seen) & own & fit & _weighed(task, option, given, person, now)
    move = "pass_on" if option and option.answer in PASSING else "answer"
    if question is None or option is None or not decision:
        raise Refused(rules.TASK.may(move, state=task.state, holds=holds(task, doer), gates={}) & decision)
    _keep(task, question, option, given, person, shown, move, doer, now, by)
    return task


def _may(task: Task, doer: rules.Doer) -> Decision:
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    return rules.yours(theirs=is_doers(task, doer)) & rules.not_about_themselves(about_themselves=about_themselves)


def _weighed(task: Task, option: AnswerOption | None, given: Given, person: Person | None, now: datetime) -> Decision:
    if option is None or option.answer in PASSING:
        return ALLOWED
    weighed = AnswerWeighed(option.answer, person.pk if person else None, given.until, given.reason)
    return against(task, weighed, london_day(now))


def _person(task: Task, option: AnswerOption | None, given: Given) -> Person | None:
    """Whom the answer names: a candidate of the question, or somebody of the organisation by staff number."""
    people = Person.objects.filter(organisation_id=task.organisation_id)
    if option and option.person:
        return people.filter(pk=option.person).first()
    number = given.number.strip()
    return people.filter(employee_number__iexact=number).first() if number else None


def _keep(
    task: Task, question: Question, option: AnswerOption, given: Given, person: Person | None, shown: str, move: str,
    doer: rules.Doer, now: datetime, by: str,
) -> None:  # fmt: skip
    said_until, reason = given.until if UNTIL in option.asks else None, given.reason.strip() if REASON in option.asks else ""
    whom = person if option.person or NUMBER in option.asks else None
    note = in_words(
        option.answer, until=said_until, whom=whom.name if whom else "", reason=reason, kind=question.kind, at_most=question.at_most
    )
    until = rules.stands_until(option.answer, until=said_until, due_on=task.due_on, today=london_day(now))
    change = {"passed_to": whom} if option.answer == "not_mine" else {} if move == "pass_on" else {"answered_until": until}
    said = {} if move == "pass_on" else {"said_done_at": now, "said_done_by": by, "evidence": note}
    errands = [(question.tells, {"task": task.pk, "by": by})] if question.tells and move == "answer" else []
    moves.make(
        kind=TASKS, row=task, move=move, holds=holds(task, doer), decision=_may(task, doer), change={**change, **said}, note=note,
        now=now, by=by, entry={"clause": task.clause, "answer": option.answer}, errands=errands,
    )  # fmt: skip
    TaskAnswer.objects.filter(task=task, taken_back_at=None).update(taken_back_at=now)
    TaskAnswer.objects.create(
        task=task, at=now, by=by, answer=option.answer, person=whom, until=said_until, reason=reason, link=task.link, seen=shown
    )
