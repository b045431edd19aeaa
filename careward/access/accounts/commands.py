"""careward allow: a large change let go ahead."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk
from careward.people.staff.commands import OrganisationCode


def allow(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help="The system whose plan is too large.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may go ahead.")],
    on: Annotated[str, typer.Option("--on", help="The day of the comparison; the last one when not given.")] = "",
    organisation: OrganisationCode = "",
) -> None:
    """Let a change too large to happen by itself go ahead, as a named person: exactly what the last comparison found."""
    from careward.access.accounts import allowing
    from careward.access.accounts.actions import allow_unsafe

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    row = allowing.waiting(whose, system)
    day = desk.day(on) if on else allowing.day_of(row) if row else desk.today()
    if row and day != allowing.day_of(row):
        raise desk.stop(f"What waits for {system} is of {allowing.day_of(row)}, not of {day}.", 3)
    for name, words in row.content["facts"] if row else ():
        desk.say(f"{name}: {words}")
    seen = row.digest if row else ""
    allow_unsafe(organisation=whose, system_code=system, seen=seen, reason=reason, now=desk.now(), by=desk.actor())
    desk.say(f"Allowed for {system} as at {day}. The next comparison raises its work.")


COMMANDS = (Command("allow", allow),)
