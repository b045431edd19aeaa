"""Where kettles are looked at."""

from careward.systems.kettles import views
from django.urls import path

app_name = "kettles"
urlpatterns = [path("kettles/", views.kettles, name="kettles")]
