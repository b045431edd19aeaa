"""Where each room's pages live."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]
