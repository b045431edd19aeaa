"""careward organisation, user, token and end-token: who is here and who may sign in."""

from typing import Annotated, Any

import typer

from careward.cli import terms
from careward.cli.ready import open_house


def add_to(app: typer.Typer) -> None:
    for command in (organisation, user, end_user, token, end_token, allow):
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


def user(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    name: Annotated[str, typer.Argument(help="The name colleagues know them by.")],
    role: Annotated[str, typer.Option("--role", help="A role to give from today.")] = "",
    system: Annotated[str, typer.Option("--system", help="Bind the role to one system.")] = "",
    knowingly: Annotated[bool, typer.Option("--knowingly", help="Give it beside a role that it is better kept apart from.")] = False,
    organisation: terms.OrganisationCode = "",
) -> None:
    """Let someone sign in, or give a role to someone who may. They choose a password by the forgotten-password page."""
    open_house()
    from careward.people.signin.actions import give_role, make_user
    from careward.people.signin.models import User

    whose = terms.organisation(organisation)
    known = User.objects.filter(email=email.strip().lower()).first()
    facts: dict[str, Any] = {"organisation_id": whose.pk, "now": terms.now(), "by": terms.actor()}
    user_id = known.pk if known and role else make_user(email=email, name=name, **facts)
    if role:
        give_role(
            organisation_id=whose.pk,
            user_id=user_id,
            role=role,
            system_code=system.strip().lower(),
            knowingly=knowingly,
            from_on=terms.today(),
            now=terms.now(),
            by=terms.actor(),
        )
    terms.out.print(f"{name} may sign in. They choose a password under 'Forgotten your password?'.", soft_wrap=True)


def token(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    scope: Annotated[str, typer.Option("--scope", help="What it may do.")],
    organisation: terms.OrganisationCode = "",
) -> None:
    """Print a client's token, once."""
    open_house()
    from careward.people.signin.actions import make_token

    whose = terms.organisation(organisation)
    print(make_token(organisation_id=whose.pk, name=name, scope=scope, now=terms.now(), by=terms.actor()).token)


def end_user(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    organisation: terms.OrganisationCode = "",
) -> None:
    """Let someone sign in no more."""
    open_house()
    from careward.people.signin.actions import close_user
    from careward.people.signin.models import User

    whose = terms.organisation(organisation)
    row = User.objects.filter(email=email.strip().lower()).first()
    if row is None:
        raise terms.stop("Nobody signs in with that address.", 3)
    close_user(organisation_id=whose.pk, user_id=row.pk, now=terms.now(), by=terms.actor())
    terms.out.print("They may not sign in any more.")


def end_token(
    name: Annotated[str, typer.Argument(help="The client's name, as it was given to careward token.")],
    organisation: terms.OrganisationCode = "",
) -> None:
    """End every token of a client at once."""
    open_house()
    from careward.people.signin.actions import end_token as end
    from careward.people.signin.models import ApiToken

    whose = terms.organisation(organisation)
    rows = list(ApiToken.objects.filter(organisation=whose, name=name.strip(), ended_at=None).values_list("pk", flat=True))
    if not rows:
        raise terms.stop(f"No token in use is called {name}.", 3)
    for row in rows:
        end(organisation_id=whose.pk, token_id=row, now=terms.now(), by=terms.actor())
    terms.out.print(f"Ended: {len(rows)}. The client is refused from now on.", markup=False)


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
