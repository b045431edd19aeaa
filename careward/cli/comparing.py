"""careward reconcile: compare what is authorised with what exists."""

from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from careward.cli import terms
from careward.cli.acting import acts
from careward.cli.ready import open_house
from careward.core.ports import Found

SHOWN = 200


def add_to(app: typer.Typer) -> None:
    app.command()(acts(reconcile))


def reconcile(
    on: Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD; today when not given.")] = "",
    system: Annotated[str, typer.Option("--system", help="One system's code; every system when not given.")] = "",
    as_json: terms.Json = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it as at another day than today too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found; keep nothing, raise no work.")] = False,
    organisation: terms.OrganisationCode = "",
) -> None:
    """Compare every account with what was authorised, keep what is found wrong and raise the work to put it right.

    As at another day than today it shows what is found and keeps nothing, unless --keep.
    """
    if keep and dry_run:
        raise typer.BadParameter("--keep and --dry-run say opposite things; give one of them")
    open_house()
    from careward.jobs.reconcile import reconcile as compare
    from careward.systems.register.models import System

    day = terms.day(on) if on else terms.today()
    whose = terms.organisation(organisation)
    if system and not System.objects.filter(organisation=whose, code=system).exists():
        known = System.objects.filter(organisation=whose).order_by("code").values_list("code", flat=True)
        raise terms.stop(f"No system {system} in the register. Known: {', '.join(known)}", 3)
    keep = keep or (day == terms.today() and not dry_run)
    done = compare(organisation=whose, on=day, system=system, keep=keep, now=terms.now(), by=terms.actor())
    if done.kept is None:
        terms.errors.print("Nothing was kept." if dry_run else f"A look as at {day}: nothing was kept. --keep keeps it.")
    if as_json:
        terms.lines([dict(f.line()) for f in done.found])
        return
    _show(done.found)
    terms.out.print(f"{done.accounts:,} accounts compared as at {day}. {len(done.found):,} findings.")
    if done.kept:
        kept = done.kept
        terms.out.print(
            f"New {kept.opened:,}, still there {kept.still:,}, gone {kept.closed:,}. "
            f"Tasks raised {kept.tasks_raised:,}, closed {kept.tasks_closed:,}, reopened {kept.tasks_reopened:,}."
        )
        for code in kept.unsafe:
            terms.out.print(f"{code}: too large a change to act on. A named person must allow it, in the browser or by careward allow.")


def _show(found: tuple[Found, ...]) -> None:
    counts = Table("What is wrong", "Step", "How many", box=None, header_style="bold")
    for (code, step), number in sorted(Counter((f.code, f.step) for f in found).items()):
        counts.add_row(code, step, f"{number:,}")
    if found:
        terms.out.print(counts)
