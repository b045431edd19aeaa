"""The addresses of the whole house with a front page that says whose it is, and the door of the demonstration."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from careward.config import urls as house
from careward.people.signin import doors
from careward.people.signin import urls as room
from careward.web.permission import SIGNED_IN, needs


@needs(SIGNED_IN)
def front(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(f"front page of {request.viewer.organisation_name}")


pages = [*room.pages, path("demonstration/", doors.demonstration, name="demonstration")]
urlpatterns = [
    path("", front),
    path("", include((pages, "signin"))),
    *house.urlpatterns,
]
handler404 = house.handler404
