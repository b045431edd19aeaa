"""Where loads are looked at and begun."""

from django.urls import path

from careward.access.feeds import views

app_name = "feeds"

urlpatterns = [
    path("loads/", views.loads, name="loads"),
    path("loads/new/", views.begin, name="begin"),
    path("loads/columns/", views.columns, name="columns"),
    path("loads/<int:load_id>/", views.load, name="load"),
    path("loads/<int:load_id>/problems/", views.problems, name="problems"),
    path("loads/<int:load_id>/apply/", views.apply, name="apply"),
    path("loads/<int:load_id>/undo/", views.undo, name="undo"),
]
