"""What can be done with roles, users and terms (tokens are in tokens.py). One function per verb, each written down as it is done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.core.packs.pack import Pack
from careward.core.roles import ROLES
from careward.evidence.errands import actions as errands
from careward.evidence.ledger import actions as ledger
from careward.people.signin import rules
from careward.people.signin.arrivals import is_persona, rights_of
from careward.people.signin.models import RoleHeld, TermsAccepted, User
from careward.people.signin.passwords import may_use_password, names_of
from careward.people.signin.terms import terms_in_force
from careward.people.staff.models import Organisation, Person
from careward.people.staff.packs import pack_on
from careward.web.house import house

GIVE, ADD = "signin:roles:give", "signin:users:add"
INVITE = "signin.invite"
NOBODY = 0  # the number of whoever has no row yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to give: for one system or, without a code, for all; the day it ends is not in it."""

    role: str
    system_code: str
    from_on: date
    to_on: date | None


@transaction.atomic
def make_user(*, organisation_id: int, email: str, name: str, password: str | None = None, now: datetime, by: str) -> int:
    """Lets someone sign in; returns their row. Without a password they set one by the forgotten-password page.

    They are tied to the one member of staff with their e-mail address, if there is one. Refused with every reason at once.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    draft = User(email=email.strip().lower(), name=name.strip(), created_at=now)
    decision = _may_make_user(draft, password, pack_on(organisation.pack, london_day(now)), organisation.name, organisation.ods_code)
    if not decision:
        raise Refused(decision)
    return _make_user(draft, organisation, password, now=now, by=by)


def _make_user(draft: User, organisation: Organisation, password: str | None, *, now: datetime, by: str) -> int:
    staff = Person.objects.filter(organisation=organisation, email=draft.email, gone_on=None)[:2]
    draft.person = staff[0] if len(staff) == 1 else None
    draft.set_password(password)
    draft.save()
    # Whoever may make users has seen who they are, so the address needs no letter to prove it.
    EmailAddress.objects.create(user=draft, email=draft.email, primary=True, verified=True)
    subject = f"user/{draft.pk}"
    ledger.record(at=now, actor=by, verb="user.made", subject=subject, organisation=organisation.ods_code, person=draft.person_id)
    return draft.pk


@transaction.atomic
def add_user(
    *,
    organisation_id: int,
    email: str,
    name: str,
    role: str,
    from_on: date,
    to_on: date | None = None,
    system_code: str = "",
    now: datetime,
    by: str,
) -> int:
    """Lets someone sign in who could not, with their first role, and asks for their invitation; returns their row.

    Refused with every reason there is, against the user and against the role.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    draft = User(email=email.strip().lower(), name=name.strip(), created_at=now)
    wanted = Wanted(role, system_code, from_on, to_on)
    decision = _right(ADD, "add somebody", system_code, organisation.pk, now, by)
    decision &= _may_make_user(draft, None, pack_on(organisation.pack, london_day(now)))
    decision &= _may_give(wanted, organisation, NOBODY, knowingly=False, now=now, by=by)
    if not decision:
        raise Refused(decision)
    user_id = _make_user(draft, organisation, None, now=now, by=by)
    _give(wanted, organisation, draft, now=now, by=by)
    errands.ask(name=INVITE, organisation=organisation.ods_code, subject=f"user/{user_id}", now=now, body={"user": user_id})
    return user_id


def _may_make_user(draft: User, password: str | None, pack: Pack, *at: str) -> Decision:
    decision = ALLOWED
    try:
        validate_email(draft.email)
    except ValidationError:
        decision &= refuse("user.email_wrong", "house", "The e-mail address is not complete", "Write it like jo.bloggs@trust.example")
    if not draft.name:
        decision &= refuse("user.unnamed", "house", "The user has no name", "Give the name their colleagues know them by")
    if User.objects.filter(email=draft.email).exists():  # LR-025
        clause = pack.clause_of("user.one_name")
        decision &= refuse("user.made_already", clause, "Somebody signs in with this e-mail address already", "Give them a role instead")
    if password is not None:
        decision &= may_use_password(password, names=names_of(draft, *at), clause=pack.clause_of("password.strong"))
    return decision


