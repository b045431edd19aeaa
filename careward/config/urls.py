"""Where each room's pages live."""

from django.urls import include, path

from careward.config.api import api
from careward.config.rooms import house

handler400 = "careward.web.errors.bad_request"
handler404 = "careward.web.errors.not_found"
handler500 = "careward.web.errors.went_wrong"

urlpatterns = [
    path("", include("careward.web.urls")),
    *(path("", include(room.urls)) for room in house().rooms if room.urls),
    path("api/", api.urls),
]
