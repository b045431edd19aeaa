"""Keeps the label this room's tables were made with, so that no data moves."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "careward.systems.register"
    label = "systems"
