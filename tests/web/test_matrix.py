"""Who may use what: a team's people against the systems they have, with what is to put right, and each look written down once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.matrix import MOST_SYSTEMS, MatrixCell, _cell
from careward.access.authorisations.models import Authorisation
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Team
from careward.web.pictures import WIDTH, PictureSpan, span_picture
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import TODAY, organisation, ready, signed_in
from tests.web.test_accounts_pages import rows_of, words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def crisis(trust):
    """Three of one team: one in order, one with two systems of which one is late, one without any account."""
    team = people.team(trust)
    ann, bo, cy = (people.staff(trust, name, team=team) for name in ("Ann Ash", "Bo Birch", "Cy Cedar"))
    paris, rio = found.system(trust), found.system(trust, "rio")
    found.account(paris, ann, username="ann")
    found.account(rio, bo, username="bo", status="locked")
    found.finding(found.account(paris, bo, username="bo"), due_on=TODAY - DAY)
    found.account(rio, cy, username="cy", status="closed")
    return team


def test_a_team_against_its_systems_with_a_mark_and_a_word_for_each(trust, admin, crisis):
    page = markup(admin.get(f"/people/teams/{crisis.pk}/access/"))
    assert "Who may use what in Crisis team" in page and "<b>1</b> has something to put right" in page
    assert page.count('data-label="PARIS"') == page.count('data-label="RIO"') == 3
    for word in ("Open</span>", "Open, late to be put right</span>", "Locked</span>"):
        assert word in page
    assert "Closed" not in page
    listed = rows_of(admin.get(f"/people/teams/{crisis.pk}/access/?as=csv"))[1:]
    assert [(row[0], row[2], row[3]) for row in listed] == [
        ("Ann Ash", "PARIS", "Open"), ("Bo Birch", "PARIS", "Open, late to be put right"), ("Bo Birch", "RIO", "Locked"),
    ]  # fmt: skip
    assert f"/people/teams/{crisis.pk}/access/" in markup(admin.get(f"/people/teams/{crisis.pk}/"))


def test_each_person_shown_is_a_look_once_a_day_and_then_costs_one_read(trust, admin, crisis):
    address = f"/people/teams/{crisis.pk}/access/"
    admin.get(address)
    looked = Entry.objects.filter(verb="person.looked_at")
    assert looked.count() == 3
    with CaptureQueriesContext(
        connection,
    ) as asked:
        admin.get(address)
    assert looked.count() == 3
    one = len(asked)
    for n in range(6):
        found.account(found.system(trust, f"s{n}"), people.staff(trust, f"Extra Person{n}", team=crisis), username=f"u{n}")
    admin.get(address)
    with CaptureQueriesContext(connection) as asked:
        admin.get(address)
    assert len(asked) == one <= 20


def test_it_is_not_opened_ahead_by_a_browser(trust, admin, crisis):
    assert admin.get(f"/people/teams/{crisis.pk}/access/", headers={"Purpose": "prefetch"}).status_code == 503
    assert not Entry.objects.filter(verb="person.looked_at").exists()


def test_whoever_sees_some_systems_only_sees_those_and_a_team_of_another_organisation_is_nowhere(trust, crisis):
    who = people.user()
    people.role(who, trust, "system_administrator", system_code="rio")
    people.accepted(who, trust)
    people.app_of(who)
    page = markup(signed_in(who).get(f"/people/teams/{crisis.pk}/access/"))
    assert "RIO" in page and "PARIS" not in page
    theirs = Team.objects.create(organisation=organisation("RX4"), code="X", name="Their team")
    assert signed_in(ready(at=trust, email="b@trust.example")).get(f"/people/teams/{theirs.pk}/access/").status_code == 404


def test_a_manager_sees_their_own_people_everywhere_and_nobody_elses(trust, crisis):
    boss = people.staff(trust, "Mary Manager")
    found.team_of(boss, 2, found.system(trust))
    browser = signed_in(ready("line_manager", at=trust, person=boss))
    page = words(browser.get("/people/my-team/access/"))
    assert "Who may use what in my team" in page and "<b>2</b> people" in page and "Ann Ash" not in page
    assert browser.get(f"/people/teams/{crisis.pk}/access/").status_code == 403
    assert "/people/my-team/access/" in markup(browser.get("/people/my-team/"))


def test_of_very_many_systems_a_page_shows_those_that_most_have_and_says_so(trust, admin, crisis):
    ann = crisis.assignment_set.order_by("pk").first().person
    for n in range(MOST_SYSTEMS):
        found.account(found.system(trust, f"s{n}"), ann, username=f"u{n}")
    page = markup(admin.get(f"/people/teams/{crisis.pk}/access/"))
    assert "2 more systems that few of them have are in the download." in page
    assert len(rows_of(admin.get(f"/people/teams/{crisis.pk}/access/?as=csv"))) == 1 + 3 + MOST_SYSTEMS


STATES = st.tuples(st.sampled_from(["active", "locked"]), st.none() | st.dates())


@given(st.lists(STATES), st.dates())
def test_a_cell_is_late_where_any_account_is_and_open_where_any_is(accounts, today):
    cell = _cell(accounts, today)
    days = [due for _, due in accounts if due]
    if not accounts:
        assert cell == MatrixCell("")
    elif days:
        assert cell.state == ("late" if any(due < today for due in days) else "fix")
    else:
        assert cell.state == ("ok" if any(status == "active" for status, _ in accounts) else "shut")
    assert cell.accounts == len(accounts)


@pytest.mark.parametrize(("status", "kind"), [("active", "is-bar"), ("locked", "is-hollow")])
def test_the_page_of_a_person_draws_accounts_and_approvals_over_two_years(trust, admin, status, kind):
    ann, paris = people.staff(trust, "Ann Ash"), found.system(trust)
    found.account(paris, ann, username="ann", status=status, created_on=TODAY - 100 * DAY)
    Authorisation.objects.create(
        organisation=trust, system=paris, person=ann, environment="live", kind="normal", approver_role="line_manager",
        approved_by_employee_number="E9", approved_on=TODAY - 90 * DAY, expires_on=TODAY - 10 * DAY,
    )  # fmt: skip
    page = markup(admin.get(f"/people/{ann.pk}/access/"))
    assert f'<rect class="{kind}"' in page and '<rect class="is-line"' in page
    assert "The same as a table" in page and "Account ann" in page and "Goes on" in page


def test_a_person_without_an_account_has_no_picture(trust, admin):
    assert "Over two years" not in markup(admin.get(f"/people/{people.staff(trust, 'Ann Ash').pk}/access/"))


DAYS = st.dates(TODAY - 900 * DAY, TODAY + 400 * DAY)


@given(
    st.lists(st.builds(PictureSpan, st.none() | DAYS, st.none() | DAYS, st.sampled_from(["is-bar", "is-hollow", "is-line"])), max_size=6)
)
def test_spans_stay_within_the_picture_and_what_is_outside_it_is_not_drawn(spans):
    begins = TODAY - 730 * DAY
    picture = span_picture([("PARIS", spans)], begins=begins, ends=TODAY)
    drawn = picture.lanes[0].spans
    assert all(s.x >= 0 and s.x + s.wide <= WIDTH + 0.01 and s.wide >= 2 for s in drawn)
    inside = [s for s in spans if max(s.begins or begins, begins) <= min(s.ends or TODAY, TODAY)]
    assert [s.kind for s in drawn] == [s.kind for s in inside]
