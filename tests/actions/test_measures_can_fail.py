"""Every measure can fail: one case in order planted for each is counted, and one breach is counted as to put right, under its clause.

A clause that is counted and has no planting here fails, so that a new room must say what its breach is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from careward.access.accounts.models import Account
from careward.access.authorisations.models import Authorisation, GenericApproval
from careward.core.packs.pack import load
from careward.core.ports import Measured
from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.carried import carried, clauses
from careward.governance.procedures.queries import counts
from careward.people.signin.models import User
from careward.people.staff.models import Organisation, Person, TrainingHeld
from careward.systems.register.models import Environment, System
from tests.make import compared, found, people
from tests.make.compared import NOW, ON

pytestmark = pytest.mark.django_db
LONG_AGO, DAY = date(2020, 1, 6), timedelta(days=1)
OWN_SYSTEM = {"tewv": "paris", "elft": "rio", "llr": "llr-care-record"}


class House:
    """An organisation that runs one pack on one system, with a manager, and whoever is planted."""

    def __init__(self, pack: str) -> None:
        self.pack, self.on = load(pack), ON
        self.trust = Organisation.objects.create(ods_code="RNM", name="Northmoor", pack=pack)
        self.system = found.system(self.trust, OWN_SYSTEM[pack], pack=pack, kind="corporate")
        self.boss = people.staff(self.trust, "Ida Penrose")

    def somebody(self, **post: Any) -> Person:
        """Somebody trained."""
        who = people.staff(self.trust, manager=self.boss, **post)
        for course in self.pack.training:
            self.passed(who, course.code)
        return who

    def passed(self, who: Person, course: str, signed: date | None = ON - DAY) -> None:
        facts = {"course_code": course, "completed_on": ON - DAY, "declaration_signed_on": signed}
        TrainingHeld.objects.create(organisation=self.trust, person=who, **facts)

    def approved(self, who: Person, **more: Any) -> None:
        facts = {"approver_role": "line_manager", "approved_on": LONG_AGO, "roles": "nurse", "teams": "east", **more}
        by = self.boss.employee_number
        Authorisation.objects.create(organisation=self.trust, system=self.system, person=who, approved_by_employee_number=by, **facts)

    def account(self, who: Person | None = None, **more: Any) -> Account:
        """An account of somebody, approved as it is, or of nobody."""
        facts = {"employee_number": who.employee_number if who else "", "teams": "east", "created_on": LONG_AGO, **more}
        return found.account(self.system, who, **facts)

    def held(self, who: Person | None = None, **more: Any) -> Account:
        """The account of somebody trained, approved."""
        who = who or self.somebody()
        self.approved(who)
        return self.account(who, **more)

    def unused(self, days: int, **more: Any) -> Account:
        return self.held(last_used_at=NOW - timedelta(days=days), **more)

    def user(self, role: str = "auditor", **more: Any) -> User:
        who = people.user(**more)
        people.role(who, self.trust, role)
        return who

    def adopts(self) -> None:
        for document in self.pack.documents:
            adopt_document(organisation=self.trust, pack=self.pack.id, document=document, from_on=LONG_AGO, now=NOW, by="cli/ops")

    def measured(self, clause: str) -> Measured:
        return counts(organisation_id=self.trust.pk, on=self.on).measures.get(clause, Measured(0, 0))


Plant = Callable[[House], object]


@dataclass(frozen=True)
class Planting:
    """A case in order and a breach of one clause; whether the nightly comparison must look before they are counted."""

    in_order: Plant
    breach: Plant
    compared: bool = True


def away(house: House, **more: Any) -> Account:
    who = house.somebody()
    people.absence(who, from_on=ON - timedelta(days=30))
    return house.held(who, **more)


def noticed(house: House) -> None:
    """A lock that is due today, of which the manager was told a week ago."""
    lock = house.pack.inactivity_for(house.system.code).lock_after_days
    told = ON - timedelta(days=house.pack.inactivity.notice_days)
    about = house.unused(lock)
    found.finding(about, code="account.inactive", step="warn", clause=house.pack.inactivity.warn_clause, found_on=told, asked_on=told)


def unnoticed(house: House) -> None:
    """A lock that was asked for without notice, as an earlier version did."""
    about = house.unused(house.pack.inactivity_for(house.system.code).lock_after_days + 1)
    found.finding(about, code="account.inactive", step="lock", clause=house.pack.inactivity.lock_clause, found_on=ON, asked_on=ON)


def shared(house: House, **more: Any) -> None:
    about = house.account(kind="generic", fits=0)
    facts = {"ig_approved_on": LONG_AGO, "expires_on": ON, "reason": "One screen for the ward", "owner": house.boss, **more}
    GenericApproval.objects.create(organisation=house.trust, system=house.system, username=about.username, **facts)


def ambiguous(house: House) -> None:
    for _ in range(2):
        Person.objects.filter(pk=house.somebody().pk).update(email="same@trust.example")
    house.account(email="same@trust.example")


def second(house: House) -> None:
    who = house.somebody()
    house.held(who)
    house.account(who, created_on=ON - DAY)


def administrator(house: House, *, given: bool) -> None:
    who = house.somebody()
    house.approved(who)
    if given:
        house.approved(who, kind="admin")
    house.account(who, kind="admin")


def untrained(house: House, course: str = "data-security", *, signed: bool = False) -> None:
    who = house.somebody()
    TrainingHeld.objects.filter(person=who, course_code=course).delete()
    if signed:
        house.passed(who, course, signed=None)
    house.held(who)


def copied(house: House, *, given: bool) -> None:
    who = house.somebody()
    if given:
        house.approved(who, environment="uat", approver_role="patient_systems_manager")
    house.account(who, environment="uat")


def by_hand(house: House, **more: Any) -> None:
    found.task(house.trust, step="lock", said_done_at=NOW, system_code=house.system.code, **more)


def in_register(house: House, code: str, **more: Any) -> System:
    facts = {"administrator_title": "Somebody", "administrator_contact": "4400", "description": "What it is for", **more}
    owners = dict.fromkeys(("service_owner", "system_owner", "technical_owner"), "Ann Ashe")
    made: System = found.system(house.trust, code, pack=house.pack.id, **{**owners, **facts})
    return made


def administered(house: House) -> None:
    in_register(house, "new")
    people.role(people.user(), house.trust, "system_administrator", system_code="new")


def copies(house: House) -> None:
    for each in house.pack.environments:
        Environment.objects.get_or_create(system=house.system, code=each.code, defaults={"title": each.title, "live": each.live})


def listed(house: House, clause: str) -> None:
    """The document comes into force, and all that it lists stands in the register."""
    house.adopts()
    for entry in house.pack.register:
        in_register(house, entry.code)


def unlisted(house: House, clause: str) -> None:
    """A system of the list that nothing hangs on is not in the register."""
    codes = [entry.code for entry in house.pack.register if entry.clause == clause]
    Environment.objects.filter(system__code=codes[-1]).delete()
    System.objects.filter(code=codes[-1]).delete()


def compared_on(house: House, *ago: int) -> None:
    for each in ago:
        found.run(house.trust, on_date=ON - timedelta(days=each))


def factor(house: House) -> None:
    people.app_of(house.user("head_of_ig", last_login=NOW))


def excepted(house: House, role: str) -> None:
    who = house.somebody()
    house.approved(who, exception_reason="Research", approver_role=role)
    house.account(who)


def manager_away(house: House, *, deputy: bool) -> None:
    boss, other = people.staff(house.trust), people.staff(house.trust)
    people.staff(house.trust, manager=boss)
    people.absence(boss, from_on=ON - timedelta(days=30))
    if deputy:
        people.deputy(boss, other)


def due_for_review(house: House, on: date) -> None:
    house.on = on
    house.adopts()


LEAVER = Planting(
    lambda h: h.held(h.somebody(end_on=ON - DAY), status="closed"),
    lambda h: h.held(h.somebody(end_on=ON - DAY)),
)  # fmt: skip
AUTHORISED = Planting(lambda h: h.held(), lambda h: h.account(h.somebody()))
ROLES = Planting(lambda h: h.held(), lambda h: h.held(roles="nurse;prescriber"))
TEAMS = Planting(lambda h: h.held(), lambda h: h.held(teams="east;west"))
TRAINED = Planting(lambda h: h.held(), untrained)
REVIEWED = {"PA-096": date(2024, 5, 12), "LR-054": date(2025, 1, 9)}
PLANTED: dict[str, Planting] = {
    **dict.fromkeys(("EL-041", "PA-029", "LR-015"), LEAVER),
    **dict.fromkeys(("EL-017", "PA-008", "LR-014"), AUTHORISED),
    **dict.fromkeys(("EL-018", "PA-025"), ROLES),
    **dict.fromkeys(("EL-052", "PA-026"), TEAMS),
    **dict.fromkeys(("EL-022", "PA-011", "LR-043"), TRAINED),
    "PA-012": Planting(lambda h: h.held(), lambda h: untrained(h, "paris-e-learning")),
    "PA-013": Planting(lambda h: h.held(), lambda h: untrained(h, "paris-e-learning", signed=True)),
    "PA-033": Planting(lambda h: h.unused(90, status="locked"), lambda h: h.unused(90)),
    "EL-035": Planting(lambda h: h.unused(60, status="locked"), lambda h: h.unused(60)),
    "PA-035": Planting(lambda h: h.unused(365, status="closed"), lambda h: h.unused(365, status="locked")),
    "EL-037": Planting(noticed, unnoticed),
    "EL-009": Planting(lambda h: h.held(), lambda h: h.account()),
    "EL-023": Planting(
        lambda h: by_hand(h, state="closed", proof="No longer found"), lambda h: by_hand(h, state="open"), compared=False
    ),
    "EL-026": Planting(shared, lambda h: shared(h, reason=""), compared=False),
    "EL-027": Planting(shared, lambda h: shared(h, expires_on=ON - DAY)),
    "EL-028": Planting(lambda h: h.held(), second),
    "EL-029": Planting(lambda h: administrator(h, given=True), lambda h: administrator(h, given=False)),
    "EL-033": Planting(lambda h: away(h, status="locked"), away),
    "EL-048": Planting(lambda h: h.held(), ambiguous),
    "EL-058": Planting(lambda h: h.held(), lambda h: h.held(last_used_at=None, created_on=None)),
    "PA-018": Planting(lambda h: copied(h, given=True), lambda h: copied(h, given=False)),
    "PA-009": Planting(lambda h: excepted(h, "caldicott_guardian"), lambda h: excepted(h, "line_manager"), compared=False),
    "PA-021": Planting(lambda h: manager_away(h, deputy=True), lambda h: manager_away(h, deputy=False), compared=False),
    "PA-003": Planting(lambda h: people.accepted(h.user(), h.trust), lambda h: h.user(), compared=False),
    "LR-027": Planting(factor, lambda h: h.user("head_of_ig", last_login=NOW), compared=False),
    "PA-032": Planting(lambda h: compared_on(h, 0), lambda h: compared_on(h, 2), compared=False),
    "EL-008": Planting(administered, lambda h: in_register(h, "newer"), compared=False),
    "EL-065": Planting(lambda h: in_register(h, "new"), lambda h: in_register(h, "newer", description=""), compared=False),
    "IN-108": Planting(lambda h: in_register(h, "new"), lambda h: in_register(h, "newer", technical_owner=""), compared=False),
    "PA-015": Planting(copies, lambda h: Environment.objects.get(system=h.system, code="sandbox").delete(), compared=False),
    **{
        clause: Planting(lambda h, on=on: due_for_review(h, on), lambda h, on=on: due_for_review(h, on + DAY), compared=False)
        for clause, on in REVIEWED.items()
    },
    **{
        f"EL-{n:03d}": Planting(
            lambda h, n=n: listed(h, f"EL-{n:03d}"), lambda h, n=n: unlisted(h, f"EL-{n:03d}"), compared=False
        )
        for n in range(66, 86)
    },
}  # fmt: skip

FIXED = {"PA-015", *(f"EL-{n:03d}" for n in range(66, 86))}  # how many cases there are is what the document lists


def test_every_clause_that_is_counted_has_its_breach_planted():
    assert sorted(PLANTED) == sorted(clause for clause, told in carried().items() if told.counts)


@pytest.mark.parametrize("clause", sorted(PLANTED))
def test_a_case_in_order_is_counted_and_a_breach_is_to_put_right(clause: str, settings: Any):
    settings.ROOT_URLCONF = "tests.web.procedures_site"
    house, planted = House(clauses()[clause].pack), PLANTED[clause]
    if clause == "EL-071":  # whose one entry is the system that every house has
        unlisted(house, clause)
    began = house.measured(clause)
    planted.in_order(house)
    kept = _seen(house, planted, clause)
    assert kept.complies > began.complies, "a case in order is counted"
    assert kept.total > began.total or clause in FIXED, "and is one more, unless the document says how many there are"
    assert kept.to_put_right <= began.to_put_right, "and is nothing to put right"
    planted.breach(house)
    broken = _seen(house, planted, clause)
    assert broken.to_put_right == kept.to_put_right + 1, "a breach is to put right"


def _seen(house: House, planted: Planting, clause: str) -> Measured:
    if planted.compared:
        compared.compare(house.trust)
    return house.measured(clause)
