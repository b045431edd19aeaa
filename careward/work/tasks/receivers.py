"""Who may be given a task: those who hold its role for its system, and those who stand in for whoever it is named to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from careward.people.signin.arrivals import roles_in_force
from careward.people.signin.models import RoleHeld
from careward.people.staff.models import Deputy
from careward.web.house import house
from careward.work.tasks.models import Task
from careward.work.tasks.rules import DO

MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Receivers:
    """The people who sign in and do such work, with the roles of each, and who stands in for whom today."""

    names: tuple[tuple[int, str], ...] = ()
    roles: frozenset[tuple[int, str, str]] = frozenset()  # person, role, system ("" for all)
    stands_in: frozenset[tuple[int, int]] = frozenset()  # manager, deputy

    def able(self, task: Task, to: int | None) -> bool:
        """Whether somebody does such work; to nobody by name it can always go back."""
        if to is None:
            return True
        if task.assignee_id is not None:
            known = any(to == person for person, _ in self.names)
            return known and (to == task.assignee_id or (task.assignee_id, to) in self.stands_in)
        where = {"", task.system_code}
        return any(p == to and r == task.role and (s in where or not task.system_code) for p, r, s in self.roles)

    def for_all(self, tasks: Collection[Task]) -> list[tuple[int, str]]:
        """Those who do the work of every one of some tasks, by name."""
        return [(p, name) for p, name in self.names if all(self.able(task, p) and task.about_id != p for task in tasks)][:MOST_OFFERED]


def receivers_of(tasks: Iterable[Task], *, organisation_id: int, on: date) -> Receivers:
    """Whoever may be given some of these tasks: two queries."""
    tasks = list(tasks)
    named = {task.assignee_id for task in tasks if task.assignee_id is not None}
    in_force = Q(to_on=None) | Q(to_on__gt=on)
    rows = Deputy.objects.filter(in_force, organisation_id=organisation_id, manager_id__in=named, from_on__lte=on, gone_on=None)
    stands_in = frozenset(rows.values_list("manager_id", "deputy_id"))
    people = named | {deputy for _, deputy in stands_in}
    of_roles = Q(role__in={task.role for task in tasks if task.assignee_id is None})
    by_name = Q(user__person_id__in=people, role__in=house().permissions[DO].roles)
    given = RoleHeld.objects.filter(roles_in_force(on), of_roles | by_name, organisation_id=organisation_id, user__is_active=True)
    grants = given.exclude(user__person=None).select_related("user__person").order_by("user__person__last_name", "user__person__first_name")
    found = [(grant.user.person, grant.role, grant.system_code) for grant in grants]
    names = {person.pk: person.name for person, _, _ in found if person is not None}
    roles = frozenset((person.pk, role, system) for person, role, system in found if person is not None)
    return Receivers(tuple(names.items()), roles, stands_in)
