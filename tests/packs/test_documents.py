"""The four procedure documents as data: every clause, in the document's own order, and the header and control fields each gives."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from careward.core.packs.documents import Document, load_document
from careward.core.packs.pack import load
from careward.core.packs.reader import SHIPPED, PackError, build, names, read_toml

COUNTS = {("tewv", "paris", "PA"): 103, ("elft", "access", "EL"): 86, ("llr", "sop", "LR"): 54, ("tewv", "introduction", "IN"): 130}
EVERY = sorted(COUNTS)
NOT_A_PLAIN_SENTENCE = re.compile(r"[/;&!…]|\.$|\. |\betc\b|\bthe system must\b", re.IGNORECASE)


@pytest.fixture(params=EVERY, ids=lambda known: known[1])
def document(request: pytest.FixtureRequest) -> Document:
    pack, code, _ = request.param
    return load_document(pack, code)


def paris() -> Document:
    return load_document("tewv", "paris")


def introduction() -> Document:
    return load_document("tewv", "introduction")


def sop() -> Document:
    return load_document("llr", "sop")


def test_the_packs_list_these_four_documents_and_no_others():
    assert sorted((pack, code) for pack in names() for code in load(pack).documents) == [(pack, code) for pack, code, _ in EVERY]
    assert sorted((p.parent.parent.name, p.stem) for p in SHIPPED.glob("*/documents/*.toml")) == [(pack, code) for pack, code, _ in EVERY]


@pytest.mark.parametrize(("pack", "code", "prefix"), EVERY)
def test_each_document_has_all_its_clauses_in_order(pack: str, code: str, prefix: str):
    document = load_document(pack, code)
    assert document.code == code
    assert [clause.id for clause in document.clauses] == [f"{prefix}-{n:03d}" for n in range(1, COUNTS[pack, code, prefix] + 1)]


def test_there_are_373_clauses_and_no_two_share_an_id():
    ids = [clause.id for pack, code, _ in EVERY for clause in load_document(pack, code).clauses]
    assert len(ids) == len(set(ids)) == 103 + 86 + 54 + 130 == 373


def test_every_section_carries_a_clause_and_stands_once(document: Document):
    numbers = [section.number for section in document.sections]
    assert len(numbers) == len(set(numbers))
    assert {clause.section for clause in document.clauses} == set(numbers)


def test_sections_number_upwards_as_the_document_does(document: Document):
    numbers = [section.number for section in document.sections if section.number[0].isdigit()]
    parts = [[int(p) if p.isdigit() else p for p in re.findall(r"\d+|[a-z]+", number)] for number in numbers]
    assert all(before < after for before, after in pairwise(parts))


def test_a_section_can_be_an_anchor_of_a_page(document: Document):
    assert all(re.fullmatch(r"[A-Za-z0-9.]+", section.number) and section.title for section in document.sections)


def test_each_duty_is_one_short_plain_sentence(document: Document):
    long = [c.id for c in document.clauses if not 10 <= len(c.duty) <= 140]
    odd = [c.id for c in document.clauses if NOT_A_PLAIN_SENTENCE.search(c.duty) or c.duty != c.duty.strip()]
    assert (long, odd) == ([], [])


def test_each_clause_says_who_acts_where_it_belongs_and_how_it_is_kept(document: Document):
    assert all(c.actor and not re.search(r"[/&]", c.actor) for c in document.clauses)
    assert {c.module for c in document.clauses} <= set("APVSRX")
    assert {c.kind for c in document.clauses} <= set("HTD")


@pytest.mark.clause("PA-001")
def test_each_document_is_held_with_its_header(document: Document):
    assert document.title and document.version and document.status and document.kind
    assert document.publication in ("public", "private")


@pytest.mark.clause("PA-001")
def test_the_paris_procedure_has_every_field_of_its_cover():
    cover = paris()
    assert (cover.reference, cover.version, cover.status, cover.publication) == ("IT-0031-001-v3", "3", "Approved", "public")
    assert (cover.kind, cover.overarching) == ("Procedure", "Access to Information Systems Policy")


@pytest.mark.clause("PA-002")
def test_the_paris_procedure_governs_paris_and_nothing_else():
    assert paris().systems == ("paris",)
    assert introduction().systems == load_document("elft", "access").systems == ()
    assert sop().systems == ("llr-care-record",)


@pytest.mark.clause("PA-006")
def test_the_paris_procedure_names_its_eight_related_documents():
    related = paris().related
    assert len(set(related)) == 8
    assert {"NHS Number Procedure", "Printing Procedure", "Information Security and Risk Policy"} <= set(related)


@pytest.mark.clause("PA-096")
def test_the_paris_procedure_is_reviewed_three_years_after_its_approval():
    control = paris()
    assert (control.approved_on, control.next_review_on) == (date(2021, 5, 12), date(2024, 5, 12))


@pytest.mark.clause("PA-097")
def test_the_paris_procedure_names_what_it_replaced_and_who_approved_it():
    control = paris()
    assert control.replaces == "IT-0031-001-v2 Paris Procedure"
    assert [(a.group, a.on) for a in control.approvals] == [
        ("Heads of Information", date(2021, 5, 6)),
        ("Digital Transformation and Safety Board", date(2021, 5, 12)),
    ]
    assert (control.ratified_by, control.ratified_on) == ("", None)


@pytest.mark.clause("PA-098")
def test_the_equality_analysis_and_the_type_are_held():
    assert (paris().equality_on, paris().publication, paris().foi_clause) == (date(2021, 4, 7), "public", "")


@pytest.mark.clause("PA-098")
def test_a_document_names_an_foi_clause_exactly_when_it_is_private(document: Document):
    assert bool(document.foi_clause) == (document.publication == "private")


@pytest.mark.clause("PA-099")
def test_the_paris_procedure_holds_its_change_record():
    (version,) = paris().versions
    assert (version.version, version.on, version.status) == ("3", date(2021, 5, 12), "Approved")
    assert "national opt-out" in version.amendment


@pytest.mark.clause("LR-001", "LR-053")
def test_the_shared_record_procedure_holds_owner_version_approval_and_review():
    header = sop()
    assert (header.owner, header.version) == ("LLR Care Record Programme Manager", "1.0")
    assert [(a.group, a.on) for a in header.approvals] == [("LLR CR Adoption and Safety Group", date(2024, 1, 9))]
    assert (header.approved_on, header.next_review_on) == (date(2024, 1, 9), date(2025, 1, 9))


@pytest.mark.clause("IN-113")
def test_approval_and_ratification_are_held_apart_each_with_its_group_and_day():
    control = introduction()
    assert (control.approved_on, control.next_review_on, control.equality_on) == (date(2025, 3, 14), date(2028, 3, 14), date(2025, 2, 11))
    assert [(a.group, a.on) for a in control.approvals] == [("Digital Delivery Management Group", date(2025, 3, 4))]
    assert (control.ratified_by, control.ratified_on) == ("Digital Performance and Assurance Group", date(2025, 3, 14))
    assert control.replaces == "IT-0032-001 version 2.2"


@pytest.mark.clause("IN-114")
def test_the_introduction_procedure_holds_its_change_record():
    (version,) = introduction().versions
    assert (version.version, version.on, version.status) == ("2.3", date(2025, 3, 14), "Approved")


@pytest.mark.clause("IN-012")
def test_the_introduction_procedure_links_security_assessment_data_protection_and_clinical_risk():
    codes = [re.search(r"\(([A-Z]+-[\d-]+)\)", name) for name in introduction().related]
    assert [found[1] for found in codes if found] == ["IT-0010", "IT-0037", "IT-0030-001", "CORP-0071"]


@pytest.mark.clause("EL-014")
def test_the_access_procedure_links_the_policy_it_stands_under():
    document = load_document("elft", "access")
    assert document.overarching == "Information Governance and IM&T Security Policy"
    assert document.overarching in document.related


def test_a_clause_in_a_section_nobody_listed_is_refused(tmp_path: Path):
    raw = (SHIPPED / "tewv" / "documents" / "paris.toml").read_text(encoding="utf-8")
    folder = tmp_path / "packs" / "tewv" / "documents"
    folder.mkdir(parents=True)
    (folder / "paris.toml").write_text(raw.replace('id = "PA-033"\nsection = "3.6"', 'id = "PA-033"\nsection = "3.66"'), encoding="utf-8")
    with pytest.raises(PackError, match="PA-033 stand in no listed section"):
        load_document("tewv", "paris", folders=(tmp_path / "packs",))


@pytest.mark.parametrize(
    "field", ["code", "title", "reference", "version", "status", "kind", "publication", "systems", "sections", "clauses"]
)
def test_a_document_without_a_field_of_its_header_is_refused(field: str):
    raw = read_toml(SHIPPED / "tewv" / "documents" / "paris.toml")
    del raw[field]
    with pytest.raises(PackError, match=f"'{field}' is missing"):
        build(Document, raw, "here")
