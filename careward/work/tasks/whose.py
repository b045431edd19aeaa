"""Whose one task is, and what it asks: one reading of its row, for its page and for every act on it."""

from datetime import date

from careward.core.decision import ALLOWED, Decision
from careward.core.room import AnswerWeighed
from careward.people.staff.packs import pack_on, pack_with
from careward.web.house import house
from careward.work.tasks import rules
from careward.work.tasks.models import Task
from careward.work.tasks.questions import Question, from_data, shown, shown_data

DIGITS = 12  # of a digest that stands beside each of many tasks


def is_doers(task: Task, doer: rules.Doer) -> bool:
    """Whether a task is the doer's; one passed on is of whom it was passed to, and none of another organisation is."""
    if doer.organisation_id not in (None, task.organisation_id):
        return False
    return rules.is_theirs(role=task.role, system_code=task.system_code, assignee_id=task.passed_to_id or task.assignee_id, doer=doer)


def holds(task: Task, doer: rules.Doer) -> frozenset[str]:
    """What the doer may do to a task."""
    return doer.holds(system_code=task.system_code, assignee_id=task.passed_to_id or task.assignee_id)


def asked_of(task: Task, on: date) -> Question | None:
    """A task's question as its page shows it on a day: with what the room that shows its subject tells of it now."""
    question = from_data(task.question)
    kind, _, key = task.link.partition("/")
    subject = house().subjects.get(kind)
    if question is None or subject is None:
        return question
    told = subject.told(organisation_id=task.organisation_id, key=key, task_kind=task.kind, task_key=task.key, today=on)
    return shown(question, told) if told else question


def against(task: Task, weighed: AnswerWeighed, on: date) -> Decision:
    """What the room that shows a task's subject has against an answer about it."""
    kind, _, key = task.link.partition("/")
    subject = house().subjects.get(kind)
    if subject is None or subject.against is None:
        return ALLOWED
    return subject.against(organisation_id=task.organisation_id, key=key, task_kind=task.kind, weighed=weighed, today=on)


def seen_of(task: Task, asked: Question | None) -> str:
    """The digest of what a task's page shows of it, its question with the facts as they are: an answer is to exactly that."""
    return rules.seen_digest(title=task.title, why=task.why, otherwise=task.otherwise, link=task.link, question=shown_data(asked))


def shown_of(task: Task) -> str:
    """The digest of what a list shows of a task: an act on many is on exactly these."""
    return rules.seen_digest(title=task.title, why=task.why, otherwise=task.otherwise, link=task.link, question=task.question)[:DIGITS]


def evidence_clause(task: Task, on: date) -> str:
    """Which clause asks for evidence: of the procedure that the task was raised under, else of the organisation's own."""
    return pack_on(pack_with(task.clause) or task.organisation.pack, on).clause_of("work.evidence")
