"""careward organisation: who is here."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk

OrganisationCode = Annotated[str, typer.Option("--organisation", help="ODS code, where the installation holds several.")]


def organisation(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="ODS code.")],
    name: Annotated[str, typer.Argument(help="The organisation's name.")],
    pack: Annotated[str, typer.Option("--pack", help="Its own procedure pack.")] = "base",
) -> None:
    """Add an organisation, or rename it."""
    from careward.people.staff.actions import name_organisation

    desk: Desk = context.obj
    name_organisation(ods_code=code, name=name, pack=pack, now=desk.now(), by=desk.actor())
    desk.say(f"{name} ({code}) is here, with the pack {pack}.")


COMMANDS = (Command("organisation", organisation),)
