"""Reads of who has signed in: their roles today, what they have accepted and proved, and so how they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from careward.core import roles
from careward.core.days import london_day
from careward.core.packs.pack import HOUSE_PACK
from careward.core.rights import NO_RIGHTS, Grant, Rights, rights_everywhere, rights_of_grants
from careward.people.signin import rules
from careward.people.signin.models import ApiToken, RoleHeld, TermsAccepted, User
from careward.people.signin.terms import terms_in_force
from careward.people.staff.lines import posts_in_force
from careward.people.staff.models import Assignment, Made, Organisation
from careward.people.staff.packs import pack_on
from careward.web.house import house
from careward.web.permission import Viewer
from careward.web.words import listed

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are not a factor of their own


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a session says of itself; all of it is checked again against the rows."""

    organisation_id: int | None  # chosen by someone who holds roles at several
    factor_proved: bool
    by_demonstration: bool  # signed in by the demonstration door


@dataclass(frozen=True, slots=True)
class Arrived:
    viewer: Viewer
    step: rules.Step
    over: bool  # a persona's session, where the demonstration is off or was never on


def roles_in_force(on: date) -> Q:
    """The roles held on a day; the last day of a period is not in it."""
    return Q(from_on__lte=on) & (Q(to_on=None) | Q(to_on__gt=on))


@dataclass(frozen=True, slots=True)
class OrganisationChoice:
    id: int
    name: str

    @property
    def choice(self) -> tuple[str, str]:
        return str(self.id), self.name


def organisations_of(*, user_id: int, on: date) -> list[OrganisationChoice]:
    """Where someone holds a role on a day, by name."""
    grants = RoleHeld.objects.filter(roles_in_force(on), user_id=user_id)
    found = Organisation.objects.filter(pk__in=grants.values("organisation_id")).order_by("name", "id")
    return [OrganisationChoice(*row) for row in found.values_list("id", "name")]


def arrive(*, user: User, session: SessionFacts, now: datetime) -> Arrived:
    """How someone signed in stands today, and what they must do before any page; two queries."""
    on = london_day(now)
    grants = list(RoleHeld.objects.filter(roles_in_force(on), user_id=user.pk).select_related("organisation").order_by("id"))
    at = _chosen(grants, session)
    terms = terms_in_force(at.pack, on).text_hash if at else ""
    facts = _facts(user.pk, terms)
    here = [r for r in grants if at is not None and r.organisation_id == at.pk]
    persona = is_persona(user)
    arrival = rules.Arrival(
        organisations=len({r.organisation_id for r in grants}),
        chosen=at is not None,
        terms_accepted=facts["terms"],
        factor_needed=roles.second_factor_needed(r.role for r in grants),
        factor_known=facts["factor"],
        factor_proved=session.factor_proved,
        demonstration=session.by_demonstration and persona,
    )
    step = rules.next_step(arrival)
    return Arrived(_viewer(user, at, here, facts, step, now), step, over=rules.is_made_up(user.email) and not persona)


def signs_in(*, email: str) -> bool:
    """Whether anybody signs in with an address: asked only for whoever has the letter that was sent to it."""
    return User.objects.filter(email=email).exists()


def is_persona(user: User) -> bool:
    """Whether someone is a persona of the demonstration: made up, as all is where they hold a role, and it is on."""
    if not settings.DEMONSTRATION or not rules.is_made_up(user.email):
        return False
    return not RoleHeld.objects.filter(user=user, organisation__demonstration=Made.REAL).exists()


def _chosen(grants: list[RoleHeld], session: SessionFacts) -> Organisation | None:
    places = {r.organisation_id: r.organisation for r in grants}
    if len(places) == 1:
        return next(iter(places.values()))
    return places.get(session.organisation_id) if session.organisation_id is not None else None


def _facts(user_id: int, terms: str) -> Mapping[str, Any]:
    return (
        User.objects.filter(pk=user_id)
        .annotate(
            terms=Exists(TermsAccepted.objects.filter(user=OuterRef("pk"), text_hash=terms)),
            factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)),
            organisation_id=F("person__organisation_id"),
            ods_code=F("person__organisation__ods_code"),
            organisation_name=F("person__organisation__name"),
            contact=F("person__organisation__contact"),
        )
        .values("terms", "factor", "organisation_id", "ods_code", "organisation_name", "contact")
        .get()
    )


