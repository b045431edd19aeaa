"""careward tasks: what is to be done, and by whom."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk
from careward.people.staff.commands import OrganisationCode


def tasks(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
    organisation: OrganisationCode = "",
) -> None:
    """Print each task that is not closed with whose it is, soonest due first."""
    from careward.work.tasks.queries import tasks_report

    desk: Desk = context.obj
    rows = tasks_report(organisation_id=desk.organisation(organisation).pk)
    if as_json:
        desk.lines(rows)
        return
    told = ((row["due_on"], row["whose"], row["system"], row["title"]) for row in rows)
    desk.table(("Due", "Whose", "System", "Task"), told)


COMMANDS = (Command("tasks", tasks),)
