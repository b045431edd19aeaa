"""From files to stored findings and worklist, command by command, at one size: what each takes and how much memory at most."""

import csv
import tempfile
from pathlib import Path
from typing import Any

from careward.cli.measurements._own_house import row, timed

ON = "2026-11-23"


def whole_way(staff: int, systems: int, *, targets: dict[str, float], database: str = "", times: int = 1) -> list[dict[str, Any]]:
    """Loads and compares an invented trust; `targets` by "whole", "again", "changed" (s), "memory" (MB)."""
    size, more = f"{staff:,} staff x {systems} systems", {"CAREWARD_DATABASE_URL": database} if database else {}
    more["CAREWARD_READING_TIMES"] = str(times)  # of the usual bounds of a file
    with tempfile.TemporaryDirectory(prefix="careward-bench-") as place:
        home, folder = f"{place}/home", f"{place}/trust"
        Path(home).mkdir()
        timed(["make-trust", "--staff", str(staff), "--systems", str(systems), "--days", "400", "--seed", "3", "--on", ON, folder], home)
        loaded, load_memory = timed(["load", folder, "--yes"], home, **more)
        compared, compare_memory = timed(["reconcile", "--on", ON, "--keep"], home, **more)
        again, again_memory = timed(["load", folder, "--yes"], home, **more)
        _change_one_in_a_hundred(Path(folder))
        changed = sum(timed(command, home, **more)[0] for command in (["load", folder, "--yes"], ["reconcile", "--on", ON, "--keep"]))
    return [
        row(f"files to findings, {size}", loaded + compared, "s", size, targets.get("whole")),
        row(f"of which loading, {size}", loaded, "s", size),
        row(f"of which comparing and keeping, {size}", compared, "s", size),
        row(f"loading the same again, {size}", again, "s", size, targets.get("again"), "loading it the first time", again / loaded),
        row(f"1 % of the accounts changed, files to findings, {size}", changed, "s", size, targets.get("changed")),
        row(f"peak memory of loading, {size}", max(load_memory, again_memory), "MB", size, targets.get("memory")),
        row(f"peak memory of comparing and keeping, {size}", compare_memory, "MB", size, targets.get("memory")),
    ]


def _change_one_in_a_hundred(folder: Path) -> None:
    """Every hundredth account of each list becomes locked, or open again."""
    for path in (folder / "accounts").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as before, path.with_suffix(".new").open("w", encoding="utf-8", newline="") as after:
            rows, out = csv.reader(before), csv.writer(after)
            out.writerow(heads := next(rows))
            status = heads.index("status")
            for number, cells in enumerate(rows):
                if number % 100 == 0:
                    cells[status] = "active" if cells[status] == "locked" else "locked"
                out.writerow(cells)
        path.with_suffix(".new").replace(path)
