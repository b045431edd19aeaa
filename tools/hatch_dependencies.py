"""Tells the build what Careward needs: the same list the pinned requirements are made from, so that it stands once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

BUILD_ONLY = ("hatchling", "editables")


class Dependencies(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements" / "run.in").read_text(encoding="utf-8").split()
        metadata["dependencies"] = [line for line in lines if not line.startswith(BUILD_ONLY)]
