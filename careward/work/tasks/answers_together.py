"""One answer to the questions of many tasks: each weighed as it is alone, those that may take it take it, the others are refused.

What was typed is one for all of them, so a mistake in it is told once. What speaks against it at one of them is told of that one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.evidence.errands import actions as errands
from careward.evidence.errands.rules import ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.rules import Deed
from careward.evidence.moves import actions as moves
from careward.work.tasks import rules
from careward.work.tasks.answering import AnswerChange, Meant, kept_as, meant_by, row_of, weigh
from careward.work.tasks.models import TASKS, Task, TaskAnswer
from careward.work.tasks.questions import AnswerOption, Given, Question, fits, from_data, option_of
from careward.work.tasks.rules import DO
from careward.work.tasks.together import Chosen, Together, locked_rows, parted
from careward.work.tasks.whose import asked_of, holds, is_doers, shown_of

ASKS_NOTHING = refuse("task.asks_nothing", "house", "It asks nothing", "Say that it is done")
ASKS_ELSE = refuse("task.asks_else", "house", "It asks something else", "Open it, and answer it by itself")


def may_answer(task: Task, doer: rules.Doer, kind: str = "") -> Decision:
    """Whether somebody may answer, with those of others, what this task asks; `kind` is what the others ask."""
    if not (still := rules.still_open(task.state)):
        return still
    asked = from_data(task.question)
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    decision = rules.yours(theirs=is_doers(task, doer)) & rules.not_about_themselves(about_themselves=about_themselves)
    decision &= ALLOWED if asked and kind in ("", asked.kind) else ASKS_ELSE if asked else ASKS_NOTHING
    return decision & rules.TASK.may("answer", state=task.state, holds=holds(task, doer), gates={})


@transaction.atomic
def answer_together(*, organisation_id: int, chosen: Chosen, doer: rules.Doer, kind: str, given: Given, now: datetime, by: str) -> Together:
    """Gives one answer to the questions of many tasks, all of one kind. Refused where the answer says too little for any of them."""
    rows, on = locked_rows(organisation_id, chosen), london_day(now)
    alike = [task for task in rows if may_answer(task, doer, kind)]
    if alike and not (fit := _fits(alike, given, on)):
        raise Refused(fit)
    heard: dict[int, Meant] = {}

    def weighed(task: Task) -> Decision:
        may = may_answer(task, doer, kind)
        if not may or not (may := rules.unchanged(shown=shown_of(task), seen=chosen[task.pk])):
            return may
        heard[task.pk] = meant = meant_by(task, asked_of(task, on), given)
        return weigh(task, meant, given, doer, now) if meant.option else ASKS_ELSE

    able, outcome = parted(organisation_id, chosen, rows, weighed)
    if able:
        _keep({task: heard[task.pk] for task in able}, given, now, by)
    return outcome


def _fits(tasks: Sequence[Task], given: Given, on: date) -> Decision:
    """Whether an answer says all that goes with it: told once, for what was typed is one for all."""
    question = asked_together(tasks, on)
    known = meant_by(tasks[0], question, given).person is not None
    return fits(question, given, today=on, known=known)


def _keep(able: Mapping[Task, Meant], given: Given, now: datetime, by: str) -> None:
    """Writes the answers: those alike move together, and what follows each is asked for at once."""
    alike: defaultdict[tuple[str, str, tuple[Any, ...]], list[Task]] = defaultdict(list)
    changes: dict[Task, AnswerChange] = {task: kept_as(task, meant, given, now, by) for task, meant in able.items()}
    for task, change in changes.items():
        alike[able[task].move, change.note, tuple(sorted((n, str(v)) for n, v in change.fields.items()))].append(task)
    organisation = next(iter(able)).organisation
    facts: dict[str, Any] = {"kind": TASKS, "organisation": organisation, "now": now, "by": by, "counted": "", "holds": frozenset({DO})}
    for (move, note, _), some in alike.items():
        moves.make_many(ids=[task.pk for task in some], move=move, change=changes[some[0]].fields, note=note, **facts)
    TaskAnswer.objects.filter(task__in=list(able), taken_back_at=None).update(taken_back_at=now)
    TaskAnswer.objects.bulk_create([row_of(task, meant, given, shown_of(task), now, by) for task, meant in able.items()])
    _write_down(able, now, by)


def _write_down(able: Mapping[Task, Meant], now: datetime, by: str) -> None:
    """An entry of the ledger for each, which says of how many it is one, and the errand of the room that asked."""
    here = next(iter(able)).organisation.ods_code
    deeds = [
        Deed(TASKS.verbs[m.move], f"task/{t.pk}", {"clause": t.clause, "answer": m.option.answer if m.option else "", "of": len(able)})
        for t, m in able.items()
    ]
    ledger.record_many(at=now, actor=by, organisation=here, deeds=deeds)
    follow = [
        ErrandWanted(m.question.tells, f"task/{t.pk}", {"task": t.pk, "by": by})
        for t, m in able.items()
        if m.question and m.question.tells and m.move == "answer"
    ]
    errands.ask_many(asked=follow, organisation=here, now=now)


def asked_together(tasks: Sequence[Task], on: date) -> Question | None:
    """What some tasks ask together: the question of the first, with the answers that every one of them takes. None where it asks nothing.

    What an answer does, and how far, is told where it is the same for all.
    """
    asked = [question for task in tasks if (question := from_data(task.question))]
    if not asked:
        return None
    first = asked[0]
    both = [_of_many(first, option) for option in first.options if all(option_of(other, option.choice) for other in asked)]
    alike = len({(task.kind, task.system_code) for task in tasks}) == 1
    shown = asked_of(tasks[0], on) if alike else None
    note = shown.note if shown else APART if first.kind in ("still_needed", "approval") else ""
    return Question(first.kind, TOGETHER.get(first.kind, first.words), tuple(both), first.tells, note=note)


def _of_many(question: Question, option: AnswerOption) -> AnswerOption:
    """Whose each may be is offered on its own page alone, so "somebody else" is here just somebody."""
    return replace(option, words="Somebody's") if question.kind == "whose" and option.answer == "is" else option


TOGETHER = {
    "still_needed": "Are they still needed?",
    "has_gone": "Have they left?",
    "whose": "Whose are they?",
    "new_owner": "Who answers for them now?",
    "arranged": "When will they be put right?",
    "approval": "Until when should they be approved, and who answers for them?",
}
APART = "Each answer counts as far as the procedure of its own system lets it."
