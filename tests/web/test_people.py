"""The pages of staff, teams, roles and one's own data, through the whole stack."""

import csv
import io
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from careward.evidence.ledger.models import Entry
from careward.people.signin.models import Draft, RoleHeld, User
from careward.people.staff.models import Assignment, Person
from tests.make import found
from tests.make import people as make
from tests.make.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]


@pytest.fixture(autouse=True)
def _day(monkeypatch, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: make.NOW)


@pytest.fixture
def admin() -> Client:
    return make.signed_in(make.ready("trust_administrator", name="Ada Admin", email="ada@trust.example"))


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup(answer)))


def names(answer) -> list[str]:
    return re.findall(r'role="rowheader"><a href="/people/\d+/access/">([^<]+)</a>', markup(answer))


def crowd(many: int) -> None:
    at = make.organisation()
    boss = make.staff(at, "Ann Aardvark")
    people = Person.objects.bulk_create(
        Person(organisation=at, employee_number=f"N{n:05}", first_name="Bo", last_name=f"Crowd{n:05}") for n in range(many)
    )
    where = make.team(at)
    Assignment.objects.bulk_create(
        Assignment(
            organisation=at,
            person=p,
            assignment_number="1",
            team=where,
            start_on=date(2020, 1, 1),
            supervisor_employee_number=boss.employee_number,
        )
        for p in people
    )


def test_people_of_ones_own_organisation_with_team_manager_and_state(admin):
    at = make.organisation()
    boss = make.staff(at, "Ann Boss", team=make.team(at, "Office"), position_title="Matron")
    make.staff(at, "Bo Nurse", manager=boss, status="maternity")
    make.staff(at, "Cy Gone", end_on=date(2026, 11, 3))
    make.staff(at, "Di Lost", supervisor_employee_number="E-GONE")
    make.staff(make.organisation("RYY"), "Ed Stranger")
    answer = admin.get(reverse("staff:people"))
    assert names(answer) == ["Ann Boss", "Cy Gone", "Di Lost", "Bo Nurse"]
    words = text(answer)
    for expected in (
        "4 people, from the staff list",
        "Matron",
        "Office",
        "On maternity leave",
        "Left on 3 November 2026",
        "Nobody in post E-GONE",
    ):
        assert expected in words, expected
    assert "Stranger" not in words


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"find": "nurse"}, ["Bo Nurse"]),
        ({"find": "bo NUR"}, ["Bo Nurse"]),
        ({"find": "E7"}, ["Bo Nurse"]),
        ({"find": "%"}, []),
        ({"state": "here"}, ["Ann Boss"]),
        ({"state": "away"}, ["Bo Nurse"]),
        ({"state": "left"}, ["Cy Gone"]),
        ({"state": "coming"}, ["Di New"]),
        ({"type": "bank"}, ["Bo Nurse"]),
        ({"state": "nonsense", "sort": "nonsense", "type": "x"}, ["Ann Boss", "Cy Gone", "Di New", "Bo Nurse"]),
        ({"sort": "-name"}, ["Bo Nurse", "Di New", "Cy Gone", "Ann Boss"]),
    ],
)
def test_people_are_filtered_and_sorted(admin, asked, expected):
    at = make.organisation()
    make.staff(at, "Ann Boss")
    nurse = make.person(at, "Bo Nurse", employee_number="E7")
    make.post(nurse, status="maternity", person_type="bank")
    make.staff(at, "Cy Gone", end_on=date(2026, 11, 3), person_type="bank")
    make.staff(at, "Di New", start_on=date(2026, 12, 1))
    assert names(admin.get(reverse("staff:people"), asked)) == expected


@pytest.mark.parametrize("typed", ["sian", "SIÂN", "o'neill", "ONEILL", "neill", "Smith-Jones", "smith jones", "smithjones", "4471", "0004471",
                                   "sian.o@trust.example", "SIAN.O@", "siân ‘o’neill 447"])  # fmt: skip
def test_people_are_found_however_they_are_spelt(admin, typed):
    at = make.organisation()
    make.post(make.person(at, "Siân O’Neill Smith-Jones", employee_number="0004471", email="sian.o@trust.example"))
    make.staff(at, "Bo Nurse")
    assert names(admin.get(reverse("staff:people"), {"find": typed})) == ["Siân O’Neill Smith-Jones"]


