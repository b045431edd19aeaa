"""Pages that show another person's access: the look is written down before anything is shown."""

import re

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from careward.evidence.ledger.models import Entry
from careward.people.looks.actions import LOOKED
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import ready, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol(trust):
    return people.staff(trust, "Carol Dewhurst")


def seen() -> list[str]:
    return list(Entry.objects.filter(verb=LOOKED).order_by("id").values_list("subject", flat=True))


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup(response)).split())


def opened(browser, address: str) -> int:
    """A page, or a file to its end."""
    answer = browser.get(address)
    assert b"".join(answer)
    return answer.status_code


@pytest.fixture
def pages(trust, carol) -> dict[str, str]:
    """Every page that shows one person's access, by what it is."""
    account = found.account(found.system(trust), carol)
    task = found.task(trust, about=carol)
    return {
        "person": f"/people/{carol.pk}/access/",
        "file": f"/people/{carol.pk}/access/?as=csv",
        "finding": f"/findings/{found.finding(account, task=task).pk}/",
        "whose": f"/accounts/{account.pk}/whose/",
        "task": f"/tasks/{task.pk}/",
    }


@pytest.mark.parametrize("page", ["person", "file", "finding", "whose", "task"])
def test_whoever_is_shown_another_person_s_access_leaves_one_entry_a_day(admin, carol, pages, page):
    assert [opened(admin, pages[page]) for _ in range(2)] == [200, 200]
    assert seen() == [f"person/{carol.pk}"]


def test_all_pages_about_one_person_are_one_look(admin, carol, pages):
    for address in pages.values():
        assert opened(admin, address) == 200
    assert seen() == [f"person/{carol.pk}"]


def test_one_s_own_page_is_no_look(trust, carol, pages):
    browser = signed_in(ready("system_administrator", at=trust, person=carol))
    for address in pages.values():
        opened(browser, address)
    assert seen() == []


def test_a_manager_s_look_at_their_own_people_is_one(trust):
    boss = people.staff(trust, "Ann Boss")
    bo = people.staff(trust, "Bo Nurse", manager=boss)
    browser = signed_in(ready("line_manager", at=trust, person=boss))
    assert browser.get(f"/people/{bo.pk}/access/").status_code == 200
    assert seen() == [f"person/{bo.pk}"]


def test_who_is_shown_nothing_has_not_looked(trust, carol, pages):
    browser = signed_in(ready("clinician", at=trust, person=people.staff(trust, "Bo Nurse")))
    assert {browser.get(address).status_code for address in pages.values()} <= {403, 404}
    assert admin_sees_nothing_of_another_trust(carol) == {404}
    assert seen() == []


def admin_sees_nothing_of_another_trust(carol) -> set[int]:
    elsewhere = signed_in(ready("system_administrator", at=people.organisation("RX4")))
    return {elsewhere.get(f"/people/{carol.pk}/access/").status_code}


def test_lists_of_many_people_are_no_looks_at_each(admin, pages):
    for address in ("/people/", "/findings/", "/systems/paris/", "/search/?q=zzz", "/tasks/", "/my-work/"):
        admin.get(address)
    assert seen() == []


def test_asking_whether_there_is_a_page_shows_and_writes_nothing(admin, pages):
    for address in pages.values():
        answer = admin.head(address)
        assert (answer.status_code, answer.content) == (200, b"")
    assert seen() == []


@pytest.mark.parametrize("header", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "Prefetch"}])
def test_fetching_ahead_is_no_look_and_so_is_given_nothing(admin, pages, header):
    """Else whoever says that they only fetch ahead would see everything and leave no trace."""
    for address in pages.values():
        answer = admin.get(address, headers=header)
        assert (answer.status_code, answer.content, answer.headers["Cache-Control"]) == (503, b"", "no-store")
    assert seen() == []


def test_where_the_look_cannot_be_written_down_nothing_is_shown(admin, pages, monkeypatch):
    def refuse(**facts: object) -> None:
        raise DatabaseError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr("careward.evidence.ledger.actions.record", refuse)
    answer = admin.get(pages["person"])
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "nothing is shown" in words(answer) and "Carol" not in words(answer)
    assert seen() == []


def test_another_site_s_picture_or_frame_cannot_make_somebody_look(settings):
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def test_the_page_costs_one_read_more_than_one_s_own_when_it_is_looked_at_again(trust, carol, pages, admin):
    def reads() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(pages["person"]).status_code == 200
        assert not [each for each in asked.captured_queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        return len([each for each in asked.captured_queries if "looks_look" in each["sql"]])

    admin.get(pages["person"])
    assert reads() == 1


def test_a_program_s_look_is_an_entry_in_the_name_of_its_token(trust, carol, client):
    token = people.token(trust, "findings", "secret", name="rota")
    for _ in range(2):
        answer = client.get(f"/api/people/{carol.employee_number}/accounts", headers={"Authorization": "Bearer secret"})
        assert answer.status_code == 200
    assert list(Entry.objects.filter(verb=LOOKED).values_list("actor", "subject")) == [(f"token/{token.pk}", f"person/{carol.pk}")]


def test_the_ledger_and_about_me_say_who_looked(trust, carol):
    auditor = ready("auditor", at=trust, name="Ida Auditor")
    browser = signed_in(auditor)
    browser.get(f"/people/{carol.pk}/access/")
    assert "Somebody's access looked at" in words(browser.get("/ledger/")).replace("&#39;", "'")
    assert "At whose access I looked" in words(browser.get("/people/about-me/"))
    page = words(signed_in(ready("clinician", at=trust, person=carol)).get("/people/about-me/"))
    assert "Who looked at my access" in page and "Who Ida Auditor" in page and "Looked on 23 November 2026" in page
