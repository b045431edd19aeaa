"""The whole way: from files to stored findings and worklist, and how it grows from 1,000 to 20,000 staff.

The stated alternative is growth in proportion: the time at 1,000 staff times the size. A ratio under 1 grows more slowly than that.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _own_house import row, timed

SIZES = ((1_000, 20), (5_000, 20), (20_000, 20))
ON = "2026-11-23"


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """Seconds and memory of load and reconcile together, at each size."""
    out: list[dict[str, Any]] = []
    first = 0.0
    for staff, systems in SIZES[:2] if small else SIZES:
        loaded, compared, memory = _one(staff, systems)
        whole = loaded + compared
        first = first or whole / staff
        size = f"{staff} staff x {systems} systems"
        target = 60 if staff == 20_000 else None
        out += [
            row(
                f"files to findings, {staff} staff",
                whole,
                "s",
                size,
                target,
                "growth in proportion from 1,000 staff",
                whole / (first * staff),
            ),
            row(f"of which loading, {staff} staff", loaded, "s", size),
            row(f"of which comparing and keeping, {staff} staff", compared, "s", size),
            row(f"peak memory, {staff} staff", memory, "MB", size, 4096 if staff == 20_000 else None),
        ]
    return out


def _one(staff: int, systems: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(prefix="careward-bench-") as place:
        home, folder = f"{place}/home", f"{place}/trust"
        Path(home).mkdir()
        timed(["make-trust", "--staff", str(staff), "--systems", str(systems), "--days", "400", "--seed", "3", "--on", ON, folder], home)
        loaded, first, _ = timed(["load", folder, "--yes"], home)
        compared, second, _ = timed(["reconcile", "--on", ON], home)
        return loaded, compared, max(first, second)