def test_people_of_one_team_are_those_who_hold_a_post_there_now(admin):
    at = make.organisation()
    office, ward = make.team(at, "Office"), make.team(at, "Ward")
    both = make.staff(at, "Ann Both", team=office)
    make.post(both, team=ward, is_primary=False)
    moved = make.staff(at, "Bo Moved", team=ward, end_on=date(2026, 11, 1))
    make.post(moved, team=office)
    assert names(admin.get(reverse("staff:people"), {"team": "ward"})) == ["Ann Both"]
    assert names(admin.get(reverse("staff:team", args=[ward.pk]))) == ["Ann Both"]
    assert names(admin.get(reverse("staff:team", args=[office.pk]))) == ["Ann Both", "Bo Moved"]


def test_a_team_is_typed_and_the_box_offers_those_that_fit(admin):
    at = make.organisation()
    for name in ("Ward 1", "Ward 10", "Night ward 1", "Office"):
        make.staff(at, f"Ann {name.replace(' ', '')}", team=make.team(at, name))
    make.team(make.organisation("RYY"), "Secret ward")
    loose = admin.get(reverse("staff:people"), {"team": "  1  WARD "})
    assert names(loose) == ["Ann Nightward1", "Ann Ward1", "Ann Ward10"]  # every word stands in the name
    offered = re.findall(r'<option value="([^"]+)">', loose.content.decode().split("<datalist")[1].split("</datalist")[0])
    assert offered == ["Night ward 1", "Ward 1", "Ward 10"]
    assert names(admin.get(reverse("staff:people"), {"team": "ward 1"})) == ["Ann Ward1"]  # just so
    assert "<datalist" not in admin.get(reverse("staff:people")).content.decode()  # a trust has hundreds: none is drawn unasked
    nothing = admin.get(reverse("staff:people"), {"team": "cellar"})
    assert names(nothing) == [] and "No people match" in text(nothing)


def test_away_is_who_holds_posts_and_works_in_none(admin):
    at = make.organisation()
    both = make.staff(at, "Ann Both", status="maternity")
    make.post(both, is_primary=False)
    make.staff(at, "Bo Away", status="suspended")
    again = make.staff(at, "Cy Again", end_on=date(2026, 11, 1))
    make.post(again, start_on=date(2026, 12, 1))
    states = {state: names(admin.get(reverse("staff:people"), {"state": state})) for state in ("here", "away", "coming", "left")}
    assert states == {"here": ["Ann Both"], "away": ["Bo Away"], "coming": ["Cy Again"], "left": []}


def test_a_team_of_another_organisation_is_not_there(admin):
    elsewhere = make.team(make.organisation("RYY"), "Secret ward")
    assert admin.get(reverse("staff:team", args=[elsewhere.pk])).status_code == 404


def test_the_list_downloads_every_match_safe_from_formulas(admin):
    at = make.organisation()
    make.staff(at, "=cmd() Nurse", position_title="@SUM(A1)")
    make.staff(at, "Ann Boss")
    answer = admin.get(reverse("staff:people"), {"as": "csv", "find": "nurse"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:3] == ["Name", "Staff number", "Job"]
    assert [row[0] for row in rows[1:]] == ["'=cmd() Nurse"]
    assert rows[1][2] == "'@SUM(A1)"


@pytest.mark.parametrize("many", [3, 120])
def test_the_list_costs_the_same_for_few_and_many(admin, django_assert_num_queries, many):
    crowd(many)
    admin.get(reverse("staff:people"))
    with django_assert_num_queries(15):  # session, user, viewer (2), badges (3), count, rows, posts, lines (4), managers
        assert admin.get(reverse("staff:people")).status_code == 200


@pytest.mark.parametrize("many", [3, 120])
def test_my_team_costs_the_same_for_few_and_many(django_assert_num_queries, many):
    crowd(many)
    boss = Person.objects.get(last_name="Aardvark")
    browser = make.signed_in(make.ready("line_manager", person=boss))
    browser.get(reverse("staff:my_team"))
    with django_assert_num_queries(21):
        answer = browser.get(reverse("staff:my_team"))
    assert len(names(answer)) == many


@pytest.mark.clause("PA-021")
def test_my_team_shows_those_of_a_manager_one_is_deputy_for_until_the_last_day(monkeypatch):
    at = make.organisation()
    boss, acting = make.staff(at, "Ann Boss"), make.staff(at, "Bo Deputy")
    make.staff(at, "Cy Nurse", manager=boss)
    make.staff(at, "Di Clerk", manager=acting)
    make.deputy(boss, acting, date(2026, 11, 1), date(2026, 11, 24))
    browser = make.signed_in(make.ready("line_manager", person=acting))
    answer = browser.get(reverse("staff:my_team"))
    assert names(answer) == ["Di Clerk", "Cy Nurse"]
    assert "You act for Ann Boss until Monday 23 November 2026" in text(answer)
    later = make.NOW.replace(day=24)
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: later)
    browser = make.signed_in(User.objects.get(person=acting), later)
    assert names(browser.get(reverse("staff:my_team"))) == ["Di Clerk"]


