"""Runs a piece of a measurement in a process and a CAREWARD_HOME of its own, so that it disturbs nobody's data."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = "careward.cli.measurements"
PACKAGE = Path(__file__).resolve().parents[3]  # where careward lies: a clone, or what it is installed in


def row(
    name: str, value: float, unit: str, size: str, target: float | None = None, against: str | None = None, ratio: float | None = None
) -> dict[str, Any]:
    """One line of the table (FEEDS): less is better for s, ms, us, MB; more for per_s and ratio."""
    return {"name": name, "value": value, "unit": unit, "target": target, "against": against, "ratio": ratio, "size": size}


def environment(home: str) -> dict[str, str]:
    """The environment of a command whose house is there, on SQLite and from compiled modules, whatever this process uses."""
    theirs = ("CAREWARD_DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    mine = {name: value for name, value in os.environ.items() if name not in theirs}
    return {**mine, "CAREWARD_HOME": home, "NO_COLOR": "1", "PYTHONPATH": str(PACKAGE)}


def inner(measurement: str, *words: str) -> list[dict[str, Any]]:
    """What a measurement run as a program prints as JSON, in a house of its own."""
    with tempfile.TemporaryDirectory(prefix="careward-bench-") as home:
        command = [sys.executable, "-m", f"{HERE}.{measurement}", "inner", *words]
        done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def timed(command: list[str], home: str, **more: str) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a careward command, in a process of its own.

    A child's peak, as the system counts it, is never below its parent's at the fork: so a small process in between starts it, not this
    one, which may have grown large.
    """
    between = [sys.executable, "-m", f"{HERE}._own_house", "between", sys.executable, "-m", "careward.cli.main", *command]
    done = subprocess.run(between, env={**environment(home), **more}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"careward {' '.join(command)}: {done.stderr[-2000:]}")
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def _between(command: list[str]) -> None:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    print(json.dumps([time.perf_counter() - began, usage.ru_maxrss / 1024]))
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__" and sys.argv[1:2] == ["between"]:
    _between(sys.argv[2:])
