"""Where the register of systems is looked at; one system's page is the front's, filled by every room that knows of it."""

from django.urls import path

from careward.systems.register import views

app_name = "register"

urlpatterns = [path("systems/", views.systems, name="systems")]
