"""What can be done with roles, users and terms (tokens are in tokens.py). One function per verb, each written down as it is done."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import Refused
from careward.evidence.ledger import actions as ledger
from careward.people.signin import rules
from careward.people.signin.arrivals import is_persona
from careward.people.signin.granting import (
    Wanted,
    add_row,
    end_all_roles,
    give,
    may_give,
    may_make_user,
    not_over,
    of_here,
    record_role,
    right_to,
)  # fmt: skip
from careward.people.signin.models import RoleHeld, SavedView, TermsAccepted, User
from careward.people.signin.rules import ADD, GIVE
from careward.people.signin.terms import terms_in_force
from careward.people.staff.models import Organisation, Person


@transaction.atomic
def make_user(*, organisation_id: int, email: str, name: str, password: str | None = None, now: datetime, by: str) -> int:
    """Lets someone sign in; returns their row. Without a password they set one by the forgotten-password page.

    They are tied to the one member of staff with their e-mail address, if there is one. Refused with every reason at once.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    draft = User(email=email.strip().lower(), name=name.strip(), created_at=now)
    decision = right_to(ADD, "add somebody", "", organisation.pk, now, by)
    decision &= may_make_user(draft, password, organisation, on=london_day(now))
    if not decision:
        raise Refused(decision)
    return add_row(draft, organisation, password, now=now, by=by)


@transaction.atomic
def close_user(*, organisation_id: int, user_id: int, now: datetime, by: str) -> bool:
    """Lets someone of an organisation sign in no more, from their next page on; their name stays on what they did. Twice is as once.

    Whoever is of another organisation too keeps their sign-in there: here their roles end, and False is returned. Raises DoesNotExist
    for whoever is not of this one.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    row = User.objects.select_for_update().get(pk=of_here(organisation.pk).values("pk").get(pk=user_id)["pk"])
    if not (decision := right_to(ADD, "close a user", "", organisation.pk, now, by)):
        raise Refused(decision)
    if _is_of_another(row, organisation, on=london_day(now)):
        end_all_roles(user=row, organisation=organisation, now=now, by=by)
        return False
    if row.is_active:
        row.is_active = False
        row.save(update_fields=["is_active"])
        SavedView.objects.filter(user=row).delete()  # they are whose they are, and go with them
        ledger.record(at=now, actor=by, verb="user.closed", subject=f"user/{row.pk}", organisation=organisation.ods_code)
    return True


def _is_of_another(user: User, organisation: Organisation, *, on: date) -> bool:
    employed = user.person_id is not None and not Person.objects.filter(pk=user.person_id, organisation=organisation).exists()
    grants = RoleHeld.objects.filter(user=user).exclude(organisation=organisation).filter(not_over(on))
    return employed or grants.exists()


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

    Raises DoesNotExist for whoever is of another organisation, whom only somebody at the keyboard may name.
    `knowingly`: whoever gives it was told that it is better not held beside another role of theirs.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    theirs = User.objects.all() if by.startswith(rules.KEYBOARD) else of_here(organisation.pk)
    user = theirs.get(pk=user_id)
    wanted = Wanted(role, system_code, from_on, to_on)
    decision = right_to(GIVE, "give a role", system_code, organisation.pk, now, by)
    decision &= may_give(wanted, organisation, user.pk, knowingly=knowingly, now=now, by=by)
    if not decision:
        raise Refused(decision)
    return give(wanted, organisation, user, now=now, by=by)


@transaction.atomic
def end_role(*, organisation_id: int, grant_id: int, end_on: date, now: datetime, by: str) -> None:
    """Ends a role: it is not held on `end_on` and after. Refused when it would leave the organisation without one it must keep."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)  # so that two ends at once are looked at in turn
    row = RoleHeld.objects.select_for_update().get(pk=grant_id, organisation=organisation)
    others = RoleHeld.objects.filter(organisation=organisation, role=row.role, user__is_active=True).exclude(pk=row.pk)
    decision = right_to(GIVE, "end a role", row.system_code, organisation.pk, now, by)
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
    record_role(row, organisation, verb="role.ended", now=now, by=by)


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
