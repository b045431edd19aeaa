"""Whose one task is: one reading of its row, for every act on it."""

from careward.work.tasks import rules
from careward.work.tasks.models import Task


def is_doers(task: Task, doer: rules.Doer) -> bool:
    """Whether a task is the doer's; one passed on is of whom it was passed to."""
    return rules.is_theirs(role=task.role, system_code=task.system_code, assignee_id=task.passed_to_id or task.assignee_id, doer=doer)


def holds(task: Task, doer: rules.Doer) -> frozenset[str]:
    """What the doer may do to a task."""
    return doer.holds(system_code=task.system_code, assignee_id=task.passed_to_id or task.assignee_id)


def seen_of(task: Task) -> str:
    """The digest of what a task's page shows of it: an answer is to exactly that."""
    return rules.seen_digest(title=task.title, why=task.why, otherwise=task.otherwise, link=task.link, question=task.question)
