"""The JSON API: each room's router, one OpenAPI document at /api/openapi.json."""

from ninja import NinjaAPI

from careward.access.accounts.api import router as accounts
from careward.governance.procedures.api import router as procedures
from careward.work.tasks.api import router as work

api = NinjaAPI(title="Careward", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")
for router in (accounts, work, procedures):
    api.add_router("", router)