def _viewer(user: User, at: Organisation | None, here: list[RoleHeld], facts: Mapping[str, Any], step: rules.Step, now: datetime) -> Viewer:
    """Rights are given only once nothing stands before the pages, so that a view beyond the gate refuses too."""
    names = frozenset(r.role for r in here)
    # Somebody without a role stands at their employer, or nowhere: they see only what is held about them.
    own = step is rules.Step.OWN_DATA
    place = (at.pk, at.ods_code, at.name, at.contact) if at else _employer(facts) if own else (0, "", "", "")
    return Viewer(
        user_id=user.pk,
        person_id=user.person_id,
        name=user.name,
        role_title=listed(roles.titles_of(names)),
        organisation_id=place[0],
        organisation=place[1],
        organisation_name=place[2],
        contact=place[3],
        roles=names,
        rights=_rights(here, london_day(now)) if step is rules.Step.PAGES else NO_RIGHTS,
        now=now,
        today=london_day(now),
        pack=pack_on(at.pack if at else HOUSE_PACK, london_day(now)),
    )


def _rights(rows: Iterable[RoleHeld], on: date) -> Rights:
    grants = (Grant(r.role, r.system_code, r.from_on, r.to_on) for r in rows)
    return rights_of_grants(grants, on=on, carries=house().carries)


def rights_of(*, actor: str, organisation_id: int, on: date) -> Rights:
    """What an actor, as the ledger names them, may do at an organisation on a day: authority is asked here, by every action.

    A signed-in person may what their grants allow, someone at the machine's own keyboard everything, a token what its scopes name of
    what its person may, and a job of the house everything but what only a named person does.
    """
    kind, _, number = actor.partition("/")
    if kind == "cli":
        return rights_everywhere(house().permissions)
    if kind == "job":
        return rights_everywhere(p.name for p in house().permissions.values() if not p.by_name)
    if kind == "token" and number.isdecimal():
        row = tokens_in_use(on).filter(organisation_id=organisation_id, pk=int(number)).first()
        return rights_by(row, on=on) if row else NO_RIGHTS
    if kind != "user" or not number.isdecimal():
        return NO_RIGHTS
    grants = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id, user_id=int(number), user__is_active=True)
    return _rights(grants, on)


def tokens_in_use(on: date) -> QuerySet[ApiToken]:
    """The keys that open anything on a day: not ended, not over, and of somebody who may sign in."""
    return ApiToken.objects.filter(ended_at=None, ends_on__gt=on, user__is_active=True).select_related("organisation")


def rights_by(token: ApiToken, *, on: date) -> Rights:
    """What a key may do: what its scopes name, and only where its person may do so themselves today. A scope no longer known is nothing."""
    theirs = rights_of(actor=f"user/{token.user_id}", organisation_id=token.organisation_id, on=on)
    return theirs.narrowed(house().permissions_in(token.scope.split()))


def _employer(facts: Mapping[str, Any]) -> tuple[int, str, str, str]:
    return (facts["organisation_id"] or 0, facts["ods_code"] or "", facts["organisation_name"] or "", facts["contact"] or "")


@dataclass(frozen=True, slots=True)
class Persona:
    user_id: int
    name: str
    organisation: str
    job: str  # by which one clinician is told from another
    role_title: str
    systems: str  # to which their roles are bound; "" for none
    sees: str


def personas(*, on: date) -> list[Persona]:
    """The personas who hold a role today, each once: one organisation after the other, in the order of the list of roles."""
    grants = RoleHeld.objects.filter(roles_in_force(on), user__is_active=True).exclude(organisation__demonstration=Made.REAL)
    order = {role: place for place, role in enumerate(roles.ROLES)}
    rows = [r for r in grants.select_related("user", "organisation").order_by("user__name", "id") if r.role in order]
    rows = [r for r in rows if rules.is_made_up(r.user.email)]
    theirs: dict[int, list[RoleHeld]] = {}
    for row in sorted(rows, key=lambda r: (r.organisation_id, order[r.role])):
        theirs.setdefault(row.user_id, []).append(row)
    jobs = _jobs([row.user for row in rows], on)
    return [_persona(user_id, of, jobs.get(of[0].user.person_id or 0, "")) for user_id, of in theirs.items()]


def _jobs(users: Iterable[User], on: date) -> dict[int, str]:
    """The job that each person has on a day, one of them where they have several: a query."""
    posts = Assignment.objects.filter(posts_in_force(on), person__in={user.person_id for user in users if user.person_id})
    return {post.person_id: post.position_title or post.job_role for post in posts.order_by("is_primary")}


def _persona(user_id: int, grants: list[RoleHeld], job: str) -> Persona:
    names = {r.role for r in grants}
    return Persona(
        user_id=user_id,
        name=grants[0].user.name,
        organisation=grants[0].organisation.name,
        job=job,
        role_title=listed(roles.titles_of(names)),
        systems=listed(sorted({r.system_code for r in grants if r.system_code})),
        sees=". ".join(role.sees for name, role in roles.ROLES.items() if name in names),
    )
