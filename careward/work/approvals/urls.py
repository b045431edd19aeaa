"""Where decisions are looked at and made."""

from django.urls import path

from careward.work.approvals import views

app_name = "approvals"

urlpatterns = [
    path("decisions/", views.approvals, name="approvals"),
    path("decisions/<int:approval_id>/", views.approval, name="approval"),
    path("decisions/<int:approval_id>/withdraw/", views.withdraw, name="withdraw"),
]
