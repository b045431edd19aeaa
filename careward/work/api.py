"""The JSON API of tasks."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from careward.people.api_keys import Bearer
from careward.work.models import Task

router = Router(tags=["work"])
MOST = 500


Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]  # PostgreSQL holds no NUL


class Mistake(Schema):
    detail: str


class Unfit(Schema):
    """What of a question cannot be asked so, and why."""

    detail: list[dict[str, object]]


ERRORS = {401: Mistake, 403: Mistake, 422: Unfit}


class TaskOut(Schema):
    id: int
    title: str
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


class TasksIn(Schema):
    """Where to begin, by the number the last answer gave as `next`; how many rows; which state and system."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(100, ge=1, le=MOST)
    state: Literal["open", "said_done", "closed"] = "open"
    system: Word = ""


@router.get("/tasks", auth=Bearer("accounts:findings:see"), response={200: TasksOut, **ERRORS})
def list_tasks(request: HttpRequest, asked: Query[TasksIn]) -> dict[str, object]:
    """Tasks of the organisation, in the order they were raised."""
    rows = Task.objects.filter(organisation_id=request.auth.organisation_id, state=asked.state)
    if asked.system:
        rows = rows.filter(system_code=asked.system)
    page = list(rows.filter(pk__gt=asked.after).order_by("pk")[: asked.limit + 1])
    following = page[asked.limit - 1].pk if len(page) > asked.limit else None
    return {"total": rows.count(), "next": following, "tasks": page[: asked.limit]}
