"""Where each room's pages live."""

from django.urls import include, path

from careward.config.api import api

handler400 = "careward.web.errors.bad_request"
handler404 = "careward.web.errors.not_found"
handler500 = "careward.web.errors.went_wrong"

urlpatterns = [
    path("", include("careward.web.urls")),
    path("", include("careward.people.staff.urls")),
    path("", include("careward.people.signin.urls")),
    path("", include("careward.work.tasks.urls")),
    path("", include("careward.access.accounts.urls")),
    path("", include("careward.access.feeds.urls")),
    path("", include("careward.evidence.ledger.urls")),
    path("", include("careward.governance.procedures.urls")),
    path("api/", api.urls),
]
