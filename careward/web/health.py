"""For whoever watches the installation: is the process up, and can it do its work."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from careward.web.permission import ANYONE, needs

PLAIN = "text/plain; charset=utf-8"


@needs(ANYONE)
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a slow database does not get the process killed."""
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
