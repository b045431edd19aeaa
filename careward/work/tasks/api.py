"""The JSON API of tasks."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema

from careward.core.rights import EVERYWHERE
from careward.people.signin.api_keys import PEOPLE, ApiRequest, Bearer
from careward.people.signin.giving import given_out
from careward.web.answers import ERRORS, PERSONAL, PageIn, Word, rows_after
from careward.work.tasks.models import Task
from careward.work.tasks.pages import kind_words
from careward.work.tasks.rules import SEE

router = Router(tags=["work"])


class TaskOut(Schema):
    id: int
    title: Annotated[str, PERSONAL]  # what it is about in general, where the token may not see people
    kind: str
    step: str
    clause: str
    role: str
    system_code: str
    state: str
    raised_on: date
    due_on: date
    times_reopened: int


class TasksOut(Schema):
    total: int
    next: int | None
    tasks: list[TaskOut]


class TasksIn(PageIn):
    state: Literal["open", "said_done", "answered", "closed"] = "open"
    system: Word = ""


@router.get("/tasks", auth=Bearer(SEE), response={200: TasksOut, **ERRORS})
def list_tasks(request: ApiRequest, asked: Query[TasksIn]) -> dict[str, object]:
    """Tasks of the organisation, in the order they were raised."""
    rows = Task.objects.filter(organisation_id=request.auth.organisation_id, state=asked.state)
    if (within := request.auth.systems_for(SEE)) is not EVERYWHERE:
        rows = rows.filter(system_code__in=within)
    if asked.system:
        rows = rows.filter(system_code=asked.system)
    page, following = rows_after(rows, asked)
    given_out(request, "tasks", len(page), asked)
    return {"total": rows.count(), "next": following, "tasks": [_task(row, request) for row in page]}


def _task(row: Task, request: ApiRequest) -> dict[str, Any]:
    """A task names people in its title: whoever may not see people is told its kind."""
    facts = {name: getattr(row, name) for name in TaskOut.model_fields}
    return facts if request.auth.may(PEOPLE) else {**facts, "title": kind_words(row.kind)}
