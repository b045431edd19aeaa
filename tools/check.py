"""The quick look before a commit: format, lint, imports, types, house tests. Under a minute."""

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent


def main() -> int:
    steps: dict[str, list[str | Path]] = {
        "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
        "lint": [BIN / "ruff", "check", "--quiet", "."],
        "imports": [BIN / "lint-imports"],
        "types": [BIN / "mypy", "careward", "tools"],
        "house, packs": [sys.executable, "-m", "pytest", "tests/house", "tests/packs"],
    }
    failed = []
    for name, command in steps.items():
        began = time.monotonic()
        result = subprocess.run([str(c) for c in command], check=False, capture_output=True, text=True)
        print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} {name} {time.monotonic() - began:.1f} s", flush=True)
        if result.returncode:
            print(result.stdout[-6000:], result.stderr[-2000:])
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
