"""My team: one line a person with what is to be put right, what is due first on top, and the same as a file."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Person
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import TODAY, ready, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/people/my-team/"


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup(response)).split())


def names(response) -> list[str]:
    return re.findall(r'role="rowheader"><a href="/people/\d+/access/">([^<]+)</a>', markup(response))


@pytest.fixture
def boss(trust):
    return people.staff(trust, "Ann Boss")


@pytest.fixture
def browser(trust, boss):
    return signed_in(ready("line_manager", at=trust, person=boss))


def wrong_with(trust, boss, name: str, days: int, **more) -> None:
    who = people.staff(trust, name, manager=boss)
    found.finding(found.account(found.system(trust), who), due_on=TODAY + timedelta(days=days), **more)


def test_what_is_due_first_stands_on_top_with_who_acts(trust, boss, browser):
    people.staff(trust, "Al Fine", manager=boss)
    wrong_with(trust, boss, "Later Nurse", 5, who="line_manager", manager=boss, detail="Left on 2026-11-01")
    wrong_with(trust, boss, "Late Nurse", -3)
    wrong_with(trust, boss, "Done Nurse", -9, closed_on=TODAY)
    wrong_with(trust, people.staff(trust, "Other Boss"), "Not Mine", -9)
    answer = browser.get(PAGE)
    page = words(answer)
    assert names(answer) == ["Late Nurse", "Later Nurse", "Al Fine", "Done Nurse"]
    assert "2 have something to put right, 1 of them late." in page
    assert (
        "Late Nurse. PARIS: Left on 1 November 2026. PARIS administrator, was due Friday 20 November 2026. See all of their access" in page
    )
    assert "Ann Boss, by 28 November 2026." in page and page.count("Nothing to put right") == 2


def test_several_findings_of_one_person_are_one_line(trust, boss, browser):
    who = people.staff(trust, "Two Things", manager=boss)
    for n, days in enumerate((4, 2, 9)):
        found.finding(found.account(found.system(trust, f"s{n}"), who), due_on=TODAY + timedelta(days=days))
    page = words(browser.get(PAGE))
    assert "S1: Left on 1 November 2026" in page and "And 2 more." in page and "1 has something to put right." in page


def test_nothing_to_put_right_is_said_only_where_it_is_so(trust, boss, browser):
    people.staff(trust, "Al Fine", manager=boss)
    assert "Nothing needs you now." in words(browser.get(PAGE))
    wrong_with(trust, boss, "Late Nurse", -3)
    assert "Nothing needs you now." not in words(browser.get(PAGE))


@pytest.mark.clause("PA-021")
def test_a_deputy_sees_the_same_of_the_manager_s_people(trust, boss):
    acting = people.staff(trust, "Dee Puty")
    people.deputy(boss, acting, from_on=date(2026, 11, 1), to_on=date(2026, 12, 1))
    wrong_with(trust, boss, "Late Nurse", -3)
    answer = signed_in(ready("line_manager", at=trust, person=acting)).get(PAGE)
    assert names(answer) == ["Late Nurse"] and "1 has something to put right, 1 of them late." in words(answer)


def test_the_file_holds_the_same_and_is_written_down(trust, boss, browser):
    wrong_with(trust, boss, "=Late Nurse", -3)
    answer = browser.get(f"{PAGE}?as=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][0] == "Name" and rows[0][-1] == "What"
    assert rows[1][0] == "'=Late Nurse" and rows[1][4:] == [
        "Ann Boss", "Works here", "1", "1", "2026-11-20", "PARIS: Left on 1 November 2026",
    ]  # fmt: skip
    assert Entry.objects.filter(verb="list.exported", subject="list/my-team").exists()


def test_a_large_team_costs_the_same_queries_and_stays_light(trust, boss, browser, django_assert_num_queries):
    wrong_with(trust, boss, "Late Nurse", -3)
    browser.get(PAGE)
    for n in range(59):
        wrong_with(trust, boss, f"Given{n} Family{n}", n - 30)
    with django_assert_num_queries(21):
        answer = browser.get(PAGE)
    assert len(names(answer)) == 60 and len(answer.content) < 60_000


@pytest.mark.clause("PA-029")
def test_somebody_who_has_left_stands_there_only_while_something_of_theirs_is_to_put_right(trust, boss, browser):
    ended = TODAY - timedelta(days=3)
    for name in ("Gone Open", "Gone Shut"):
        people.staff(trust, name, manager=boss, end_on=ended)
    found.finding(found.account(found.system(trust), Person.objects.get(last_name="Open")), due_on=TODAY + timedelta(days=1))
    answer = browser.get(PAGE)
    page = words(answer)
    assert names(answer) == ["Gone Open"]
    assert "Left on 20 November 2026" in page and "1 has something to put right" in page
    assert "manager of 0 people" in page
