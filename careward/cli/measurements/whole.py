"""The whole way: from files to stored findings and worklist, and how time and memory grow from 1,000 to 20,000 staff.

The stated alternative is growth in proportion: what 1,000 staff took, times the size. A ratio under 1 grows more slowly than that.
"""

from typing import Any

from careward.cli.measurements._own_house import row
from careward.cli.measurements._whole_way import whole_way

SYSTEMS = 20
SIZES: dict[int, dict[str, float]] = {1_000: {"whole": 2}, 20_000: {"whole": 15, "changed": 5, "memory": 1_536}}


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """Seconds and memory of load and reconcile, each in a process of its own, at each size."""
    out: list[dict[str, Any]] = []
    first: list[float] = []
    for staff in list(SIZES)[:1] if small else SIZES:
        rows = whole_way(staff, SYSTEMS, targets=SIZES[staff])
        out += rows
        whole, memory = rows[0]["value"], rows[5]["value"]
        first = first or [whole / staff, memory / staff]
        for what, value, alone in (("time", whole, first[0]), ("memory of loading", memory, first[1])):
            against = "growth in proportion from 1,000 staff"
            out.append(row(f"growth of {what}, {staff:,} staff", value / (alone * staff), "ratio", rows[0]["size"], None, against))
    return out
