"""For whoever watches the installation: is the process up, and can it do its work."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from careward.web.house import house
from careward.web.permission import ANYONE, needs

PLAIN = "text/plain; charset=utf-8"


@needs(ANYONE)
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; 503 while an alarm stands. A slow database is not asked, so that it does not get the process killed."""
    if house().alarms():
        return HttpResponse("an alarm stands: the first page of who may check the ledger says which", status=503, content_type=PLAIN)
    return HttpResponse("ok", content_type=PLAIN)


@needs(ANYONE)
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers too; 503 when it does not, without saying why to a stranger."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return HttpResponse("the database does not answer", status=503, content_type=PLAIN)
    return HttpResponse("ok", content_type=PLAIN)
