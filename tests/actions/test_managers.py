"""Who manages whom on a day: the set form on the database against the rule for one, the pages' reads, and how many queries they take."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from careward.people.staff import queries, rules
from careward.people.staff.lines import not_ended, posts_in_force
from careward.people.staff.models import Absence, Assignment, Deputy, Person
from careward.people.staff.rules import ABOVE, DEPUTY, OWN, Away, Deputising, ManagerOn, Member, Post
from tests.make import people as make
from tests.make.people import TODAY

pytestmark = pytest.mark.django_db
STAFF = 5
days = st.integers(-3, 3).map(lambda n: TODAY + timedelta(n))
ends = st.one_of(st.none(), st.none(), days)
who = st.integers(0, STAFF - 1)
statuses = st.sampled_from(["active", "active", "active", "maternity", "suspended", "terminated"])
# A supervisor above one's own number as a rule, so that there are lines to climb; anyone at times, so that there are circles.
posts = st.tuples(
    who, st.integers(0, STAFF), statuses, st.booleans(), st.sampled_from([TODAY - timedelta(400), TODAY, TODAY + timedelta(1)]), ends, ends
)
worlds = st.fixed_dictionaries(
    {
        "posts": st.lists(posts, min_size=STAFF, max_size=10),
        "absences": st.lists(st.tuples(who, days, ends, ends), max_size=3, unique_by=lambda a: a[:2]),
        "deputies": st.lists(st.tuples(who, who, days, ends, ends).filter(lambda d: d[0] != d[1]), max_size=5, unique_by=lambda d: d[:3]),
    }
)


def build(world):
    """The world as rows; the people in order. A supervisor one past the last is nobody of the staff record."""
    at = make.organisation()
    staff = [make.person(at, f"P{i} Person", employee_number=f"E{i}") for i in range(STAFF)]
    for i, boss, status, primary, start_on, end_on, gone_on in world["posts"]:
        facts = {"status": status, "is_primary": primary, "start_on": start_on, "end_on": end_on, "gone_on": gone_on}
        make.post(staff[i], supervisor_employee_number=f"E{boss}", **facts)
    for i, from_on, to_on, gone_on in world["absences"]:
        make.absence(staff[i], from_on=from_on, to_on=to_on, gone_on=gone_on)
    for manager, acting, from_on, to_on, gone_on in world["deputies"]:
        Deputy.objects.create(organisation=at, manager=staff[manager], deputy=staff[acting], from_on=from_on, to_on=to_on, gone_on=gone_on)
    return at, staff


def lines_of(world, staff):
    """The same world as values, for the rule about one."""
    in_post = {i: [p for p in world["posts"] if p[0] == i] for i in range(STAFF)}
    away = {i: [Away("maternity", a[1], a[2]) for a in world["absences"] if a[0] == i and a[3] is None] for i in range(STAFF)}
    members = {staff[i].pk: Member(f"E{i}", [_post(p) for p in in_post[i]], away[i]) for i in range(STAFF)}
    acting = [Deputising(staff[m].pk, staff[d].pk, f, t) for m, d, f, t, gone in world["deputies"] if gone is None]
    return rules.lines(members, acting, TODAY)


def _post(drawn):
    _, boss, status, primary, start_on, end_on, gone_on = drawn
    return Post(1, "Crisis team", "Nurse", "employee", status, primary, start_on, end_on, gone_on, f"E{boss}")


@pytest.mark.clause("PA-021")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=set(Phase) - {Phase.explain})
@given(worlds)
def test_the_managers_of_all_are_those_the_rule_finds_one_by_one(world):
    for rows in (Absence, Deputy, Assignment, Person):
        rows.objects.all().delete()
    at, staff = build(world)
    place = {"organisation_id": at.pk, "on": TODAY}
    day = lines_of(world, staff)
    found = {p.pk: m for p in staff if (m := rules.manager_on(p.pk, day))}
    assert queries.managers_on(**place) == found
    for person in staff:
        assert queries.managers_on(**place, person_ids=[person.pk]) == {i: m for i, m in found.items() if i == person.pk}
        leaders = rules.leaders_on(person.pk, day)
        for other in staff:
            led = any(other.pk in (m.manager_id, m.instead_of) for m in leaders)
            assert queries.answers_for(**place, person_id=person.pk, managers={other.pk}) is led
    in_post = {a.person_id for a in Assignment.objects.filter(posts_in_force(TODAY))}
    for manager in staff:
        own, *_ = queries.my_teams(**place, person_id=manager.pk).led
        assert {c.id for c in own.people} == {
            p.pk for p in staff if p.pk in in_post and any(m.leads(manager.pk) for m in rules.leaders_on(p.pk, day))
        }


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=set(Phase) - {Phase.explain})
@given(worlds)
def test_what_the_database_says_of_posts_is_what_the_rule_says(world):
    Absence.objects.all().delete(), Deputy.objects.all().delete(), Assignment.objects.all().delete(), Person.objects.all().delete()
    at, staff = build(world)
    rows = list(Assignment.objects.all())
    over = {a.pk for a in rows if rules.ended(status=a.status, end_on=a.end_on, gone_on=a.gone_on, on=TODAY)}
    assert {a.pk for a in Assignment.objects.filter(not_ended(TODAY))} == {a.pk for a in rows} - over
    in_post = {a.pk for a in rows if a.pk not in over and a.start_on <= TODAY}
    assert {a.pk for a in Assignment.objects.filter(posts_in_force(TODAY))} == in_post
    theirs = queries.posts_of([p.pk for p in staff], organisation_id=at.pk)
    for state in queries.STATES:
        found = set(queries.staff(organisation_id=at.pk).filter(queries.in_state(state, organisation_id=at.pk, on=TODAY)))
        assert found == {p for p in staff if rules.employment(theirs[p.pk], TODAY).state == state}


def managed(person, on=TODAY):
    return queries.managers_on(organisation_id=person.organisation_id, on=on).get(person.pk)


@pytest.mark.clause("PA-021")
def test_a_manager_away_is_stood_in_for_by_their_deputy_then_by_their_own_manager():
    at = make.organisation()
    head = make.staff(at, "Ann Head")
    boss = make.staff(at, "Bo Boss", manager=head)
    acting, nurse = make.staff(at, "Cy Deputy"), make.staff(at, "Di Nurse", manager=boss)
    assert managed(nurse) == ManagerOn(boss.pk, OWN)
    away = make.absence(boss, from_on=TODAY, to_on=TODAY + timedelta(3))
    assert managed(nurse) == ManagerOn(head.pk, ABOVE, boss.pk)
    make.deputy(boss, acting)
    assert managed(nurse) == ManagerOn(acting.pk, DEPUTY, boss.pk)
    assert managed(nurse, TODAY + timedelta(3)) == ManagerOn(boss.pk, OWN)
    place = {"organisation_id": at.pk, "on": TODAY}
    assert [c.manager.name for c in queries.colleagues([nurse], **place)] == ["Cy Deputy"]
    mine = queries.my_teams(person_id=acting.pk, **place).led
    assert [(led.manager.name, [c.name for c in led.people]) for led in mine] == [("Cy Deputy", []), ("Bo Boss", ["Di Nurse"])]
    away.delete()
    Assignment.objects.filter(person=boss).update(end_on=TODAY - timedelta(1))
    assert managed(nurse, TODAY - timedelta(1)) == ManagerOn(boss.pk, OWN)
    assert managed(nurse) == ManagerOn(acting.pk, DEPUTY, boss.pk)
    Deputy.objects.all().delete()
    Assignment.objects.filter(person=head).update(status="terminated")
    assert managed(nurse) is None


def test_the_manager_is_named_by_a_post_in_force_and_of_a_leaver_by_their_last():
    at = make.organisation()
    old, new, second = (make.staff(at, f"{name} Boss") for name in ("Ann", "Bo", "Cy"))
    nurse = make.staff(at, "Di Nurse", manager=old, end_on=date(2026, 10, 31))
    assert managed(nurse) == ManagerOn(old.pk, OWN)
    make.post(nurse, manager=new, start_on=date(2026, 11, 1))
    make.post(nurse, manager=second, is_primary=False)
    assert managed(nurse) == ManagerOn(new.pk, OWN)
    place = {"organisation_id": at.pk, "on": TODAY}
    teams = [[c.id for c in queries.my_teams(person_id=m.pk, **place).led[0].people] for m in (old, new, second)]
    assert teams == [[], [nurse.pk], [nurse.pk]]


def test_nobody_manages_themselves():
    at = make.organisation()
    boss = make.staff(at, "Ann Boss")
    nurse = make.staff(at, "Bo Nurse", manager=boss)
    Assignment.objects.filter(person=boss).update(supervisor_employee_number=boss.employee_number)
    make.deputy(boss, nurse)
    make.absence(boss)
    assert managed(boss) is None
    assert managed(nurse) is None  # the only deputy is the nurse


def test_many_take_as_many_queries_as_one():
    at = make.organisation()
    boss = make.staff(at, "Ann Boss")
    staff = [make.staff(at, f"P{n} Nurse", manager=boss) for n in range(30)]
    place = {"organisation_id": at.pk, "on": TODAY}
    for asked in (None, [staff[0].pk], [p.pk for p in staff]):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            queries.managers_on(**place, person_ids=asked)
        assert len(taken) == 4
