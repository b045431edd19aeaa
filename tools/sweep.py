"""What is too long for every run, and stands before an issue is closed: `make sweep`, two hours or more; `make sweep ONLY=truths`.

- truths: made-up trusts of several sizes and seeds, from files to findings, held line by line against what was planted in them
- rules: the properties with ten times the examples, new ones each time
- breaks: one mistake after another planted in a copy of the product, each of which a test must see
- kills: everything that is killed or raced, five times over on each database; a thousand tamperings on SQLite and a hundred on
  PostgreSQL; what serves, ended and tampered with in every way; first starts killed, and backups taken and put back, at twenty places
- days: each page of each persona, at both widths, with JavaScript and without
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-n", str(os.cpu_count() or 1), "--dist", "loadfile"]  # as make test runs them
ON = "2026-11-23"
KEY = ("system", "environment", "username", "employee_number", "code", "step", "clause")
WORLDS = ((800, 12, 1), (800, 12, 2), (800, 12, 3), (2_000, 20, 4), (20_000, 20, 5))  # staff, systems, seed
KILLS, TAMPERINGS = ("killed", "race"), ("tampering",)
TIMES = 5


def truths() -> bool:
    """Each world's findings are exactly those planted in it."""
    return not [world for world in WORLDS if not _truth(*world)]


def _truth(staff: int, systems: int, seed: int) -> bool:
    place = Path(tempfile.mkdtemp(prefix="careward-sweep-"))
    try:
        folder = place / "trust"
        size = ["--staff", str(staff), "--systems", str(systems), "--days", "400", "--seed", str(seed), "--on", ON]
        _careward(place / "home", "make-trust", *size, str(folder))
        _careward(place / "home", "load", str(folder), "--yes")
        found = _keys(_careward(place / "home", "reconcile", "--on", ON, "--json"))
        planted = _keys((folder / "truth" / "findings.ndjson").read_text(encoding="utf-8"))
    finally:
        shutil.rmtree(place)
    extra, missing = len(set(found) - set(planted)), len(set(planted) - set(found))
    print(
        f"{staff:,} x {systems}, seed {seed}: planted {len(planted):,}, found {len(found):,}, extra {extra}, missing {missing}", flush=True
    )
    return found == planted


def _careward(home: Path, *words: str) -> str:
    home.mkdir(exist_ok=True)
    mine = {k: v for k, v in os.environ.items() if k != "CAREWARD_DATABASE_URL"}
    done = subprocess.run(
        [PYTHON, "-m", "careward.cli.main", *words], env={**mine, "CAREWARD_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"careward {' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _keys(lines: str) -> list[tuple[str, ...]]:
    return sorted(tuple(str(row[k]) for k in KEY) for row in map(json.loads, lines.splitlines()))


def rules() -> bool:
    return _run([*PYTEST, "tests/rules", "tests/packs", "tests/analysis"])


def breaks() -> bool:
    return _run([PYTHON, "-m", "tools.breaks"])


def kills() -> bool:
    """New processes, new moments to die at, each time."""
    killed, tampered = _on_both(*KILLS), _on_both(*TAMPERINGS)
    alive = ("serving", "tampering_for_real", "first_start", "furnishing", "backup", "backup_meanwhile")
    served = [*PYTEST, *(f"tests/contracts/test_{name}.py" for name in alive)]
    return not [command for command in [*killed * TIMES, *tampered, served] if not _run(command)]


def _on_both(*words: str) -> list[list[str]]:
    files = [str(p) for p in sorted(Path("tests/actions").glob("test_*.py")) if any(word in p.stem for word in words)]
    return [[*PYTEST, *files], [PYTHON, "tools/with_postgres.py", *PYTEST, *files]]


def days() -> bool:
    return _run([*PYTEST, "tests/journeys"])


def _run(command: list[str]) -> bool:
    settings = {"CI": "true", "CAREWARD_SWEEP": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env={**os.environ, **settings}, check=False).returncode == 0


PARTS: dict[str, Callable[[], bool]] = {"truths": truths, "rules": rules, "breaks": breaks, "kills": kills, "days": days}


def main(asked: list[str]) -> int:
    failed = []
    for name in asked or PARTS:
        began = time.monotonic()
        good = PARTS[name]()
        print(f"-- {name}: {'done' if good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
        failed += [] if good else [name]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
