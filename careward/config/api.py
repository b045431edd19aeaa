"""The JSON API: each room's router, one OpenAPI document at /api/openapi.json."""

from ninja import NinjaAPI

from careward.accounts.api import router as accounts
from careward.procedures.api import router as procedures
from careward.work.api import router as work

api = NinjaAPI(title="Careward", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")
for router in (accounts, work, procedures):
    api.add_router("", router)
