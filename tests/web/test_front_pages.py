"""Pages made of what rooms offer: one person, one system, the register, a search, oneself; and the first page."""

import re
from datetime import date

import pytest

from careward.core.room import DownloadRows, Happening, History, Hit, Panel, Room, Search
from tests.make import found, people
from tests.make.house import furnished
from tests.make.pages import markup
from tests.make.people import TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup(response)).split())


def test_the_page_of_a_leaver_says_when_they_left(trust, admin):
    gone = people.staff(trust, "Carol Dewhurst", end_on=date(2026, 11, 3))
    assert "Carol Dewhurst left on 3 November 2026." in words(admin.get(f"/people/{gone.pk}/access/"))
    here = people.staff(trust, "Bo Nurse")
    assert "has left" not in words(admin.get(f"/people/{here.pk}/access/"))


def test_the_page_of_a_person_names_job_team_manager_and_state(trust, admin):
    boss = people.staff(trust, "Ann Boss")
    away = people.staff(trust, "Bo Nurse", position_title="Matron", team=people.team(trust, "Ward 4"), manager=boss, status="maternity")
    page = words(admin.get(f"/people/{away.pk}/access/"))
    assert f"Matron, Ward 4. Staff number {away.employee_number}. On maternity leave. Manager: Ann Boss" in page
    assert "Began as Matron, Ward 4." in page


def test_a_room_offers_a_panel_a_download_a_history_and_a_search_without_another_room_knowing(trust, admin, tmp_path, monkeypatch):
    carol = people.staff(trust, "Carol Dewhurst")
    toy = Room(
        name="toy",
        panels=(
            Panel("person", "Toys", 90, "accounts/rests_on.jinja", lambda *, viewer, key, asked: ()),
            Panel("person", "Hidden toys", 91, "accounts/rests_on.jinja", lambda *, viewer, key, asked: (), "toy:toys:see"),
            Panel("person", "No toys", 92, "accounts/rests_on.jinja", lambda *, viewer, key, asked: None),
            Panel(
                "team", "Elsewhere", 1, "x", lambda *, viewer, key, asked: (), rows=lambda *, viewer, key, asked: DownloadRows("x", (), ())
            ),
        ),
        histories=(History("person", lambda *, viewer, key, most: [Happening(TODAY, f"Toy {key} given")]),),
        searches=(Search("Toys", lambda *, viewer, words, most: [Hit("person", str(carol.pk), f"Toy {words}")]),),
    )
    with furnished(toy):
        page = words(admin.get(f"/people/{carol.pk}/access/"))
        assert "Toys Nothing is asked." in page and f"Toy {carol.pk} given" in page
        assert "Hidden toys" not in page and "No toys" not in page and "Elsewhere" not in page
        assert "Toy train" in words(admin.get("/search/?q=train"))


def test_my_access_is_my_own_page_or_says_why_there_is_none(trust):
    me = people.staff(trust, "Carol Dewhurst")
    assert signed_in(ready("clinician", at=trust, person=me)).get("/my-access/").headers["Location"] == f"/people/{me.pk}/access/"
    assert "not tied to a member of staff" in words(signed_in(ready("clinician", at=trust)).get("/my-access/"))


def test_a_project_manager_sees_what_the_register_says_of_a_system_and_no_accounts(trust):
    found.account(found.system(trust, name="The patient record"), username="secret.name")
    browser = signed_in(ready("project_manager", at=trust))
    page = words(browser.get("/systems/paris/"))
    assert "The patient record" in page and "From the register" in page and "Service owner" in page
    assert "secret.name" not in page and browser.get("/systems/paris/?as=csv").headers["Content-Type"].startswith("text/html")
    assert "to put right" not in words(browser.get("/systems/")).lower()


def test_own_data_tells_of_ones_accounts_and_names_things_by_their_names(trust):
    me = people.staff(trust, "Carol Dewhurst", team=people.team(trust, "Ward 4"))
    account = found.account(found.system(trust, name="The patient record"), me, username="cdewhurst")
    found.finding(account)
    other = found.account(found.system(trust, "rio"), people.staff(trust, "Bo Other"), username="bother")
    found.finding(other)
    page = words(signed_in(ready("clinician", at=trust, person=me)).get("/people/about-me/"))
    assert "cdewhurst" in page and "The patient record" in page and "Ward 4" in page and "Found wrong with their accounts" in page
    assert "object (" not in page and "bother" not in page


def test_the_first_page_is_the_procedures_or_ones_own_work(trust, admin):
    assert admin.get("/").headers["Location"] == "/procedures/"
    assert signed_in(ready("clinician", at=trust)).get("/").headers["Location"] == "/my-work/"


def test_nothing_on_the_pages_of_the_front_leads_to_a_refusal(trust):
    me = people.staff(trust, "Mary Manager")
    found.team_of(me, 2, found.system(trust))
    browser = signed_in(ready("line_manager", at=trust, person=me))
    theirs = people.staff(trust, "Led Nurse", manager=me)
    found.finding(found.account(found.system(trust), theirs, username="led"))
    for page in (f"/people/{theirs.pk}/access/", f"/people/{me.pk}/access/", "/my-work/", "/people/my-team/", "/people/about-me/"):
        for address in sorted(set(re.findall(r'href="(/[^"#?]*)', markup(browser.get(page))))):
            if not address.startswith("/static/"):
                assert browser.get(address, follow=True).status_code == 200, f"{page} leads to {address}"
