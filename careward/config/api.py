"""The JSON API: each room's router, one OpenAPI document at /api/openapi.json."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from careward.config.rooms import house
from careward.web.opened import RETRY_AFTER, NotWrittenDown

api = NinjaAPI(title="Careward", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")
for router in (room.router for room in house().rooms if room.router):
    api.add_router("", router)


def not_written_down(request: HttpRequest, error: NotWrittenDown | type[NotWrittenDown]) -> HttpResponse:
    """What cannot be written down is not given."""
    answer = api.create_response(request, {"detail": "What is given out is written down first, and that cannot be done now"}, status=503)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


api.add_exception_handler(NotWrittenDown, not_written_down)