@transaction.atomic
def close_user(*, organisation_id: int, user_id: int, now: datetime, by: str) -> None:
    """Lets someone sign in no more, from their next page on; their name stays on what they did. Closing them again changes nothing."""
    organisation = Organisation.objects.get(pk=organisation_id)
    row = User.objects.select_for_update().get(pk=user_id)
    if row.is_active:
        row.is_active = False
        row.save(update_fields=["is_active"])
        ledger.record(at=now, actor=by, verb="user.closed", subject=f"user/{row.pk}", organisation=organisation.ods_code)


@transaction.atomic
def give_role(
    *,
    organisation_id: int,
    user_id: int,
    role: str,
    from_on: date,
    to_on: date | None = None,
    system_code: str = "",
    knowingly: bool = False,
    now: datetime,
    by: str,
) -> int:
    """Gives someone a role from one day to another (the last is not in it); returns its row. Refused with every reason at once.

    `knowingly`: whoever gives it was told that it is better not held beside another role of theirs.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    user = User.objects.get(pk=user_id)
    wanted = Wanted(role, system_code, from_on, to_on)
    decision = _right(GIVE, "give a role", system_code, organisation.pk, now, by)
    decision &= _may_give(wanted, organisation, user.pk, knowingly=knowingly, now=now, by=by)
    if not decision:
        raise Refused(decision)
    return _give(wanted, organisation, user, now=now, by=by)


def _may_give(wanted: Wanted, organisation: Organisation, user_id: int, *, knowingly: bool, now: datetime, by: str) -> Decision:
    """What the rules say of a role for somebody, of whom nothing is held where they are nobody yet."""
    same = RoleHeld.objects.filter(organisation=organisation, user_id=user_id, role=wanted.role, system_code=wanted.system_code)
    already = tuple(rules.Holding(user_id, r.from_on, r.to_on) for r in same)
    title = ROLES[wanted.role].title if wanted.role in ROLES else wanted.role
    gift = rules.Gift(
        title, wanted.role in ROLES, by, user_id, wanted.from_on, wanted.to_on, already, role=wanted.role, system=wanted.system_code,
        system_known=wanted.system_code in house().systems(organisation_id=organisation.pk),
        beside=_beside(user_id, organisation.pk, wanted.from_on, wanted.to_on), knowingly=knowingly,
    )  # fmt: skip
    return rules.may_give_role(gift, today=london_day(now))


def _give(wanted: Wanted, organisation: Organisation, user: User, *, now: datetime, by: str) -> int:
    # A role ended on the very day it began left an empty period; given again for that day, the row is filled.
    key: dict[str, Any] = {
        "organisation": organisation,
        "user": user,
        "role": wanted.role,
        "system_code": wanted.system_code,
        "from_on": wanted.from_on,
    }
    row, _ = RoleHeld.objects.update_or_create(**key, defaults={"to_on": wanted.to_on, "given_by": by})
    _record_role(row, organisation, verb="role.given", now=now, by=by)
    return row.pk


def _right(permission: str, words: str, system_code: str, organisation_id: int, now: datetime, by: str) -> Decision:
    """Whether somebody may give roles for a system, end them or add who holds them; for every system only who may for them all."""
    return rights_of(actor=by, organisation_id=organisation_id, on=london_day(now)).must(permission, words, system_code)


def _beside(user_id: int, organisation_id: int, from_on: date, to_on: date | None) -> frozenset[str]:
    """The roles somebody holds on some day of a period."""
    rows = RoleHeld.objects.filter(Q(to_on=None) | Q(to_on__gt=from_on), user_id=user_id, organisation_id=organisation_id)
    rows = rows.filter(from_on__lt=to_on) if to_on else rows
    return frozenset(rows.values_list("role", flat=True))


@transaction.atomic
def end_role(*, organisation_id: int, grant_id: int, end_on: date, now: datetime, by: str) -> None:
    """Ends a role: it is not held on `end_on` and after. Refused when it would leave the organisation without one it must keep."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)  # so that two ends at once are looked at in turn
    row = RoleHeld.objects.select_for_update().get(pk=grant_id, organisation=organisation)
    others = RoleHeld.objects.filter(organisation=organisation, role=row.role, user__is_active=True).exclude(pk=row.pk)
    decision = _right(GIVE, "end a role", row.system_code, organisation.pk, now, by)
    decision &= rules.may_end_role(
        row.role,
        rules.Holding(row.user_id, row.from_on, row.to_on),
        end_on=end_on,
        today=london_day(now),
        others=[rules.Holding(r.user_id, r.from_on, r.to_on) for r in others],
    )
    if not decision:
        raise Refused(decision)
    row.to_on = end_on
    row.save(update_fields=["to_on"])
    _record_role(row, organisation, verb="role.ended", now=now, by=by)


