"""The addresses that pages of procedures lead to, and somebody who asks for them: what the tests of those pages run on."""

from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse

from careward.config import urls as house
from careward.core.packs.pack import load
from careward.core.rights import rights_everywhere
from careward.web import errors
from careward.web.permission import Viewer

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
SEES = frozenset({"procedures:clauses:see", "accounts:findings:see", "accounts:findings:see_team", "procedures:documents:adopt"})
asking: dict[str, Viewer] = {}


def viewer(organisation, permissions=SEES) -> Viewer:
    return Viewer(
        user_id=7,
        person_id=None,
        name="Bryony Falk",
        role_title="Patient Systems Manager",
        organisation_id=organisation.pk,
        organisation=organisation.ods_code,
        organisation_name=organisation.name,
        contact="phone the service desk on 4400",
        roles=frozenset({"patient_systems_manager"}),
        rights=rights_everywhere(permissions),
        now=NOW,
        today=TODAY,
        pack=load(organisation.pack),
    )


class SomebodyAsks:
    """Stands in for people.middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer, request.last_here = asking.get("now"), None
        return self.get_response(request)


MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tests.web.procedures_site.SomebodyAsks",
    "careward.web.errors.RefusalPages",
]
urlpatterns = house.urlpatterns
handler404 = errors.not_found
