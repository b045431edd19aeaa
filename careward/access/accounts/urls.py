"""Where findings and accounts are looked at."""

from django.urls import path

from careward.access.accounts import matrix_pages, together_pages, views

app_name = "accounts"

urlpatterns = [
    path("findings/", views.findings, name="findings"),
    path("findings/by/<slug:by>/", views.findings_by, name="findings_by"),
    path("findings/<int:finding_id>/", views.finding, name="finding"),
    path("findings/together/", together_pages.together_page, name="together"),
    path("findings/look-again/", views.look_again, name="look_again"),
    path("findings/allow/<str:code>/", views.allow, name="allow"),
    path("people/teams/<int:team_id>/access/", matrix_pages.team_access, name="team_access"),
    path("people/my-team/access/", matrix_pages.my_team_access, name="my_team_access"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("accounts/<int:account_id>/whose/", views.whose, name="whose"),
]
