"""Loads against a database: what goes in, what twice changes, what is held, and what is taken back."""

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from careward.access.accounts.models import Account
from careward.access.authorisations.models import Authorisation, GenericApproval, RoleHolder
from careward.access.feeds import actions, queries, undoing
from careward.access.feeds.models import Load, LoadMove
from careward.access.feeds.rules import ALLOW
from careward.access.feeds.uploads import Upload, folder_of, path_of
from careward.access.feeds.wrong_rows import wrong_rows
from careward.core.decision import ALLOWED, Refused, refuse
from careward.core.ports import Problem
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.signin.models import RoleHeld, User
from careward.people.staff.models import Absence, Assignment, Deputy, LeaverNotice, Organisation, Person, Team, TrainingHeld
from careward.systems.register.models import Environment, System
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import who_of
from tests.make.feeds import NOW, ON, feed_file, reading, small_trust, someone, staff, swap

pytestmark = pytest.mark.django_db
BY = "cli/tester"
SECOND = "cli/second"
LATER = NOW + timedelta(days=1)
KEPT = (Team, Person, Assignment, TrainingHeld, Absence, Deputy, LeaverNotice, System, Environment, Authorisation, GenericApproval, Account)


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.CAREWARD_HOME = tmp_path


@pytest.fixture
def trust():
    return Organisation.objects.create(ods_code="RX3", name="A trust", pack="base")


def load(trust, whole, *, now=NOW, by=BY, allow_reason=""):
    """Begins, examines and, where it may, applies; what is held a second person allows with `allow_reason`."""
    begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=now, by=by)
    examined = actions.examine_load(load_id=begun.pk, reading=whole, now=now, by=by)
    if examined.state == "held" and allow_reason:
        seen = Approval.objects.get(state="waiting", subject_key=str(begun.pk)).digest
        actions.allow_load(organisation_id=trust.pk, load_id=begun.pk, seen=seen, reason=allow_reason, now=now, by=SECOND)
    elif examined.state != "examined":
        return examined
    return actions.apply_load(load_id=begun.pk, reading=whole, now=now, by=by)


def begun_digests(begun):
    return dict(begun.files.values_list("name", "digest"))


def allow(*, load_id, seen, reason, now, by):
    """What the page of the decision does, and the errand that follows an approval."""
    held = Load.objects.get(pk=load_id)
    question = Approval.objects.filter(subject_key=str(load_id)).latest("id")
    holds, who = actions._holds(held, by, now), who_of(by=by, organisation_id=held.organisation_id, on=ON)
    may = ALLOWED if ALLOW in holds else refuse("permission.missing", "house", "You may not let a load go", "Ask somebody who may")
    approvals.answer(
        approval_id=question.pk, organisation_id=held.organisation_id, who=who, holds=holds, may=may, approves=True, seen=seen,
        reason=reason, now=now, by=by,
    )  # fmt: skip
    actions.let_go(load_id=load_id, approval_id=question.pk, now=now, by=by)
    return Load.objects.get(pk=load_id)


