"""The lists of this room: who works here, and who holds which role."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from careward.core.days import ONE_DAY, london_day
from careward.core.roles import ROLES, why_apart
from careward.people.signin.arrivals import roles_in_force
from careward.people.signin.models import Invitation, RoleHeld
from careward.people.signin.waiting import waiting
from careward.web import listing, lists
from careward.web.lists import AskedList, Choice, ColumnHead, Listing, Option, Text
from careward.web.words import day


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role held, as the list of roles shows it."""

    id: int
    holder: str
    email: str
    role: str
    title: str
    system: str
    from_on: date
    last_on: date | None  # the last day it is held
    state: str  # now, coming or ended
    words: str
    warns: tuple[str, ...] = ()  # why it is better not held beside another role of theirs


ROLES_HEADS = ("Name", "E-mail address", "Role", "System", "From", "Last day", "State")


def roles_listing(on: date) -> Listing:
    return Listing(
        noun="roles",
        columns=(
            ColumnHead("Name", "name", ("user__name",), upward="Name, A to Z", downward="Name, Z to A"),
            ColumnHead("Role", "role", ("role",), upward="Role, A to Z"),
            ColumnHead("From", "from", ("from_on",), upward="From, earliest first", downward="From, latest first"),
            ColumnHead("Last day"),
            ColumnHead("State"),
            ColumnHead("End it"),
        ),
        filters=(
            Text("find", "Name or e-mail address", ("user__name", "user__email")),
            Choice("role", "Role", tuple(Option(name, role.title) for name, role in ROLES.items()), field="role", any_words="Any role"),
            Choice(
                "state",
                "State",
                (Option("now", "Held now"), Option("coming", "To begin"), Option("ended", "Ended")),
                wheres={"now": roles_in_force(on), "coming": Q(from_on__gt=on), "ended": Q(to_on__lte=on)},
                preset="now",
                any_words="Any state",
            ),
        ),
        sort="name",
        none_yet="Nobody holds a role.",
    )


def ask_roles(*, on: date, given: Any) -> AskedList:
    """What a query string asks of the list of roles."""
    wanted = roles_listing(on)
    return AskedList(wanted, lists.parse(wanted, given))


def roles_page(wanted: AskedList, *, organisation_id: int, on: date) -> listing.Shown:
    """One page of roles held at an organisation."""
    page = lists.apply(wanted.listing, wanted.asked, _grants(organisation_id))
    beside = _beside(organisation_id, {row.user_id for row in page.rows}, on)
    return listing.shown(wanted.listing, wanted.asked, page.map(lambda row: _role(row, on, beside.get(row.user_id, frozenset()))))


def _beside(organisation_id: int, user_ids: set[int], on: date) -> dict[int, frozenset[str]]:
    """The roles that each of some users holds on a day."""
    grants: defaultdict[int, set[str]] = defaultdict(set)
    rows = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id, user_id__in=user_ids)
    for user_id, role in rows.values_list("user_id", "role"):
        grants[user_id].add(role)
    return {user_id: frozenset(roles) for user_id, roles in grants.items()}


def roles_lines(wanted: AskedList, *, organisation_id: int, on: date) -> Iterator[tuple[Any, ...]]:
    """Every role that matches, as a download holds them."""
    for row in lists.stream(lists.matching(wanted.listing, wanted.asked, _grants(organisation_id))):
        r = _role(row, on)
        yield (r.holder, r.email, r.title, r.system, r.from_on, r.last_on, r.words)


def one_grant(*, organisation_id: int, grant_id: int, on: date) -> RoleLine | None:
    """One role held; None when the organisation has no such row."""
    row = _grants(organisation_id).filter(pk=grant_id).first()
    return _role(row, on) if row else None


def _grants(organisation_id: int):  # type: ignore[no-untyped-def]
    given_back = Q(to_on=F("from_on"))  # ended on the day it began: it was never held
    return RoleHeld.objects.filter(~given_back | Q(to_on=None), organisation_id=organisation_id).select_related("user")


def _role(row: RoleHeld, on: date, beside: frozenset[str] = frozenset()) -> RoleLine:
    last_on = row.to_on - ONE_DAY if row.to_on else None
    if row.from_on > on:
        state, words = "coming", f"Begins on {day(row.from_on)}"
    elif last_on is not None and last_on < on:
        state, words = "ended", f"Ended on {day(last_on)}"
    else:
        state, words = "now", "Held now"
    title = ROLES[row.role].title if row.role in ROLES else row.role
    warns = why_apart(row.role, beside) if state == "now" else ()
    return RoleLine(row.pk, row.user.name, row.user.email, row.role, title, row.system_code, row.from_on, last_on, state, words, warns)


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited and has not answered."""

    id: int
    name: str
    email: str
    title: str
    systems: tuple[str, ...]
    ends_on: date


def invited(*, organisation_id: int, now: datetime) -> list[Invited]:
    """Whoever was invited to an organisation and may still accept, by name."""
    return [_invited(row) for row in waiting(organisation_id=organisation_id, now=now).order_by("name", "pk")]


def one_invitation(*, organisation_id: int, invitation_id: int, now: datetime) -> Invited | None:
    """One of them; None when the organisation has no such invitation waiting."""
    row = waiting(organisation_id=organisation_id, now=now).filter(pk=invitation_id).first()
    return _invited(row) if row else None


def _invited(row: Invitation) -> Invited:
    title = ROLES[row.role].title if row.role in ROLES else row.role
    return Invited(row.pk, row.name, row.email, title, tuple(row.systems.split()), london_day(row.ends_at))
