"""careward organisation and allow: who is here, and a large change let go ahead."""

from typing import Annotated

import typer

from careward.cli import terms
from careward.cli.ready import open_house


def add_to(app: typer.Typer) -> None:
    for command in (organisation, allow):
        app.command()(command)


def organisation(
    code: Annotated[str, typer.Argument(help="ODS code.")],
    name: Annotated[str, typer.Argument(help="The organisation's name.")],
    pack: Annotated[str, typer.Option("--pack", help="Its own procedure pack.")] = "base",
) -> None:
    """Add an organisation, or rename it."""
    open_house()
    from careward.people.staff.actions import name_organisation

    name_organisation(ods_code=code, name=name, pack=pack, now=terms.now(), by=terms.actor())
    terms.out.print(f"{name} ({code}) is here, with the pack {pack}.")


def allow(
    system: Annotated[str, typer.Argument(help="The system whose plan is too large.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may go ahead.")],
    on: Annotated[str, typer.Option("--on", help="The day of the comparison; today when not given.")] = "",
    organisation: terms.OrganisationCode = "",
) -> None:
    """Let a change too large to happen by itself go ahead, as a named person: exactly what the last comparison found."""
    open_house()
    from careward.access.accounts import allowing
    from careward.access.accounts.actions import allow_unsafe

    whose = terms.organisation(organisation)
    row = allowing.waiting(whose, system)
    day = terms.day(on) if on else allowing.day_of(row) if row else terms.today()
    if row and day != allowing.day_of(row):
        raise terms.stop(f"What waits for {system} is of {allowing.day_of(row)}, not of {day}.", 3)
    for name, words in row.content["facts"] if row else ():
        terms.out.print(f"{name}: {words}", markup=False)
    seen = row.digest if row else ""
    allow_unsafe(organisation=whose, system_code=system, seen=seen, reason=reason, now=terms.now(), by=terms.actor())
    terms.out.print(f"Allowed for {system} as at {day}. The next comparison raises its work.")
