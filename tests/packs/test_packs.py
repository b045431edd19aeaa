"""The figures and lists of each pack, as its documents say them."""

import pytest

from careward.core.packs.documents import load_document
from careward.core.packs.inactivity import Inactivity
from careward.core.packs.pack import load
from careward.core.packs.reader import SHIPPED, PackError, names
from careward.core.packs.register import RegisterEntry

SERVICEDESK = "IT Servicedesk portal"

# EL-065 to EL-085: code, administrator, contact, words the description must hold, clause.
APPENDIX_1 = [
    ("network", "Network access", "ICT Infrastructure Manager", SERVICEDESK, "e-mail and calendar", "EL-066"),
    ("h-drive", "Personal H drive", "ICT Infrastructure Manager", SERVICEDESK, "for one person", "EL-067"),
    ("shared-drives", "Shared I, K and S drives", "ICT Infrastructure Manager", SERVICEDESK, "creating, sharing and storing", "EL-068"),
    ("remote-access", "Trust remote access services", "ICT Server Manager", SERVICEDESK, "Secure remote access", "EL-069"),
    ("registration-authority", "Registration Authority", "Registration Authority Manager", SERVICEDESK, "national spine", "EL-070"),
    ("rio", "RiO", "Clinical Systems Manager", SERVICEDESK, "Mental health patient records", "EL-071"),
    ("data-warehouse", "Data Warehouse", "Data Warehouse Manager", SERVICEDESK, "Management information", "EL-072"),
    ("emis", "EMIS", "Clinical Systems Manager", SERVICEDESK, "four community services", "EL-073"),
    ("systmone", "SystmOne", "Clinical Systems Manager", SERVICEDESK, "Bedfordshire", "EL-074"),
    ("epma", "ePMA", "Clinical Systems Manager", SERVICEDESK, "Prescribing and medicines administration", "EL-075"),
    ("thalamos", "Thalamos v2", "Clinical Systems Manager", SERVICEDESK, "Mental Health Act", "EL-076"),
    ("carepath", "Carepath", "Specialist Addiction Services", "Specialist Addiction Services", "Drug and alcohol", "EL-077"),
    ("iaptus", "IAPTuS", "Systems Manager, Psychological Therapies", "Psychological Therapies", "Psychological therapies", "EL-078"),
    ("acute", "Pathology, radiology and acute records", "IT Servicedesk", SERVICEDESK, "Eight acute trusts", "EL-079"),
    ("inphase", "InPhase", "Assurance Department", "Assurance Department", "Clinical risk", "EL-080"),
    ("esr", "Electronic Staff Record", "Recruitment Coordinator", "Recruitment", "payroll", "EL-081"),
    ("trac", "TRAC", "Recruitment Coordinator", "Recruitment", "Recruitment", "EL-081"),
    ("oracle", "Oracle", "Financial Controller", "Finance", "Finance", "EL-082"),
    ("membership", "Foundation Trust DB", "Membership Manager", "Membership office", "membership", "EL-083"),
    ("learning-academy", "Learning Academy", "Head of Learning and Development", "Learning and Development", "training", "EL-084"),
    ("healthroster", "HealthRoster", "Head of eRostering", "eRostering", "rotas", "EL-085"),
]


def entry(code: str) -> RegisterEntry:
    return next(e for e in load("elft").register if e.code == code)


@pytest.mark.parametrize("name", ["base", "elft", "llr", "tewv"])
def test_each_pack_loads_under_its_own_name(name: str):
    pack = load(name)
    assert pack.id == name
    assert len(pack.digest) == 64
    assert pack.findings.keys() == load("base").findings.keys()


def test_there_are_four_packs():
    assert names() == ("base", "elft", "llr", "tewv")