def _record_role(row: RoleHeld, organisation: Organisation, *, verb: str, now: datetime, by: str) -> None:
    ledger.record(
        at=now,
        actor=by,
        verb=verb,
        subject=f"user/{row.user_id}",
        organisation=organisation.ods_code,
        role=row.role,
        system=row.system_code,
        from_on=row.from_on.isoformat(),
        to_on=row.to_on.isoformat() if row.to_on else None,
    )


@transaction.atomic
def accept_terms(*, organisation_id: int, user_id: int, text_hash: str, now: datetime, by: str) -> None:
    """Keeps that someone accepted the terms in force (PA-003); accepting twice changes nothing. Refused when they saw another text."""
    organisation = Organisation.objects.get(pk=organisation_id)
    terms = terms_in_force(organisation.pack, london_day(now))
    decision = rules.may_accept_terms(shown=text_hash, in_force=terms.text_hash, clause=terms.clause)
    if not decision:
        raise Refused(decision)
    _, new = TermsAccepted.objects.get_or_create(
        user_id=user_id, text_hash=terms.text_hash, defaults={"version": terms.version, "accepted_at": now}
    )
    if new:
        ledger.record(
            at=now,
            actor=by,
            verb="terms.accepted",
            subject=f"user/{user_id}",
            organisation=organisation.ods_code,
            pack=organisation.pack,
            version=terms.version,
            text_hash=terms.text_hash,
        )


@transaction.atomic
def note_sign_in(*, user_id: int, methods: tuple[str, ...], now: datetime, by: str) -> None:
    """Writes down that someone signed in, and by what."""
    where = _home_of(user_id)
    ledger.record(at=now, actor=by, verb="user.signed_in", subject=f"user/{user_id}", organisation=where, methods=list(methods))


@transaction.atomic
def note_credential(*, user_id: int, verb: str, now: datetime, by: str) -> None:
    """Writes down that someone's password, app, passkeys or recovery codes changed; nothing of the secret itself."""
    ledger.record(at=now, actor=by, verb=verb, subject=f"user/{user_id}", organisation=_home_of(user_id))


def _home_of(user_id: int) -> str:
    """The organisation whose ledger shows what someone does to sign in: their employer, or the first where they hold a role; else none."""
    roles = RoleHeld.objects.filter(user_id=user_id).order_by("id").values_list("organisation__ods_code", flat=True)
    employer = User.objects.filter(pk=user_id).values_list("person__organisation__ods_code", flat=True).first()
    return employer or roles.first() or ""


@transaction.atomic
def enter_as_persona(*, user_id: int, now: datetime, by: str) -> User:
    """The persona to sign in as, written down; refused wherever the demonstration is off, and for anybody who is not made up."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    decision = rules.may_enter_as_persona(demonstration=settings.DEMONSTRATION, persona=user is not None and is_persona(user))
    if user is None or not decision:
        raise Refused(decision)
    note_sign_in(user_id=user.pk, methods=("demonstration",), now=now, by=by)
    return user
