"""Where those who run Careward see what it does by itself."""

from django.urls import path

from careward.evidence.errands import views

app_name = "errands"

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/errands/<int:errand_id>/again/", views.again, name="again"),
]
