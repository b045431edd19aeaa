"""Builders for the people room: organisations, staff, users with roles, each with as little as a test needs."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client

from careward.core.days import london_day
from careward.people.signin.idle import BEGUN, SEEN
from careward.people.signin.middleware import FACTOR_KEY
from careward.people.signin.models import ApiToken, RoleHeld, TermsAccepted, User
from careward.people.signin.rules import hash_of
from careward.people.signin.terms import terms_in_force
from careward.people.signin.visits import BEFORE, HERE
from careward.people.staff.models import Absence, Assignment, Deputy, Organisation, Person, Team

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
PASSWORD = "three small otters"
_numbers = count(1)


def organisation(ods_code: str = "RX3", **more: Any) -> Organisation:
    facts = {"name": f"Trust {ods_code}", "pack": "tewv", **more}
    return Organisation.objects.get_or_create(ods_code=ods_code, defaults=facts)[0]


def team(at: Organisation, name: str = "Crisis team", **more: Any) -> Team:
    return Team.objects.get_or_create(organisation=at, code=more.pop("code", name.lower()), defaults={"name": name, **more})[0]


def person(at: Organisation, name: str = "Carol Dewhurst", **more: Any) -> Person:
    first, _, last = name.partition(" ")
    number = more.pop("employee_number", f"E{next(_numbers):05}")
    return Person.objects.create(organisation=at, employee_number=number, first_name=first, last_name=last, **more)


def post(of: Person, **more: Any) -> Assignment:
    manager = more.pop("manager", None)
    facts = {
        "assignment_number": f"A{next(_numbers)}",
        "team": more.pop("team", None) or team(of.organisation),
        "position_title": "Staff nurse",
        "start_on": date(2020, 1, 6),
        "supervisor_employee_number": manager.employee_number if manager else "",
        **more,
    }
    return Assignment.objects.create(organisation=of.organisation, person=of, **facts)


def staff(at: Organisation, name: str = "Carol Dewhurst", **posting: Any) -> Person:
    """Somebody with one post."""
    made = person(at, name)
    post(made, **posting)
    return made


def deputy(manager: Person, acting: Person, from_on: date = date(2026, 11, 1), to_on: date | None = date(2026, 12, 1)) -> Deputy:
    return Deputy.objects.create(organisation=manager.organisation, manager=manager, deputy=acting, from_on=from_on, to_on=to_on)


def absence(of: Person, **more: Any) -> Absence:
    facts = {"kind": "maternity", "from_on": date(2026, 10, 1), **more}
    return Absence.objects.create(organisation=of.organisation, person=of, **facts)


def user(email: str = "", *, name: str = "Bryony Falk", person: Person | None = None, password: str | None = PASSWORD, **more: Any) -> User:
    made = User(**more, email=email or f"user{next(_numbers)}@trust.example", name=name, person=person, created_at=NOW)
    made.set_password(password)
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)
    return made


def role(who: User, at: Organisation, name: str = "trust_administrator", **more: Any) -> RoleHeld:
    facts = {"from_on": date(2020, 1, 1), "given_by": "test", **more}
    return RoleHeld.objects.create(user=who, organisation=at, role=name, **facts)


def accepted(who: User, at: Organisation, on: date = TODAY) -> TermsAccepted:
    terms = terms_in_force(at.pack, on)
    facts = {"version": terms.version, "accepted_at": NOW}
    return TermsAccepted.objects.get_or_create(user=who, text_hash=terms.text_hash, defaults=facts)[0]


def app_of(who: User) -> str:
    """An authenticator app for a user; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(who, secret)
    return secret


def code_of(secret: str) -> str:
    """The code an app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def token(at: Organisation, scope: str, letters: str, *, who: User | None = None, **more: Any) -> ApiToken:
    """A key in use, of somebody who may see everything where nobody is named."""
    if who is None:
        role(who := user(name="Rota Keeper"), at, "auditor")
    facts = {"name": "reader", "made_at": NOW, "ends_on": date(2099, 1, 1), "prefix": letters[:11], **more}
    return ApiToken.objects.create(organisation=at, user=who, scope=scope, token_hash=hash_of(letters), **facts)


def ready(held: str = "trust_administrator", *, at: Organisation | None = None, **more: Any) -> User:
    """A user before whom nothing stands: one role, terms accepted, an app set up."""
    at = at or organisation()
    made = user(**more)
    role(made, at, held)
    accepted(made, at)
    app_of(made)
    return made


def signed_in(who: User, now: datetime | None = None, *, last_here: date | None = None) -> Client:
    """A browser in which somebody has signed in just now, by the clock of the pages, with everything asked of them.

    They have opened a page today already, and before that on `last_here`, if ever.
    """
    browser, now = Client(), now or settings.CLOCK()
    browser.force_login(who)
    session = browser.session
    session[FACTOR_KEY] = who.pk
    session[BEGUN] = session[SEEN] = int(now.timestamp())
    if (held := who.roleheld_set.first()) is not None:
        session[HERE] = f"{held.organisation_id} {london_day(now).isoformat()}"
        session[BEFORE] = last_here.isoformat() if last_here else ""
    session.save()
    return browser
