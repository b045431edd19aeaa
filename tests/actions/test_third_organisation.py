"""A third organisation, written in TOML alone (tests/packs/own), from its files to its own clauses: nobody wrote a line of Python for it."""

import re
import shutil
from datetime import date, time
from pathlib import Path

import pytest

from careward.access.accounts.models import Finding
from careward.core.decision import Refused
from careward.core.packs.reader import PackError
from careward.engines.connectors.csv.reader import read_folder
from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.queries import counts, procedure
from careward.people.signin.actions import make_user
from careward.people.signin.arrivals import SessionFacts, arrive
from careward.people.staff.actions import name_organisation
from careward.people.staff.models import Organisation
from careward.people.staff.queries import may_act_for
from careward.web.words import distance
from careward.work.tasks import actions as work
from careward.work.tasks.models import Task
from careward.work.tasks.rules import Doer
from tests.make import compared
from tests.make import people as make
from tests.make.compared import NOW, ON
from tests.make.northmere import OWN, files
from tests.make.rights import granted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_packs(settings):
    settings.CAREWARD_PACKS = OWN


@pytest.fixture
def trust(tmp_path: Path) -> Organisation:
    name_organisation(ods_code="RNM", name="Northmere Community NHS Trust", pack="northmere", now=NOW, by="cli/setup")
    here = Organisation.objects.get(ods_code="RNM")
    compared.load(here, *read_folder(files(tmp_path)).files)
    compared.compare(here)
    adopt_document(organisation=here, pack="northmere", document="records-access", from_on=ON, now=NOW, by="cli/ops")
    return here


def test_findings_cite_its_clauses_by_its_figures_and_are_due_by_its_calendar(trust: Organisation):
    found = [
        (str(f.employee_number or f.username), f.code, f.step, f.clause, f.due_on)  # a lapsed course is a person's, not an account's
        for f in Finding.objects.all()
    ]
    assert sorted(found) == [
        ("E2", "account.inactive", "warn", "NM-012", date(2026, 12, 3)),  # its notice runs first: ten days
        ("E3", "account.inactive", "warn", "NM-011", date(2026, 11, 28)),
        ("E4", "account.inactive", "close", "NM-013", date(2026, 11, 28)),
        ("E5", "account.leaver", "close", "NM-010", date(2026, 11, 25)),
        ("E6", "authorisation.missing", "ask", "NM-004", date(2026, 11, 26)),
        ("E7", "training.missing", "ask", "NM-007", date(2026, 12, 2)),
        ("ghost", "account.unmatched", "ask", "NM-009", date(2026, 11, 28)),  # four working days: not the 24th, but the Saturday
    ]


def test_work_cites_its_clauses_and_is_refused_by_them(trust: Organisation):
    assert {t.clause for t in Task.objects.all()} == {"NM-004", "NM-007", "NM-009", "NM-010", "NM-011", "NM-012", "NM-013", "NM-015"}
    assert Task.objects.get(clause="NM-015").due_on == date(2026, 11, 26)
    doer = Doer(None, frozenset(), granted("system_administrator"))
    with pytest.raises(Refused) as no:
        work.say_done(task_id=Task.objects.get(clause="NM-013").pk, doer=doer, evidence=" ", now=NOW, by="user/7")
    assert [(r.code, r.clause) for r in no.value.decision.reasons] == [("evidence.missing", "NM-018")]


def test_people_are_refused_by_its_clauses(trust: Organisation):
    with pytest.raises(Refused) as no:
        make_user(organisation_id=trust.pk, email="jo@northmere.example", name="Jo", password="short", now=NOW, by="cli/setup")
    assert {(r.code, r.clause) for r in no.value.decision.reasons} >= {("password.short", "NM-003")}
    with pytest.raises(Refused) as no:
        adopt_document(organisation=trust, pack="northmere", document="records-access", from_on=date(2027, 1, 1), now=NOW, by="cli/ops")
    assert [(r.code, r.clause) for r in no.value.decision.reasons] == [("document.in_force_already", "NM-001")]
    boss, other = (make.person(trust, f"Boss {n}").pk for n in "AB")
    decision = may_act_for(organisation_id=trust.pk, manager_id=boss, actor_id=other, on=ON)
    assert [(r.code, r.clause) for r in decision.reasons] == [("deputy.missing", "NM-006")]


