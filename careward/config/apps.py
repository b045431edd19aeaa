"""Furnishes the house when Careward starts: rooms, and what they need from beside the stair."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "careward.config"

    def ready(self) -> None:
        from careward.config import logs, rooms, wiring
        from careward.web.house import furnish

        furnish(rooms.house)
        wiring.fit()
        logs.configure()
