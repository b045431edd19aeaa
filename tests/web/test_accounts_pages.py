"""Findings, accounts, systems and search as pages: who sees what, what a list holds, and what it costs."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from careward.access.accounts import finding_lines, queries
from careward.access.accounts.finding_lines import Reach
from careward.core.packs.pack import load as load_pack
from careward.core.rights import EVERYWHERE
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.web import lists
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import Content, Who
from tests.make import found, people
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def cost(browser: Client, address: str) -> int:
    """How many queries a page takes, asked once before so that caches are warm."""
    from django.db import connection

    assert browser.get(address).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as taken:
        browser.get(address)
    return len(taken)


def line_manager(trust: Organisation, name: str = "Mary Manager", **more):
    me = people.staff(trust, name)
    return me, signed_in(ready("line_manager", at=trust, person=me, **more))


# ---- findings


def test_findings_show_what_is_wrong_who_acts_and_by_when(trust, admin):
    carol = people.staff(trust, "Carol Dewhurst")
    found.finding(found.account(found.system(trust), carol, username="cdewhurst"), due_on=TODAY - timedelta(days=4))
    page = words(admin.get("/findings/"))
    assert "Carol Dewhurst" in page and "cdewhurst, PARIS" in page
    assert "Left the organisation" in page and "Left on 1 November 2026" in page and "PARIS administrator" in page
    assert "<b>1</b> to put right. <b>1</b> is late." in page
    assert f'href="/people/{carol.pk}/access/"' in page and "/clauses/PA-029/" in page


def test_with_nothing_wrong_the_page_says_so(trust, admin):
    assert "Nothing needs you now." in words(admin.get("/findings/"))


def test_closed_findings_and_those_of_others_are_never_listed(trust, admin):
    here = found.system(trust)
    found.finding(found.account(here, username="went"), closed_on=TODAY)
    there = people.organisation("RX4")
    found.finding(found.account(found.system(there), people.staff(there, "Otto Elsewhere"), username="foreign"))
    page = words(admin.get("/findings/?state=any"))
    assert "went" not in page and "foreign" not in page and "Elsewhere" not in page
    assert "foreign" not in words(admin.get("/findings/?state=any&q=foreign")).replace("“foreign”", "").replace('value="foreign"', "")


@pytest.mark.clause("PA-021")
def test_a_line_manager_sees_their_own_people_and_those_they_stand_in_for_today(trust):
    paris = found.system(trust)
    me, browser = line_manager(trust)
    other, stranger, once = (people.staff(trust, f"{n} Lead") for n in ("Olive", "Sam", "Olga"))
    people.deputy(other, me, from_on=TODAY, to_on=TODAY + timedelta(days=1))
    people.deputy(once, me, from_on=TODAY - timedelta(days=9), to_on=TODAY)  # ended: the last day is not in it
    for lead in (me, other, stranger, once):
        found.team_of(lead, 2, paris)
    found.finding(found.account(paris, username="nobodys"), manager=None)
    listed = {row[2] for row in rows_of(browser.get("/findings/?as=csv"))[1:]}
    assert listed == {f"paris.{lead.pk}.00{n}" for lead in (me, other) for n in (0, 1)}
    page = words(browser.get("/findings/"))
    assert "nobodys" not in page and f"paris.{stranger.pk}.000" not in page


def test_a_line_manager_is_offered_only_the_systems_of_their_own_findings(trust):
    me, browser = line_manager(trust)
    found.team_of(me, 1, found.system(trust, name="Patient record"))
    found.finding(found.account(found.system(trust, "rio", name="Other record")))
    page = words(browser.get("/findings/"))
    assert "Patient record" in page and "Other record" not in page


def test_an_administrator_of_one_system_sees_its_findings_and_their_own_people_only(trust):
    me = people.staff(trust, "Ada Min")
    who = people.user(person=me)
    people.role(who, trust, "system_administrator", system_code="paris")
    people.role(who, trust, "line_manager")
    people.accepted(who, trust)
    people.app_of(who)
    browser = signed_in(who)
    found.finding(found.account(found.system(trust), username="on.paris"))
    found.finding(found.account(found.system(trust, "rio"), username="on.rio"))
    (mine,) = found.team_of(me, 1, found.system(trust, "epma"))
    assert {row[2] for row in rows_of(browser.get("/findings/?as=csv"))[1:]} == {"on.paris", mine.username}
    page = words(browser.get("/findings/"))
    assert "on.paris" in page and "on.rio" not in page


def test_an_administrator_of_one_system_reads_no_other_s_accounts(trust):
    who = people.user()
    people.role(who, trust, "system_administrator", system_code="paris")
    people.accepted(who, trust)
    people.app_of(who)
    browser = signed_in(who)
    for code, told in (("paris", True), ("rio", False)):
        account = found.account(found.system(trust, code), username=f"{code}1")
        found.finding(account)
        assert browser.get(f"/accounts/{account.pk}/").status_code == (200 if told else 404)
        for address in (f"/systems/{code}/", f"/systems/{code}/?as=csv"):
            answer = browser.get(address)
            assert answer.status_code == (200 if told else 403) and b"".join(answer)
    refused = words(browser.get("/systems/rio/"))
    assert "does not open it for the system rio" in refused and "register:systems:see rio" in refused
    assert "rio1" not in words(browser.get("/search/?q=rio")) and "paris1" in words(browser.get("/search/?q=paris"))
    register = words(browser.get("/systems/"))
    assert "PARIS" in register and "of the register is yours to see" in register and "/systems/rio/" not in register


def with_roles(trust: Organisation, *held: tuple[str, str]) -> Client:
    who = people.user()
    for role, system in held:
        people.role(who, trust, role, system_code=system)
    people.accepted(who, trust)
    people.app_of(who)
    return signed_in(who)


def test_who_administers_one_system_and_serves_another_at_the_desk_lets_no_change_of_the_other_go(trust):
    """Review finding 1, in the browser."""
    for code in ("paris", "rio"):
        found.finding(found.account(found.system(trust, code), username=f"{code}1"))
    ids = {code: found.question(trust, code).pk for code in ("paris", "rio")}
    browser = with_roles(trust, ("patient_systems_manager", "rio"), ("service_desk", "paris"))
    page = words(browser.get("/findings/"))
    assert "paris1" in page and "rio1" in page and f"/decisions/{ids['rio']}/" in page and f"/decisions/{ids['paris']}/" not in page
    assert browser.get("/findings/allow/paris/").status_code == 403
    yes = {"answer": "approve", "reason": "The ward closed", "seen": Approval.objects.first().digest}
    assert browser.post(f"/decisions/{ids['paris']}/", yes).status_code == 403
    assert browser.get("/findings/allow/rio/").headers["Location"] == f"/decisions/{ids['rio']}/"
    assert browser.post(f"/decisions/{ids['rio']}/", yes).status_code == 302
    assert list(Approval.objects.filter(state="approved").values_list("system_code", flat=True)) == ["rio"]


def test_an_auditor_who_is_given_one_system_goes_on_seeing_everything(trust):
    """Review finding 1: they saw 46 of 446, and were told that nothing needed them."""
    for code in ("paris", "rio"):
        found.finding(found.account(found.system(trust, code), username=f"{code}1"))
    alone, more = with_roles(trust, ("auditor", "")), with_roles(trust, ("auditor", ""), ("system_administrator", "epma"))
    for browser in (alone, more):
        page = words(browser.get("/findings/"))
        assert "paris1" in page and "rio1" in page and "<b>2</b> to put right." in page
        assert all(browser.get(f"/systems/{code}/").status_code == 200 for code in ("paris", "rio"))
    assert "Look again now" in words(more.get("/findings/")) and "Look again now" not in words(alone.get("/findings/"))


def test_a_number_in_the_address_tells_a_line_manager_no_strangers_name(trust):
    me, browser = line_manager(trust)
    stranger = people.staff(trust, "Zenobia Stranger")
    assert "Zenobia" not in words(browser.get(f"/findings/?manager={stranger.pk}"))
    assert me.name in words(browser.get(f"/findings/?manager={me.pk}"))


@pytest.mark.parametrize("address", ["/findings/", "/findings/by/system/", "/accounts/1/", "/systems/paris/", "/systems/"])
def test_a_clinician_is_told_who_may_and_how_to_ask(trust, address):
    found.system(trust)
    browser = signed_in(ready("clinician", at=trust, person=people.staff(trust)))
    refused = browser.get(address)
    assert refused.status_code == 403
    page = words(refused)
    assert "You may not see this page" in page and "System administrator" in page and "the service desk" in page


def test_before_signing_in_there_is_nothing_but_the_door(trust):
    for address in ("/findings/", "/search/?q=a", "/systems/", "/people/1/access/", "/my-work/", "/tasks/"):
        assert Client().get(address).headers["Location"].startswith("/sign-in/?next=")


def test_filters_narrow_and_the_download_holds_every_match_and_runs_nothing(trust, admin):
    paris, rio = found.system(trust), found.system(trust, "rio")
    evil = people.person(trust, '=HYPERLINK("x") Bad')
    found.finding(found.account(paris, evil, username="+cmd|calc"), detail="@SUM(1)")
    for n in range(60):
        found.finding(found.account(paris, username=f"p{n:02}"), code="account.unmatched", step="ask", detail="No match")
    found.finding(found.account(rio, username="r1"))
    file = admin.get("/findings/?system=paris&as=csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="careward-findings-2026-11-23.csv"'
    lines = rows_of(file)
    assert len(lines) == 62
    first = next(line for line in lines if "cmd" in line[2])
    assert first[2] == "'+cmd|calc" and first[3].startswith("'=HYPERLINK") and first[6] == "'@SUM(1)"
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert len(rows_of(admin.get("/findings/?code=account.unmatched&as=csv"))) == 61
    sheet = admin.get("/findings/?system=paris&as=xlsx")
    book = zipfile.ZipFile(io.BytesIO(b"".join(sheet.streaming_content)))
    inside = book.read("xl/worksheets/sheet1.xml").decode()
    assert inside.count("<row ") == 62 and "<f>" not in inside
    assert "<b>62</b> to put right." in words(admin.get("/findings/"))
    assert "<b>61</b> match; 62 in all are to put right." in words(admin.get("/findings/?system=paris"))


def test_settled_findings_stand_apart(trust, admin):
    found.finding(found.account(found.system(trust), username="shut"), state="settled", step="lock", code="account.absent")
    assert "shut, PARIS" not in words(admin.get("/findings/"))
    page = words(admin.get("/findings/?state=settled"))
    assert "shut, PARIS" in page and "Already locked" in page


@pytest.mark.parametrize("asked", ["page=999999", "page=-1", "sort=nope", "system=nope", "manager=abc", "manager=9999999999999"])
def test_what_an_address_asks_that_the_list_does_not_know_is_left_out(trust, admin, asked):
    found.finding(found.account(found.system(trust), username="p1"))
    assert admin.get(f"/findings/?{asked}").status_code == 200


@pytest.mark.parametrize("by", ["system", "manager", "person", "code"])
def test_findings_are_counted_by_system_manager_person_and_kind(trust, admin, by):
    me = people.staff(trust, "Mary Manager")
    found.team_of(me, 3, found.system(trust))
    found.finding(found.account(found.system(trust, "rio"), people.staff(trust, "Solo Person")))
    page = words(admin.get(f"/findings/by/{by}/"))
    expected = {
        "system": ("PARIS", "/findings/?system=paris"),
        "manager": ("Mary Manager", f"/findings/?manager={me.pk}"),
        "person": ("Solo Person", "/access/"),
        "code": ("No authority", "/findings/?code=authorisation.missing"),
    }
    assert all(e in page for e in expected[by])
    assert {
        "system": "<b>4</b>",
        "manager": "<b>4</b> to put right, most first. 1 has no line manager on record",
        "person": "<b>4</b>",
        "code": "<b>4</b>",
    }[by] in page


def test_where_not_all_groups_are_shown_the_rest_is_said_and_nobody_is_called_unrecorded(trust, admin, monkeypatch):
    me = people.staff(trust, "Mary Manager")
    found.team_of(me, 3, found.system(trust))
    monkeypatch.setattr(queries, "MOST_GROUPS", 2)
    page = words(admin.get("/findings/by/person/"))
    assert "<b>3</b> to put right, most first." in page and "on record" not in page
    assert "These have most. 1 more has fewer" in page


def test_findings_by_anything_else_lead_nowhere(trust, admin):
    assert admin.get("/findings/by/team/").status_code == 404


def test_a_manager_in_the_address_narrows_to_their_people(trust, admin):
    paris = found.system(trust)
    lead = people.staff(trust, "Mary Manager")
    mine = found.team_of(lead, 2, paris)
    found.finding(found.account(paris, username="p1"))
    listed = rows_of(admin.get(f"/findings/?manager={lead.pk}&as=csv"))[1:]
    assert {row[2] for row in listed} == found.usernames(mine)


def one_course_on_three_systems(trust):
    carol = people.staff(trust, "Carol Dewhurst")
    there = [found.account(found.system(trust, code), carol, username=f"{code}.carol") for code in ("paris", "rio", "epma")]
    return carol, found.lapsed(*there, task=found.task(trust, role="line_manager"))


def test_a_course_that_lapsed_is_one_finding_that_names_its_accounts_and_is_found_by_each_system(trust, admin):
    carol, finding = one_course_on_three_systems(trust)
    page = words(admin.get("/findings/"))
    assert "<b>1</b> to put right." in page and "1 finding about 3 accounts: one finding may be about several accounts." in page
    assert "3 accounts: EPMA, PARIS, RIO" in page
    for asked in ("system=rio", "clause=PA-011", "q=epma.carol", "q=Dewhurst"):
        assert "Carol Dewhurst" in words(admin.get(f"/findings/?{asked}")), asked
        lines = rows_of(admin.get(f"/findings/?{asked}&as=csv"))[1:]
        assert [(line[0], line[2], line[-1]) for line in lines] == [
            (c.upper(), f"{c}.carol", str(finding.pk)) for c in ("epma", "paris", "rio")
        ]
    assert "Carol Dewhurst" not in words(admin.get("/findings/?q=epma.other"))
    by_system = words(admin.get("/findings/by/system/"))
    assert "<b>1</b> to put right, most first. One that touches accounts on several systems is counted under each." in by_system
    assert all(f"/findings/?system={code}" in by_system for code in ("paris", "rio", "epma"))
    assert words(admin.get(f"/people/{carol.pk}/access/")).count("Task<span") == 3  # said of each account
    assert "<b>1</b> has something to put right" in words(admin.get("/systems/rio/"))


def test_someone_of_one_system_sees_a_persons_finding_with_the_accounts_of_theirs_alone(trust):
    who = people.user()
    people.role(who, trust, "system_administrator", system_code="paris")
    people.accepted(who, trust)
    people.app_of(who)
    one_course_on_three_systems(trust)
    browser = signed_in(who)
    page = words(browser.get("/findings/"))
    assert "paris.carol, PARIS" in page and "rio.carol" not in page and "RIO" not in page
    assert [line[2] for line in rows_of(browser.get("/findings/?as=csv"))[1:]] == ["paris.carol"]


# ---- one person


def test_a_person_s_access_says_what_they_may_have_and_use(trust, admin):
    carol = people.staff(trust, "Carol Dewhurst")
    found.finding(found.account(found.system(trust), carol, username="cdewhurst"))
    page = words(admin.get(f"/people/{carol.pk}/access/"))
    assert "Carol Dewhurst" in page and "1 account on 1 system." in page and "Close it. Left on 1 November 2026" in page
    assert "You may see this page because of your role: System administrator." in page


def test_a_clinician_sees_their_own_page_and_no_other(trust):
    me, other = people.staff(trust, "Carol Dewhurst"), people.staff(trust, "Other Person")
    browser = signed_in(ready("clinician", at=trust, person=me))
    assert "because it is your own" in words(browser.get(f"/people/{me.pk}/access/"))
    refused = browser.get(f"/people/{other.pk}/access/")
    assert refused.status_code == 403 and "staff:people:see" in words(refused)


def test_a_manager_sees_those_who_name_them_in_any_post_and_leavers_they_led(trust):
    me, browser = line_manager(trust)
    second = people.staff(trust, "Two Posts", manager=people.staff(trust, "Main Lead"), is_primary=True)
    people.post(second, manager=me, is_primary=False)
    left = people.staff(trust, "Long Gone", manager=me, end_on=TODAY - timedelta(days=30))
    moved = people.staff(trust, "Moved On", manager=me, end_on=TODAY - timedelta(days=30))
    people.post(moved, manager=people.staff(trust, "New Lead"))
    assert browser.get(f"/people/{second.pk}/access/").status_code == 200
    assert "because you manage this person" in words(browser.get(f"/people/{left.pk}/access/"))
    assert browser.get(f"/people/{moved.pk}/access/").status_code == 403


def test_a_person_of_another_organisation_does_not_exist_here(trust, admin):
    foreign = people.staff(people.organisation("RX4"), "Otto Elsewhere")
    assert admin.get(f"/people/{foreign.pk}/access/").status_code == 404
    assert admin.get("/people/99999999999999999999999/access/").status_code == 404


def test_a_person_s_access_downloads(trust, admin):
    carol = people.staff(trust, "Carol Dewhurst")
    found.account(found.system(trust, name="=1+1"), carol, username="cdewhurst")
    lines = rows_of(admin.get(f"/people/{carol.pk}/access/?as=csv"))
    assert lines[0][0] == "System" and lines[1][0] == "'=1+1" and "cdewhurst, open" in lines[1]
    sheet = admin.get(f"/people/{carol.pk}/access/?as=xlsx")
    assert sheet.headers["Content-Type"].endswith("sheet") and b"".join(sheet.streaming_content).startswith(b"PK")


def test_training_is_read_as_the_comparison_reads_it(trust, admin):
    from careward.people.staff.models import TrainingHeld

    carol = people.staff(trust, "Carol Dewhurst")
    found.account(found.system(trust), carol)
    course = next(c for c in load_pack("tewv").training if c.declaration)
    facts = {"organisation": trust, "person": carol, "result": "passed", "completed_on": TODAY - timedelta(days=30)}
    held = TrainingHeld.objects.create(course_code=course.code.upper(), **facts)
    assert "Passed, but no signed declaration" in words(admin.get(f"/people/{carol.pk}/access/"))
    TrainingHeld.objects.filter(pk=held.pk).update(declaration_signed_on=TODAY + timedelta(days=1))
    assert "Passed, but no signed declaration" in words(admin.get(f"/people/{carol.pk}/access/"))
    TrainingHeld.objects.filter(pk=held.pk).update(declaration_signed_on=TODAY)
    assert "Passed, but no signed declaration" not in words(admin.get(f"/people/{carol.pk}/access/"))


# ---- accounts and systems


def test_an_account_nobody_fits_has_a_page_and_one_that_is_somebody_s_leads_to_them(trust, admin):
    paris = found.system(trust)
    carol = people.staff(trust, "Carol Dewhurst")
    orphan = found.account(paris, username="ghost", email="ghost@example.nhs.uk")
    found.finding(orphan, code="account.unmatched", step="ask", task=found.task(trust))
    page = words(admin.get(f"/accounts/{orphan.pk}/"))
    assert "ghost" in page and "Nobody in the staff record fits this account." in page and "Open the task" in page
    assert admin.get(f"/accounts/{found.account(paris, carol).pk}/").headers["Location"] == f"/people/{carol.pk}/access/"


def test_an_account_that_several_fit_names_them(trust, admin):
    one, two = people.staff(trust, "First Twin"), people.staff(trust, "Second Twin")
    twin = found.account(found.system(trust), username="twin", fits=2, employee_number=one.employee_number, email="TWIN@x.nhs.uk")
    type(two).objects.filter(pk=two.pk).update(email="twin@x.nhs.uk")
    page = words(admin.get(f"/accounts/{twin.pk}/"))
    assert "First Twin" in page and "Second Twin" in page and "<b>2</b> people fit" in page


def test_rows_of_others_and_rows_that_are_not_there_are_not_found(trust, admin):
    there = people.organisation("RX4")
    foreign = found.account(found.system(there, "foreign"))
    for address in (f"/accounts/{foreign.pk}/", "/accounts/999999/", "/systems/foreign/", "/systems/nope/"):
        assert admin.get(address).status_code == 404, address


def test_the_register_lists_every_system_of_the_organisation(trust, admin):
    found.finding(found.account(found.system(trust, name="The patient record")))
    found.system(people.organisation("RX4"), "foreign", name="Foreign record")
    page = words(admin.get("/systems/"))
    assert "The patient record" in page and "1 to put right" in page and "Locked after 90 days" in page
    assert "Foreign record" not in page


def test_a_system_lists_its_accounts_with_what_is_wrong(trust, admin):
    paris = found.system(trust)
    found.finding(found.account(paris, people.staff(trust, "Carol Dewhurst"), username="cdewhurst"))
    found.account(paris, username="gone", gone_on=TODAY)
    found.account(found.system(trust, "rio"), username="elsewhere")
    page = words(admin.get("/systems/paris/"))
    assert "cdewhurst" in page and "Left the organisation" in page
    assert "gone" not in [row[2] for row in rows_of(admin.get("/systems/paris/?as=csv"))] and "elsewhere" not in page
    assert rows_of(admin.get("/systems/paris/?as=csv"))[1][-1] == "Left the organisation"


def test_the_download_of_accounts_is_whole_in_every_thousand(trust, admin):
    from careward.access.accounts.models import Account

    paris = found.system(trust)
    Account.objects.bulk_create(
        Account(organisation=trust, system=paris, username=f"-u{n:04}", status="active", seen_on=TODAY, fits=0) for n in range(1003)
    )
    lines = rows_of(admin.get("/systems/paris/?as=csv"))
    assert len(lines) == 1004 and {line[2] for line in lines[1:]} == {f"'-u{n:04}" for n in range(1003)}


# ---- what a page costs


@pytest.mark.parametrize("role", ["trust_administrator", "system_administrator"])
@pytest.mark.parametrize("given", [{}, {"state": "settled"}, {"state": "any"}, {"who": "line_manager"}, {"code": "account.leaver"}])
def test_what_each_kind_would_show_is_the_same_told_and_counted(trust, role, given):
    """The page takes these figures from what it knows; where more is asked it counts them, and both must agree."""
    boss, paris, rio = people.staff(trust, "Mary Manager"), found.system(trust), found.system(trust, "rio")
    found.team_of(boss, 3, paris)
    found.team_of(boss, 2, rio, start=3)
    for state in ("found", "settled", "closed"):
        closed = TODAY if state == "closed" else None
        found.finding(found.account(paris, people.staff(trust, f"Bo {state}")), state=state, closed_on=closed)
    within = Reach(trust.pk, EVERYWHERE if role == "trust_administrator" else frozenset({"paris"}), team=frozenset())
    known = queries.sorts(within, TODAY)
    listed = queries.listing(within, known, "")
    asked = lists.parse(listed, given)
    told = queries.kinds_counted(known, asked)
    every = finding_lines.open_findings(within)
    whole = sum(s.open for s in known)
    assert lists.apply(listed, asked, every, whole, told) == lists.apply(listed, asked, every, whole)
    assert told == {"code": dict(lists.apply(listed, replace(asked, page=1), every, whole).counts["code"])}
    assert queries.kinds_counted(known, lists.parse(listed, {**given, "q": "bo"})) is None  # asked of names, which the sorts do not know


PAGES = (
    "/findings/", "/findings/?q=Family&system=paris", "/findings/?clause=EL-041&system=paris", "/findings/by/person/", "/systems/",
    "/systems/paris/", "/systems/paris/?q=Family", "/people/", "/people/?find=Family&state=here", "/tasks/", "/tasks/?q=Family", "/my-work/",
    "/search/?q=Family",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_the_number_of_queries_does_not_grow_with_the_rows(trust, address, django_assert_num_queries):
    me = people.staff(trust, "Mary Manager")
    browser = signed_in(ready("trust_administrator", at=trust, person=me))
    paris = found.system(trust)
    found.team_of(me, 5, paris)
    few = cost(browser, address)
    found.team_of(me, 55, paris, start=5)
    for n in range(12):
        found.system(trust, f"s{n}")
    with django_assert_num_queries(few):
        assert browser.get(address).status_code == 200
    assert few <= 21


def test_the_queries_for_one_person_do_not_grow_with_their_accounts(trust, admin, django_assert_num_queries):
    carol = people.staff(trust, "Carol Dewhurst")
    for n in range(5):
        found.finding(found.account(found.system(trust, f"s{n}"), carol))
    few = cost(admin, f"/people/{carol.pk}/access/")
    for n in range(5, 60):
        found.finding(found.account(found.system(trust, f"s{n}"), carol))
    with django_assert_num_queries(few):
        admin.get(f"/people/{carol.pk}/access/")


# ---- acts


def test_looking_again_raises_one_errand_however_often_it_is_pressed(trust, admin):
    for _ in range(2):
        answer = admin.post("/findings/look-again/")
        assert answer.headers["Location"] == "/findings/"
    errand = Errand.objects.get(name="accounts.reconcile")
    assert errand.body == {"organisation": trust.pk, "on": "2026-11-23", "by": Entry.objects.last().actor}
    assert Entry.objects.filter(verb="reconciliation.asked").count() == 2
    Errand.objects.filter(pk=errand.pk).update(claimed_at=NOW, claimed_by="w")
    admin.post("/findings/look-again/")
    assert Errand.objects.filter(name="accounts.reconcile").count() == 2


def test_reading_an_address_of_an_act_changes_nothing(trust, admin):
    waiting = found.task(trust, role="system_administrator")
    for address in ("/findings/look-again/", f"/tasks/{waiting.pk}/done/", f"/tasks/{waiting.pk}/take-back/"):
        assert admin.get(address).status_code == 302
    assert not Entry.objects.exists() and not Errand.objects.exists()


@pytest.mark.parametrize("address", ["/findings/look-again/", "/tasks/1/done/", "/tasks/1/take-back/"])
def test_a_form_that_is_not_ours_is_refused(trust, address):
    who = ready("trust_administrator", at=trust)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(who)
    session = browser.session
    session["factor_set_up_by"] = who.pk
    session.save()
    refused = browser.post(address, {"reason": "x", "evidence": "x"})
    assert refused.status_code == 403 and not Entry.objects.exists() and not Errand.objects.exists()


def test_looking_again_is_for_those_who_may(trust):
    browser = signed_in(ready("auditor", at=trust))
    assert browser.post("/findings/look-again/").status_code == 403
    assert not Errand.objects.exists()


@pytest.fixture
def held(trust) -> Organisation:
    found.system(trust)
    found.run(trust, counts={"unsafe": ["paris"]})
    content = Content((("Would be closed", "1"),), ({"code": "feed.unsafe", "clause": "house", "detail": "14 of 28", "remedy": "Look"},))
    rows = replace(content, heads=("Account", "Whose", "What happens"), rows=(("p1", "Carol Dewhurst", "Close it"),), of=1)
    follows = (("accounts.reconcile", {"organisation": trust.pk, "on": TODAY.isoformat()}),)
    asked = ApprovalWanted(
        "accounts.plan", ("system", "paris"), "Decide about PARIS", rows, "accounts:plans:allow", "paris", follows=follows
    )
    approvals.ask(organisation=trust, asked=asked, who=Who("job/nightly"), now=NOW, by="job/nightly")
    return trust


def yes(**more) -> dict[str, str]:
    return {"answer": "approve", "reason": "The ward closed", "seen": Approval.objects.get().digest, **more}


def test_an_unsafe_plan_is_shown_before_it_is_allowed_and_then_looked_at_again(held):
    browser, row = signed_in(ready("patient_systems_manager", at=held)), Approval.objects.get()
    assert "The change to paris is too large to happen by itself." in words(browser.get("/findings/"))
    address = browser.get("/findings/allow/paris/").headers["Location"]
    assert address == f"/decisions/{row.pk}/"
    page = words(browser.get(address))
    assert "14 of 28" in page and "Would be closed" in page and "Carol Dewhurst" in page and row.digest in page
    assert "Decide about PARIS" in words(browser.get("/decisions/"))
    refused = browser.post(address, yes(reason="  "))
    assert refused.status_code == 409 and "Nothing says why" in words(refused) and not Errand.objects.exists()
    assert browser.post(address, yes(answer="")).status_code == 422
    changed = browser.post(address, yes(seen="0" * 64))
    assert changed.status_code == 409 and "has changed since you looked at it" in words(changed) and row.digest in words(changed)
    assert browser.post(address, yes()).headers["Location"] == address
    assert Errand.objects.get().name == "accounts.reconcile"
    assert "The ward closed" in words(browser.get(address)) and "Give your decision" not in words(browser.get(address))
    assert "too large to happen by itself" not in words(browser.get("/findings/"))


@pytest.mark.parametrize("role", ["system_administrator", "auditor", "line_manager", "clinician"])
def test_only_those_who_may_allow_an_unsafe_plan(held, role):
    browser = signed_in(ready(role, at=held))
    refused = browser.post(f"/decisions/{Approval.objects.get().pk}/", yes())
    assert refused.status_code == 403 and "Trust administrator" in words(refused)
    assert Approval.objects.get().state == "waiting"


def test_a_role_for_one_system_allows_nothing_of_another(held):
    who = people.user()
    people.role(who, held, "patient_systems_manager", system_code="rio")
    people.accepted(who, held)
    people.app_of(who)
    browser = signed_in(who)
    refused = browser.post(f"/decisions/{Approval.objects.get().pk}/", yes())
    assert refused.status_code == 403
    assert "too large to happen by itself" not in words(browser.get("/findings/"))
    assert "Decide about PARIS" not in words(browser.get("/decisions/"))
    assert Approval.objects.get().state == "waiting"


def test_a_question_of_another_organisation_is_not_there(held):
    browser = signed_in(ready("trust_administrator", at=people.organisation("RX9")))
    assert browser.get(f"/decisions/{Approval.objects.get().pk}/").status_code == 404


def test_nothing_is_allowed_where_nothing_is_held(trust):
    found.system(trust)
    browser = signed_in(ready("trust_administrator", at=trust))
    for address in ("/findings/allow/paris/", "/findings/allow/nope/"):
        assert browser.get(address).status_code == 404


# ---- search


def test_search_finds_people_systems_and_accounts(trust):
    browser = signed_in(ready("system_administrator", at=trust))
    found.account(found.system(trust, "carolsys", name="Carol's system"), username="carol.d")
    people.staff(trust, "Carol Dewhurst")
    people.staff(people.organisation("RX4"), "Carol Elsewhere")
    page = words(browser.get("/search/?q=carol"))
    assert "Carol Dewhurst" in page and "Carol&#39;s system" in page and "carol.d" in page and "Elsewhere" not in page
    assert "Nothing found for “zzz”." in words(browser.get("/search/?q=zzz"))
    assert "Nothing found" not in words(browser.get("/search/?q="))
    for address in ("/search/?q=%00", "/findings/?code=%00", "/systems/%00/"):
        unfit = browser.get(address)
        assert unfit.status_code == 400 and "a character that nobody sees (U+0000)" in unfit.content.decode(), address


def test_search_shows_nobody_what_they_may_not_see(trust):
    browser = signed_in(ready("clinician", at=trust, person=people.staff(trust, "Mine Self")))
    found.account(found.system(trust, "carolsys", name="Carol's system"), username="carol.d")
    people.staff(trust, "Carol Dewhurst")
    assert "Nothing found for “carol”." in words(browser.get("/search/?q=carol"))


@pytest.mark.parametrize("typed", ["PA-033", "pa 033", "pa033", " Pa-033 "])
def test_a_clause_typed_any_way_leads_to_it(trust, admin, typed):
    assert admin.get("/search/", {"q": typed}).headers["Location"] == "/clauses/PA-033/"


def test_who_may_not_see_clauses_is_told_so_and_who_may(trust):
    browser = signed_in(ready("clinician", at=trust))
    page = words(browser.get("/search/?q=PA-033"))
    assert "You may not see clauses." in page and "auditor" in page and "Check the spelling" not in page
    assert "You may not search people, systems, accounts and clauses." in words(browser.get("/search/?q=zzz"))


@pytest.mark.parametrize("typed", ["cdew paris", "PARIS cdew", "cdew, Paris system", "cdéw paris"])
def test_a_user_name_is_found_on_the_system_named_beside_it(trust, admin, typed):
    for code, name in (("paris", "PARIS system"), ("rio", "RiO")):
        found.account(found.system(trust, code, name=name), username="cdewhurst")
    page = words(admin.get("/search/", {"q": typed}))
    assert "PARIS system. Nobody matched" in page and "RiO" not in page
    assert "RiO. Nobody matched" in words(admin.get("/search/?q=cdew"))


def test_near_spellings_are_offered_where_nobody_is_found(trust, admin):
    people.staff(trust, "Siân O’Neill-Smythe")
    people.staff(people.organisation("RX4"), "Sean Smythers")
    page = words(admin.get("/search/?q=sian+smyhte"))
    assert re.search(r"Did you mean .*Sian Smythe", page) and "Smythers" not in page
    assert "Siân O’Neill-Smythe" in words(admin.get("/search/?q=sian+smythe"))
