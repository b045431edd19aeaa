"""Where staff and teams are looked at."""

from django.urls import path

from careward.people.staff import views
from careward.web import menu

app_name = "staff"
menu.add(menu.Entry("People", "staff:people", ("staff:people:see",), 40))
menu.add(menu.Entry("My team", "staff:my_team", ("staff:team:see",), 30))

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/teams/<int:team_id>/", views.team, name="team"),
    path("people/my-team/", views.my_team, name="my_team"),
]
