"""What a room needs from beside the stair is handed in by config/wiring.py and asked for here by name."""

from importlib import import_module
from typing import Any

from django.conf import settings


def plug(name: str) -> Any:
    """The thing wired under a name; a missing one is a fault of the installation and stays loud."""
    return getattr(import_module(settings.WIRING), name)
