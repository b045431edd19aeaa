"""The pages of procedures: figures first, one next step, trouble open and health folded, and every number a link."""

import csv
import io
import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.models import Account, Finding, Run
from careward.core.decision import Refused
from careward.core.packs.documents import load_document
from careward.governance.procedures import exports
from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.carried import clauses, documents
from careward.governance.procedures.models import Adoption
from careward.people.staff.models import Organisation, Person
from careward.systems.register.models import Environment, System
from careward.web.exports import csv_lines
from careward.web.house import home_of
from careward.web.menu import MenuShown
from tests.make import found, people
from tests.make.documents import from_csv, from_data
from tests.make.pages import markup
from tests.web import procedures_site
from tests.web.procedures_site import NOW, SEES, TODAY

pytestmark = pytest.mark.urls("tests.web.procedures_site")

VOID = {"meta", "link", "input", "col", "br", "img", "use", "path", "circle", "rect"}


@pytest.fixture
def trust(db) -> Organisation:
    return Organisation.objects.create(ods_code="RNM", name="Northmoor Mental Health", pack="tewv")


@pytest.fixture
def browser(settings, trust: Organisation, monkeypatch) -> Client:
    settings.MIDDLEWARE = procedures_site.MIDDLEWARE
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    monkeypatch.setitem(procedures_site.asking, "now", procedures_site.viewer(trust))
    return Client()


def ask_as(monkeypatch, trust: Organisation, *permissions: str) -> None:
    monkeypatch.setitem(procedures_site.asking, "now", procedures_site.viewer(trust, permissions))


def adopt(trust: Organisation, document: str = "paris", pack: str = "tewv", **more: str) -> None:
    adopt_document(organisation=trust, pack=pack, document=document, from_on=date(2025, 5, 12), now=NOW, by="cli/ops", **more)


def paris_with(trust: Organisation, good: int = 3, bad: int = 2, due_on: date = TODAY + timedelta(days=1)) -> None:
    paris, _ = System.objects.get_or_create(
        organisation=trust, code="paris", defaults={"name": "PARIS", "kind": "clinical", "pack": "tewv"}
    )
    for copy in ("reporting", "development", "functional-testing", "uat", "training", "sandbox"):
        Environment.objects.get_or_create(system=paris, code=copy, defaults={"title": copy, "live": False})
    run = Run.objects.create(organisation=trust, on_date=TODAY, started_at=NOW, finished_at=NOW, by="job/reconcile")
    nia = Person.objects.create(organisation=trust, employee_number="1", first_name="Nia", last_name="Trevanion")
    for n in range(good + bad):
        account = Account.objects.create(
            organisation=trust, system=paris, username=f"u{n}", status="active", last_used_at=NOW, seen_on=TODAY, fits=1, person=nia
        )
        if n < bad:
            wrong = Finding.objects.create(
                organisation=trust, system=paris, account=account, person=nia, environment="live", username=account.username,
                code="account.inactive", step="lock", clause="PA-033", detail="Last used on 1 August 2026", who="system_administrator",
                found_on=TODAY, asked_on=TODAY, due_on=due_on, run=run,
            )  # fmt: skip
            found.touches(wrong, account)


def text(response) -> str:
    """The words of a page, as a person reads them."""
    main = markup(response).partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?(a|b)\b[^>]*>", "", main)))


