"""The lines of a day, read in few queries: who is named over whom, who is at work, who stands in. As rules.lines says it of values."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db import connection
from django.db.models import BooleanField, Case, Q, When

from careward.people.staff import rules
from careward.people.staff.models import Absence, Assignment, Deputy, Person

FEW = 2000  # of more people than this the lines of everybody are read, which costs less than looking for theirs

# The joins are in the order to walk in, as SQLite takes a CROSS JOIN.
# Everybody whom a climb from some people may reach: the managers their posts name, theirs in turn, and the deputies of all of them.
ABOVE = """
    WITH RECURSIVE above(id, number) AS (
        SELECT id, employee_number FROM people_person WHERE organisation_id = %(organisation)s AND id IN ({people})
        UNION
        SELECT m.id, m.employee_number FROM above b CROSS JOIN people_assignment a CROSS JOIN people_person m
        WHERE a.person_id = b.id AND m.organisation_id = %(organisation)s AND m.employee_number = a.supervisor_employee_number
    )
    SELECT id, number FROM above UNION
    SELECT p.id, p.employee_number FROM above b JOIN people_deputy d ON d.manager_id = b.id JOIN people_person p ON p.id = d.deputy_id"""

# Everybody whose climb may reach some managers: whose posts name them and, below a manager who is not at work, on down.
BELOW = """
    WITH RECURSIVE below(id, number) AS (
        SELECT id, employee_number FROM people_person WHERE organisation_id = %(organisation)s AND id IN ({people})
        UNION
        SELECT p.id, p.employee_number FROM below b CROSS JOIN people_assignment a CROSS JOIN people_person p
        WHERE a.organisation_id = %(organisation)s AND a.supervisor_employee_number = b.number AND p.id = a.person_id
        AND (b.id IN ({people}) OR EXISTS (
            SELECT 1 FROM people_absence x WHERE x.person_id = b.id AND x.gone_on IS NULL
            AND x.from_on <= %(on)s AND (x.to_on IS NULL OR x.to_on > %(on)s)
        ) OR NOT EXISTS (
            SELECT 1 FROM people_assignment w WHERE w.person_id = b.id AND w.start_on <= %(on)s
            AND (w.end_on IS NULL OR w.end_on >= %(on)s) AND (w.gone_on IS NULL OR w.gone_on > %(on)s)
            AND w.status NOT IN ('suspended', 'maternity', 'long_term_absence') AND (w.status <> 'terminated' OR w.end_on IS NOT NULL)
        ))
    )
    SELECT id, number FROM below"""


def not_ended(on: date) -> Q:
    """The assignments that are not over on a day, begun or still to begin; rules.ended says it of one."""
    return (Q(end_on=None) | Q(end_on__gte=on)) & (Q(gone_on=None) | Q(gone_on__gt=on)) & ~Q(status="terminated", end_on=None)


def posts_in_force(on: date) -> Q:
    """The assignments held on a day; rules.in_force says it of one."""
    return Q(start_on__lte=on) & not_ended(on)


def covering(on: date) -> Q:
    """The absences, or dates of deputies, that hold on a day; rules.covers says it of one."""
    return Q(from_on__lte=on, gone_on=None) & (Q(to_on=None) | Q(to_on__gt=on))


def lines_on(*, organisation_id: int, on: date, person_ids: Collection[int] | None = None) -> rules.Lines:
    """The lines of a day that matter to some people, or to everybody: four queries, however many they are."""
    few = person_ids is not None and len(person_ids) <= FEW
    numbers = _reach(ABOVE, organisation_id, person_ids or (), on) if few else _everybody(organisation_id)
    of = {"organisation_id": organisation_id, **({"person_id__in": numbers.keys()} if few else {})}
    posts = Assignment.objects.filter(**of).annotate(
        in_post=Case(When(posts_in_force(on), then=True), default=False, output_field=BooleanField())
    )
    posts = posts.order_by("-in_post", "-is_primary", "-start_on", "id")
    rows = list(posts.values_list("person_id", "supervisor_employee_number", "status", "in_post"))
    absent = set(Absence.objects.filter(covering(on), **of).values_list("person_id", flat=True))
    at_work = {person for person, _, status, in_post in rows if in_post and status not in rules.AWAY} - absent
    return rules.Lines(_named(rows, {number: i for i, number in numbers.items()}), at_work, _acting(organisation_id, on, at_work))


def _everybody(organisation_id: int) -> dict[int, str]:
    return dict(Person.objects.filter(organisation_id=organisation_id).values_list("id", "employee_number"))


def below(*, organisation_id: int, on: date, manager_ids: Iterable[int]) -> Collection[int]:
    """Everybody whom some managers may be found to lead on a day, and more: one query."""
    return _reach(BELOW, organisation_id, tuple(manager_ids), on).keys()


def _reach(sql: str, organisation_id: int, people: Collection[int], on: date) -> dict[int, str]:
    """Staff numbers by person. The ids are whole numbers of ours, so they may stand in the query."""
    with connection.cursor() as cursor:
        query = sql.format(people=", ".join(str(int(i)) for i in people) or "NULL")
        cursor.execute(query, {"organisation": organisation_id, "on": on.isoformat()})
        return dict(cursor.fetchall())


def _named(rows: Iterable[tuple[int, str, str, bool]], numbers: Mapping[str, int]) -> dict[int, list[int]]:
    """Managers by person, the main post's first; a post not held counts only for someone without another, and only the last of them."""
    named: dict[int, list[int]] = defaultdict(list)
    told = set()
    for person, number, _, in_post in rows:
        if number in numbers and (in_post or person not in told):
            named[person].append(numbers[number])
        told.add(person)
    return named


def _acting(organisation_id: int, on: date, at_work: Collection[int]) -> dict[int, list[int]]:
    rows = Deputy.objects.filter(covering(on), organisation_id=organisation_id).order_by("from_on", "deputy_id")
    acting: dict[int, list[int]] = defaultdict(list)
    for manager, deputy in rows.values_list("manager_id", "deputy_id"):
        if deputy in at_work:
            acting[manager].append(deputy)
    return acting
