"""careward clauses: what is carried."""

from typing import Annotated

import typer

from careward.core.commands import Command, Desk
from careward.people.staff.commands import OrganisationCode


def clauses(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
    organisation: OrganisationCode = "",
) -> None:
    """Print each clause of every document with its state in Careward, how far it is carried, the tests that prove it and its live count."""
    from careward.governance.procedures.queries import clauses_report
    from careward.people.staff.models import Organisation

    desk: Desk = context.obj
    whose = desk.organisation(organisation) if organisation or Organisation.objects.count() == 1 else None
    rows = clauses_report(whose, on=desk.today())
    if as_json:
        desk.lines(rows)
        return
    counts = (row["measure"] for row in rows)
    complies = (f"{count['complies']:,} of {count['total']:,}" if count else "" for count in counts)
    told = (
        (row["id"], row["state"], row["level"] or "", str(len(row["tests"])), str(len(row["breaks"])), said)
        for row, said in zip(rows, complies, strict=True)
    )
    desk.table(("Clause", "State", "Level", "Tests", "Breaks", "Complies"), told)


COMMANDS = (Command("clauses", clauses),)
