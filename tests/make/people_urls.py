"""The addresses of the people room with the little it needs around it: a front page and the person page of the accounts room."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from careward.people.signin import doors
from careward.people.signin import urls as room
from careward.web.permission import SIGNED_IN, needs


@needs(SIGNED_IN)
def front(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(f"front page of {request.standing.organisation_name}")


around = [
    path("people/<int:person_id>/", front, name="person"),
    path("findings/", front, name="findings"),
    path("findings/by/<slug:by>/", front, name="findings_by"),
]
accounts = (around, "accounts")
pages = [*room.pages, path("demonstration/", doors.demonstration, name="demonstration")]
urlpatterns = [
    path("", front),
    path("", include("careward.people.staff.urls")),
    path("", include((pages, "signin"))),
    *room.signing_in,
    path("account/", include(room.account)),
    path("", include(accounts)),
]
