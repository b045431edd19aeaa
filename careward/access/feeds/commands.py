"""careward undo and allow: a load out again, and what looks wrong allowed. What reads files is in `cli`, beside the engines that read."""

from typing import Annotated, Any

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


def allow(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why it may go ahead.")],
    system: Annotated[str, typer.Argument(help="The system whose plan is too large.")] = "",
    load: Annotated[int, typer.Option("--load", help="The number of a held load instead.")] = 0,
    on: Annotated[str, typer.Option("--on", help="The day of the comparison; the last one when not given.")] = "",
    organisation: OrganisationCode = "",
) -> None:
    """Allow, as a named person, exactly what is held: a change too large to happen by itself, or a load that looks wrong.

    Whoever loaded the files may not allow them.
    """
    desk: Desk = context.obj
    if bool(system) == bool(load):
        raise desk.stop("Name a system whose change is held, or a held load with --load.", 2)
    whose = desk.organisation(organisation)
    if load:
        _allow_load(desk, whose, load, reason)
    else:
        _allow_plan(desk, whose, system, reason, on)


def _allow_load(desk: Desk, whose: Any, number: int, reason: str) -> None:
    from careward.access.feeds import actions, allowing
    from careward.access.feeds.models import Load

    found = Load.objects.filter(organisation=whose, pk=number).first()
    if found is None:
        raise desk.stop(f"No load {number} here.", 3)
    row = allowing.pending(found)
    _show(desk, row.content if row else {})
    seen = row.digest if row else ""
    actions.allow_load(organisation_id=whose.pk, load_id=number, seen=seen, reason=reason, now=desk.now(), by=desk.actor())
    desk.say(f"Load {number} is allowed. Load the same files again and they go in.")


def _allow_plan(desk: Desk, whose: Any, system: str, reason: str, on: str) -> None:
    from careward.access.accounts import allowing
    from careward.access.accounts.actions import allow_unsafe

    row = allowing.waiting(whose, system)
    day = desk.day(on) if on else allowing.day_of(row) if row else desk.today()
    if row and day != allowing.day_of(row):
        raise desk.stop(f"What waits for {system} is of {allowing.day_of(row)}, not of {day}.", 3)
    _show(desk, row.content if row else {})
    seen = row.digest if row else ""
    allow_unsafe(organisation=whose, system_code=system, seen=seen, reason=reason, now=desk.now(), by=desk.actor())
    desk.say(f"Allowed for {system} as at {day}. The next comparison raises its work.")


def _show(desk: Desk, content: dict[str, Any]) -> None:
    """Exactly what is decided about: the figures, why it is held, and the first rows."""
    for name, words in content.get("facts", ()):
        desk.say(f"{name}: {words}")
    for reason in content.get("reasons", ()):
        desk.say(f"Held: {reason['detail']}")
    if content.get("rows"):
        desk.table(content["heads"], content["rows"])
        if content["of"] > len(content["rows"]):
            desk.say(f"and {content['of'] - len(content['rows']):,} more rows")


COMMANDS = (Command("undo", undo), Command("allow", allow))
