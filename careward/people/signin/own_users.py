"""Careward's own users as the accounts that they are: who has left, who does not come, and whose power somebody else should look at.

The same questions as of any system's accounts, asked of the rows themselves: nobody has to export a file of what is in the next table.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from careward.core.days import london_day
from careward.core.packs.safety import too_many
from careward.core.roles import ADMINISTRATORS, ROLES
from careward.people.signin.arrivals import roles_in_force
from careward.people.signin.granting import end_all_roles, not_over
from careward.people.signin.models import ApiToken, RoleHeld, User
from careward.people.signin.tokens import end_row
from careward.people.staff.gone_or_away import left
from careward.people.staff.models import Organisation

LEFT = "The staff record shows that they have left"


@dataclass(frozen=True, slots=True)
class LeaversEnded:
    """What became of users who have left: whose roles ended, and how many are left alone, for so many at once may be a broken list."""

    ended: tuple[int, ...] = ()
    left_alone: int = 0


@dataclass(frozen=True, slots=True)
class Unused:
    """Somebody who holds roles and has not signed in for long."""

    user_id: int
    person_id: int | None
    name: str
    roles: tuple[str, ...]
    last_on: date | None  # the day they signed in last; None for never
    since: date  # that day, or the one on which they were added


@dataclass(frozen=True, slots=True)
class Powerful:
    """A role of an administrator that one user gave another."""

    grant_id: int
    person_id: int | None
    holder: str
    giver: str
    title: str
    system_code: str
    from_on: date


@transaction.atomic
def end_leavers(*, organisation_id: int, percent: int, now: datetime, by: str) -> LeaversEnded:
    """Ends every role and token of users whose every post is over; none where more would end at once than may without a person's word."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    on = london_day(now)
    grants = RoleHeld.objects.filter(not_over(on), organisation=organisation)
    users = User.objects.filter(pk__in=grants.values("user_id"))
    gone = list(users.filter(person__in=left(organisation_id=organisation.pk, on=on)).order_by("pk"))
    if too_many(len(gone), of=users.count(), percent=percent):
        return LeaversEnded(left_alone=len(gone))
    for user in gone:
        end_all_roles(user=user, organisation=organisation, now=now, by=by, why=LEFT)
        for row in ApiToken.objects.select_for_update().filter(user=user, organisation=organisation, ended_at=None):
            end_row(row, organisation, now=now, by=by)
    return LeaversEnded(tuple(user.pk for user in gone))


def unused(*, organisation_id: int, before: date, on: date) -> list[Unused]:
    """Those who hold a role and signed in last before a day, or never and were added before it."""
    grants = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id)
    roles: defaultdict[int, list[str]] = defaultdict(list)
    for user_id, role in grants.values_list("user_id", "role").order_by("pk"):
        roles[user_id].append(role)
    users = User.objects.filter(pk__in=roles, is_active=True).order_by("pk")
    return [row for row in (_unused(user, roles[user.pk]) for user in users) if row.since < before]


def _unused(user: User, roles: Collection[str]) -> Unused:
    last_on = london_day(user.last_login) if user.last_login else None
    titles = tuple(dict.fromkeys(ROLES[role].title for role in roles if role in ROLES))
    return Unused(user.pk, user.person_id, user.name, titles, last_on, last_on or london_day(user.created_at))


def powerful(*, organisation_id: int, on: date) -> list[Powerful]:
    """The roles of administrators in force that one user gave another."""
    rows = RoleHeld.objects.filter(
        roles_in_force(on), organisation_id=organisation_id, role__in=ADMINISTRATORS, given_by__startswith="user/"
    )
    found = list(rows.select_related("user").order_by("pk"))
    givers = dict(User.objects.filter(pk__in={int(r.given_by.removeprefix("user/")) for r in found}).values_list("pk", "name"))
    return [
        Powerful(
            r.pk, r.user.person_id, r.user.name, givers.get(int(r.given_by.removeprefix("user/")), r.given_by), ROLES[r.role].title,
            r.system_code, r.from_on,
        )
        for r in found
    ]  # fmt: skip
