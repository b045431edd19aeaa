"""The live counts of clauses: over the right cases, of the right organisation and systems, and never a query for each clause."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careward.access.accounts import applying
from careward.access.accounts import measures as accounts
from careward.access.accounts.counts import RunCounts
from careward.access.accounts.models import Account, AccountAnswer, Finding, Run
from careward.access.authorisations.models import Authorisation, GenericApproval, RoleHolder
from careward.core.packs.pack import load
from careward.core.ports import Measured
from careward.core.room import Room
from careward.governance.procedures import measures as procedures
from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.carried import carried, clauses
from careward.governance.procedures.queries import clauses_report, counts, procedure
from careward.people.staff.models import Organisation, Person
from careward.people.staff.packs import documents
from careward.systems.register.models import Environment, System
from careward.work.tasks.models import Task
from tests.make import found, people

NOW = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db
numbers = count(1)


@pytest.fixture(autouse=True)
def site(settings):
    settings.ROOT_URLCONF = "tests.web.procedures_site"


@pytest.fixture
def trust() -> Organisation:
    return Organisation.objects.create(ods_code="RNM", name="Northmoor", pack="tewv")


def system(trust: Organisation, code: str = "paris", pack: str = "tewv", **more: str) -> System:
    facts = {"name": code.upper(), "kind": "clinical", "pack": pack, **more}
    return System.objects.update_or_create(organisation=trust, code=code, defaults=facts)[0]


def account(on: System, **more: object) -> Account:
    values = {
        "status": "active",
        "kind": "normal",
        "created_on": date(2024, 1, 1),
        "last_used_at": NOW,
        "fits": 1,
        "seen_on": TODAY,
        "roles": "a",
    }
    return Account.objects.create(organisation=on.organisation, system=on, username=f"u{next(numbers)}", **{**values, **more})


def run(trust: Organisation, on: date = TODAY, system_code: str = "", **counted: object) -> Run:
    return Run.objects.create(
        organisation=trust, on_date=on, system_code=system_code, started_at=NOW, finished_at=NOW, by="job/reconcile", counts=counted
    )


def finding(about: Account, code: str = "account.inactive", step: str = "lock", clause: str = "PA-033", **more: object) -> Finding:
    made = Run.objects.filter(organisation=about.organisation).first() or run(about.organisation)
    values = {
        "topic": "",
        "detail": "Last used long ago",
        "who": "system_administrator",
        "found_on": TODAY,
        "asked_on": TODAY,
        "due_on": TODAY + timedelta(days=1),
    }
    wrong = Finding.objects.create(
        organisation=about.organisation, system=about.system, account=about, environment=about.environment, username=about.username,
        code=code, step=step, clause=clause, run=made, **{**values, **more},
    )  # fmt: skip
    found.touches(wrong, about)
    return wrong


def measured(trust: Organisation, clause: str) -> Measured:
    return counts(organisation_id=trust.pk, on=TODAY).measures[clause]


def figures(trust: Organisation, clause: str) -> tuple[int, int]:
    found = measured(trust, clause)
    return found.total, found.complies


def idle(days: int) -> dict[str, object]:
    return {"last_used_at": NOW - timedelta(days=days)}


@pytest.mark.clause("PA-033", "PA-035")
def test_an_account_is_a_case_once_it_is_unused_for_as_long_as_the_clause_says(trust: Organisation):
    paris = system(trust)
    finding(account(paris, **idle(90)))
    account(paris, **idle(90), status="locked")
    account(paris, last_used_at=None, status="locked")  # never used counts from its creation, more than a year ago
    account(paris, **idle(365), status="closed")
    account(paris, **idle(89), status="locked")
    account(paris, **idle(364), kind="admin", status="closed")
    account(paris, **idle(90), kind="generic", fits=0, status="locked")
    account(paris, last_used_at=None, created_on=None, status="locked")
    account(paris, **idle(90), kind="service", status="locked")
    account(paris, **idle(90), status="locked", gone_on=TODAY)
    account(paris, **idle(90), status="locked", created_on=TODAY)
    assert figures(trust, "PA-033") == (4, 3)
    assert figures(trust, "PA-035") == (1, 1)
    assert measured(trust, "PA-033").link == "/findings/?clause=PA-033&system=paris"


@pytest.mark.clause("EL-059", "EL-035")
def test_an_unused_account_that_a_manager_needs_is_in_order_as_long_as_they_said(trust: Organisation):
    rio = system(trust, "rio", "elft")
    for until in (TODAY, TODAY - timedelta(days=1)):
        AccountAnswer.objects.create(
            organisation=trust, account=account(rio, **idle(60)), answer="still_needed", from_on=TODAY - timedelta(days=9), until=until,
            said_at=NOW, said_by="user/1",
        )  # fmt: skip
    assert figures(trust, "EL-035") == (1, 1)


@pytest.mark.clause("PA-029", "EL-041")
def test_of_who_has_left_what_is_shut_is_in_order_and_what_is_open_is_not(trust: Organisation):
    paris = system(trust)
    left, here = people.staff(trust, end_on=TODAY - timedelta(days=1)), people.staff(trust)
    finding(account(paris, person=left), code="account.leaver", step="close", clause="PA-029")
    for more in ({"status": "closed"}, {"gone_on": TODAY - timedelta(days=9)}, {"gone_on": TODAY - timedelta(days=365)}, {"status": "locked"},
                 {"status": "closed", "kind": "service"}, {"status": "closed", "fits": 2}):  # fmt: skip
        account(paris, person=left, **more)
    account(paris, person=here)
    account(paris, person=here, status="closed")
    assert figures(trust, "PA-029") == (3, 2)


@pytest.mark.clause("EL-033")
def test_of_who_is_away_for_long_the_locked_accounts_are_in_order(trust: Organisation):
    rio = system(trust, "rio", "elft")
    away, ill, back = (people.staff(trust) for _ in range(3))
    people.absence(away)
    people.absence(ill, kind="sickness")
    people.absence(back, to_on=TODAY)
    on_leave = people.staff(trust, status="maternity")
    for who in (away, ill, back, on_leave):
        account(rio, person=who, status="locked")
    finding(account(rio, person=away), code="account.absent", step="ask", clause="EL-033")
    assert figures(trust, "EL-033") == (3, 2)


@pytest.mark.clause("EL-037")
def test_a_lock_is_in_order_when_its_manager_knew_a_week_before(trust: Organisation):
    rio = system(trust, "rio", "elft")
    for told, asked, more in ((7, 0, {}), (6, 0, {}), (9, 2, {"state": "closed", "closed_on": TODAY}), (99, 90, {}), (3, 3, {"step": "warn"}),
                              (3, 3, {"clause": "EL-059"})):  # fmt: skip
        facts = {"clause": "EL-035", "found_on": TODAY - timedelta(days=told), "asked_on": TODAY - timedelta(days=asked), **more}
        finding(account(rio, **idle(60)), **facts)
    assert figures(trust, "EL-037") == (3, 2)


@pytest.mark.clause("EL-027")
def test_a_shared_account_without_approval_is_to_put_right_and_one_that_a_list_approves_is_told_apart(trust: Organisation):
    rio = system(trust, "rio", "elft")
    finding(account(rio, kind="generic", fits=0), code="account.generic_unapproved", clause="EL-027")
    account(rio, kind="generic", fits=0)
    account(rio)
    assert figures(trust, "EL-027") == (2, 1) and measured(trust, "EL-027").claimed == 1


@pytest.mark.clause("EL-058")
def test_a_report_that_is_older_than_a_month_tells_of_nobody(trust: Organisation):
    rio = system(trust, "rio", "elft")
    account(rio)
    run(trust, TODAY - timedelta(days=30))
    assert figures(trust, "EL-058") == (1, 1)
    Run.objects.update(on_date=TODAY - timedelta(days=31))
    assert figures(trust, "EL-058") == (1, 0)


def test_what_rests_on_the_word_of_a_list_is_counted_apart(trust: Organisation):
    paris = system(trust)
    account(paris)
    finding(account(paris), code="authorisation.missing", step="ask", clause="PA-008")
    assert (measured(trust, "PA-008").claimed, measured(trust, "PA-035").claimed) == (1, 0)


@pytest.mark.clause("PA-002", "PA-005")
def test_a_procedure_counts_its_own_system_and_never_another(trust: Organisation):
    paris, rio, bank = system(trust), system(trust, "rio", "elft"), system(trust, "bank", "base")
    for here in (paris, rio, rio, bank):
        account(here, **idle(90), status="locked")
    finding(account(bank), code="entitlement.excess", step="amend", clause="PA-025")  # the house figures borrow the clause
    assert figures(trust, "PA-033") == (1, 1)
    assert figures(trust, "PA-025") == (1, 1)
    assert figures(trust, "EL-035") == (2, 2)


def test_a_pack_that_stands_on_a_procedure_counts_its_clauses(trust: Organisation, tmp_path, settings):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "pack.toml").write_text('extends = "tewv"\nid = "ours"\n[inactivity]\nlock_after_days = 30\n', encoding="utf-8")
    settings.CAREWARD_PACKS = tmp_path
    paris = system(trust, pack="ours")
    account(paris, **idle(30), status="locked")
    finding(account(paris))
    assert figures(trust, "PA-033") == (2, 1)


def test_another_organisation_is_never_counted(trust: Organisation):
    other = Organisation.objects.create(ods_code="RXX", name="Other", pack="tewv")
    finding(account(system(other)))
    account(system(trust), **idle(90), status="locked")
    assert figures(trust, "PA-033") == (1, 1)


def test_a_step_that_is_already_so_and_a_closed_finding_are_put_right(trust: Organisation):
    paris = system(trust)
    finding(account(paris, status="locked", **idle(90)), state="settled")
    finding(account(paris), state="closed", closed_on=TODAY)
    assert figures(trust, "PA-033") == (1, 1)


def test_an_account_with_two_findings_under_one_clause_is_one_case(trust: Organisation):
    paris = system(trust)
    one = account(paris)
    finding(one, code="training.missing", step="ask", clause="PA-011", topic="a")
    finding(one, code="training.expired", step="ask", clause="PA-011", topic="b")
    assert figures(trust, "PA-011") == (1, 0)


def test_findings_older_than_the_accounts_never_make_a_negative_count(trust: Organisation):
    gone = account(system(trust))
    finding(gone)
    Account.objects.update(gone_on=TODAY)
    assert figures(trust, "PA-033") == (1, 0)


def test_what_is_late_is_counted_by_clause(trust: Organisation):
    paris = system(trust)
    finding(account(paris), due_on=TODAY - timedelta(days=1))
    finding(account(paris), due_on=TODAY)
    assert accounts.measures(organisation_id=trust.pk, on=TODAY)["PA-033"].late == 1


def test_a_run_that_kept_its_cases_saves_counting_them(trust: Organisation):
    paris = system(trust)
    account(paris)
    account(paris, kind="admin")
    live = accounts.measures(organisation_id=trust.pk, on=TODAY)
    run(trust, **RunCounts(cases=accounts.cases(trust.pk), in_order=applying.in_order(trust.pk, TODAY)).kept())
    with CaptureQueriesContext(connection) as asked:
        kept = accounts.measures(organisation_id=trust.pk, on=TODAY)
    compared_anew = {"EL-058", "runs.nightly"}
    assert {c: m for c, m in kept.items() if c not in compared_anew} == {c: m for c, m in live.items() if c not in compared_anew}
    assert len(asked) == 5 and not any("accounts_account" in q["sql"].split("WHERE")[0] and "CASE" in q["sql"] for q in asked)


@pytest.mark.clause("PA-032")
def test_nights_with_a_comparison_of_every_system_are_counted(trust: Organisation):
    account(system(trust))
    for ago in (0, 1, 3):
        run(trust, TODAY - timedelta(days=ago))
    run(trust, TODAY - timedelta(days=2), system_code="paris")
    assert figures(trust, "PA-032") == (4, 3)
    run(trust, TODAY - timedelta(days=90))
    assert figures(trust, "PA-032") == (30, 3)


@pytest.mark.clause("EL-008", "EL-065")
def test_the_register_counts_administrators_and_whole_rows(trust: Organisation):
    system(trust, administrator_title="Patient Systems Manager", administrator_contact="4400", description="Care record")
    system(trust, "rio", "elft", administrator_title="Clinical Systems Manager", administrator_contact="4401")
    system(trust, "bank", "base")
    somebody = people.user()
    people.role(somebody, trust, "system_administrator", system_code="rio")
    people.role(people.user(is_active=False), trust, "system_administrator", system_code="bank")
    people.role(people.user(), trust, "system_administrator", system_code="paris", to_on=TODAY)
    assert (figures(trust, "EL-008"), figures(trust, "EL-065")) == ((3, 1), (3, 1))
    people.role(somebody, trust, "system_administrator")
    assert figures(trust, "EL-008") == (3, 3)


def test_owners_are_counted_when_all_three_are_named(trust: Organisation):
    system(trust, service_owner="A", system_owner="B", technical_owner="C")
    system(trust, "rio", service_owner="A", system_owner="B")
    assert figures(trust, "IN-108") == (2, 1)


@pytest.mark.clause("PA-015")
def test_the_six_copies_of_paris_are_counted_as_they_are_registered(trust: Organisation):
    paris = system(trust)
    system(trust, "another", "tewv")
    for code in ("live", "uat", "sandbox", "nobody-listed-this"):
        Environment.objects.get_or_create(system=paris, code=code, defaults={"title": code, "live": code == "live"})
    assert figures(trust, "PA-015") == (6, 2)


@pytest.mark.clause(
    "EL-066", "EL-067", "EL-068", "EL-069", "EL-070", "EL-071", "EL-072", "EL-073", "EL-074", "EL-075", "EL-076", "EL-077", "EL-078",
    "EL-079", "EL-080", "EL-081", "EL-082", "EL-083", "EL-084", "EL-085",
)  # fmt: skip
def test_each_entry_of_the_listed_register_is_shipped_and_counted():
    elft = Organisation.objects.create(ods_code="RWK", name="East", pack="elft")
    register = load("elft").register
    for entry in register:
        assert entry.name and entry.administrator_title and entry.administrator_contact and entry.description and entry.request_channel
    for entry in register[:-1]:
        system(elft, entry.code, "elft")
    expected = {f"EL-{n:03d}": [e for e in register if e.clause == f"EL-{n:03d}"] for n in range(66, 86)}
    for clause, entries in expected.items():
        missing = register[-1] in entries
        assert entries and figures(elft, clause) == (len(entries), len(entries) - missing)


@pytest.mark.clause("EL-081")
def test_the_register_of_a_document_is_asked_for_where_it_is_in_force_and_nowhere_else(trust: Organisation):
    system(trust, "esr", "elft")
    assert "EL-081" not in counts(organisation_id=trust.pk, on=TODAY).measures
    adopt_document(organisation=trust, pack="elft", document="access", from_on=TODAY, now=NOW, by="cli/ops")
    assert (figures(trust, "EL-081"), figures(trust, "EL-071")) == ((2, 2), (1, 1))  # entered as it came into force
    for code in ("trac", "rio"):
        Environment.objects.filter(system__code=code).delete()
        System.objects.filter(code=code).delete()
    assert (figures(trust, "EL-081"), figures(trust, "EL-071")) == ((2, 1), (1, 0))


def test_a_clause_of_a_document_that_runs_nowhere_here_is_not_counted(trust: Organisation):
    finding(account(system(trust)), code="account.unmatched", step="ask", clause="EL-009")  # which the house figures borrow
    assert not [clause for clause in counts(organisation_id=trust.pk, on=TODAY).measures if clause.startswith("EL-")]


@pytest.mark.clause("PA-009")
def test_exceptions_count_as_right_when_the_caldicott_guardian_approved_them(trust: Organisation):
    paris = system(trust)
    nia, eva, joe = (
        Person.objects.create(organisation=trust, employee_number=n, first_name="Nia", last_name="Trevanion") for n in ("1", "3", "4")
    )
    ida = Person.objects.create(organisation=trust, employee_number="2", first_name="Ida", last_name="Penrose")
    for who, role, reason, expires in (
        (nia, "caldicott_guardian", "Research", None), (nia, "line_manager", "Research", None), (eva, "line_manager", "Research", None),
        (joe, "line_manager", "", None), (joe, "line_manager", "Research", TODAY - timedelta(days=1)),
    ):  # fmt: skip
        Authorisation.objects.create(
            organisation=trust, system=paris, person=who, approved_by_employee_number="2", approver_role=role, approved_on=TODAY,
            expires_on=expires, exception_reason=reason,
        )  # fmt: skip
    assert figures(trust, "PA-009") == (2, 1) and measured(trust, "PA-009").claimed == 1
    tenure = RoleHolder.objects.create(organisation=trust, person=ida, role="caldicott_guardian", system_code="", from_on=TODAY)
    assert figures(trust, "PA-009") == (2, 1) and measured(trust, "PA-009").claimed == 0  # known to have held the role
    RoleHolder.objects.filter(pk=tenure.pk).update(person=nia)
    assert figures(trust, "PA-009") == (2, 0)  # known to have been another's


@pytest.mark.clause("EL-026")
def test_an_open_shared_account_counts_as_kept_only_by_an_approval_in_force_that_says_why(trust: Organisation):
    paris = system(trust, pack="elft")
    person = Person.objects.create(organisation=trust, employee_number="1", first_name="Nia", last_name="Trevanion")
    for username, status, gone_on in (("WARD1", "active", None), ("ward2", "locked", None), ("old", "active", None), ("none", "active", None),
                                      ("shut", "closed", None), ("gone", "active", TODAY)):  # fmt: skip
        Account.objects.create(
            organisation=trust, system=paris, username=username, status=status, kind="generic", seen_on=TODAY, gone_on=gone_on
        )
    assert figures(trust, "EL-026") == (4, 0)
    for username, reason, expires_on in (
        ("ward1", "One screen for the ward", TODAY),
        ("ward2", "", TODAY),
        ("old", "x", TODAY - timedelta(days=1)),
        ("shut", "x", TODAY),
    ):
        GenericApproval.objects.create(
            organisation=trust,
            system=paris,
            username=username,
            owner=person,
            ig_approved_on=date(2026, 1, 1),
            expires_on=expires_on,
            reason=reason,
        )
    assert figures(trust, "EL-026") == (4, 1)


@pytest.mark.clause("EL-023")
def test_changes_made_by_hand_count_once_an_export_has_answered(trust: Organisation):
    system(trust, pack="elft")
    for key, state, proof, said in (
        ("a", "closed", "No longer found", NOW),
        ("b", "open", "", NOW),
        ("c", "said_done", "", NOW),
        ("d", "closed", "x", None),
    ):
        Task.objects.create(
            organisation=trust, key=key, kind="account.inactive", title="Lock", why="Yours", step="lock", role="system_administrator",
            raised_on=TODAY, due_on=TODAY, state=state, proof=proof, said_done_at=said,
        )  # fmt: skip
    assert figures(trust, "EL-023") == (2, 1)


@pytest.mark.clause("PA-096", "LR-054")
@pytest.mark.parametrize(("pack", "document", "clause", "on", "complies"), [
    ("tewv", "paris", "PA-096", date(2024, 5, 12), 1), ("tewv", "paris", "PA-096", date(2024, 5, 13), 0),
    ("llr", "sop", "LR-054", date(2025, 1, 9), 1), ("llr", "sop", "LR-054", date(2025, 1, 10), 0),
])  # fmt: skip
def test_a_document_past_its_review_is_to_put_right_and_late(
    trust: Organisation, pack: str, document: str, clause: str, on: date, complies: int
):
    adopt_document(organisation=trust, pack=pack, document=document, from_on=date(2022, 1, 1), now=NOW, by="cli/ops")
    counted = counts(organisation_id=trust.pk, on=on)
    assert (counted.measures[clause].total, counted.measures[clause].complies) == (1, complies)
    assert counted.measures[clause].late == 1 - complies


def test_a_trust_that_has_loaded_nothing_is_counted_without_fault(trust: Organisation):
    counted = counts(organisation_id=trust.pk, on=TODAY)
    assert counted.compared_at is None and all(m.total == 0 for m in counted.measures.values())


def test_every_clause_that_is_measured_exists_and_says_what_it_counts(trust: Organisation):
    for pack in ("tewv", "elft", "llr", "base"):
        for entry in load(pack).register or [None]:
            account(system(trust, f"{pack}-{entry.code if entry else 'x'}", pack))
    run(trust)
    for pack, document in documents():
        adopt_document(organisation=trust, pack=pack, document=document, from_on=TODAY, now=NOW, by="cli/ops")
    known = counts(organisation_id=trust.pk, on=TODAY).measures
    assert known.keys() <= clauses().keys()
    assert [c for c in known if not (c in carried() and carried()[c].counts)] == []
    assert len(known) > 40


def test_two_rooms_that_count_one_duty_are_noticed(trust: Organisation):
    def twice(*, organisation_id, on):
        return {"runs.nightly": Measured(1, 1)}

    with pytest.raises(ValueError, match=r"runs\.nightly"):
        procedures.collected(organisation_id=trust.pk, on=TODAY, rooms=(Room("a", measures=twice), Room("b", measures=twice)))


def test_counts_that_a_pack_puts_under_one_clause_are_added_and_a_house_rule_is_none(trust: Organisation):
    def rooms(*, organisation_id, on):
        return {
            "EL-009": Measured(3, 0),
            "runs.nightly": Measured(4, 3, "/nights/"),
            "PA-032": Measured(2, 0, "/worse/"),
            "work.evidence": Measured(1, 1),
            "house": Measured(9, 9),
        }

    assert procedures.collected(organisation_id=trust.pk, on=TODAY, rooms=(Room("a", measures=rooms),)) == {
        "PA-032": Measured(6, 3, "/worse/")
    }


def test_a_duty_is_counted_under_the_clause_of_each_pack_that_is_run(trust: Organisation):
    def rooms(*, organisation_id, on):
        return {"factor.second": Measured(2, 1), "work.evidence": Measured(1, 1)}

    def shown() -> set[str]:
        return procedures.collected(organisation_id=trust.pk, on=TODAY, rooms=(Room("a", measures=rooms),)).keys()

    assert shown() == set()
    system(trust, pack="elft")
    assert shown() == {"EL-023"}
    adopt_document(organisation=trust, pack="llr", document="sop", from_on=TODAY, now=NOW, by="cli/ops")
    assert shown() == {"EL-023", "LR-027"}


def test_counting_costs_the_same_however_much_there_is(trust: Organisation):
    adopt_document(organisation=trust, pack="tewv", document="paris", from_on=TODAY, now=NOW, by="cli/ops")
    account(system(trust))
    account(system(trust, "rio", "elft"))  # what a pack asks for may cost a query, another system of it none
    counts(organisation_id=trust.pk, on=TODAY)
    with CaptureQueriesContext(connection) as few:
        procedure(organisation_id=trust.pk, document="paris", on=TODAY)
    for n in range(5):
        more = system(trust, f"s{n}", "elft")
        for _ in range(8):
            finding(account(more), clause="EL-035")
    with CaptureQueriesContext(connection) as many:
        procedure(organisation_id=trust.pk, document="paris", on=TODAY)
    assert len(few) == len(many) <= 32  # a run keeps what a dozen of them find


@pytest.mark.clause("PA-001")
def test_the_report_has_all_clauses_with_and_without_an_organisation(trust: Organisation):
    finding(account(system(trust)))
    bare, full = clauses_report(None, on=TODAY), clauses_report(trust, on=TODAY)
    assert len(bare) == len(full) == 373 and len({r["id"] for r in full}) == 373
    assert all(list(r) == ["id", "kind", "state", "level", "rules", "tests", "breaks", "measure"] for r in full)
    assert all(r["measure"] is None for r in bare)
    by_id = {r["id"]: r for r in full}
    counted = carried()["PA-033"].counts
    assert by_id["PA-033"]["measure"] == {"total": 1, "complies": 0, "counts": counted}
    assert by_id["PA-033"]["level"] == "proved" and all(by_id["PA-033"][name] for name in ("rules", "tests", "breaks"))
    assert [by_id["PA-070"][name] for name in ("state", "level", "rules", "measure")] == ["missing", None, [], None]
    assert by_id["PA-008"]["state"] == "partly"
    assert all(r["tests"] and r["breaks"] and r["level"] for r in full if r["state"] == "done")