def test_my_team_of_someone_who_is_no_member_of_staff_says_what_to_do():
    answer = make.signed_in(make.ready("line_manager")).get(reverse("staff:my_team"))
    assert "not tied to a member of staff" in text(answer)


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("clinician", "staff:people", 403),
        ("clinician", "staff:my_team", 403),
        ("line_manager", "staff:people", 403),
        ("line_manager", "staff:my_team", 200),
        ("auditor", "signin:roles", 200),
        ("auditor", "signin:give_role", 403),
        ("service_desk", "signin:roles", 403),
        ("trust_administrator", "signin:give_role", 200),
        ("trust_administrator", "signin:role_kinds", 200),
        ("clinician", "front:own_data", 200),
    ],
)
def test_each_role_opens_its_own_pages(role, name, status, monkeypatch):
    assert make.signed_in(make.ready(role)).get(reverse(name)).status_code == status


def give(browser: Client, **more):
    """Fills in the one page of giving a role; what it leads to."""
    facts = {"email": "bo@trust.example", "role": "auditor", "from_on_day": "23", "from_on_month": "11", **more}
    return browser.post(reverse("signin:give_role"), {"from_on_year": "2026", **facts})


def seen_on(page) -> str:
    return re.search(r'name="seen" value="([0-9a-f]+)"', markup(page))[1]


def send(browser: Client, name: str = "signin:give_role", **more):
    """Sends the answers from the page that shows them."""
    check = reverse(name, args=["check"])
    return browser.post(check, {"seen": seen_on(browser.get(check)), **more})


def test_a_role_is_given_seen_and_ended(admin):
    who = make.user("bo@trust.example", name="Bo Auditor", person=make.person(make.organisation(), "Bo Auditor"))
    found.system(make.organisation(), name="PARIS record")
    form = markup(admin.get(reverse("signin:give_role")))
    assert 'value="2026"' in form and "PARIS record" in form and 'type="checkbox"' in form
    assert "Choose a system from the list" in text(give(admin, system="rio"))
    answer = give(admin, last_on_day="31", last_on_month="12", last_on_year="2026", system="paris")
    assert answer.url == reverse("signin:give_role", args=["check"])
    shown = text(admin.get(answer.url))
    assert "Check your answers" in shown and "Last day 31 December 2026" in shown and "Systems PARIS record" in shown
    assert not RoleHeld.objects.filter(user=who).exists()
    assert send(admin).url == reverse("signin:roles")
    row = RoleHeld.objects.get(user=who)
    assert (row.to_on, row.system_code) == (date(2027, 1, 1), "paris")
    words = text(admin.get(reverse("signin:roles")))
    assert "Bo Auditor bo@trust.example" in words
    assert "31 December 2026" in words
    confirm = admin.get(reverse("signin:end_role", args=[row.pk]))
    assert "Bo Auditor holds the role Auditor" in text(confirm)
    assert admin.post(reverse("signin:end_role", args=[row.pk])).url == reverse("signin:roles")
    row.refresh_from_db()
    assert row.to_on == make.TODAY
    assert [e.verb for e in Entry.objects.order_by("id")] == ["role.given", "role.ended"]
    after = admin.get(reverse("signin:roles"), {"state": "any"})
    assert "Bo Auditor no longer holds it from 23 November 2026" in text(after)
    assert 'role="rowheader">Bo Auditor' not in markup(after)


def test_roles_that_check_each_other_need_a_second_word_and_warn_on_the_list(admin):
    who = make.user("bo@trust.example", name="Bo Auditor")
    make.role(who, make.organisation(), "system_administrator")
    asked = admin.get(give(admin).url)
    assert 'name="knowingly"' not in markup(asked)
    refused = send(admin)
    assert refused.status_code == 409 and 'name="knowingly"' in markup(refused)
    assert "An auditor would audit what they do themselves" in text(refused)
    assert send(admin, knowingly="role.backdated").status_code == 409  # only what the form says may be lifted
    assert send(admin, knowingly="role.apart").status_code == 302
    assert text(admin.get(reverse("signin:roles"))).count("An auditor would audit what they do themselves") == 2


