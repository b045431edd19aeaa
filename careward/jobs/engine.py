"""Which engine compares, by the settings."""

from pathlib import Path

from django.conf import settings

from careward.engines.analysis.engine import DuckDb, Engine, Spark


def engine() -> Engine:
    """DuckDB in this process, or Spark where its server is named."""
    if settings.ENGINE == "spark":
        return Spark(settings.SPARK_URL, settings.ENGINE_FOLDER)
    return DuckDb(Path(settings.ENGINE_FOLDER), settings.ENGINE_MEMORY)