def test_every_clause_a_pack_cites_stands_in_a_document():
    known = {c.id for n in names() for code in load(n).documents for c in load_document(n, code).clauses} | {"house", ""}
    for pack in map(load, names()):
        cited = {rule.clause for rule in pack.findings.values()} | {course.clause for course in pack.training}
        cited |= {course.declaration_clause for course in pack.training} | {e.clause for e in pack.register}
        cited |= {c.clause for c in (*pack.environments, *pack.routes, *pack.role_categories)} | {
            pack.registration.clause,
            pack.terms.clause,
        }
        cited |= {pack.inactivity.lock_clause, pack.inactivity.close_clause, pack.inactivity.warn_clause}
        assert cited <= known, pack.id


@pytest.mark.clause("PA-033", "PA-035")
def test_paris_locks_after_90_days_and_closes_after_365_without_notice():
    rule = load("tewv").inactivity
    assert (rule.lock_after_days, rule.close_after_days, rule.notice_days) == (90, 365, 0)
    assert (rule.lock_clause, rule.close_clause) == ("PA-033", "PA-035")


def test_paris_is_approved_by_the_line_manager_or_a_deputy_and_excepted_by_the_caldicott_guardian():
    rule = load("tewv").registration
    assert (rule.approvers, rule.exception_approvers) == (("line_manager", "deputy"), ("caldicott_guardian",))


def test_paris_asks_for_two_courses_one_of_them_once_with_a_declaration():
    data_security, e_learning = load("tewv").training
    assert (data_security.valid_months, data_security.declaration, data_security.clause) == (12, False, "PA-011")
    assert (e_learning.valid_months, e_learning.declaration, e_learning.clause) == (0, True, "PA-012")
    assert e_learning.declaration_clause == "PA-013"


@pytest.mark.clause("PA-015")
def test_paris_has_six_non_live_environments_beside_live():
    environments = load("tewv").environments
    assert [e.code for e in environments if e.live] == ["live"]
    assert [e.title for e in environments if not e.live] == [
        "PARIS Reporting and Support",
        "PARIS Development",
        "PARIS Functional Testing",
        "PARIS User Acceptance Testing",
        "PARIS Master Training and Training",
        "PARIS Sandbox",
    ]


def test_only_the_patient_systems_manager_authorises_a_non_live_environment():
    pack = load("tewv")
    assert all(pack.environment_approvers(e.code) == ("patient_systems_manager",) for e in pack.environments if not e.live)
    assert pack.environment_approvers("a copy nobody listed") == ("patient_systems_manager",)
    assert pack.environment_approvers("live") == ("line_manager", "deputy")


@pytest.mark.clause("EL-035", "EL-036")
@pytest.mark.parametrize("code", [row[0] for row in APPENDIX_1])
def test_each_elft_system_has_agreed_a_lock_of_one_to_three_months(code: str):
    rule = load("elft").inactivity_for(code)
    assert 30 <= rule.lock_after_days <= 92
    assert rule.lock_after_days == entry(code).lock_after_days > 0


@pytest.mark.parametrize("code", [row[0] for row in APPENDIX_1])
def test_the_line_manager_has_a_week_of_notice_on_each_elft_system(code: str):
    rule = load("elft").inactivity_for(code)
    assert (rule.notice_days, rule.warn_clause) == (7, "EL-037")


@pytest.mark.clause("EL-036")
@pytest.mark.parametrize("days", [29, 93])
def test_a_lock_outside_one_to_three_months_is_refused(days: int, tmp_path):
    for name in ("base", "elft"):
        (tmp_path / name).mkdir()
        text = (SHIPPED / name / "pack.toml").read_text(encoding="utf-8")
        (tmp_path / name / "pack.toml").write_text(text.replace("lock_after_days = 30", f"lock_after_days = {days}"), encoding="utf-8")
    with pytest.raises(PackError, match=rf"locks after {days} days; the procedure allows 30 to 92 \(EL-035\)"):
        load("elft", folders=(tmp_path,))