def well_made(html: str) -> None:
    """Every element is closed in order, and no id stands twice."""

    class Walk(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open: list[str] = []
            self.ids: list[str] = []

        def handle_starttag(self, tag, attrs):
            self.ids += [value for name, value in attrs if name == "id"]
            if tag not in VOID:
                self.open.append(tag)

        def handle_endtag(self, tag):
            if tag not in VOID:
                assert self.open.pop() == tag, tag

    walk = Walk()
    walk.feed(html)
    assert walk.open == [] and len(walk.ids) == len(set(walk.ids))


def test_every_page_is_well_made(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    for path in (
        "/procedures/", "/procedures/paris/", "/procedures/paris/?show=fix", "/procedures/paris/?words=nothing-like-this", "/procedures/paris/about/",
        "/procedures/paris/PA-033/", "/procedures/paris/PA-070/", "/procedures/access/EL-009/", "/procedures/adopt/", "/procedures/paris/end/",
        "/procedures/how-counted/", "/clauses/house/",
    ):  # fmt: skip
        response = browser.get(path)
        assert response.status_code == 200, path
        well_made(markup(response))
        assert markup(response).count("<h1") == 1 and "style=" not in markup(response)


def test_the_page_opens_with_its_figures_and_one_next_step(browser: Client, trust: Organisation):
    adopt(trust, owner="Bryony Falk", reference="NM-IT-031")
    paris_with(trust)
    page = browser.get("/procedures/paris/")
    words = text(page)
    assert "NM-IT-031, version 3. In force since 12 May 2025." in words and "Owner: Bryony Falk" in words
    assert "Its review was due on 12 May 2024" in words
    assert re.search(
        r"Of 103 duties, \d+ are kept in every case\. 2 have cases to put right, 3 in all, and 1 of the cases is late\.", words
    )
    assert "An account not used for 90 days is locked. 2 accounts need putting right." in words
    assert markup(page).count('class="nhsuk-button"') == 1
    assert '<a class="nhsuk-button" href="/findings/?clause=PA-033&amp;system=paris">See the 2 accounts</a>' in markup(page)


def test_the_figures_of_the_sentence_account_for_every_duty(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    words = text(browser.get("/procedures/paris/"))
    sentence = words.partition("Of 103 duties, ")[2].partition(" not covered by Careward yet")[0]
    kept, fix = re.match(r"(\d+) are kept in every case\. (\d+) have", sentence).groups()
    rest = re.findall(r"(\d+) (?:are covered in part|cannot be counted|are$|is$)", sentence)
    assert int(kept) + int(fix) + sum(int(n) for n in rest) == 103


def test_a_section_with_trouble_is_open_and_the_others_are_folded(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    html = markup(browser.get("/procedures/paris/"))
    is_open = dict(re.findall(r'<details class="cw-fold" id="s([^"]+)"( open)?>', html))
    assert is_open["3.6"] == is_open["10"] == " open"
    assert {number for number, opened in is_open.items() if opened} == {"3.6", "10"}


def test_counts_and_what_is_to_put_right_are_links_to_what_they_count(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    row = re.search(r'<tr[^>]* id="PA-033">.*?</tr>', markup(browser.get("/procedures/paris/"))).group()
    assert '<a href="/procedures/paris/PA-033/">None of 2<' in row
    assert 'href="/findings/?clause=PA-033&amp;system=paris"' in row and "2 to put right" in row


def test_what_careward_does_not_carry_is_said_calmly(browser: Client, trust: Organisation):
    adopt(trust)
    row = re.search(r'<tr[^>]* id="PA-070">.*?</tr>', markup(browser.get("/procedures/paris/?show=absent"))).group()
    assert "cw-state--none" in row and "Not covered yet" in row and "0%" not in row
    assert "Careward does not cover this duty yet" in text(browser.get("/procedures/paris/PA-070/"))


def test_what_is_carried_in_part_says_what_is_not_there(browser: Client, trust: Organisation):
    adopt(trust)
    row = re.search(r'<tr[^>]* id="PA-019">.*?</tr>', markup(browser.get("/procedures/paris/"))).group()
    assert "In part: attempts to sign in that failed are not counted" in row


def test_nothing_loaded_is_not_called_kept(browser: Client, trust: Organisation):
    adopt(trust)
    row = re.search(r'<tr[^>]* id="PA-033">.*?</tr>', markup(browser.get("/procedures/paris/"))).group()
    assert "Not counted" in row and "Nothing loaded to count" in row
    assert "No accounts have been compared yet" in markup(browser.get("/procedures/paris/"))


@pytest.mark.parametrize(("ask", "shown"), [
    ("show=fix", ["PA-033", "PA-096"]), ("show=late", ["PA-096"]), ("words=locked", ["PA-033", "PA-034"]), ("words=pa-033", ["PA-033"]),
    ("who=HR&words=leavers", ["PA-029"]), ("show=late&words=locked", []), ("words=%00%3Cscript%3E", []),
])  # fmt: skip
def test_views_and_filters_narrow_the_list(browser: Client, trust: Organisation, ask: str, shown: list[str]):
    adopt(trust)
    paris_with(trust)
    page = markup(browser.get(f"/procedures/paris/?{ask}"))
    assert re.findall(r'<tr[^>]* id="([^"]+)"', page) == shown
    assert "<script>" not in page
    assert ("No duties match." in page) == (not shown)


def test_the_number_that_is_kept_opens_those_duties(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    whole = markup(browser.get("/procedures/paris/"))
    number = re.search(r'href="/procedures/paris/\?show=kept"><b>(\d+)</b>', whole).group(1)
    kept = markup(browser.get("/procedures/paris/?show=kept"))
    assert len(re.findall(r'<tr[^>]* id="PA-', kept)) == int(number) > 1
    assert f'aria-current="true">Kept <b>{number}</b>' in kept and "show=kept" not in whole.partition("cw-views")[2]


def test_what_an_address_asks_that_nobody_knows_is_left_out(browser: Client, trust: Organisation):
    adopt(trust)
    page = markup(browser.get("/procedures/paris/?show=rubbish&who=nobody&page=x"))
    assert len(re.findall(r'<tr[^>]* id="PA-', page)) == 103


def test_the_csv_holds_every_clause_or_those_that_are_shown(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    whole = list(csv.DictReader(io.StringIO(b"".join(browser.get("/procedures/paris/?as=csv")).decode("utf-8-sig"))))
    some = list(csv.DictReader(io.StringIO(b"".join(browser.get("/procedures/paris/?show=fix&as=csv")).decode("utf-8-sig"))))
    assert len(whole) == 103 and [row["Clause"] for row in some] == ["PA-033", "PA-096"]
    assert (some[0]["Cases"], some[0]["In order"], some[0]["To put right"], some[0]["Kept"]) == ("2", "0", "2", "None of 2")


def test_the_clause_page_shows_duty_places_measure_breaches_tests_and_neighbours(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust, bad=25)
    page = browser.get("/procedures/paris/PA-033/")
    words = text(page)
    assert "Clause PA-033 of the PARIS Procedure, section 3.6. Acts: Nightly run." in words
    assert "None of 25 are in order, and 25 are to put right." in words
    assert "careward.access.accounts.rules.states.inactivity_step" in words and "Not used for 90 days: locked" in words
    assert words.count("Last used on 1 August 2026") == 20 and "See all 25" in words
    assert "PA-034" in words and "Nia Trevanion" in words


def test_who_may_not_see_findings_sees_figures_and_no_names(browser: Client, trust: Organisation, monkeypatch):
    adopt(trust)
    paris_with(trust)
    ask_as(monkeypatch, trust, "procedures:clauses:see")
    clause, whole = browser.get("/procedures/paris/PA-033/"), browser.get("/procedures/paris/")
    assert "2 are to put right" in text(clause) and "Trevanion" not in markup(clause)
    assert "/findings/" not in markup(clause) and "/findings/" not in markup(whole)
    assert "See the clause" in text(whole)


def test_a_figure_without_a_list_says_so_to_whoever_sees_all(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust)
    before = TODAY - timedelta(days=4)
    Run.objects.create(organisation=trust, on_date=before, started_at=NOW, finished_at=NOW, by="job/reconcile")
    clause = text(browser.get("/procedures/paris/PA-032/"))
    assert "are to put right" in clause or "is to put right" in clause
    assert "there is no list behind the figure" in clause and "not the names" not in clause


def test_a_clause_cited_by_its_number_leads_to_its_page(browser: Client, trust: Organisation):
    adopt(trust)
    assert browser.get("/clauses/PA-033/").headers["Location"] == "/procedures/paris/PA-033/"
    assert browser.get("/clauses/PA-999/").status_code == 404
    assert browser.get("/procedures/access/PA-033/").status_code == 404


def test_a_clause_outside_the_documents_in_force_is_shown_as_such(browser: Client, trust: Organisation):
    assert "This document is not in force here" in text(browser.get("/procedures/access/EL-009/"))
    assert browser.get("/procedures/access/").status_code == 404
    assert "no clause of your procedures asks for it" in text(browser.get("/clauses/house/"))


def test_every_clause_of_every_document_has_a_page(browser: Client, trust: Organisation):
    for clause, known in list(clauses().items())[::9]:
        assert browser.get(f"/procedures/{known.document.code}/{clause}/").status_code == 200, clause


@pytest.mark.clause("PA-096", "LR-001")
def test_the_list_shows_late_reviews_first_each_with_its_figures(browser: Client, trust: Organisation):
    adopt(trust, "introduction")
    adopt(trust, "access", "elft")
    adopt(trust)
    words = text(browser.get("/procedures/"))
    assert "3 documents are in force." in words and "1 is past the review date." in words
    order = [words.index(t) for t in ("PARIS Procedure Of 103", "Introduction or Upgrade of Information Systems Procedure Of 130")]
    assert order == sorted(order) and "Of 86 duties" in words
    assert "Its review was due on 12 May 2024" in words and "Next review 14 March 2028" in words


def test_no_document_in_force_says_what_to_do(browser: Client, trust: Organisation, monkeypatch):
    assert "Bring a document into force" in text(browser.get("/procedures/"))
    ask_as(monkeypatch, trust, "procedures:clauses:see")
    page = browser.get("/procedures/")
    assert "Bring a document into force" not in text(page) and "A trust administrator brings documents into force." in text(page)


def test_the_front_door_leads_each_person_to_their_first_page(browser: Client, trust: Organisation, monkeypatch):
    assert browser.get("/").headers["Location"] == "/procedures/"
    adopt(trust)
    assert browser.get("/").headers["Location"] == "/procedures/paris/"
    ask_as(monkeypatch, trust, "tasks:tasks:do")
    assert browser.get("/").headers["Location"] == "/my-work/"


@pytest.mark.parametrize("path", ["/procedures/", "/procedures/paris/", "/procedures/paris/about/", "/procedures/adopt/"])
def test_who_has_no_part_in_it_is_told_so(browser: Client, trust: Organisation, monkeypatch, path: str):
    adopt(trust)
    ask_as(monkeypatch, trust, "tasks:tasks:do")
    assert browser.get(path).status_code == 403


def test_whoever_has_work_that_cites_a_clause_may_read_it(browser: Client, trust: Organisation, monkeypatch):
    adopt(trust)
    ask_as(monkeypatch, trust, "tasks:tasks:do")
    page = browser.get("/clauses/PA-033/", follow=True)
    assert page.status_code == 200 and "To put right</h2>" not in markup(page)
    ask_as(monkeypatch, trust)
    assert browser.get("/clauses/PA-033/").status_code == browser.get("/procedures/paris/PA-033/").status_code == 403


def test_another_organisations_document_is_not_found(browser: Client, trust: Organisation):
    adopt(Organisation.objects.create(ods_code="RXX", name="Other"))
    assert browser.get("/procedures/paris/").status_code == browser.get("/procedures/paris/about/").status_code == 404


def test_a_document_is_adopted_and_ended_in_the_browser(browser: Client, trust: Organisation):
    people.role(people.user(pk=7), trust, "head_of_ig", system_code="paris")  # it governs PARIS alone
    form = {
        "document": "tewv/paris",
        "from_on_day": "12",
        "from_on_month": "5",
        "from_on_year": "2025",
        "owner": "Bryony Falk",
        "reference": "",
    }
    assert browser.post("/procedures/adopt/", form).status_code == 302
    assert Adoption.objects.get().owner == "Bryony Falk"
    again = browser.post("/procedures/adopt/", {**form, "owner": "Someone else"})
    assert again.status_code == 409 and "It is in force already, from 12 May 2025" in text(again)
    ended = browser.post("/procedures/paris/end/", {"to_on_day": "24", "to_on_month": "11", "to_on_year": "2026"})
    assert ended.status_code == 302 and Adoption.objects.get().to_on == date(2026, 11, 24)


def test_a_document_is_adopted_only_by_who_may_for_every_system_it_governs(trust: Organisation):
    who = people.user()
    people.role(who, trust, "head_of_ig", system_code="rio")
    people.role(who, trust, "auditor")
    for pack, document in (("tewv", "paris"), ("elft", "access")):
        with pytest.raises(Refused, match=r"permission\.missing"):
            adopt_document(organisation=trust, pack=pack, document=document, from_on=TODAY, now=NOW, by=f"user/{who.pk}")


def test_a_form_filled_wrongly_says_what_to_enter_and_keeps_the_answers(browser: Client, trust: Organisation):
    page = browser.post(
        "/procedures/adopt/", {"document": "", "from_on_day": "31", "from_on_month": "2", "from_on_year": "2026", "owner": "Bryony"}
    )
    html = markup(page)
    assert "<title>Error: Bring a document into force" in html and "Choose a document" in html
    assert "Enter the day it comes into force, like 30 11 2026" in html and 'value="Bryony"' in html and 'value="31"' in html
    assert not Adoption.objects.exists()


def test_only_who_may_adopt_does(browser: Client, trust: Organisation, monkeypatch):
    adopt(trust)
    ask_as(monkeypatch, trust, *(SEES - {"procedures:documents:adopt"}))
    assert browser.post("/procedures/adopt/", {}).status_code == browser.post("/procedures/paris/end/", {}).status_code == 403


def about_csv(held) -> str:
    return "".join(csv_lines(exports.ABOUT_HEADS, exports.about_rows(held)))


@pytest.mark.clause("PA-001", "PA-006", "PA-096", "PA-097", "PA-098", "PA-099")
def test_about_this_document_shows_every_field(browser: Client, trust: Organisation):
    adopt(trust, reference="NM-IT-031")
    words = text(browser.get("/procedures/paris/about/"))
    held = load_document("tewv", "paris")
    for value in (
        held.title,
        held.reference,
        held.status,
        held.kind,
        held.overarching,
        held.replaces,
        *held.related,
        *(a.group for a in held.approvals),
    ):
        assert value in words
    for said in (
        "NM-IT-031",
        "Public",
        "12 May 2021",
        "7 April 2021",
        "6 May 2021",
        "Its review was due on 12 May 2024",
        held.versions[0].amendment,
    ):
        assert said in words


@pytest.mark.clause("IN-113", "IN-114")
def test_ratification_and_approval_are_shown_apart(browser: Client, trust: Organisation):
    adopt(trust, "introduction")
    words = text(browser.get("/procedures/introduction/about/"))
    assert "Ratified by Digital Performance and Assurance Group 14 March 2025" in words
    assert "Approved by Digital Delivery Management Group 4 March 2025" in words


@pytest.mark.clause("PA-001", "PA-006", "PA-096", "PA-097", "PA-098", "PA-099", "LR-001", "LR-053", "IN-113", "IN-114")
@pytest.mark.parametrize("held", documents().values(), ids=lambda d: d.code)
def test_all_fields_survive_json_and_csv(held):
    assert from_data(json.loads(json.dumps(exports.as_data(held)))) == held
    assert from_csv(about_csv(held), held) == held


plain_text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30).filter(lambda s: not s.startswith("'"))


@pytest.mark.clause("PA-001", "PA-097", "PA-098")
@given(plain_text, st.lists(plain_text.filter(bool), max_size=4), st.none() | st.dates())
def test_any_header_survives_json_and_csv(words: str, related: list[str], ratified_on: date | None):
    data = {**exports.as_data(load_document("tewv", "paris")), "reference": words, "owner": f"={words}", "related": related}
    held = from_data({**data, "ratified_on": ratified_on.isoformat() if ratified_on else None})
    assert from_data(json.loads(json.dumps(exports.as_data(held)))) == held
    assert from_csv(about_csv(held), held) == held


@pytest.mark.clause("PA-001")
def test_the_downloads_of_the_page_hold_what_it_shows(browser: Client, trust: Organisation):
    adopt(trust)
    held = load_document("tewv", "paris")
    assert from_data(json.loads(browser.get("/procedures/paris/about.json").content)) == held
    assert from_csv(b"".join(browser.get("/procedures/paris/about.csv").streaming_content).decode(), held) == held


def test_the_page_costs_the_same_number_of_queries_however_much_there_is(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust, good=1, bad=0)

    def rio(n: int) -> System:
        return System.objects.create(organisation=trust, code=f"rio{n}", name="RiO", kind="clinical", pack="elft")

    # What a pack asks for may cost a query, another system of it none.
    Account.objects.create(organisation=trust, system=rio(9), username="a", status="active", seen_on=TODAY, fits=1)
    browser.get("/procedures/paris/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/procedures/paris/")
    for n in range(6):
        another = rio(n)
        Account.objects.bulk_create(
            Account(organisation=trust, system=another, username=f"a{i}", status="active", seen_on=TODAY, fits=1) for i in range(20)
        )
    adopt(trust, "access", "elft")
    with CaptureQueriesContext(connection) as many:
        browser.get("/procedures/paris/")
    assert len(few) == len(many) <= 34


def test_late_counts_cases_and_every_page_counts_the_same(browser: Client, trust: Organisation):
    adopt(trust)
    paris_with(trust, bad=3, due_on=TODAY - timedelta(days=1))
    words = text(browser.get("/procedures/"))
    assert "5 cases are to put right, 4 of them late" not in words  # 3 accounts and the late review of the document
    assert "4 cases are to put right, 4 of them late" in words
    assert "Cases 4 3 accounts under a clause, and 1 others" in words and "Findings 3 About 3 accounts" in words
    assert "4 in all, and 4 of the cases are late" in text(browser.get("/procedures/paris/"))
    assert "4 cases are to put right; 4 are late" in text(browser.get("/procedures/board/"))


def test_nothing_needs_you_only_where_that_is_true_of_whoever_looks(browser: Client, trust: Organisation, monkeypatch):
    adopt(trust, "introduction")
    Environment.objects.all().delete()  # the register that it came with, of which there would be something to put right
    System.objects.all().delete()
    words = text(browser.get("/procedures/introduction/"))
    assert "Nothing needs you now" not in words and "of these Careward does not say how they are kept" in words
    waits = MenuShown("My work", home_of("my_work"), 3)
    monkeypatch.setattr("careward.web.menu.shown", lambda viewer: (waits,))
    for address in ("/procedures/introduction/", "/procedures/", "/procedures/paris/PA-002/"):
        words = text(browser.get(address))
        assert "Nothing needs you now" not in words and "3 tasks wait for you elsewhere" in words, address