def everything():
    """Every row of every table that a load may touch."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}


def people(count, without=(), **change):
    return staff(*(someone(n, **change) for n in range(1, count + 1)), without=without)


def problems(report):
    return [(p.file, p.line, p.column) for p in report.problems]


def test_a_folder_goes_in(trust):
    report = load(trust, small_trust())
    assert report.state == "applied"
    assert report.problems == ()
    assert report.exit_status == 0
    assert {name: len(rows) for name, rows in everything().items()} == {
        "Team": 1, "Person": 3, "Assignment": 3, "TrainingHeld": 3, "Absence": 1, "Deputy": 1, "LeaverNotice": 1, "System": 1,
        "Environment": 1, "Authorisation": 3, "GenericApproval": 1, "Account": 3,
    }  # fmt: skip
    carol = Person.objects.get(employee_number="E1")
    assert (carol.email, carol.date_of_birth, carol.registration_expires_on) == ("p1@example.nhs.uk", date(1980, 2, 3), date(2027, 3, 31))
    assert carol.assignment_set.get().team.name == "Crisis team"
    account = Account.objects.get(username="u2")
    assert (account.last_used_at, account.seen_on, account.roles) == (NOW.replace(day=20, hour=8, minute=15), ON, "nurse;viewer")
    assert Environment.objects.get().live


def test_a_new_account_is_its_persons_at_once_and_one_that_nobody_fits_is_nobodys_yet(trust):
    whole = small_trust()
    load(trust, whole)
    assert {(a.username, a.person.employee_number, a.fits) for a in Account.objects.select_related("person")} == {
        ("u1", "E1", 1), ("u2", "E2", 1), ("u3", "E3", 1),
    }  # fmt: skip
    more = [{"username": f"u{n}", "employee_number": f"E{n}"} for n in range(1, 4)]
    more += [{"username": "u4", "employee_number": "E9"}, {"username": "u5", "employee_number": "e1 "}]
    load(trust, reading(feed_file("accounts", *more)), now=LATER)
    assert {a.username: (a.person_id, a.fits) for a in Account.objects.filter(username__in=("u4", "u5"))} == {
        "u4": (None, None),
        "u5": (Person.objects.get(employee_number="E1").pk, 1),
    }


def test_examining_changes_nothing(trust):
    before = everything()
    begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by=BY)
    report = actions.examine_load(load_id=begun.pk, reading=small_trust(), now=NOW, by=BY)
    assert report.state == "examined"
    assert report.added == 17
    assert everything() == before


def test_the_same_files_twice_change_nothing(trust):
    load(trust, small_trust())
    before = everything()
    report = load(trust, small_trust(), now=LATER)
    assert report.state == "applied"
    assert (report.changes, report.unchanged, report.refused) == (0, 17, 0)
    assert everything() == before


def test_what_is_in_the_file_is_what_stands(trust):
    load(trust, small_trust())
    changed = staff(*(someone(n, last_name="Other", end_on=date(2026, 12, 1)) for n in range(1, 4)))
    report = load(trust, swap(small_trust(), changed), now=LATER)
    assert (report.files[1].changed, report.files[1].unchanged) == (3, 0)
    assert set(Person.objects.values_list("last_name", flat=True)) == {"Other"}
    assert set(Assignment.objects.values_list("end_on", flat=True)) == {date(2026, 12, 1)}


def test_whoever_has_no_row_is_gone_with_their_posts_and_comes_back(trust):
    load(trust, reading(people(5)))
    report = load(trust, reading(people(4)), now=LATER)
    assert report.gone == 1
    assert Person.objects.get(employee_number="E5").gone_on == date(2026, 11, 23)
    assert Assignment.objects.get(person__employee_number="E5").gone_on == date(2026, 11, 23)
    report = load(trust, reading(people(5)), now=LATER)
    assert report.added == 1
    assert not Person.objects.exclude(gone_on=None).exists()
    assert not Assignment.objects.exclude(gone_on=None).exists()


def test_the_primary_row_speaks_for_the_person(trust):
    rows = (
        someone(1, primary_assignment=False, email="second@example.nhs.uk"),
        someone(1, assignment_number="E1-2", email="first@example.nhs.uk", team="Ward 2", team_code="W2"),
    )
    report = load(trust, reading(staff(*rows)))
    assert report.added == 2
    assert Person.objects.get().email == "first@example.nhs.uk"
    assert list(Assignment.objects.order_by("assignment_number").values_list("is_primary", "team__name")) == [
        (False, "Crisis team"),
        (True, "Ward 2"),
    ]


def test_posts_without_a_number_are_told_apart_by_team_and_first_day(trust):
    file = staff(
        {}, {"team": "Ward 2", "team_code": ""}, {"team": "Ward 2", "team_code": ""}, without=["assignment_number", "primary_assignment"]
    )
    report = load(trust, reading(file))
    assert problems(report) == [("staff.csv", 4, "assignment_number")]
    assert list(Assignment.objects.order_by("id").values_list("assignment_number", "is_primary")) == [
        ("T1/2020-01-06", True),
        ("Ward 2/2020-01-06", False),
    ]
    assert load(trust, reading(file), now=LATER).changes == 0


def test_a_person_who_moves_team_keeps_their_row_and_the_team_is_made(trust):
    load(trust, reading(people(1)))
    was = Assignment.objects.get().pk
    load(trust, reading(people(1, team="Ward 2", team_code="W2")), now=LATER)
    moved = Assignment.objects.get()
    assert (moved.pk, moved.team.code, Team.objects.count()) == (was, "W2", 2)


def test_references_that_lead_nowhere_are_refused_and_the_rest_goes_in(trust):
    whole = reading(
        feed_file("systems", {}),
        people(2),
        feed_file("training", {}, {"employee_number": "E99"}),
        feed_file("deputies", {"deputy_employee_number": "E1"}, {}),
        feed_file("authorisations", {"system": "nowhere"}, {"employee_number": "E98"}, {}),
        feed_file("accounts", {}, system="nowhere"),
    )
    report = load(trust, whole)
    assert report.state == "applied"
    assert problems(report) == [
        ("training.csv", 3, "employee_number"),
        ("deputies.csv", 2, "deputy_employee_number"),
        ("authorisations.csv", 2, "system"),
        ("authorisations.csv", 3, "employee_number"),
        ("accounts/nowhere.csv", 0, ""),
    ]
    assert all(p.what and p.remedy for p in report.problems)
    assert report.exit_status == 6
    assert (TrainingHeld.objects.count(), Deputy.objects.count(), Authorisation.objects.count()) == (1, 1, 1)


def test_a_second_row_for_one_key_is_refused_naming_the_first(trust):
    report = load(trust, reading(feed_file("systems", {}), feed_file("accounts", {}, {"display_name": "Another"})))
    problem = report.problems[0]
    assert (problem.file, problem.line, problem.column) == ("accounts/paris.csv", 3, "username")
    assert "line 2" in problem.what
    assert Account.objects.get().display_name == "Carol Dewhurst"


def test_a_row_we_refuse_is_not_taken_for_gone(trust):
    load(trust, reading(feed_file("systems", {}), feed_file("accounts", {}, {"username": "other"})))
    load(trust, reading(feed_file("accounts", {"status": "asleep"}, {"username": "other"})), now=LATER)
    assert set(Account.objects.values_list("status", "gone_on")) == {("active", None)}


def test_while_rows_are_unreadable_nothing_is_gone(trust):
    load(trust, reading(people(3)))
    report = load(trust, reading(replace(people(2), refused=1, unkeyed=(4,))), now=LATER)
    assert report.gone == 0
    assert any("put them right first: line 4." in n for n in report.notices)
    assert not Person.objects.exclude(gone_on=None).exists()


STAFF_KEY = ("employee_number", "assignment_number")


def test_a_refused_row_spares_its_own_person_and_post_and_hides_nobody_elses(trust):
    second = someone(2, assignment_number="E2-2", team="Ward 2", team_code="W2")
    load(trust, reading(staff(*(someone(n) for n in range(1, 5)), second)))
    refused = replace(people(1), refused=2, key=STAFF_KEY, refused_keys=frozenset({("e2", "E2-2"), ("E9", "E9-1")}))
    report = load(trust, reading(refused), now=LATER, allow_reason="They really have left us")
    assert set(Person.objects.exclude(gone_on=None).values_list("employee_number", flat=True)) == {"E3", "E4"}
    assert set(Assignment.objects.exclude(gone_on=None).values_list("assignment_number", flat=True)) == {"E2-1", "E3-1", "E4-1"}
    assert [n for n in report.notices if "kept as they were: 1." in n] == [
        "staff.csv: Persons whose row was refused, kept as they were: 1. Put right the rows listed as problems.",
        "staff.csv: Posts whose row was refused, kept as they were: 1. Put right the rows listed as problems.",
    ]


def test_who_is_nobody_of_the_staff_list_is_told_and_a_supervisor_is_written_as_the_list_writes_them(trust):
    people = (someone(n, supervisor_employee_number=boss) for n, boss in ((1, ""), (2, "e1"), (3, "E9"), (4, "E9")))
    report = load(
        trust, reading(feed_file("systems", {}), staff(*people), feed_file("authorisations", {"approved_by_employee_number": "E8"}))
    )
    assert report.notices == (
        "staff.csv: supervisor_employee_number: 2 cells name nobody in the staff list (E9). "
        "Work for their manager goes to whoever stands in.",
        "authorisations.csv: approved_by_employee_number: 1 cell names nobody in the staff list (E8). Their approvals are no authority.",
    )
    told = dict(Assignment.objects.values_list("person__employee_number", "supervisor_employee_number"))
    assert told == {"E1": "", "E2": "E1", "E3": "E9", "E4": "E9"}


@pytest.mark.parametrize(
    ("written", "kept", "live"), [("Production", "live", True), (" PROD", "live", True), ("Training", "training", False)]
)
def test_an_environment_is_known_however_it_is_written(trust, written, kept, live):
    report = load(trust, reading(feed_file("systems", {}), feed_file("accounts", {"environment": written})))
    assert (report.exit_status, Account.objects.get().environment) == (0, kept)
    assert Environment.objects.get().live is live


def test_an_environment_that_nobody_knows_is_told_with_the_nearest_and_keeps_its_row(trust):
    report = load(trust, reading(feed_file("systems", {}), feed_file("accounts", {"environment": "trainin"}, {"username": "u2"})))
    assert report.exit_status == 6 and Account.objects.count() == 2
    assert [(p.line, p.column, p.what) for p in report.problems] == [
        (2, "environment", "“trainin” is not a word known here; the nearest is training")
    ]


def test_refused_rows_are_found_by_what_files_call_them(trust):
    load(trust, small_trust())
    changes = [
        ("training", ("employee_number", "course_code", "completed_on"), ("e2", "data-security", "2026-02-01")),
        (
            "authorisations",
            ("system", "environment", "employee_number", "approved_by_employee_number", "approver_role", "approved_on"),
            ("paris", "Live", "E2", "E3", "line_manager", "2020-01-06"),
        ),
        ("accounts", ("environment", "username"), ("LIVE", "u2")),
    ]
    files = [
        replace(
            feed_file(
                feed,
                {
                    "employee_number": "E1",
                    **(
                        {"approved_by_employee_number": "E2"}
                        if feed == "authorisations"
                        else {"username": "u1"}
                        if feed == "accounts"
                        else {}
                    ),
                },
            ),
            refused=1,
            key=key,
            refused_keys=frozenset({refused}),
        )
        for feed, key, refused in changes
    ]
    load(trust, reading(*files), now=LATER)
    for model in (TrainingHeld, Authorisation):
        assert list(model.objects.exclude(gone_on=None).values_list("person__employee_number", flat=True)) == ["E3"]
    assert list(Account.objects.exclude(gone_on=None).values_list("username", flat=True)) == ["u3"]


def test_a_state_that_no_one_step_leads_to_is_loaded_and_said(trust):
    def accounts(*states):
        rows = ({"username": f"u{n}", "status": state} for n, state in enumerate(states))
        return reading(feed_file("systems", {}), feed_file("accounts", *rows))

    load(trust, accounts("closed", "closed", "closed", "active", "locked"))
    report = load(trust, accounts("locked", "locked", "active", "closed", "active"), now=LATER)
    assert report.state == "applied" and report.exit_status == 0
    assert [n for n in report.notices if "status" in n] == [
        "accounts/paris.csv: Accounts whose status was closed and is locked now, which no one step makes: 2. "
        "They were opened again in between, which no list has shown."
    ]
    assert list(Account.objects.order_by("username").values_list("status", flat=True)) == ["locked", "locked", "active", "closed", "active"]
    assert not [n for n in load(trust, accounts("locked", "locked", "active", "closed", "active"), now=LATER).notices if "status" in n]


def test_names_that_differ_only_in_capitals_are_kept_and_counted(trust):
    rows = [{"username": n} for n in ("ann", "Ann", "ANN", "bob")] + [{"username": "BOB", "environment": "training"}]
    report = load(trust, reading(feed_file("systems", {}), feed_file("accounts", *rows)))
    assert Account.objects.count() == 5
    assert report.notices == (
        "accounts/paris.csv: User names that differ from an earlier one only in capitals, blanks or dashes, kept: 2 (line 3, 4). "
        "Most systems take them for one.",
    )


def test_columns_a_file_lacks_stay_as_they_are_but_rights_become_unknown(trust):
    load(trust, reading(feed_file("systems", {}), feed_file("accounts", {"email": "a@example.nhs.uk"})))
    report = load(trust, reading(feed_file("accounts", {}, without=["email", "roles", "display_name"])), now=LATER)
    account = Account.objects.get()
    assert report.changed == 1
    assert (account.email, account.display_name, account.roles, account.teams) == (
        "a@example.nhs.uk",
        "Carol Dewhurst",
        None,
        "Crisis team",
    )


def test_environments_are_made_on_the_way_as_the_pack_has_them(trust):
    rows = ({"environment": ""}, {"environment": "Training"}, {"environment": "sandpit"}, {"environment": "LIVE", "username": "b"})
    load(trust, reading(feed_file("systems", {}), feed_file("accounts", *rows)))
    assert list(Environment.objects.order_by("code").values_list("code", "title", "live")) == [
        ("live", "Live", True),
        ("sandpit", "sandpit", False),
        ("training", "Training copy", False),
    ]
    assert set(Account.objects.values_list("environment", flat=True)) == {"live", "sandpit", "training"}


def test_since_when_a_list_has_named_a_supervisor_is_kept_until_a_list_names_another(trust):
    def since():
        return list(Assignment.objects.order_by("person").values_list("supervisor_employee_number", "supervised_since"))

    load(trust, reading(staff(someone(1), someone(2, supervisor_employee_number="E1"))))
    assert since() == [("", None), ("E1", ON)]
    later = NOW + timedelta(days=3)
    again = load(trust, reading(staff(someone(1), someone(2, supervisor_employee_number="e1"))), now=later)
    assert (again.unchanged, again.changed, since()[1]) == (2, 0, ("E1", ON))
    load(trust, reading(staff(someone(1), someone(2, supervisor_employee_number="E3"), someone(3))), now=later)
    assert since() == [("", None), ("E3", later.date()), ("", None)]
    untold = load(trust, reading(people(3, without=["supervisor_employee_number"])), now=later)
    assert (untold.changed, since()[1]) == (0, ("E3", later.date()))
    load(trust, reading(people(3)), now=later)
    assert since()[1] == ("", None)


@pytest.mark.clause("EL-061", "EL-065")
def test_the_register_keeps_every_column(trust):
    load(trust, reading(feed_file("systems", {})))
    row = System.objects.values("code", "name", "administrator_title", "administrator_contact", "description", "request_channel").get()
    assert row == {
        "code": "paris", "name": "PARIS", "administrator_title": "PARIS administrator", "administrator_contact": "paris@example.nhs.uk",
        "description": "The patient record", "request_channel": "Service desk",
    }  # fmt: skip


def test_a_system_with_an_unknown_pack_is_refused_and_without_one_has_the_organisations(trust):
    report = load(trust, reading(feed_file("systems", {"pack": "no-such"}, {"code": "rio", "pack": ""})))
    assert problems(report) == [("systems.csv", 2, "pack")]
    assert list(System.objects.values_list("code", "pack")) == [("rio", "base")]


def test_who_holds_a_role_is_kept_with_the_system_it_is_for_and_a_word_that_no_list_knows_is_told(trust):
    holders = feed_file(
        "role_holders", {}, {"role": "Patient Systems-Manager", "employee_number": "e2", "system": "PARIS"}, {"role": "caldicot_guardian"},
        {"system": "elsewhere"}, {"employee_number": "E9"}, {"from_on": date(2031, 1, 1)},
    )  # fmt: skip
    report = load(trust, reading(*small_trust().files, holders))
    assert {(h.role, h.person.employee_number, h.system_code, h.to_on) for h in RoleHolder.objects.select_related("person")} == {
        ("caldicott_guardian", "E1", "", date(2030, 1, 1)),
        ("patient_systems_manager", "E2", "paris", date(2030, 1, 1)),
        ("caldicot_guardian", "E1", "", date(2030, 1, 1)),
    }
    assert [(p.column, p.what.split("; ")[-1]) for p in report.problems if p.file == "role_holders.csv"] == [
        ("employee_number", "“E9” is not the employee number of anyone here"),
        ("system", "“elsewhere” is not the code of a system in the register"),
        ("to_on", "It ends on 2030-01-01, before it begins on 2031-01-01"),
        ("role", "the nearest is caldicott_guardian"),
    ]


@pytest.mark.clause("EL-046", "EL-048")
def test_the_leavers_report_has_names_only_and_never_acts(trust):
    rows = (
        someone(1, first_name="Carol", last_name="Dewhurst"),
        someone(2, first_name="Sam", last_name="Lee"),
        someone(3, first_name="Sam", last_name="Lee"),
        someone(4, first_name="Ann", last_name="Oduya", team="Ward 2", team_code="W2"),
    )
    load(trust, reading(staff(*rows), feed_file("systems", {}), feed_file("accounts", {})))
    before = {name: rows for name, rows in everything().items() if name != "LeaverNotice"}
    names = ("DEWHURST, Carol", "Sam Lee", "Ann Oduya", "Carol Dewhirst")
    load(trust, reading(feed_file("leavers", *({"name": name} for name in names), snapshot=False)), now=LATER)
    found = {n.name: (n.fits, n.person and n.person.employee_number) for n in LeaverNotice.objects.select_related("person")}
    assert found == {
        "DEWHURST, Carol": (1, "E1"),
        "Sam Lee": (2, None),
        "Ann Oduya": (0, None),
        "Carol Dewhirst": (1, "E1"),
    }
    assert {name: rows for name, rows in everything().items() if name != "LeaverNotice"} == before
    overlapping = feed_file("leavers", {"name": "Sam Lee"}, {"name": "Carol Dewhurst", "left_on": date(2026, 11, 30)}, snapshot=False)
    assert load(trust, reading(overlapping), now=LATER).added == 1
    assert LeaverNotice.objects.filter(name="Sam Lee", gone_on=None).count() == 1


def test_two_organisations_never_touch_each_other(trust):
    other = Organisation.objects.create(ods_code="RY7", name="Another", pack="base")
    load(trust, small_trust())
    before = everything()
    load(other, small_trust())
    mine = {name: [r for r in rows if r in before[name]] for name, rows in everything().items()}
    assert mine == before
    assert Person.objects.filter(organisation=other).count() == 3
    load(other, reading(people(2)), now=LATER, allow_reason="They really have left us")
    assert not Person.objects.filter(organisation=trust).exclude(gone_on=None).exists()


class TestHeld:
    def test_an_empty_list_where_rows_stood(self, trust):
        load(trust, reading(people(3)))
        report = load(trust, reading(people(0)), now=LATER)
        assert (report.state, [r.code for r in report.reasons], report.exit_status) == ("held", ["feed.empty"], 5)
        assert not Person.objects.exclude(gone_on=None).exists()

    def test_every_reason_at_once(self, trust):
        load(trust, reading(people(30), feed_file("systems", {})))
        shifted = people(20, email="", postcode="X")
        report = load(trust, reading(replace(shifted, refused=0)), now=LATER)
        assert [r.code for r in report.reasons] == ["feed.dropped", "feed.shifted", "feed.blanked"]
        assert all(r.detail and r.remedy and r.clause == "house" for r in report.reasons)

    def test_too_many_unreadable_rows(self, trust):
        report = load(trust, reading(people(30), feed_file("training", *({"employee_number": f"X{n}"} for n in range(30)))))
        assert [r.code for r in report.reasons] == ["feed.unreadable"]
        assert Person.objects.count() == 0

    def test_a_named_person_lets_it_go_with_a_reason_and_the_ledger_says_so(self, trust):
        load(trust, reading(people(3)))
        report = load(trust, reading(people(0)), now=LATER, allow_reason="The trust was dissolved")
        assert (report.state, report.allowed_by, report.allowed_reason) == ("applied", SECOND, "The trust was dissolved")
        assert Person.objects.exclude(gone_on=None).count() == 3
        verbs = list(Entry.objects.filter(subject=f"load/{report.id}").order_by("id").values_list("verb", flat=True))
        assert verbs == ["load.begun", "load.held", "load.allowed", "load.applied"]

    def test_whoever_loads_the_first_list_of_a_system_may_vouch_for_it_with_a_reason(self, trust):
        load(trust, reading(people(30), feed_file("systems", {})))
        bad = reading(replace(feed_file("accounts", *({"username": f"u{n}"} for n in range(30))), refused=40))
        begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=LATER, by=BY)
        with pytest.raises(Refused, match=r"reason\.missing"):
            actions.apply_load(load_id=begun.pk, reading=bad, now=LATER, by=BY, allow_reason="..........")
        report = actions.apply_load(load_id=begun.pk, reading=bad, now=LATER, by=BY, allow_reason="The rest are closed accounts")
        assert (report.state, report.allowed_by) == ("applied", BY)
        assert Entry.objects.get(subject=f"load/{begun.pk}", verb="load.allowed").body["by_loader"] is True

    @pytest.mark.parametrize("looked_at", [False, True])
    def test_no_loader_vouches_for_a_list_that_stood_here_before_and_it_waits_for_a_second_person(self, trust, looked_at):
        load(trust, reading(people(3)))
        begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=LATER, by=BY)
        if looked_at:
            actions.examine_load(load_id=begun.pk, reading=reading(people(0)), now=LATER, by=BY)
        with pytest.raises(Refused, match=r"load\.not_first.*3 rows stood here"):
            actions.apply_load(load_id=begun.pk, reading=reading(people(0)), now=LATER, by=BY, allow_reason="The trust was dissolved")
        assert not Person.objects.exclude(gone_on=None).exists()
        row = Approval.objects.get(state="waiting", subject_key=str(begun.pk))
        facts = {"organisation_id": trust.pk, "load_id": begun.pk, "seen": row.digest, "reason": "The trust was dissolved", "now": LATER}
        with pytest.raises(Refused, match=r"approval\.asker"):
            actions.allow_load(**facts, by=BY)
        actions.allow_load(**facts, by=SECOND)
        with pytest.raises(Refused, match=r"load\.not_held"):
            actions.allow_load(**facts, by=SECOND)
        taken_up = queries.waiting_alike(organisation_id=trust.pk, profile="canonical", digests=begun_digests(begun))
        assert taken_up is not None and (taken_up.pk, taken_up.allowed_by) == (begun.pk, SECOND)
        assert actions.apply_load(load_id=begun.pk, reading=reading(people(0)), now=LATER, by=BY).state == "applied"
        assert queries.waiting_alike(organisation_id=trust.pk, profile="canonical", digests=begun_digests(begun)) is None

    def test_without_a_reason_or_the_permission_it_stays_and_its_loader_never_lets_it_go(self, trust):
        load(trust, reading(people(3)))
        held = load(trust, reading(people(0)), now=LATER)
        seen = Approval.objects.get(state="waiting", subject_key=str(held.id)).digest
        facts = {"load_id": held.id, "seen": seen, "reason": "The trust was dissolved", "now": LATER}
        with pytest.raises(Refused, match=r"approval\.asker"):
            allow(by=BY, **facts)
        with pytest.raises(Refused, match=r"permission\.missing"):
            allow(by="job/nightly", **facts)
        user = User.objects.create(email="a@example.nhs.uk", name="A", created_at=NOW)
        with pytest.raises(Refused, match=r"permission\.missing"):
            allow(by=f"user/{user.pk}", **facts)
        RoleHeld.objects.create(user=user, organisation=trust, role="trust_administrator", from_on=ON, given_by="x")
        with pytest.raises(Refused, match=r"reason\.missing"):
            allow(by=f"user/{user.pk}", **{**facts, "reason": "ok"})
        with pytest.raises(Refused, match=r"approval\.changed"):
            allow(by=f"user/{user.pk}", **{**facts, "seen": "0" * 64})
        report = allow(by=f"user/{user.pk}", **facts)
        assert (report.state, report.allowed_by, report.allowed_reason) == ("examined", f"user/{user.pk}", "The trust was dissolved")
        with pytest.raises(Refused, match=r"state\.wrong"):
            allow(by=f"user/{user.pk}", **facts)

    def test_one_person_with_two_accounts_brings_and_lets_go_nothing(self, trust):
        load(trust, reading(people(3)))
        ann = Person.objects.first()
        users = [User.objects.create(email=f"{n}@example.nhs.uk", name="A", person=ann, created_at=NOW) for n in "ab"]
        for user in users:
            RoleHeld.objects.create(user=user, organisation=trust, role="trust_administrator", from_on=ON, given_by="x")
        held = load(trust, reading(people(0)), now=LATER, by=f"user/{users[0].pk}")
        seen = Approval.objects.get(state="waiting", subject_key=str(held.id)).digest
        with pytest.raises(Refused, match=r"approval\.asker"):
            allow(load_id=held.id, seen=seen, reason="The trust was dissolved", now=LATER, by=f"user/{users[1].pk}")

    def test_other_figures_are_asked_about_anew_and_the_old_word_counts_no_more(self, trust):
        load(trust, reading(people(30)))
        held = load(trust, reading(people(20)), now=LATER)
        old = Approval.objects.get(subject_key=str(held.id))
        actions.examine_load(load_id=held.id, reading=reading(people(19)), now=LATER, by=BY)
        old.refresh_from_db()
        new = Approval.objects.exclude(pk=old.pk).get(subject_key=str(held.id))
        assert (old.state, new.state) == ("stale", "waiting") and old.digest != new.digest
        actions.examine_load(load_id=held.id, reading=reading(people(19)), now=LATER, by=BY)
        assert Approval.objects.filter(state="waiting").get() == new
        actions.examine_load(load_id=held.id, reading=reading(people(30)), now=LATER, by=BY)
        new.refresh_from_db()
        assert new.state == "stale" and not Approval.objects.filter(state="waiting").exists()

    def test_it_cannot_be_applied_while_held(self, trust):
        load(trust, reading(people(3)))
        held = load(trust, reading(people(0)), now=LATER)
        with pytest.raises(Refused, match=r"state\.wrong"):
            actions.apply_load(load_id=held.id, reading=reading(people(0)), now=LATER, by=BY)

    def test_in_one_act_it_is_held_too(self, trust):
        load(trust, reading(people(3)))
        begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=LATER, by=BY)
        assert actions.apply_load(load_id=begun.pk, reading=reading(people(0)), now=LATER, by=BY).state == "held"
        assert not Person.objects.exclude(gone_on=None).exists()


class TestRefused:
    def test_a_load_with_nothing_usable(self, trust):
        problem = Problem("staff.csv", 0, "", "The file is not UTF-8 text", "Save it as CSV UTF-8")
        report = load(trust, reading(problems=[problem]))
        assert (report.state, [r.code for r in report.reasons], report.exit_status) == ("refused", ["load.unusable"], 5)
        assert report.whole_problems == (problem,)

    def test_other_files_go_on(self, trust):
        problem = Problem("training.csv", 0, "", "The file is not UTF-8 text", "Save it as CSV UTF-8")
        report = load(trust, reading(people(1), problems=[problem]))
        assert (report.state, report.exit_status, Person.objects.count()) == ("applied", 6, 1)

    def test_empty_files_where_nothing_stood(self, trust):
        assert [r.code for r in load(trust, reading(people(0))).reasons] == ["load.empty"]


class TestMoved:
    def examined(self, trust, whole):
        begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by=BY)
        return actions.examine_load(load_id=begun.pk, reading=whole, now=NOW, by=BY)

    def test_rows_that_moved_since_are_shown_anew_and_nothing_goes_in(self, trust):
        load(trust, reading(people(2)))
        changed = reading(people(2, postcode="ZZ1 1ZZ"))
        seen = self.examined(trust, changed)
        Person.objects.filter(employee_number="E1").update(last_name="Elsewhere")
        with pytest.raises(Refused, match=r"load\.moved"):
            actions.apply_load(load_id=seen.id, reading=changed, now=LATER, by=BY)
        assert Person.objects.get(employee_number="E1").postcode == "DL1 1AA"
        assert actions.apply_load(load_id=seen.id, reading=changed, now=LATER, by=BY).state == "applied"

    def test_other_files_than_those_looked_at(self, trust):
        seen = self.examined(trust, reading(people(2)))
        with pytest.raises(Refused, match=r"file\.changed"):
            actions.apply_load(load_id=seen.id, reading=reading(people(3)), now=LATER, by=BY)
        assert Person.objects.count() == 0

    def test_a_load_goes_in_once(self, trust):
        report = load(trust, reading(people(2)))
        with pytest.raises(Refused, match=r"state\.wrong"):
            actions.apply_load(load_id=report.id, reading=reading(people(2)), now=LATER, by=BY)


class TestUndo:
    def test_everything_stands_as_before(self, trust):
        load(trust, small_trust(4))
        before = everything()
        changed = staff(*(someone(n, last_name="Other") for n in (1, 2, 5)))
        whole = swap(small_trust(4), changed, feed_file("accounts", {"username": "u1", "last_used_at": NOW, "created_on": ON}))
        report = load(trust, whole, now=LATER, allow_reason="A good reason")
        assert report.state == "applied"
        assert everything() != before
        undone = actions.undo_load(load_id=report.id, now=LATER, by=BY)
        assert undone.state == "undone"
        assert everything() == before

    def test_the_first_load_leaves_nothing(self, trust):
        report = load(trust, small_trust())
        actions.undo_load(load_id=report.id, now=LATER, by=BY)
        assert not any(everything().values())

    def test_rows_that_something_refers_to_stay_marked_gone(self, trust):
        report = load(trust, small_trust())
        person = Person.objects.get(employee_number="E1")
        User.objects.create(email="a@example.nhs.uk", name="A", person=person, created_at=NOW)
        actions.undo_load(load_id=report.id, now=LATER, by=BY)
        assert list(Person.objects.values_list("employee_number", "gone_on")) == [("E1", date(2026, 11, 23))]
        assert Account.objects.count() == 0

    def test_not_while_later_loads_touched_the_same_rows_and_all_are_named(self, trust):
        first = load(trust, reading(people(2)))
        second = load(trust, reading(people(2, postcode="ZZ1 1ZZ")), now=LATER)
        third = load(trust, reading(people(2, postcode="ZZ2 2ZZ")), now=LATER + timedelta(days=1))
        with pytest.raises(Refused) as refused:
            actions.undo_load(load_id=first.id, now=LATER, by=BY)
        reasons = refused.value.decision.reasons
        assert [r.code for r in reasons] == ["rows.touched_later"] * 2
        assert [f"load {n}" in r.remedy for r, n in zip(reasons, (third.id, second.id), strict=True)] == [True, True]
        assert undoing.against_undo(organisation_id=trust.pk, load_id=first.id).reasons == reasons
        for number in (third.id, second.id, first.id):
            actions.undo_load(load_id=number, now=LATER, by=BY)
        assert Person.objects.count() == 0

    def test_not_while_a_later_list_names_the_same_rows_though_it_changed_none(self, trust):
        load(trust, reading(people(1)))
        second = load(trust, reading(people(2)), now=LATER)
        third = load(trust, reading(people(2)), now=LATER + timedelta(days=1))
        with pytest.raises(Refused, match=r"rows\.named_later"):
            actions.undo_load(load_id=second.id, now=LATER, by=BY)
        assert Person.objects.filter(gone_on=None).count() == 2
        for number in (third.id, second.id):
            actions.undo_load(load_id=number, now=LATER, by=BY)
        assert Person.objects.count() == 1

    def test_a_later_load_of_other_rows_does_not_stand_in_the_way(self, trust):
        first = load(trust, reading(feed_file("systems", {})))
        load(trust, reading(people(2)), now=LATER)
        assert actions.undo_load(load_id=first.id, now=LATER, by=BY).state == "undone"
        assert Person.objects.count() == 2


class TestUploads:
    """The files of a load hold personal data: they lie here only as long as somebody may need them."""

    def sent(self, trust, *, by=BY, now=NOW):
        begun = actions.begin_upload(
            organisation_id=trust.pk, uploads=[Upload("staff.csv", SimpleUploadedFile("staff.csv", b"secret"))], now=now, by=by
        )
        return begun.pk, path_of(begun.folder) / "staff.csv"

    def asked_no_more(self):
        """The worker has given up what it was asked for."""
        Errand.objects.update(stuck_at=NOW)

    def clear(self, *, days):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return actions.clear_uploads(now=NOW + timedelta(days=days), by="job/nightly")

    def test_they_wait_seven_days_and_then_the_load_is_refused_for_good(self, trust):
        number, file = self.sent(trust)
        actions.examine_load(load_id=number, reading=reading(people(2)), now=NOW, by=BY)
        self.asked_no_more()
        assert (self.clear(days=7), file.exists()) == (0, True)
        assert (self.clear(days=7.1), file.exists()) == (1, False)
        report = queries.load_report(organisation_id=trust.pk, load_id=number)
        assert (report.state, [r.code for r in report.reasons]) == ("refused", ["load.expired"])
        entry = Entry.objects.latest("id")
        assert (entry.verb, entry.actor, entry.body) == ("load.expired", "job/nightly", {})
        with pytest.raises(Refused, match=r"state\.wrong"):
            actions.apply_load(load_id=number, reading=reading(people(2)), now=LATER, by=BY)
        assert self.clear(days=30) == 0

    def test_what_happens_to_a_load_begins_its_days_again_and_what_is_asked_for_waits_on(self, trust):
        load(trust, reading(people(3)))
        number, file = self.sent(trust)
        actions.examine_load(load_id=number, reading=reading(people(0)), now=NOW, by=BY)
        self.asked_no_more()
        seen = Approval.objects.get(state="waiting", subject_key=str(number)).digest
        facts = {"load_id": number, "seen": seen, "reason": "The trust was dissolved"}
        allow(**facts, now=NOW + timedelta(days=6), by="cli/another")
        assert self.clear(days=12) == 0
        actions.ask_to_apply(organisation_id=trust.pk, load_id=number, now=NOW + timedelta(days=12), by=BY)
        assert (self.clear(days=40), file.exists()) == (0, True)
        self.asked_no_more()
        assert (self.clear(days=40), file.exists()) == (1, False)

    @pytest.mark.parametrize("end", ["applied", "refused", "undone"])
    def test_they_go_as_the_load_ends(self, trust, end):
        number, file = self.sent(trust)
        with TestCase.captureOnCommitCallbacks(execute=True):
            if end == "refused":
                actions.examine_load(load_id=number, reading=reading(people(0)), now=NOW, by=BY)
            else:
                actions.apply_load(load_id=number, reading=reading(people(2)), now=NOW, by=BY)
        assert (Load.objects.get().state, file.exists()) == ("refused" if end == "refused" else "applied", False)
        if end == "undone":
            file.parent.mkdir()
            with TestCase.captureOnCommitCallbacks(execute=True):
                actions.undo_load(load_id=number, now=NOW, by=BY)
            assert not file.parent.exists()

    def test_leftovers_go_too_and_those_of_no_load_once_they_are_old(self, trust):
        number, file = self.sent(trust)
        actions.apply_load(load_id=number, reading=reading(people(2)), now=NOW, by=BY)
        assert (self.clear(days=0), file.exists()) == (1, False)
        stray = path_of(folder_of(number + 1))
        stray.mkdir(parents=True)
        os.utime(stray, (NOW.timestamp(), NOW.timestamp()))
        assert (self.clear(days=7), stray.exists()) == (0, True)
        assert (self.clear(days=8), stray.exists()) == (1, False)


def test_the_ledger_says_what_was_done_and_names_nobody(trust):
    report = load(trust, small_trust())
    actions.undo_load(load_id=report.id, now=LATER, by=BY)
    entries = list(Entry.objects.order_by("id"))
    assert [e.verb for e in entries] == ["load.begun", "load.examined", "load.applied", "load.undone"]
    assert {e.organisation for e in entries} == {"RX3"}
    said = str([e.body for e in entries])
    assert all(word not in said for word in ("Family1", "Given1", "example.nhs.uk", "Crisis", "u1'"))
    applied = {file["feed"]: file for file in entries[2].body["files"]}
    assert applied["staff"]["added"] == 3
    assert len(applied["staff"]["digest"]) == 64


def test_a_load_remembers_in_its_own_rows_what_happened_to_it(trust):
    load(trust, reading(people(3)))
    held = load(trust, reading(people(0)), now=LATER)
    load(trust, reading(people(0)), now=LATER, allow_reason="They really have left us")
    actions.undo_load(load_id=held.id + 1, now=LATER, by=BY)
    told = LoadMove.objects.order_by("id").values_list("load_id", "move", "was", "became")
    assert [m[1:] for m in told if m[0] == held.id] == [("begin", "", "waiting"), ("hold", "waiting", "held")]
    assert [m[1:] for m in told if m[0] == held.id + 1] == [
        ("begin", "", "waiting"), ("hold", "waiting", "held"), ("allow", "held", "examined"), ("apply", "examined", "applied"),
        ("undo", "applied", "undone"),
    ]  # fmt: skip
    history = queries.load_seen(organisation_id=trust.pk, load_id=held.id + 1).history
    assert [h.words.split(" by ")[0] for h in history] == ["Taken back", "Loaded", "Allowed", "Held when looked at", "Begun"]


def test_problems_are_kept_up_to_a_thousand_with_the_full_count(trust):
    report = load(trust, reading(people(1), feed_file("training", *({"employee_number": f"X{n}"} for n in range(1_100)))))
    file = report.files[1]
    assert (len(file.problems), file.problems_in_all, file.refused) == (1_000, 1_100, 1_100)
    assert Load.objects.get(pk=report.id).state == "held"


def test_the_preview_names_rows_in_words_the_reader_knows(trust):
    load(trust, reading(people(2)))
    begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=LATER, by=BY)
    whole = reading(staff(someone(1, last_name="Other", team="Ward 2", team_code="W2"), someone(3)))
    seen = actions.examine_load(load_id=begun.pk, reading=whole, now=LATER, by=BY).files[0]
    words = {(s.name, f.column, f.was, f.becomes) for s in seen.samples_changed for f in s.facts}
    assert ("E1", "last_name", "Family1", "Other") in words
    assert ("E1, E1-1", "team_id", "Crisis team", "Ward 2") in words
    assert [s.name for s in seen.samples_added][:1] == ["E3"]
    assert {s.name for s in seen.samples_gone} == {"E2", "E2, E2-1"}


def test_it_is_only_found_by_its_own_organisation(trust):
    report = load(trust, small_trust())
    other = Organisation.objects.create(ods_code="RY7", name="Another", pack="base")
    assert queries.load_report(organisation_id=other.pk, load_id=report.id) is None


def test_rows_of_one_number_that_are_of_two_people_are_all_refused_and_leave_whoever_stands_as_they_are(trust):
    load(trust, reading(people(4)))
    before = everything()
    other = someone(4, assignment_number="E4-2", last_name="Else", date_of_birth=date(1999, 9, 9))
    report = load(trust, reading(staff(*(someone(n) for n in range(1, 5)), other)), now=LATER)
    assert [(p.line, p.column) for p in report.problems] == [(5, "employee_number"), (6, "employee_number")]
    assert report.exit_status == 6
    assert everything() == before


def test_what_one_post_says_of_a_person_holds_for_them(trust):
    second = someone(1, assignment_number="E1-2", primary_assignment=False, email="only@here", smartcard_uuid="5501")
    load(trust, reading(staff(someone(1, email=""), second)))
    assert (Person.objects.get().email, Person.objects.get().smartcard_uuid) == ("only@here", "5501")


def test_an_account_that_its_list_contradicts_is_marked_until_a_list_does_not(trust):
    load(trust, small_trust())
    doubted = replace(small_trust().files[-1], key=("environment", "username"), contradicted=frozenset({("live", "u2")}))
    load(trust, reading(doubted), now=LATER)
    assert list(Account.objects.filter(contradicted=True).values_list("username", flat=True)) == ["u2"]
    load(trust, reading(small_trust().files[-1]), now=LATER + timedelta(days=1))
    assert not Account.objects.filter(contradicted=True).exists()


# Leading noughts


def test_a_number_that_lost_its_noughts_is_named_beside_the_one_it_may_be_and_matched_to_nobody(trust):
    files = [
        feed_file("systems", {}),
        feed_file("staff", {"employee_number": "007001"}),
        feed_file("training", {"employee_number": "7001"}, {"employee_number": "9"}),
        feed_file("accounts", {"username": "a", "employee_number": "7001"}, {"username": "b", "employee_number": "007001"}),
    ]
    report = load(trust, reading(*files))
    whats = [p.what for p in report.problems]
    assert whats == [
        "“7001” is not the employee number of anyone here; 007001 is, which differs in leading noughts alone",
        "“9” is not the employee number of anyone here",
    ]
    (notice,) = [n for n in report.notices if "leading noughts" in n]
    assert "employee_number: " in notice
    assert "1 cell (7001 is not there, 007001 is)" in notice


@pytest.mark.parametrize("feed", ["staff", "accounts", "training", "absences", "deputies", "authorisations", "generic_accounts", "systems"])
def test_a_column_that_is_gone_since_the_last_load_in_force_holds_the_load_whatever_the_feed(trust, feed):
    def as_given(file, given):
        return replace(small_trust(), files=tuple(replace(f, given=given) if f.feed == feed else f for f in small_trust().files))

    whole = next(f for f in small_trust().files if f.feed == feed)
    assert load(trust, as_given(whole, whole.columns)).state == "applied"
    column = whole.columns[-1]
    narrow = as_given(whole, whole.columns[:-1])
    report = load(trust, narrow, now=LATER)
    assert (report.state, [r.code for r in report.reasons]) == ("held", ["feed.column_gone"])
    assert column in report.reasons[0].detail
    assert load(trust, narrow, now=LATER, allow_reason="It will not come again").state == "applied"
    assert load(trust, narrow, now=LATER + timedelta(days=1)).state == "applied"  # the last load lacked it too


def test_a_week_day_changes_nothing_but_last_uses_and_goes_in(trust):
    load(trust, reading(feed_file("systems", {}), people(40), feed_file("accounts", *({"username": f"u{n}"} for n in range(40)))))
    used = feed_file("accounts", *({"username": f"u{n}", "last_used_at": NOW} for n in range(40)))
    assert load(trust, reading(used), now=LATER).state == "applied"
    never = feed_file("accounts", *({"username": f"u{n}", "last_used_at": None} for n in range(40)))
    assert [r.code for r in load(trust, reading(never), now=LATER).reasons] == ["feed.shifted", "feed.blanked"]


def test_what_is_held_is_said_row_by_row(trust):
    load(trust, reading(people(14)))
    said = wrong_rows(load(trust, reading(people(2)), now=LATER))
    assert {f"staff.csv: E{n} is gone" for n in range(3, 15)} <= set(said)


# Columns


def test_without_a_column_of_last_use_nothing_is_known_of_use(trust):
    files = [feed_file("systems", {}), feed_file("staff", {}), feed_file("accounts", {"username": "a"}, without=("last_used_at",))]
    report = load(trust, reading(*files))
    account = Account.objects.get(username="a")
    assert (account.created_on, account.last_used_at) == (None, None)
    assert any("last_used_at: there is no such column" in n for n in report.notices)


def test_a_column_not_understood_leaves_a_load_partly_done(trust):
    odd = Problem("staff.csv", 1, "Leaving date", "The column is not read, and end_on, which it resembles, is missing", "Call it end_on")
    report = load(trust, reading(feed_file("systems", {}), replace(feed_file("staff", {}), problems=(odd,))))
    assert (report.state, report.refused, report.exit_status) == ("applied", 0, 6)
