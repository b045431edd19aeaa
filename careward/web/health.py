"""For whoever watches the installation: is the process up, can it do its work, and in figures how it does.

Answered before anybody is asked who they are: the records, where sessions lie, may be what is away. What is wrong is told in words, and
figures are given, to this machine and to who has the token; to a stranger only that something is.
"""

import hmac
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from careward.core.room import Gauge
from careward.web.house import house
from careward.web.permission import ANYONE, needs

PLAIN = "text/plain; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
HERE = ("127.0.0.1", "::1")
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")  # what a proxy of this machine adds


class HealthFirst:
    """Stands before whatever asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}.get(request.path_info, self.get_response)
        return view(request)  # type: ignore[return-value]


@needs(ANYONE)
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; 503 while an alarm or a fault stands. No slow database is asked, which would get the process killed."""
    stands = (*house().alarms(), *house().faults())
    if not stands:
        return HttpResponse("ok", content_type=PLAIN)
    words = "an alarm stands: the first page of who may check the ledger or see the jobs says which"
    if may_watch(request):
        words = "\n".join(f"{each.words} {each.remedy}" for each in stands)
    return HttpResponse(words, status=503, content_type=PLAIN)


@needs(ANYONE)
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers too; 503 when it does not, without saying why to a stranger."""
    if not _database_answers():
        return HttpResponse("the database does not answer", status=503, content_type=PLAIN)
    return HttpResponse("ok", content_type=PLAIN)


@needs(ANYONE)
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in the text form of Prometheus, of nobody; those that rest on the database only while it answers."""
    if not may_watch(request):
        words = "figures are given to this machine, and to who sends the token that CAREWARD_WATCH_TOKEN names"
        return HttpResponse(words, status=403, content_type=PLAIN)
    return HttpResponse("".join(f"{line}\n" for line in _lines(_gauges())), content_type=PROMETHEUS)


def may_watch(request: HttpRequest) -> bool:
    """Whether this is asked on the machine itself, not through its proxy, or with the token."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and settings.WATCH_TOKEN:
        return hmac.compare_digest(token.strip().encode(), settings.WATCH_TOKEN.encode())
    return request.META.get("REMOTE_ADDR") in HERE and not any(name in request.META for name in FORWARDED)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return False
    return True


def _gauges() -> tuple[Gauge, ...]:
    up = _database_answers()
    own = (
        Gauge("careward_database_up", "Whether the database answers", up),
        Gauge("careward_alarms", "Alarms and faults that stand", len(house().alarms()) + len(house().faults())),
    )
    return (*own, *house().gauges(now=settings.CLOCK())) if up else own


def _lines(gauges: tuple[Gauge, ...]) -> Iterator[str]:
    said = set[str]()
    for gauge in gauges:
        if gauge.name not in said:
            said |= {gauge.name}
            yield f"# HELP {gauge.name} {gauge.words}."
            yield f"# TYPE {gauge.name} gauge"
        labels = ",".join(f'{name}="{value}"' for name, value in gauge.labels)
        yield f"{gauge.name}{{{labels}}} {gauge.value:g}" if labels else f"{gauge.name} {gauge.value:g}"
