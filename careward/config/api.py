"""The JSON API: each room's router, one OpenAPI document at /api/openapi.json."""

from ninja import NinjaAPI

from careward.config.rooms import house

api = NinjaAPI(title="Careward", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")
for router in (room.router for room in house().rooms if room.router):
    api.add_router("", router)
