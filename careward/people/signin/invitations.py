"""What can be done with invitations: a role is given at once to who is of the organisation, and offered by letter to anybody else.

Whether somebody signs in elsewhere is told to nobody: whoever is invited is answered for alike, and is here once they accept.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.evidence.errands import actions as errands
from careward.evidence.ledger import actions as ledger
from careward.people.signin import rules
from careward.people.signin.granting import NOBODY, Wanted, add_row, give, may_give, may_make_user, of_here, right_to
from careward.people.signin.models import Invitation, User
from careward.people.signin.rules import ADD, GIVE
from careward.people.signin.waiting import waiting
from careward.people.staff.models import Organisation
from careward.web.words import day

INVITE = "signin.invite"


@transaction.atomic
def offer_role(
    *, organisation_id: int, email: str, name: str = "", role: str, systems: Sequence[str] = (), from_on: date, to_on: date | None = None,
    knowingly: bool = False, now: datetime, by: str,
) -> bool:  # fmt: skip
    """Gives a role for some systems, or for all, to who is of the organisation; invites anybody else. True where it was given at once.

    Refused with every reason at once. What is said of whoever is invited is the same whether or not they sign in elsewhere.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    email = email.strip().lower()
    user = of_here(organisation.pk).filter(email=email, is_active=True).first()
    each = [Wanted(role, code, from_on, to_on) for code in systems or ("",)]
    decision = ALLOWED if user else _may_invite(email, name, organisation, now)
    for wanted in each:
        decision &= right_to(GIVE, "give a role", wanted.system_code, organisation.pk, now, by)
        decision &= ALLOWED if user else right_to(ADD, "add somebody", wanted.system_code, organisation.pk, now, by)
        decision &= may_give(wanted, organisation, user.pk if user else NOBODY, knowingly=knowingly, now=now, by=by)
    if not decision:
        raise Refused(Decision(tuple(dict.fromkeys(decision.reasons))))
    if user is None:
        _invite(email, name, each, organisation, now, by)
        return False
    for wanted in each:
        give(wanted, organisation, user, now=now, by=by)
    return True


def _may_invite(email: str, name: str, organisation: Organisation, now: datetime) -> Decision:
    """What is wrong with an address and a name alone; whether anybody signs in with it is not asked."""
    draft = User(email=email, name=name.strip(), created_at=now)
    decision = may_make_user(draft, None, organisation, on=london_day(now))
    decision = Decision(tuple(r for r in decision.reasons if r.code != "user.made_already"))
    if earlier := waiting(organisation_id=organisation.pk, now=now).filter(email=email).first():
        detail = f"They were invited on {day(london_day(earlier.made_at))} already, and have not answered"
        decision &= refuse("invitation.waits", "house", detail, "Wait for their answer, or withdraw that invitation first")
    return decision


def _invite(email: str, name: str, each: Sequence[Wanted], organisation: Organisation, now: datetime, by: str) -> None:
    first = each[0]
    row = Invitation.objects.create(
        organisation=organisation, email=email, name=name.strip(), role=first.role, systems=" ".join(w.system_code for w in each),
        from_on=first.from_on, to_on=first.to_on, made_at=now, made_by=by, ends_at=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )  # fmt: skip
    _record(row, "invitation.made", now, by, role=row.role, systems=row.systems.split(), from_on=first.from_on.isoformat())
    errands.ask(name=INVITE, organisation=organisation.ods_code, subject=f"invitation/{row.pk}", now=now, body={"invitation": row.pk})


@transaction.atomic
def withdraw_invitation(*, organisation_id: int, invitation_id: int, now: datetime, by: str) -> None:
    """Takes an invitation back: its link opens nothing from now on. Refused once it was accepted; twice is as once."""
    row = Invitation.objects.select_for_update().get(pk=invitation_id, organisation_id=organisation_id)
    decision = ALLOWED
    for code in row.systems.split() or [""]:
        decision &= right_to(GIVE, "withdraw an invitation", code, row.organisation_id, now, by)
    if row.accepted_at is not None:
        decision &= refuse("invitation.accepted", "house", "They have accepted it already", "End their role instead")
    if not decision:
        raise Refused(decision)
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        _record(row, "invitation.withdrawn", now, by)


@transaction.atomic
def join(*, invitation_id: int, password: str, now: datetime, by: str) -> int:
    """Lets in whoever an invitation was sent to and who signs in nowhere yet, with a password of theirs; returns their row."""
    row, decision = _open(invitation_id, now)
    draft = User(email=row.email, name=row.name, created_at=now)
    decision &= may_make_user(draft, password, row.organisation, on=london_day(now))
    if not decision:
        raise Refused(decision)
    user_id = add_row(draft, row.organisation, password, now=now, by=by)
    _accept(row, User.objects.get(pk=user_id), now)
    return user_id


@transaction.atomic
def accept_invitation(*, invitation_id: int, user_id: int, now: datetime, by: str) -> None:
    """Gives somebody who signs in already the role they were offered. Refused for anybody but who has the address it was sent to."""
    row, decision = _open(invitation_id, now)
    user = User.objects.get(pk=user_id, is_active=True)
    if user.email != row.email:
        decision &= refuse("invitation.anothers", "house", "It was sent to another address", "Sign in with the address that it was sent to")
    if not decision:
        raise Refused(decision)
    _accept(row, user, now)


def _open(invitation_id: int, now: datetime) -> tuple[Invitation, Decision]:
    row = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation_id)
    return row, rules.may_accept_invitation(ended=bool(row.accepted_at or row.withdrawn_at), over=row.ends_at <= now)


def _accept(row: Invitation, user: User, now: datetime) -> None:
    """The roles as whoever invited them gave them, from today at the earliest."""
    from_on = max(row.from_on, london_day(now))
    decision, each = ALLOWED, [Wanted(row.role, code, from_on, row.to_on) for code in row.systems.split() or [""]]
    for wanted in each:
        decision &= may_give(wanted, row.organisation, user.pk, knowingly=True, now=now, by=row.made_by)
    if not decision:
        raise Refused(decision)
    row.accepted_at, row.accepted_by = now, user
    row.save(update_fields=["accepted_at", "accepted_by"])
    _record(row, "invitation.accepted", now, f"user/{user.pk}")
    for wanted in each:
        give(wanted, row.organisation, user, now=now, by=row.made_by)


def _record(row: Invitation, verb: str, now: datetime, by: str, **facts: object) -> None:
    ledger.record(at=now, actor=by, verb=verb, subject=f"invitation/{row.pk}", organisation=row.organisation.ods_code, **facts)
