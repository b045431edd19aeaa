"""Runs every kind of test: all of them on SQLite, those that use a database again on PostgreSQL.

What is not here (PostgreSQL, Chromium) is a failure with CI=true; elsewhere its tests are left out with a line saying what to install.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest"]
SIDE_BY_SIDE = [
    "-n",
    str(os.cpu_count() or 1),
    "--dist",
    "loadfile",
]  # each file whole in one process, each process with a database of its own
MEASURED = ["--cov", "--cov-report="]  # what pyproject.toml names, for tools/coverage_gate.py
ON_POSTGRESQL = ["tests/actions", "tests/web"]


def run(title: str, command: list[str], **settings: str) -> bool:
    print(f"\n== {title}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings}, check=False).returncode
    print(f"-- {title}: {'done' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code == 0


def main() -> int:
    kinds = [f"tests/{k}" for k in ("house", "rules", "packs", "cases", "analysis", "actions", "web", "contracts", "journeys")]
    here = [k for k in kinds if any(Path(k).glob("test_*.py"))]
    good = run("Every kind, on SQLite", [*PYTEST, *SIDE_BY_SIDE, *MEASURED, *here])
    good = run("What the rules, actions and proofs leave untried", [PYTHON, "tools/coverage_gate.py"]) and good
    good = (
        run(
            "Drawn tables, on Spark",
            [*PYTEST, "tests/analysis/test_reconciliation.py"],
            CAREWARD_ENGINE="spark",
            CAREWARD_SPARK_URL="sc://sail",
        )
        and good
    )
    with_postgres = [PYTHON, "tools/with_postgres.py", *PYTEST, *SIDE_BY_SIDE, *[k for k in here if k in ON_POSTGRESQL]]
    good = run("Actions and pages, on PostgreSQL", with_postgres) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
