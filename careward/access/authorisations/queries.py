"""Reads of approvals: rows in, what the rules judge out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from careward.access.authorisations.models import Authorisation, GenericApproval, RoleHolder
from careward.access.authorisations.rules import (
    LEFT,
    NOT_THEIRS,
    TOLD_BY_POSTS,
    UNKNOWN,
    Authority,
    DeputyTenure,
    RoleTenure,
    Supervised,
    split,
    was_not_their_manager,
    was_not_theirs,
    was_theirs,
)
from careward.core.days import FAR
from careward.core.ids import plain
from careward.core.rights import Systems
from careward.core.roles import ROLES
from careward.core.room import Happening
from careward.people.signin.tenures import roles_of_people
from careward.people.staff.queries import deputies_named, supervisors_named, tenures_by_number
from careward.people.staff.rules import had_left
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems

TOLD = (
    "system__code", "environment", "approver_role", "approved_on", "kind", "expires_on", "roles", "teams", "approved_by_employee_number",
    "exception_reason", "person_id",
)  # fmt: skip


class Approvers:
    """What the staff list and that of role holders say of whoever gave some approvals, on the day of each (FEEDS B2.8)."""

    def __init__(self, organisation_id: int, numbers: Iterable[str], people: Iterable[int]) -> None:
        """`numbers` are those of whoever approved, `people` the ids of those it is for."""
        self._organisation_id, self._people = organisation_id, set(people)
        self._posts = tenures_by_number(set(numbers), organisation_id=organisation_id)

    def state(self, number: str, on: date | None, *, role: str, system: str, person_id: int) -> str:
        """UNKNOWN, LEFT, NOT_THEIRS, or none of them; up to four queries more for all, by what their roles ask for."""
        posts = self._posts.get(plain(number))
        if posts is None:
            return UNKNOWN
        if had_left(posts, on or FAR):
            return LEFT
        asked: dict[str, Any] = {"role": role, "system": system, "by": number, "on": on or FAR}
        told = self._is_no_manager(person_id, asked) if role in TOLD_BY_POSTS else was_not_theirs(self._tenures, **asked)
        return NOT_THEIRS if told else ""

    def _is_no_manager(self, person_id: int, asked: dict[str, Any]) -> bool:
        """Few approvals are younger than the first list that names a supervisor; only those ask for more."""
        led = self._supervised.get(person_id, [])
        return any(s.covers(asked["on"]) for s in led) and was_not_their_manager(led, self._deputies, self._tenures, **asked)

    def knows(self, given: Authority) -> bool:
        """Whether the role in which an approval was given is known to have been its giver's on that day."""
        asked = {"role": given.approver_role, "system": given.system, "by": given.approved_by}
        return was_theirs(self._tenures, on=given.approved_on or FAR, **asked)

    @cached_property
    def _tenures(self) -> list[RoleTenure]:
        """Who holds each role, by the list of role holders and by what Careward was told of its own users."""
        rows = RoleHolder.objects.filter(organisation_id=self._organisation_id, gone_on=None)
        listed = rows.values_list("role", "system_code", "person__employee_number", "from_on", "to_on")
        return [RoleTenure(*row) for row in (*listed, *roles_of_people(organisation_id=self._organisation_id))]

    @cached_property
    def _supervised(self) -> dict[int, list[Supervised]]:
        found: dict[int, list[Supervised]] = defaultdict(list)
        for person_id, number, since, until in supervisors_named(organisation_id=self._organisation_id, people=self._people):
            found[person_id].append(Supervised(number, since, until))
        return found

    @cached_property
    def _deputies(self) -> list[DeputyTenure]:
        return [DeputyTenure(*row) for row in deputies_named(organisation_id=self._organisation_id)]


def authority_told(told: Sequence[Any], approvers: Approvers) -> Authority:
    """The same of the values of TOLD, where hundreds are judged for one figure and whole rows would cost most of a page."""
    system, environment, role, approved_on, kind, expires_on, roles, teams, by, reason, person_id = told
    state = approvers.state(by, approved_on, role=role, system=system, person_id=person_id)
    return Authority(system, environment, role, approved_on, kind, expires_on, split(roles), split(teams), by, reason, state)


def authority_of(row: Authorisation, approvers: Approvers) -> Authority:
    """An approval as the rules judge it; one query where its system was not read with it."""
    asked: dict[str, Any] = {"role": row.approver_role, "system": row.system.code, "person_id": row.person_id}
    state = approvers.state(row.approved_by_employee_number, row.approved_on, **asked)
    return Authority(
        system=row.system.code, environment=row.environment, approver_role=row.approver_role, approved_on=row.approved_on, kind=row.kind,
        expires_on=row.expires_on, roles=split(row.roles), teams=split(row.teams), approved_by=row.approved_by_employee_number,
        exception_reason=row.exception_reason, approver=state,
    )  # fmt: skip


def authorised(*, organisation_id: int, person_id: int, most: int, within: Systems) -> list[Happening]:
    """What was authorised for somebody on some systems, newest first."""
    rows = Authorisation.objects.filter(within_systems(within), organisation_id=organisation_id, person_id=person_id)
    rows = rows.select_related("system").order_by("-approved_on")[:most]
    return [Happening(g.approved_on, f"{g.system.name} authorised by the {_who(g)}.") for g in rows]


def _who(grant: Authorisation) -> str:
    role = ROLES.get(grant.approver_role)
    title = role.title if role else grant.approver_role.replace("_", " ")
    return title if title[1:] != title[1:].lower() else title.lower()  # a Caldicott Guardian keeps their capitals


def of_shared(system: System, username: str) -> list[GenericApproval]:
    """The approvals of one shared account, however its name is written, the earliest first."""
    rows = GenericApproval.objects.filter(organisation_id=system.organisation_id, system=system, gone_on=None)
    return named_so(rows.select_related("owner", "new_owner").order_by("ig_approved_on", "id"), username)


def named_so(rows: Iterable[GenericApproval], username: str) -> list[GenericApproval]:
    """Those of some approvals that are of one user name, however it is written."""
    return [row for row in rows if plain(row.username) == plain(username)]
