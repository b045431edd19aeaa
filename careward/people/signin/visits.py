"""On which day somebody was here before today: their pages say what changed since.

It is written once a day, with the first page that is opened, and kept in the session for the others. It is no act and no evidence: of each
person the last two days are known, and nobody else is told them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

from careward.evidence.rows.turns import for_a_moment
from careward.people.signin.models import LastHere
from careward.people.signin.rules import Step
from careward.web.permission import Viewer

HERE, BEFORE = "here_on", "here_before"  # in the session: the day that was written down already, and the one before it


class WasHere:
    """Gives each page the day on which whoever asks was here before today, None where they never were, or nobody asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.last_here = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        viewer: Viewer | None = getattr(request, "viewer", None)
        if viewer is not None and getattr(request, "step", None) is Step.PAGES:
            request.last_here = _before(request, viewer)  # type: ignore[attr-defined]


def _before(request: HttpRequest, viewer: Viewer) -> date | None:
    session, today = request.session, f"{viewer.organisation_id} {viewer.today.isoformat()}"
    if session.get(HERE) != today:
        try:
            with for_a_moment():
                before = came(viewer)
        except OperationalError as busy:  # the next page writes it
            if connection.vendor != "sqlite" or "is locked" not in str(busy):
                raise
            return None
        session[HERE], session[BEFORE] = today, before.isoformat() if before else ""
    return date.fromisoformat(session[BEFORE]) if session.get(BEFORE) else None


def came(viewer: Viewer) -> date | None:
    """Keeps that somebody is here today; returns the last day before it on which they were, None where they never were."""
    mine = LastHere.objects.filter(user_id=viewer.user_id, organisation_id=viewer.organisation_id)
    facts = {"user_id": viewer.user_id, "organisation_id": viewer.organisation_id}
    row, new = LastHere.objects.get_or_create(**facts, defaults={"latest_on": viewer.today})
    if new or row.latest_on >= viewer.today:
        return row.before_on
    mine.filter(latest_on=row.latest_on).update(before_on=row.latest_on, latest_on=viewer.today)
    return row.latest_on
