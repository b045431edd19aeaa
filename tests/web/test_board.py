"""The board's sheet: figures that agree with the procedures' pages, a picture with its table, and nothing of what nobody knows."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from django.test import Client

from careward.access.accounts.models import FindingAccount
from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.board import board_sheet, changed
from careward.governance.procedures.queries import all_procedures
from careward.people.staff.models import Organisation
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db
HERE = "/procedures/board/"


@pytest.fixture
def secretary(trust: Organisation) -> Client:
    for pack, document in (("tewv", "paris"), ("elft", "access")):
        adopt_document(organisation=trust, pack=pack, document=document, from_on=date(2025, 5, 12), now=NOW, by="cli/ops")
    return signed_in(ready("board_secretary", at=trust))


def case(
    trust: Organisation, found_on: date, ended_on: date | None = None, *, system: str = "paris", directorate: str = "Adults", n: int = 0
):
    """An account unused for long: under PA-033 on the PARIS of that pack."""
    who = people.staff(trust, f"Given{found_on} Family{n}{ended_on}", directorate=directorate)
    about = found.account(found.system(trust, system), who, last_used_at=NOW - timedelta(days=100))
    facts = {"code": "account.inactive", "step": "lock", "clause": "PA-033", "found_on": found_on, "due_on": found_on + timedelta(days=7)}
    made = found.finding(about, **facts, closed_on=ended_on)
    FindingAccount.objects.filter(finding=made).update(gone_on=None)
    return made


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup(response).partition("<main")[2].partition("</main>")[0]))


def a_year(trust: Organisation) -> None:
    found.run(trust, on_date=date(2026, 9, 10))
    case(trust, date(2026, 9, 10), n=1)
    case(trust, date(2026, 9, 12), date(2026, 10, 5), n=2)
    case(trust, date(2026, 10, 20), directorate="Children", n=3)
    case(trust, TODAY - timedelta(days=3), n=4)


def test_the_figures_agree_with_the_procedures_and_with_each_other(secretary: Client, trust: Organisation):
    a_year(trust)
    sheet = board_sheet(organisation_id=trust.pk, on=TODAY)
    assert sheet is not None
    every = sum(p.figures.cases for p in all_procedures(organisation_id=trust.pk, on=TODAY))
    assert sheet.figures.cases == every == sheet.accounts + sheet.others and sheet.accounts == 3
    for groups in sheet.trend.groups.values():
        assert sum(g.now.to_put_right for g in groups) == sheet.accounts
    words = text(secretary.get(HERE))
    assert f"{every} cases are to put right" in words and f"The other {sheet.others} are no account" in words


def test_months_before_the_first_comparison_are_not_known(secretary: Client, trust: Organisation):
    a_year(trust)
    sheet = board_sheet(organisation_id=trust.pk, on=TODAY)
    assert sheet is not None
    assert [m.to_put_right for m in sheet.trend.whole.months] == [None] * 9 + [2, 2, 3]
    page = markup(secretary.get(HERE))
    assert "Accounts were first compared on 10 September 2026; what was so before nobody knows." in re.sub(r"\s+", " ", page)
    assert page.count('class="is-hollow"') == 18 and page.count("Not known") == 18


def test_it_is_compared_with_the_month_before_or_another(secretary: Client, trust: Organisation):
    a_year(trust)
    assert "3 are accounts under a clause, 1 more than at the end of October; the late ones are as many as then" in text(
        secretary.get(HERE)
    )
    words = text(secretary.get(f"{HERE}?against=2026-09"))
    assert "1 more than at the end of September" in words and "What changed since September" in words and "2 things were found" in words
    assert "1 thing was put right" in words
    assert "than at the end of October" in text(secretary.get(f"{HERE}?against=1999-01"))
    assert "what it was at the end of August is not known" in text(secretary.get(f"{HERE}?against=2026-08"))


def test_its_picture_is_drawn_without_script_or_colour_of_its_own_and_its_table_says_the_same(secretary: Client, trust: Organisation):
    a_year(trust)
    page = markup(secretary.get(HERE))
    picture = re.search(r"<svg viewBox.*?</svg>", page, re.S)
    assert picture is not None
    drawn = ET.fromstring(picture[0])
    kinds = {each.tag.partition("}")[2] for each in drawn.iter()}
    assert kinds == {"svg", "title", "desc", "text", "rect", "path"}
    assert not any(name in each.attrib for each in drawn.iter() for name in ("fill", "stroke", "style", "onclick"))
    assert all("-label" not in each.attrib.get("class", "") for each in drawn.iter()) and drawn.attrib["role"] == "img"
    figures = [each.text for each in drawn.iter() if each.tag.endswith("text") and (each.text or "").replace(",", "").isdigit()]
    assert figures == ["2", "2", "3", "2", "2", "2"]
    table = page.partition("The same as a table")[2].partition("</table>")[0]
    assert re.findall(r"<div>(\d+)</div>", table) == ["2", "2", "2", "2", "3", "2"]


def test_system_directorate_and_team_have_their_months(secretary: Client, trust: Organisation):
    a_year(trust)
    case(trust, date(2026, 10, 2), system="epma", n=5)  # its pack has PA-033 for PARIS alone
    assert "Children" in text(secretary.get(f"{HERE}by/directorate/"))
    words = text(secretary.get(f"{HERE}by/directorate/?of=Children"))
    assert "On 23 November 2026 1 case to put right" in words
    rows = list(csv.reader(io.StringIO(b"".join(secretary.get(f"{HERE}by/directorate/?as=csv").streaming_content).decode("utf-8-sig"))))
    assert ["directorate", "Children", "2026-10-31", "1", "1"] in rows and ["directorate", "Adults", "2026-08-31", "", ""] in rows
    assert secretary.get(f"{HERE}by/nothing/").status_code == 404


def test_before_any_document_or_comparison_the_sheet_says_so(trust: Organisation):
    nobody = signed_in(ready("board_secretary", at=trust))
    assert "there is nothing to count" in text(nobody.get(HERE))
    adopt_document(organisation=trust, pack="tewv", document="paris", from_on=date(2025, 5, 12), now=NOW, by="cli/ops")
    assert "No accounts have been compared yet." in text(nobody.get(HERE))


def test_another_organisation_is_not_counted(secretary: Client, trust: Organisation):
    other = people.organisation("RX9")
    found.run(other)
    case(other, TODAY)
    sheet = board_sheet(organisation_id=trust.pk, on=TODAY)
    assert sheet is not None and sheet.accounts == 0 and sheet.trend.first_on is None


def test_only_who_sees_procedures_sees_the_sheet(trust: Organisation):
    assert signed_in(ready("line_manager", at=trust)).get(HERE).status_code == 403
    assert signed_in(ready("service_desk", at=trust)).get(f"{HERE}by/team/").status_code == 403


@pytest.mark.parametrize(("now", "before", "words"), [(4, 9, "5 fewer"), (9, 4, "5 more"), (4, 4, "as many"), (4, None, "")])
def test_what_changed_is_said_in_words(now: int, before: int | None, words: str):
    assert changed(now, before) == words


@pytest.mark.parametrize(("address", "queries"), [(HERE, 39), (f"{HERE}by/system/", 39)])
def test_what_the_pages_cost(address: str, queries: int, secretary: Client, trust: Organisation, django_assert_num_queries):
    a_year(trust)
    assert len(secretary.get(address).content) < 60_000
    with django_assert_num_queries(queries):
        secretary.get(address)
    for n in range(30):
        case(trust, TODAY - timedelta(days=n), n=n, directorate=f"Directorate {n}")
    secretary.get(address)
    with django_assert_num_queries(queries):
        assert len(secretary.get(address).content) < 60_000


def test_what_changed_since_a_day_is_told_by_clause(secretary: Client, trust: Organisation):
    a_year(trust)
    case(trust, TODAY, n=7)
    words = text(secretary.get("/procedures/changes/"))
    assert "1 thing was found on accounts, and 0 were put right, under 1 clause." in words and "PA-033" in words
    words = text(secretary.get("/procedures/changes/?since=30+9+2026"))
    assert "3 things were found on accounts, and 1 was put right" in words
    assert "is not a day we can read" in text(secretary.get("/procedures/changes/?since=monday"))
    assert "Nothing was found and nothing was put right." in text(
        signed_in(ready("auditor", at=people.organisation("RX9"))).get("/procedures/changes/")
    )
    auditor = markup(signed_in(ready("auditor", at=trust)).get("/procedures/changes/?since=30+9+2026"))
    assert 'href="/procedures/paris/PA-033/evidence/?state=done&amp;from=2026-09-30"' in auditor
