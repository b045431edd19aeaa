"""What somebody asks of a list or a search goes by POST, is kept for a day under a number, and is shown at an address that names nobody.

Words that may name a person stand so in no address, no log, no history of a browser and no Referer. The form says which of its fields may
stand in the address; all others are kept. A number is its asker's alone, unless they keep it as a view
(saved_views.py). Nothing here is done: like a draft, it is no act and no evidence.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from careward.evidence.rows.turns import for_a_moment
from careward.people.signin.models import KeptQuestion, SavedView
from careward.web.asked import ASKS, IN_ADDRESS, VIEW, cleaned
from careward.web.permission import Viewer

KEPT = timedelta(hours=24)
NOT_KEPT = "0"  # stands for a number in further links of a page that has none: they ask again
NUMBERS = 2**53
MOST = 20  # values of one field
NOT_ASKED = {ASKS, IN_ADDRESS, VIEW, "csrfmiddlewaretoken"}

Words = dict[str, list[str]]


class QuestionsByNumber:
    """Keeps a question that is sent and leads to its number; gives a page that is opened by a number what was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        viewer: Viewer | None = getattr(request, "viewer", None)
        if viewer is None:
            return None
        if request.method == "POST" and ASKS in request.POST:
            return _keep(request, viewer)
        return _open(request, viewer) if VIEW in request.GET else None


def _keep(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """Keeps what names somebody under a number, and leads to the address that shows the answer; None where it is answered at once."""
    open_ = set(request.POST.get(IN_ADDRESS, "").split())
    given = {name: [v for v in map(cleaned, request.POST.getlist(name)[:MOST]) if v] for name in request.POST if name not in NOT_ASKED}
    address = [(name, value) for name, values in given.items() if name in open_ for value in values]
    if words := {name: values for name, values in given.items() if name not in open_ and values}:
        try:
            with for_a_moment():
                address = [(VIEW, str(keep(viewer, page=request.path, words=words))), *address]
        except OperationalError as busy:
            if connection.vendor != "sqlite" or "is locked" not in str(busy):
                raise
            _answer_at_once(request, given)
            return None
    return HttpResponseRedirect(f"{request.path}?{urlencode(address)}" if address else request.path)


def _answer_at_once(request: HttpRequest, given: Words) -> None:
    """While a load writes to SQLite nothing can be kept: the page itself is the answer, and has no number to come back by."""
    asked = QueryDict(mutable=True)
    for name, values in given.items():
        asked.setlist(name, values)
    asked[VIEW] = NOT_KEPT
    request.GET, request.method = asked, "GET"  # type: ignore[assignment]


def keep(viewer: Viewer, *, page: str, words: Words) -> int:
    """Keeps the words that somebody asked of a page; returns their number. What is over is let go of at the same time."""
    clear_old(now=viewer.now)
    number = randbelow(NUMBERS - 1) + 1
    KeptQuestion.objects.create(
        number=number, user_id=viewer.user_id, organisation_id=viewer.organisation_id, page=page, words=words, asked_at=viewer.now
    )
    return number


def _open(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    asked = request.GET.copy()
    words = kept(viewer, page=request.path, number=request.GET[VIEW])
    if words is None:
        rest = urlencode([(n, v) for n, values in asked.lists() for v in values if n not in (VIEW, "page", "as")])
        again = f"{request.path}?{rest}" if rest else request.path
        return render(request, "signin/view_ended.jinja", {"again": again, "hours": KEPT // timedelta(hours=1)}, status=410)
    for name, values in words.items():
        if name not in asked:  # what stands in the address counts, also where it is blank: that is how one word is taken away
            asked.setlist(name, values)
    request.GET = asked  # type: ignore[assignment]
    return None


def kept(viewer: Viewer, *, page: str, number: str) -> Words | None:
    """What somebody asked of a page under a number; None where it is another's, another page's, or over.

    What is kept as a view is its organisation's: whoever has the number asks the same.
    """
    if not (number.isascii() and number.isdigit() and len(number) <= 16):
        return None
    here = {"organisation_id": viewer.organisation_id, "page": page, "number": int(number)}
    row = KeptQuestion.objects.filter(**here, user_id=viewer.user_id, asked_at__gt=viewer.now - KEPT).first()
    saved = None if row else SavedView.objects.filter(**here).first()
    return row.words if row else saved.words if saved else None


def clear_old(*, now: datetime) -> int:
    """Lets go of every question asked longer ago than they are kept; returns how many."""
    over: QuerySet[KeptQuestion] = KeptQuestion.objects.filter(asked_at__lte=now - KEPT)
    return over.delete()[0]