def test_each_count_stands_under_its_clauses_and_no_other_organisation_s(trust: Organisation):
    measured = counts(organisation_id=trust.pk, on=ON).measures
    assert {clause[:3] for clause in measured} == {"NM-"}
    figures = {clause: (m.total, m.complies) for clause, m in measured.items()}
    assert (figures["NM-012"], figures["NM-013"], figures["NM-011"]) == (
        (8, 7),
        (1, 0),
        (0, 0),
    )  # no lock was asked for yet that wanted notice
    assert figures["NM-007"] == (7, 6) and figures["NM-010"] == (1, 0) and figures["NM-009"] == (8, 7)
    assert figures["NM-014"] == (1, 1)
    assert figures["NM-017"] == (2, 1)  # one system: it is described, and nobody administers it by name
    assert figures["NM-020"] == (1, 0)


def test_its_procedure_page_says_how_each_clause_stands_and_what_carries_it(trust: Organisation):
    found = procedure(organisation_id=trust.pk, document="records-access", on=ON)
    assert found
    marks = {d.clause.id: d.mark for d in found.duties}
    assert marks["NM-020"] == "late"
    assert marks["NM-012"] == "fix" and marks["NM-019"] == "absent"
    assert marks["NM-001"] == marks["NM-014"] == "part"  # as PA-001 and PA-032, which are carried in part
    lock = next(d for d in found.duties if d.clause.id == "NM-012")
    assert lock.places and lock.tests and lock.counts


def test_its_pages_are_whole_for_those_who_answer_for_it(trust: Organisation):
    manager = make.signed_in(make.ready("patient_systems_manager", at=trust))
    page = manager.get("/procedures/records-access/").content.decode()
    assert "NM-012" in page and "An account not used for 45 days is locked" in page
    assert manager.get("/search/", {"q": "nm 012"}).headers["Location"] == "/clauses/NM-012/"
    assert manager.get("/clauses/NM-012/", follow=True).status_code == 200
    found = manager.get("/findings/").content.decode()
    assert set(re.findall(r">([A-Z]{2}-\d{3})<", found)) == {f"NM-{n:03d}" for n in (4, 7, 9, 10, 11, 12, 13)}
    assert {clause[:3] for clause in re.findall(r">([A-Z]{2}-\d{3})<", page)} == {"NM-"}


def test_whoever_signs_in_there_reads_its_terms_and_its_calendar(trust: Organisation):
    somebody = make.user()
    make.role(somebody, trust, "service_desk")
    browser = make.signed_in(somebody)
    terms = browser.get("/terms/", follow=True).content.decode()
    assert "Open a record only for the care you give today." in terms and "NM-002" in terms
    viewer = arrive(user=somebody, session=SessionFacts(None, True, False), now=NOW).viewer
    assert viewer.pack.id == "northmere" and viewer.pack.calendar.core_hours.opens == time(7, 30)
    assert distance(date(2026, 11, 28), ON, viewer.pack.calendar.days) == "In 4 working days"


def test_a_pack_with_a_mistake_is_told_of_before_anybody_takes_it(tmp_path: Path, settings):
    whole = (OWN / "northmere" / "pack.toml").read_text(encoding="utf-8")
    shutil.copytree(OWN, tmp_path / "packs")
    (tmp_path / "packs" / "northmere" / "pack.toml").write_text(whole.replace('"NM-018"', '"NM-108"'), encoding="utf-8")
    settings.CAREWARD_PACKS = tmp_path / "packs"
    with pytest.raises(PackError, match=r"northmere/pack\.toml: duties\.work\.evidence cites NM-108, which stands in no document; mend it"):
        name_organisation(ods_code="RNM", name="Northmere", pack="northmere", now=NOW, by="cli/setup")
    assert not Organisation.objects.exists()
