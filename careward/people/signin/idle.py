"""Ends a session that is over: nothing asked for in half an hour, or twelve hours since signing in. Looking again by itself is not asking.

When something was last asked for is kept in the session, on the server, at most once a minute: so no page waits for a write of its own.
"""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import logout
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

from careward.evidence.rows.turns import for_a_moment
from careward.people.signin import rules

BEGUN, SEEN, ENDED = "begun_at", "asked_at", "ended"  # in the session: seconds since 1970, and why the one before it ended
LOOKS_AGAIN = b' data-look-again="'  # of the shell, on a page that looks again by itself
WRITTEN_EVERY = 60  # seconds


class EndsWhenIdle:
    """Signs out whoever's session is over, before anybody asks who they are; notes that a page was asked for by a person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = settings.CLOCK()
        if request.user.is_authenticated and (why := _over(request, now)):
            logout(request)
            request.session[ENDED] = why.name
        response = self.get_response(request)
        if request.user.is_authenticated and not _looks_again(response):
            note(request, now)
        return response


def _over(request: HttpRequest, now: datetime) -> rules.Over | None:
    second = int(now.timestamp())
    begun, seen = (request.session.get(key, second) for key in (BEGUN, SEEN))
    return rules.session_over(begun=begun, seen=seen, now=second, idle=settings.IDLE_MINUTES * 60, longest=settings.SESSION_COOKIE_AGE)


def _looks_again(response: HttpResponse) -> bool:
    return not response.streaming and LOOKS_AGAIN in response.content


def note(request: HttpRequest, now: datetime) -> None:
    """Keeps when something was last asked for, beside what else the session holds by now; a database that is busy goes without."""
    second, session = int(now.timestamp()), request.session
    if BEGUN in session and second - session.get(SEEN, 0) < WRITTEN_EVERY:
        return
    if session.modified or session.session_key is None:  # it is written with the answer anyway
        session[BEGUN], session[SEEN] = session.get(BEGUN, second), second
        return
    kept = import_module(settings.SESSION_ENGINE).SessionStore(session.session_key)
    begun = kept.get(BEGUN, second)
    if kept.session_key is None:  # ended meanwhile, from another window
        return
    kept[BEGUN], kept[SEEN] = begun, second
    try:
        with for_a_moment():
            kept.save(must_create=False)
    except OperationalError as busy:
        if connection.vendor != "sqlite" or "is locked" not in str(busy):
            raise
