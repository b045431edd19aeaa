"""careward user, token, end-user and end-token: who may sign in. Django and its tables are there once a command runs, not before."""

from typing import Annotated, Any

import typer

from careward.core.commands import Command, Desk
from careward.people.staff.commands import OrganisationCode

Email = Annotated[str, typer.Argument(help="The address they sign in with.")]


def user(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Argument(help="The name colleagues know them by.")],
    role: Annotated[str, typer.Option("--role", help="A role to give from today.")] = "",
    system: Annotated[str, typer.Option("--system", help="Bind the role to one system.")] = "",
    knowingly: Annotated[bool, typer.Option("--knowingly", help="Give it beside a role that it is better kept apart from.")] = False,
    organisation: OrganisationCode = "",
) -> None:
    """Let someone sign in, or give a role to someone who may. They choose a password by the forgotten-password page."""
    from careward.people.signin.actions import give_role, make_user
    from careward.people.signin.models import User

    desk: Desk = context.obj
    facts: dict[str, Any] = {"organisation_id": desk.organisation(organisation).pk, "now": desk.now(), "by": desk.actor()}
    known = User.objects.filter(email=email.strip().lower()).first()
    user_id = known.pk if known and role else make_user(email=email, name=name, **facts)
    if role:
        give_role(user_id=user_id, role=role, system_code=system.strip().lower(), knowingly=knowingly, from_on=desk.today(), **facts)
    desk.say(f"{name} may sign in. They choose a password under 'Forgotten your password?'.")


def end_user(context: typer.Context, email: Email, organisation: OrganisationCode = "") -> None:
    """Let someone sign in no more."""
    from careward.people.signin.actions import close_user
    from careward.people.signin.models import User

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    row = User.objects.filter(email=email.strip().lower()).first()
    if row is None:
        raise desk.stop("Nobody signs in with that address.", 3)
    close_user(organisation_id=whose.pk, user_id=row.pk, now=desk.now(), by=desk.actor())
    desk.say("They may not sign in any more.")


def token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client's name.")],
    scope: Annotated[str, typer.Option("--scope", help="What it may do.")],
    organisation: OrganisationCode = "",
) -> None:
    """Print a client's token, once."""
    from careward.people.signin.actions import make_token

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    print(make_token(organisation_id=whose.pk, name=name, scope=scope, now=desk.now(), by=desk.actor()).token)


def end_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client's name, as it was given to careward token.")],
    organisation: OrganisationCode = "",
) -> None:
    """End every token of a client at once."""
    from careward.people.signin.actions import end_token as end
    from careward.people.signin.models import ApiToken

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    rows = list(ApiToken.objects.filter(organisation=whose, name=name.strip(), ended_at=None).values_list("pk", flat=True))
    if not rows:
        raise desk.stop(f"No token in use is called {name}.", 3)
    for row in rows:
        end(organisation_id=whose.pk, token_id=row, now=desk.now(), by=desk.actor())
    desk.say(f"Ended: {len(rows)}. The client is refused from now on.")


COMMANDS = (Command("user", user), Command("end-user", end_user), Command("token", token), Command("end-token", end_token))
