"""Where letters are looked at."""

from django.urls import path

from careward.work.notices import views

app_name = "notices"

urlpatterns = [path("letters/", views.notices, name="notices")]
