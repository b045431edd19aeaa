"""A document's own register is the organisation's from the day it comes into force: entered, shown, and used by what is loaded."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from markupsafe import escape

from careward.access.accounts.models import Account, Finding
from careward.core.packs.pack import load
from careward.evidence.ledger.models import Entry
from careward.governance.procedures.actions import adopt_document
from careward.people.staff.models import Organisation
from careward.systems.register.actions import fill_register
from careward.systems.register.models import Environment, System
from careward.systems.register.queries import system_seen
from tests.make import compared, feeds
from tests.make.compared import NOW, ON

pytestmark = pytest.mark.django_db
# Appendix 1 of the document, by clause: what stands there, its class, and whose title answers for it.
APPENDIX = {
    "EL-066": ("network", "Network access", "infrastructure", "ICT Infrastructure Manager"),
    "EL-067": ("h-drive", "Personal H drive", "shared_drive", "ICT Infrastructure Manager"),
    "EL-068": ("shared-drives", "Shared I, K and S drives", "shared_drive", "ICT Infrastructure Manager"),
    "EL-069": ("remote-access", "Trust remote access services", "infrastructure", "ICT Server Manager"),
    "EL-070": ("registration-authority", "Registration Authority", "infrastructure", "Registration Authority Manager"),
    "EL-071": ("rio", "RiO", "clinical", "Clinical Systems Manager"),
    "EL-072": ("data-warehouse", "Data Warehouse", "corporate", "Data Warehouse Manager"),
    "EL-073": ("emis", "EMIS", "clinical", "Clinical Systems Manager"),
    "EL-074": ("systmone", "SystmOne", "clinical", "Clinical Systems Manager"),
    "EL-075": ("epma", "ePMA", "clinical", "Clinical Systems Manager"),
    "EL-076": ("thalamos", "Thalamos v2", "clinical", "Clinical Systems Manager"),
    "EL-077": ("carepath", "Carepath", "clinical", "Specialist Addiction Services"),
    "EL-078": ("iaptus", "IAPTuS", "clinical", "Systems Manager, Psychological Therapies"),
    "EL-079": ("acute", "Pathology, radiology and acute records", "clinical", "IT Servicedesk"),
    "EL-080": ("inphase", "InPhase", "corporate", "Assurance Department"),
    "EL-081": ("esr", "Electronic Staff Record", "corporate", "Recruitment Coordinator"),
    "EL-082": ("oracle", "Oracle", "corporate", "Financial Controller"),
    "EL-083": ("membership", "Foundation Trust DB", "corporate", "Membership Manager"),
    "EL-084": ("learning-academy", "Learning Academy", "corporate", "Head of Learning and Development"),
    "EL-085": ("healthroster", "HealthRoster", "corporate", "Head of eRostering"),
}


@pytest.fixture
def trust() -> Organisation:
    return Organisation.objects.create(ods_code="RWK", name="A trust", pack="elft")


def adopt(trust: Organisation) -> None:
    adopt_document(organisation=trust, pack="elft", document="access", from_on=ON, now=NOW, by="cli/ops")


@pytest.mark.clause(
    "EL-066", "EL-067", "EL-068", "EL-069", "EL-070", "EL-071", "EL-072", "EL-073", "EL-074", "EL-075",
    "EL-076", "EL-077", "EL-078", "EL-079", "EL-080", "EL-081", "EL-082", "EL-083", "EL-084", "EL-085",
)  # fmt: skip
def test_adopting_the_document_enters_each_system_of_its_appendix_and_its_page_shows_it(trust: Organisation):
    adopt(trust)
    rows = {s.code: (s.code, s.name, s.kind, s.administrator_title) for s in System.objects.filter(organisation=trust)}
    assert {clause: rows[told[0]] for clause, told in APPENDIX.items()} == APPENDIX
    assert set(rows) - {told[0] for told in APPENDIX.values()} == {"trac"}  # which stands with the staff record
    for clause, (code, _, _, title) in APPENDIX.items():
        seen, entry = system_seen(organisation_id=trust.pk, code=code, on=ON), load("elft").entry(code)
        assert seen and entry and entry.clause == clause
        page = "".join(render_to_string(f"register/{part}.jinja", {"panel": seen}) for part in ("lead", "about"))
        assert [words for words in (title, entry.administrator_contact, entry.description) if escape(words) not in page] == []


@pytest.mark.clause(
    "EL-066", "EL-067", "EL-068", "EL-069", "EL-070", "EL-071", "EL-072", "EL-073", "EL-074", "EL-075",
    "EL-076", "EL-077", "EL-078", "EL-079", "EL-080", "EL-081", "EL-082", "EL-083", "EL-084", "EL-085",
)  # fmt: skip
def test_a_list_of_accounts_of_each_is_taken_and_judged_by_its_figures_without_a_register_of_the_trusts_own(trust: Organisation):
    adopt(trust)
    idle = {"username": "u1", "employee_number": "E1"}
    codes = [told[0] for told in APPENDIX.values()]
    lists = [feeds.feed_file("accounts", {**idle, "last_used_at": NOW - timedelta(days=100)}, system=code) for code in codes]
    compared.load(trust, feeds.staff(feeds.someone(1)), *lists)
    assert Account.objects.filter(system__code__in=codes).count() == len(codes)
    compared.compare(trust)
    asked = Finding.objects.filter(code="account.inactive").values_list("system__code", "system__administrator_title", "clause")
    assert {code: (title, clause) for code, title, clause in asked} == {code: (title, "EL-035") for code, _, _, title in APPENDIX.values()}


@pytest.mark.clause("PA-015")
def test_adopting_the_procedure_of_paris_enters_it_with_its_six_copies_beside_the_live_one(trust: Organisation):
    adopt_document(organisation=trust, pack="tewv", document="paris", from_on=ON, now=NOW, by="cli/ops")
    titles = {e.code: (e.title, e.live) for e in Environment.objects.filter(system__code="paris")}
    assert [code for code, (_, live) in titles.items() if live] == ["live"]
    assert {title for title, live in titles.values() if not live} == {e.title for e in load("tewv").environments if not e.live}
    assert len(titles) == 7
    seen = system_seen(organisation_id=trust.pk, code="paris", on=ON)
    page = render_to_string("register/about.jinja", {"panel": seen})
    assert [title for title, _ in titles.values() if escape(title) not in page] == []


def test_what_the_organisation_has_of_its_own_is_left_and_the_same_again_enters_nothing(trust: Organisation):
    own = System.objects.create(organisation=trust, code="rio", name="Our RiO", kind="clinical", pack="elft")
    entered = fill_register(organisation=trust, pack=load("elft"), now=NOW, by="cli/ops")
    own.refresh_from_db()
    assert own.name == "Our RiO" and "rio" not in entered and len(entered) == 20
    assert Environment.objects.filter(system__code="epma", live=True).count() == 1
    entry = Entry.objects.get(verb="register.filled")
    assert entry.body["systems"] == list(entered)
    assert fill_register(organisation=trust, pack=load("elft"), now=NOW, by="cli/ops") == ()
    assert Entry.objects.filter(verb="register.filled").count() == 1
    assert fill_register(organisation=trust, pack=load("base"), now=NOW, by="cli/ops") == ()
