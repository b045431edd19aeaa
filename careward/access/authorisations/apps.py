"""Keeps the label this room's tables were made with, so that no data moves."""

from django.apps import AppConfig


class AuthorisationsConfig(AppConfig):
    name = "careward.access.authorisations"
    label = "access"
