"""careward bench: measurements as ratios against a stated alternative in the same run, never a pass or fail."""

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from careward.cli import terms
from careward.cli.ready import open_house

MEASUREMENTS = "careward.cli.measurements"
FOLDER = Path(__file__).parent / "measurements"


def add_to(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    name: Annotated[str, typer.Argument(help="One measurement; all of them when not given.")] = "",
    small: Annotated[bool, typer.Option("--small", help="A twentieth of the size, for a quick look.")] = False,
) -> None:
    """Measure, print a table and write CAREWARD_HOME/bench.json."""
    open_house()
    from django.conf import settings

    known = {p.stem.replace("_", "-"): p.stem for p in sorted(FOLDER.glob("[a-z]*.py"))}
    if name and name not in known:
        raise terms.stop(f"No measurement {name}. Known: {', '.join(known)}", 3)
    rows: list[dict[str, Any]] = []
    for called, stem in known.items():
        module = import_module(f"{MEASUREMENTS}.{stem}")
        if name == called or not (name or getattr(module, "BY_HAND", False)):  # the largest sizes are asked for by name
            terms.errors.print(f"Measuring {called} ...")
            measured = module.measure(small=small)
            _keep(settings.CAREWARD_HOME / "bench.json", measured)
            rows += measured
    _show(rows)


def _keep(path: Path, rows: list[dict[str, Any]]) -> None:
    """Each measurement is written as it is made; one made again takes the place of the old."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    fresh = {r["name"] for r in rows}
    path.write_text(json.dumps([r for r in kept if r["name"] not in fresh] + rows, indent=1), encoding="utf-8")


def _show(rows: list[dict[str, Any]]) -> None:
    table = Table("What", "Measured", "Unit", "Target", "Against", "Ratio", "Size", box=None, header_style="bold")
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        target = "" if row["target"] is None else f"{row['target']:,}"
        table.add_row(row["name"], f"{row['value']:,.2f}", row["unit"], target, row["against"] or "", ratio, str(row["size"]))
    terms.out.print(table)
