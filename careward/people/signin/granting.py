"""What letting somebody in and giving them a role takes, by whichever verb: who may, what the rules say, the rows and their entries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.roles import ROLES
from careward.evidence.ledger import actions as ledger
from careward.people.signin import rules
from careward.people.signin.arrivals import rights_of
from careward.people.signin.models import RoleHeld, User
from careward.people.signin.passwords import may_use_password, names_of
from careward.people.staff.models import Organisation, Person
from careward.people.staff.packs import pack_on
from careward.web.house import house

NOBODY = 0  # the number of whoever has no row yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to give: for one system or, without a code, for all; the day it ends is not in it."""

    role: str
    system_code: str
    from_on: date
    to_on: date | None


def not_over(on: date) -> Q:
    """The roles held on a day or later; one that was ended before it began is none."""
    return Q(to_on=None) | (Q(to_on__gt=on) & Q(to_on__gt=F("from_on")))


def of_here(organisation_id: int) -> QuerySet[User]:
    """Those of an organisation: who works there, and who holds or held a role there. Of nobody else does it learn that they sign in."""
    grants = RoleHeld.objects.filter(user_id=OuterRef("pk"), organisation_id=organisation_id)
    return User.objects.filter(Q(person__organisation_id=organisation_id) | Q(Exists(grants)))


def add_row(draft: User, organisation: Organisation, password: str | None, *, now: datetime, by: str) -> int:
    """Writes down somebody whom the rules let sign in."""
    staff = Person.objects.filter(organisation=organisation, email=draft.email, gone_on=None)[:2]
    draft.person = staff[0] if len(staff) == 1 else None
    draft.set_password(password)
    draft.save()
    # Whoever may make users has seen who they are, or they came by a letter to it, so the address needs no other proof.
    EmailAddress.objects.create(user=draft, email=draft.email, primary=True, verified=True)
    subject = f"user/{draft.pk}"
    ledger.record(at=now, actor=by, verb="user.made", subject=subject, organisation=organisation.ods_code, person=draft.person_id)
    return draft.pk


def may_make_user(draft: User, password: str | None, organisation: Organisation, *, on: date) -> Decision:
    """Whether somebody may sign in as they are to be written down, with every reason against."""
    decision, pack = ALLOWED, pack_on(organisation.pack, on)
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
        names = names_of(draft, organisation.name, organisation.ods_code)
        decision &= may_use_password(password, names=names, clause=pack.clause_of("password.strong"))
    return decision


def may_give(wanted: Wanted, organisation: Organisation, user_id: int, *, knowingly: bool, now: datetime, by: str) -> Decision:
    """What the rules say of a role for somebody, of whom nothing is held where they are nobody yet."""
    same = RoleHeld.objects.filter(organisation=organisation, user_id=user_id, role=wanted.role, system_code=wanted.system_code)
    already = tuple(rules.Holding(user_id, r.from_on, r.to_on) for r in same)
    title = ROLES[wanted.role].title if wanted.role in ROLES else wanted.role
    gift = rules.Gift(
        title, wanted.role in ROLES, by, user_id, wanted.from_on, wanted.to_on, already, role=wanted.role, system=wanted.system_code,
        system_known=wanted.system_code in house().systems(organisation_id=organisation.pk),
        beside=beside_of(user_id, organisation.pk, wanted.from_on, wanted.to_on), knowingly=knowingly,
    )  # fmt: skip
    return rules.may_give_role(gift, today=london_day(now))


def give(wanted: Wanted, organisation: Organisation, user: User, *, now: datetime, by: str) -> int:
    """The row of a role that the rules let be given, written down."""
    # A role ended on the very day it began left an empty period; given again for that day, the row is filled.
    key: dict[str, Any] = {
        "organisation": organisation,
        "user": user,
        "role": wanted.role,
        "system_code": wanted.system_code,
        "from_on": wanted.from_on,
    }
    row, _ = RoleHeld.objects.update_or_create(**key, defaults={"to_on": wanted.to_on, "given_by": by})
    record_role(row, organisation, verb="role.given", now=now, by=by)
    return row.pk


def right_to(permission: str, words: str, system_code: str, organisation_id: int, now: datetime, by: str) -> Decision:
    """Whether somebody may give roles for a system, end them or add who holds them; for every system only who may for them all."""
    return rights_of(actor=by, organisation_id=organisation_id, on=london_day(now)).must(permission, words, system_code)


def beside_of(user_id: int, organisation_id: int, from_on: date, to_on: date | None) -> frozenset[str]:
    """The roles somebody holds on some day of a period."""
    rows = RoleHeld.objects.filter(Q(to_on=None) | Q(to_on__gt=from_on), user_id=user_id, organisation_id=organisation_id)
    rows = rows.filter(from_on__lt=to_on) if to_on else rows
    return frozenset(rows.values_list("role", flat=True))


def record_role(row: RoleHeld, organisation: Organisation, *, verb: str, now: datetime, by: str, why: str = "") -> None:
    """Writes down that a role was given or ended, and why where that is said."""
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
        **({"why": why} if why else {}),
    )


def end_all_roles(*, user: User, organisation: Organisation, now: datetime, by: str, why: str = "") -> int:
    """Ends every role somebody holds at an organisation, or would hold later, from today on; returns how many. None is kept for them."""
    today = london_day(now)
    rows = RoleHeld.objects.select_for_update().filter(not_over(today), user=user, organisation=organisation)
    for row in (found := list(rows.order_by("pk"))):
        row.to_on = max(today, row.from_on)
        row.save(update_fields=["to_on"])
        record_role(row, organisation, verb="role.ended", now=now, by=by, why=why)
    return len(found)
