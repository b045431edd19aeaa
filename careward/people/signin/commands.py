"""careward user, token, end-user and end-token: who may sign in. Django and its tables are there once a command runs, not before."""

from typing import Annotated, Any

import typer

from careward.core.commands import Command, Desk
from careward.people.signin.rules import KEYBOARD
from careward.people.staff.commands import OrganisationCode
from careward.web.words import day

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
    if role and not facts["by"].startswith(KEYBOARD):
        _offer(desk, facts, email, name, role, system.strip().lower(), knowingly)
        return
    known = User.objects.filter(email=email.strip().lower()).first()
    user_id = known.pk if known and role else make_user(email=email, name=name, **facts)
    if role:
        give_role(user_id=user_id, role=role, system_code=system.strip().lower(), knowingly=knowingly, from_on=desk.today(), **facts)
    desk.say(f"{name} may sign in. They choose a password under 'Forgotten your password?'.")


def _offer(desk: Desk, facts: dict[str, Any], email: str, name: str, role: str, system: str, knowingly: bool) -> None:
    """As on the page: whoever is not of the organisation is invited, and nothing is told of them."""
    from careward.people.signin.invitations import offer_role

    systems = (system,) if system else ()
    given = offer_role(email=email, name=name, role=role, systems=systems, from_on=desk.today(), knowingly=knowingly, **facts)
    desk.say(f"{email} holds the role." if given else f"{name} is invited by letter, and holds the role once they accept it.")


def end_user(context: typer.Context, email: Email, organisation: OrganisationCode = "") -> None:
    """Let someone of an organisation sign in no more; of whoever is of another too, the roles here are ended."""
    from careward.people.signin.actions import close_user
    from careward.people.signin.granting import of_here

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    row = of_here(whose.pk).filter(email=email.strip().lower()).first()
    if row is None:
        raise desk.stop(f"Nobody of {whose.ods_code} signs in with that address.", 3)
    closed = close_user(organisation_id=whose.pk, user_id=row.pk, now=desk.now(), by=desk.actor())
    desk.say("They may not sign in any more." if closed else f"Their roles at {whose.ods_code} are ended. They sign in elsewhere still.")


def token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The program's name.")],
    scope: Annotated[str, typer.Option("--scope", help="What it may do; 'commands' lets it name who runs a command.")],
    whose: Annotated[str, typer.Option("--for", help="The e-mail address of the person it belongs to; yourself with --token.")] = "",
    until: Annotated[str, typer.Option("--until", help="The first day it opens nothing; as long as may be when not given.")] = "",
    organisation: OrganisationCode = "",
) -> None:
    """Print a token, once: the key of one person to the API or the command line, until a day."""
    from careward.people.signin.tokens import make_token

    desk: Desk = context.obj
    at, by = desk.organisation(organisation), desk.actor()
    if not whose and not by.startswith("user/"):
        raise desk.stop("A token belongs to a person: name them by their address, --for jo.bloggs@trust.example.", 2)
    user_id = _who(desk, whose) if whose else int(by.removeprefix("user/"))
    ends_on = desk.day(until) if until else None
    made = make_token(organisation_id=at.pk, user_id=user_id, name=name, scope=scope, ends_on=ends_on, now=desk.now(), by=by)
    print(made.token)
    desk.remark(f"It opens nothing from {day(made.ends_on)} on.")


def _who(desk: Desk, email: str) -> int:
    from careward.people.signin.models import User

    row = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if row is None:
        raise desk.stop("Nobody signs in with that address.", 3)
    return row.pk


def end_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The program's name, as it was given to careward token.")],
    organisation: OrganisationCode = "",
) -> None:
    """End every token of a program at once."""
    from careward.people.signin.models import ApiToken
    from careward.people.signin.tokens import end_token as end

    desk: Desk = context.obj
    whose = desk.organisation(organisation)
    rows = list(ApiToken.objects.filter(organisation=whose, name=name.strip(), ended_at=None).values_list("pk", flat=True))
    if not rows:
        raise desk.stop(f"No token in use is called {name}.", 3)
    for row in rows:
        end(organisation_id=whose.pk, token_id=row, now=desk.now(), by=desk.actor())
    desk.say(f"Ended: {len(rows)}. The program is refused from now on.")


COMMANDS = (Command("user", user), Command("end-user", end_user), Command("token", token), Command("end-token", end_token))
