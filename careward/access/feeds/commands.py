"""careward undo: a load out again. What reads files is in `cli`, beside the engines that read."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk
from careward.people.staff.commands import OrganisationCode


def undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The load's number.")],
    organisation: OrganisationCode = "",
) -> None:
    """Put back what stood before a load."""
    from careward.access.feeds import actions
    from careward.access.feeds.models import Load

    desk: Desk = context.obj
    if not Load.objects.filter(organisation=desk.organisation(organisation), pk=number).exists():
        raise desk.stop(f"No load {number} here.", 3)
    actions.undo_load(load_id=number, now=desk.now(), by=desk.actor())
    desk.say(f"Load {number} is undone: everything stands as before it.")


COMMANDS = (Command("undo", undo),)
