"""The queries of a reconciliation as they are kept: text, made from `plan` when that changes (`make docs`), not at each run.

Ibis takes longer to load and compile them than most trusts take to compare. A test holds what is kept equal to what `plan` says today.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DAY = "{the day}"  # stands in the kept text wherever the day of the comparison does
FOLDER = Path(__file__).resolve().parent / "kept"
DIALECTS = ("duckdb", "pyspark")


@dataclass(frozen=True, slots=True)
class Queries:
    """What is asked in turn."""

    systems: str  # asked before the packs' figures are made: the systems, those that accounts name, and the environments that are approved
    systems_seen: str
    environments_seen: str
    stages: tuple[tuple[str, str], ...]  # a table to keep, and its query
    findings: str
    moved: str
    sorts: str
    accounts: str


def queries(on: date, dialect: str) -> Queries:
    """The queries as at a day, in an engine's dialect."""
    kept = _kept(dialect)
    said = {name: text.replace(DAY, f"DATE '{on.isoformat()}'") for name, text in kept.items()}
    stages = tuple((name.partition("/")[2], said.pop(name)) for name in kept if name.startswith("stage/"))
    return Queries(stages=stages, **said)


@cache
def _kept(dialect: str) -> dict[str, str]:
    lines: dict[str, list[str]] = json.loads((FOLDER / f"{dialect}.json").read_text(encoding="utf-8"))
    return {name: "\n".join(text) for name, text in lines.items()}
