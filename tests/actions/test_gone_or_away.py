"""Who has left and who is away for long, all at once, as the rule says of each alone."""

from datetime import date, timedelta
from random import Random

import pytest

from careward.core.packs.absence import AbsenceKinds
from careward.people.staff import gone_or_away, rules
from careward.people.staff.models import Absence, Assignment, Organisation, Person, Team

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)
RULE = AbsenceKinds("ask", ("maternity", "long_term"), ("maternity", "long_term_absence"), ())
DAYS = (None, *(ON + timedelta(days=n) for n in (-400, -30, -1, 0, 1, 30)))


def _person(dice: Random, trust: Organisation, team: Team, number: int) -> Person:
    person = Person.objects.create(organisation=trust, employee_number=str(number), first_name="A", last_name="B")
    for place in range(dice.randrange(4)):
        status = dice.choice(["active", "suspended", "maternity", "long_term_absence", "terminated"])
        Assignment.objects.create(
            organisation=trust, person=person, assignment_number=str(place), team=team, status=status, start_on=dice.choice(DAYS[1:]),
            end_on=dice.choice(DAYS), gone_on=dice.choice([None, None, *DAYS]),
        )  # fmt: skip
    for kind in dice.sample(["maternity", "long_term", "annual_leave"], dice.randrange(3)):
        begun, back, gone = dice.choice(DAYS[1:]), dice.choice(DAYS), dice.choice([None, None, ON])
        Absence.objects.create(organisation=trust, person=person, kind=kind, from_on=begun, to_on=back, gone_on=gone)
    return person


@pytest.mark.parametrize("seed", range(5))
def test_both_forms_tell_the_same_people(seed):
    dice = Random(seed)
    trust = Organisation.objects.create(ods_code="RX3", name="A trust")
    team = Team.objects.create(organisation=trust, code="N", name="North")
    people = [_person(dice, trust, team, number) for number in range(40)]
    left, away = set(), set()
    for person in people:
        tenures = [rules.Tenure(a.status, a.end_on, a.gone_on, a.start_on) for a in person.assignment_set.all()]
        absences = [rules.Away(a.kind, a.from_on, a.to_on) for a in person.absence_set.filter(gone_on=None)]
        left |= {person.pk} if rules.has_left(tenures, ON) else set()
        away |= {person.pk} if rules.away_for_long(absences, tenures, RULE, ON) else set()
    assert left
    assert away
    assert set(gone_or_away.left(organisation_id=trust.pk, on=ON).values_list("pk", flat=True)) == left
    assert set(gone_or_away.away(organisation_id=trust.pk, on=ON, rule=RULE).values_list("pk", flat=True)) == away
