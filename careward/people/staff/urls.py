"""Where staff and teams are looked at."""

from django.urls import path

from careward.people.staff import views

app_name = "staff"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/teams/<int:team_id>/", views.team, name="team"),
    path("people/my-team/", views.my_team, name="my_team"),
]
