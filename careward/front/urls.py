"""Where Careward is entered, and where one person, one system, a search and oneself are looked at."""

from django.urls import path

from careward.front import views

app_name = "front"

urlpatterns = [
    path("", views.first, name="first"),
    path("search/", views.search, name="search"),
    path("my-access/", views.my_access, name="my_access"),
    path("people/about-me/", views.own_data, name="own_data"),
    path("people/<int:person_id>/access/", views.person, name="person"),
    path("systems/<str:code>/", views.system, name="system"),
]
