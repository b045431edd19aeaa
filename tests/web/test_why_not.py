"""The top of somebody's page: what is about to change for them, why they cannot get in, and what to do about it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careward.access.authorisations.models import Authorisation
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup(response)).split())


def page_of(browser, person) -> str:
    return words(browser.get(f"/people/{person.pk}/access/"))


@pytest.fixture
def paris(trust):
    return found.system(trust, administrator_title="Patient Systems Manager", administrator_contact="the portal")


@pytest.fixture
def carol(trust):
    return people.staff(trust, "Carol Dewhurst")


@pytest.mark.clause("PA-033")
def test_one_that_was_locked_here_says_when_by_whom_why_and_how_to_reopen_it(trust, admin, paris, carol):
    account = found.account(paris, carol, status="locked", username="cdewhurst")
    emma = people.user(name="Emma Hutchinson")
    task = found.task(trust, state="closed", closed_at=NOW, said_done_by=f"user/{emma.pk}")
    detail = "Last used on 2026-08-05, 90 days ago; locks at 90 days"
    found.finding(account, code="account.inactive", step="lock", detail=detail, task=task, closed_on=date(2026, 11, 3))
    page = page_of(admin, carol)
    assert "0 in order, 1 locked." in page and "Why they cannot get in PARIS: cdewhurst" in page
    assert "Locked on 3 November 2026 by Emma Hutchinson. Last used on 5 August 2026, 90 days ago; locks at 90 days." in page
    assert "To have it reopened, ask the Patient Systems Manager (the portal)." in page
    assert "PARIS is locked. To have it reopened" in page, "and this is the next step"
    me = signed_in(ready("clinician", at=trust, person=carol))
    own = page_of(me, carol)
    assert "Why you cannot get in" in own and "Locked on 3 November 2026 by Emma Hutchinson." in own


def test_what_is_locked_already_says_what_is_still_wrong_and_what_comes_first(trust, admin, paris, carol):
    account = found.account(paris, carol, status="locked")
    found.finding(account, code="authorisation.expired", step="lock", detail="Its approval ran out on 2026-11-01", state="settled")
    assert "Locked. Its approval ran out on 1 November 2026, found on 23 November 2026." in page_of(admin, carol)
    trained = people.staff(trust, "Bo Nurse")
    account = found.account(paris, trained, status="locked")
    found.finding(account, code="training.expired", step="lock", detail="Data security ran out on 2026-10-01", state="settled")
    page = page_of(admin, trained)
    assert (
        "To have it reopened, first put this right: Data security ran out on 1 October 2026. Then ask the Patient Systems Manager" in page
    )


def test_what_nobody_told_is_said_by_the_figures_or_said_to_be_unknown(trust, admin, paris, carol):
    used = datetime(2026, 8, 5, 9, tzinfo=UTC)
    found.account(paris, carol, status="locked", last_used_at=used)
    page = page_of(admin, carol)
    assert "Last used on 5 August 2026, 110 days ago; an account here is locked after 90 days without use, so on 3 November 2026." in page
    bo = people.staff(trust, "Bo Nurse")
    found.account(paris, bo, status="locked")
    assert "Locked. The list of PARIS does not say why, or since when." in page_of(admin, bo)


@pytest.mark.clause("PA-033", "PA-035")
def test_the_figure_of_the_procedure_stands_beside_the_last_use(trust, admin, paris, carol):
    found.account(paris, carol, last_used_at=NOW - timedelta(days=40))
    assert "40 of 90 days without use, then it is locked" in page_of(admin, carol)
    bo = people.staff(trust, "Bo Nurse")
    found.account(paris, bo, status="locked", last_used_at=NOW - timedelta(days=120))
    assert "120 of 365 days without use, then it is closed" in page_of(admin, bo)
    new = people.staff(trust, "New Nurse")
    found.account(paris, new, last_used_at=None, created_on=TODAY - timedelta(days=5))
    assert "Made 18 November 2026. 5 of 90 days without use" in page_of(admin, new)


def allowed(paris, who, **more) -> Authorisation:
    facts = {"kind": "normal", "roles": "nurse", "teams": "", "approved_by_employee_number": "E9", "approver_role": "line_manager", **more}
    return Authorisation.objects.create(
        organisation=paris.organisation, system=paris, person=who, environment="live",
        approved_on=date(2026, 1, 5), **facts,
    )  # fmt: skip


def test_the_authority_of_a_leaver_has_ended_and_no_account_of_theirs_is_waited_for(trust, admin, paris):
    people.post(people.person(trust, "Ann Boss", employee_number="E9"))
    gone = people.staff(trust, "Gone Nurse", end_on=date(2026, 11, 3))
    found.account(paris, gone, status="closed")
    allowed(paris, gone, expires_on=date(2027, 6, 1))
    allowed(found.system(trust, "rio"), gone)
    page = page_of(admin, gone)
    assert "Left on 3 November 2026, so it has ended. It was: Line manager, 5 January 2026, until 1 June 2027" in page
    assert "Authorised, no account yet" not in page and "waiting" not in page
    assert "Nothing needs you now. Left on 3 November 2026, and no account is open." in page and "Why they cannot get in" not in page
    here = people.staff(trust, "Here Nurse")
    allowed(paris, here)
    assert "so it has ended" not in page_of(admin, here) and "Authorised, no account yet" in page_of(admin, here)


def test_what_is_about_to_change_stands_at_the_top(trust, admin):
    away = people.staff(trust, "Away Nurse")
    people.absence(away, kind="maternity", from_on=date(2026, 8, 21), to_on=date(2027, 3, 9))
    assert "Away since 21 August 2026, back on 9 March 2027: maternity." in page_of(admin, away)
    ends = people.staff(trust, "Ends Soon", team=people.team(trust, "Ward 4"), end_on=date(2026, 12, 19))
    assert "Leaves Ward 4 on 19 December 2026, and no other post is on record." in page_of(admin, ends)
    people.post(ends, team=people.team(trust, "Ward 5"), position_title="Matron", start_on=date(2026, 12, 20))
    page = page_of(admin, ends)
    assert "Leaves Ward 4 on 19 December 2026." in page and "Begins as Matron, Ward 5, on 20 December 2026." in page
    gone = people.staff(trust, "Gone Nurse", end_on=date(2026, 11, 3))
    people.absence(gone, kind="maternity", from_on=date(2026, 8, 21), to_on=None)
    assert "Away since" not in page_of(admin, gone)


def test_the_page_costs_the_same_however_many_are_locked_and_stays_light(trust, admin, django_assert_num_queries):
    def locked(person, systems) -> None:
        for n in systems:
            account = found.account(found.system(trust, f"s{n:02}"), person, status="locked")
            task = found.task(trust, state="closed", closed_at=NOW, said_done_by=f"user/{people.user().pk}")
            found.finding(account, code="account.inactive", step="lock", task=task, closed_on=date(2026, 11, 3))

    few, many = people.staff(trust, "Few Locked"), people.staff(trust, "Many Locked")
    locked(few, range(2))
    locked(many, range(20))
    for person in (few, many):
        admin.get(f"/people/{person.pk}/access/")  # the first look of the day is written down
    with CaptureQueriesContext(connection) as asked:
        admin.get(f"/people/{few.pk}/access/")
    with django_assert_num_queries(len(asked)):
        page = admin.get(f"/people/{many.pk}/access/")
    assert len(asked) <= 45 and len(page.content) < 60_000
