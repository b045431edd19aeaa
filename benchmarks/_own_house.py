"""Runs a piece of a measurement in a process and a CAREWARD_HOME of its own, so that it disturbs nobody's data."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def row(
    name: str, value: float, unit: str, size: str, target: float | None = None, against: str | None = None, ratio: float | None = None
) -> dict[str, Any]:
    """One line of the table (FEEDS): less is better for s, ms, us, MB; more for per_s and ratio."""
    return {"name": name, "value": value, "unit": unit, "target": target, "against": against, "ratio": ratio, "size": size}


def environment(home: str) -> dict[str, str]:
    return {**os.environ, "CAREWARD_HOME": home, "NO_COLOR": "1", "PYTHONPATH": str(HERE.parent)}


def inner(script: str, *words: str) -> list[dict[str, Any]]:
    """What `python SCRIPT inner WORDS` prints as JSON, run in a house of its own."""
    with tempfile.TemporaryDirectory(prefix="careward-bench-") as home:
        command = [sys.executable, str(HERE / script), "inner", *words]
        done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def timed(command: list[str], home: str) -> tuple[float, float, str]:
    """Wall seconds, peak memory in MB of a careward command, and what it printed."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "careward.cli.main", *command], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"careward {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024, printed
