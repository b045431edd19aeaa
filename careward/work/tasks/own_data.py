"""What the queue of work holds about somebody, told to them: the tasks given to them by name, never those about them."""

from careward.web.own_data import Facts, told
from careward.work.tasks.models import Task, TaskAnswer


def own_data(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The tasks that name somebody as who does them."""
    return told(
        Task.objects.filter(assignee_id=person_id or 0), but=("assignee", "about", "key", "link", "question"), also=("due_on", "state")
    )


def answers(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The answers that somebody gave to the questions of tasks."""
    return told(TaskAnswer.objects.filter(by=f"user/{user_id}"), also=("at", "answer", "until"))
