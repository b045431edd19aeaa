"""Where each room's pages live."""

from django.urls import include, path

from careward.config.api import api

handler400 = "careward.web.errors.bad_request"
handler404 = "careward.web.errors.not_found"
handler500 = "careward.web.errors.went_wrong"

urlpatterns = [
    path("", include("careward.web.urls")),
    path("", include("careward.people.urls")),
    path("", include("careward.work.urls")),
    path("", include("careward.accounts.urls")),
    path("", include("careward.feeds.urls")),
    path("", include("careward.ledger.urls")),
    path("", include("careward.procedures.urls")),
    path("api/", api.urls),
]