def test_a_form_says_every_mistake_and_keeps_what_was_typed(admin):
    answer = give(admin, email="nobody", role="", from_on_day="31")
    words = text(answer)
    assert answer.status_code == 422 and "Error: Give a role" in words
    for expected in ("Enter a whole e-mail address", "Choose a role", "Enter the first day, like 30 11 2026"):
        assert words.count(expected) >= 2, expected
    assert 'value="nobody"' in markup(answer)
    assert not Draft.objects.exists()


def test_a_refusal_says_every_reason_and_the_answers_are_kept(admin):
    give(admin, email="ada@trust.example", from_on_day="20")
    answer = send(admin)
    assert answer.status_code == 409
    assert "3 reasons" in text(answer)
    assert "Nobody gives a role to themselves" in text(answer)
    assert "20 November 2026, has passed" in text(answer)
    assert RoleHeld.objects.count() == 1
    assert "ada@trust.example" in text(answer) and Draft.objects.count() == 1


def test_the_last_privacy_officer_is_kept_on_the_page_too(admin):
    row = make.role(make.user(name="Pat Officer"), make.organisation(), "privacy_officer")
    answer = admin.post(reverse("signin:end_role", args=[row.pk]))
    assert answer.status_code == 409
    assert "Nobody else would be privacy officer on 23 November 2026" in text(answer)
    assert RoleHeld.objects.get(pk=row.pk).to_on is None


def test_a_role_of_another_organisation_is_not_there(admin):
    row = make.role(make.user(name="Stranger"), make.organisation("RYY"), "auditor")
    assert admin.get(reverse("signin:end_role", args=[row.pk])).status_code == 404
    assert admin.post(reverse("signin:end_role", args=[row.pk])).status_code == 404
    assert "Stranger" not in text(admin.get(reverse("signin:roles"), {"state": "any"}))


@pytest.mark.parametrize("many", [2, 60])
def test_roles_cost_the_same_for_few_and_many(admin, django_assert_num_queries, many):
    for n in range(many):
        make.role(make.user(name=f"User {n}"), make.organisation(), "auditor")
    with django_assert_num_queries(
        13
    ):  # session, user, viewer (2), badges (3), systems, invited, all, count, rows, what their holders hold beside
        admin.get(reverse("signin:roles"))


def test_roles_download_with_their_days(admin):
    answer = admin.get(reverse("signin:roles"), {"as": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1] == ["Ada Admin", "ada@trust.example", "Trust administrator", "", "2020-01-01", "", "Held now"]


def test_kinds_of_role_show_the_national_codes(admin):
    assert "R5105" in text(admin.get(reverse("signin:role_kinds")))


def kept_by(who):
    return text(make.signed_in(who).get(reverse("front:own_data")))


def test_own_data_tells_everything_of_oneself_and_nothing_of_others():
    at = make.organisation()
    carol = make.person(at, "Carol Dewhurst", postcode="DL1 1AA", date_of_birth=date(1980, 2, 3), employee_number="E00123")
    make.post(carol, position_title="Matron")
    make.absence(carol)
    make.deputy(carol, make.person(at, "Bo Deputy"))
    make.staff(at, "Di Other", position_title="Surgeon")
    words = kept_by(make.ready("clinician", person=carol, email="carol@trust.example"))
    for expected in (
        "DL1 1AA",
        "3 February 1980",
        "E00123",
        "Matron",
        "Maternity".lower(),
        "Bo Deputy",
        "carol@trust.example",
        "Authenticator app",
    ):
        assert expected in words, expected
    for kept_back in ("Di Other", "Surgeon", "md5$", "scrypt"):
        assert kept_back not in words, kept_back


def test_own_data_of_someone_who_is_no_member_of_staff_tells_their_sign_in():
    words = kept_by(make.ready("clinician", email="contractor@trust.example"))
    assert "contractor@trust.example" in words
    assert "The staff record" not in words


@pytest.mark.parametrize("many", [1, 40])
def test_own_data_costs_the_same_for_little_and_much(django_assert_num_queries, many):
    carol = make.person(make.organisation())
    for _ in range(many):
        make.post(carol)
        make.deputy(carol, make.person(make.organisation()))
    browser = make.signed_in(make.ready("clinician", person=carol))
    browser.get(reverse("front:own_data"))
    with django_assert_num_queries(36):
        browser.get(reverse("front:own_data"))
