"""Which engine compares, by the settings."""

from pathlib import Path

from django.conf import settings

from careward.engines.analysis.engine import DuckDb, Engine, Spark

LEAST, FOR_MILLION = 600, 220  # MB of DuckDB's memory: two million accounts are compared in the least, and twelve are not


def engine(accounts: int) -> Engine:
    """DuckDB in this process, or Spark where its server is named; DuckDB with as much memory as so many accounts need."""
    if settings.ENGINE == "spark":
        return Spark(settings.SPARK_URL, settings.ENGINE_FOLDER)
    return DuckDb(Path(settings.ENGINE_FOLDER), settings.ENGINE_MEMORY or memory_for(accounts))


def memory_for(accounts: int) -> str:
    """How much DuckDB may hold before it uses its folder; not all that it does can be put there."""
    return f"{max(LEAST, accounts * FOR_MILLION // 1_000_000)}MB"