def test_the_bounds_are_the_pack_s_own_and_the_register_changes_only_the_lock():
    pack = load("elft")
    assert (pack.inactivity.least_lock_days, pack.inactivity.most_lock_days) == (30, 92)
    assert pack.inactivity_for("thalamos").lock_after_days == 30
    assert pack.inactivity_for("a system not in the register") == pack.inactivity
    assert isinstance(pack.inactivity_for("rio"), Inactivity)


def test_elft_registers_within_one_working_day_and_meanwhile_within_three():
    rule = load("elft").registration
    assert (rule.working_days, rule.interim_working_days) == (1, 3)


@pytest.mark.clause("EL-065")
def test_the_register_holds_every_row_of_appendix_1_and_no_other():
    assert [e.code for e in load("elft").register] == [row[0] for row in APPENDIX_1]


@pytest.mark.clause(
    "EL-065", "EL-066", "EL-067", "EL-068", "EL-069", "EL-070", "EL-071", "EL-072", "EL-073", "EL-074", "EL-075",
    "EL-076", "EL-077", "EL-078", "EL-079", "EL-080", "EL-081", "EL-082", "EL-083", "EL-084", "EL-085",
)  # fmt: skip
@pytest.mark.parametrize(("code", "name", "administrator", "contact", "words", "clause"), [pytest.param(*r, id=r[0]) for r in APPENDIX_1])
def test_each_row_names_the_system_its_administrator_and_what_it_is_for(code, name, administrator, contact, words, clause):
    row = entry(code)
    assert (row.name, row.administrator_title, row.administrator_contact, row.clause) == (name, administrator, contact, clause)
    assert words in row.description


def test_digital_s_systems_are_asked_for_on_the_portal_and_the_others_of_their_owner():
    assert all((e.request_channel == "portal") == (e.administrator_contact == SERVICEDESK) for e in load("elft").register)
    assert {e.request_channel for e in load("elft").register} == {"portal", "owner"}


@pytest.mark.clause("EL-066", "EL-068", "EL-073")
def test_parts_of_a_service_can_be_asked_for_by_name():
    assert entry("network").services == ("e-mail", "calendar", "Active Directory groups", "shared drives", "Office 365")
    assert entry("shared-drives").services == ("I drive", "K drive", "S drive")
    assert entry("emis").services == (
        "Community Health Newham",
        "Community Health Tower Hamlets",
        "Blood Borne Virus Team",
        "Tower Hamlets Homeless team",
    )


@pytest.mark.clause("EL-069", "EL-072", "EL-079")
def test_second_factor_sources_and_systems_held_elsewhere_are_marked():
    register = load("elft").register
    assert [e.code for e in register if e.second_factor] == ["remote-access"]
    assert [e.code for e in register if e.sources] == ["data-warehouse"]
    assert [e.code for e in register if e.hosted_elsewhere] == ["acute"]


@pytest.mark.clause("EL-007")
def test_patient_and_corporate_systems_stand_in_one_register():
    assert {"clinical", "corporate", "infrastructure", "shared_drive"} == {e.kind for e in load("elft").register}


@pytest.mark.clause("EL-086")
def test_the_register_says_it_is_of_march_2025():
    pack = load("elft")
    assert (pack.version, pack.in_force_on.year, pack.in_force_on.month) == ("2025-03", 2025, 3)


def test_the_shared_record_offers_two_ways_in_for_an_organisation_to_choose_from():
    assert [(r.code, r.clause) for r in load("llr").routes] == [("launch", "LR-005"), ("portal", "LR-006")]


@pytest.mark.clause("LR-003")
def test_professionals_administrators_and_support_staff_are_role_categories():
    assert [c.code for c in load("llr").role_categories if c.clause == "LR-003"] == ["professional", "administrator", "support"]


def test_testers_are_a_category_of_their_own_and_have_no_way_in_of_their_own():
    pack = load("llr")
    assert [c.code for c in pack.role_categories if c.clause == "LR-017"] == ["tester"]
    assert all("test" not in route.title.lower() for route in pack.routes)
