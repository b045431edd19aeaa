"""careward kettles."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk


def kettles(context: typer.Context, hot: Annotated[bool, typer.Option("--hot", help="Only the hot ones.")] = False) -> None:
    """Count the kettles."""
    from careward.systems.kettles.models import Kettle

    desk: Desk = context.obj
    whose = desk.organisation("")
    found = Kettle.objects.filter(organisation=whose)
    desk.say(f"{found.filter(state='hot').count()} hot at {whose.name}" if hot else f"{found.count()} at {whose.name}")


COMMANDS = (Command("kettles", kettles),)
