"""Pages of no room, and health."""

from django.urls import path

from careward.web import health, pages

urlpatterns = [
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("what-is-recorded/", pages.what_is_recorded, name="what_is_recorded"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
