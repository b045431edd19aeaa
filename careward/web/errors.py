"""Pages for what goes wrong: a rule that says no, something one may not see, an address that leads nowhere, too much at once, a bug."""

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from careward.core.decision import Refused
from careward.web.house import house
from careward.web.opened import RETRY_AFTER, AskedAhead, NotWrittenDown
from careward.web.permission import NotAllowed
from careward.web.size import too_large

SQLITE_AWAY = ("is locked", "unable to open", "readonly database", "disk is full", "disk I/O error")  # it calls a missing column the same
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
NOBODY = {"viewer": None, "contact": "", "demonstration": False, "menu": (), "messages": (), "here": ""}


class RefusalPages:
    """Turns what rules and permissions refuse into their own pages; anything else is a bug and stays loud."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "web/refused.jinja", {"reasons": exception.decision.reasons}, status=409)
        if isinstance(exception, NotAllowed):
            return not_allowed(request, exception.permission, exception.system)
        if isinstance(exception, TOO_MUCH):
            return too_large(request)
        if isinstance(exception, AskedAhead):
            return HttpResponse(status=200 if exception.whether else 503, headers={"Cache-Control": "no-store"})
        if isinstance(exception, NotWrittenDown):  # rendered as `went_wrong` is
            return HttpResponse(render_to_string("web/not_written_down.jinja", NOBODY), status=503, headers={"Retry-After": RETRY_AFTER})
        return None


def not_allowed(request: HttpRequest, permission: str, system: str = "") -> HttpResponse:
    """Names the roles that may, and the system for which they are needed."""
    roles = tuple(sorted(house().who_may(permission)))
    return render(request, "web/not_allowed.jinja", {"permission": permission, "system": system, "roles": roles}, status=403)


def form_out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "web/form_out_of_date.jinja", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too much of something is found before there is a view, where the form's own mark is looked for."""
    if isinstance(exception, TOO_MUCH):
        return too_large(request)
    return render(request, "web/bad_request.jinja", status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/not_found.jinja", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/too_many.jinja", status=429)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, so that neither the menu nor a badge asks a database that may be what went wrong.

    A database that is busy or away is no bug: 503, with when to come again.
    """
    if is_away(sys.exc_info()[1], connection.vendor):
        return HttpResponse(render_to_string("web/away.jinja", NOBODY), status=503, headers={"Retry-After": RETRY_AFTER})
    return HttpResponse(render_to_string("web/went_wrong.jinja", NOBODY), status=500)


def is_away(error: BaseException | None, vendor: str) -> bool:
    """Whether an error says that the database cannot be reached or written now; a statement that is wrong is a bug all the same."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return vendor == "postgresql" or any(words in str(error) for words in SQLITE_AWAY)
