"""From files to findings to work, and back: what one comparison after another does to findings and tasks."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Q

from careward.access.accounts import actions
from careward.access.accounts.finding_lines import Reach, to_put_right_under
from careward.access.accounts.measures import measures
from careward.access.accounts.models import Account, Finding, FindingAccount, FindingMove, Run
from careward.access.accounts.touched import on_systems, under_clause
from careward.access.feeds.reading import FEED_READER
from careward.core.decision import Refused
from careward.core.ports import FeedFile, Reading
from careward.core.rights import EVERYWHERE, Rights
from careward.engines.synthetic.trust import make_trust
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.jobs.engine import engine, memory_for
from careward.jobs.reconcile import reconcile
from careward.people.staff.models import Organisation, Person
from careward.people.staff.packs import tied_clauses
from careward.systems.register.models import System
from careward.work.approvals.models import Approval
from careward.work.tasks import actions as work
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.rules import Doer
from tests.make import compared, feeds
from tests.make.compared import NOW, ON
from tests.make.people import organisation, ready
from tests.make.rights import granted

pytestmark = pytest.mark.django_db

SYSTEMS = feeds.feed_file("systems", {"pack": "tewv"})
ADMINISTRATOR = Doer(None, frozenset(), granted("system_administrator"))
TRAINED = feeds.feed_file(
    "training",
    *({"employee_number": f"E{n}", "course_code": c} for n in range(1, 30) for c in ("data-security", "paris-e-learning")),
)


def staff(count: int = 2, left: int = 0) -> FeedFile:
    """Colleagues, all managed by the second; the first so many left the day before."""
    ended = {n: ON - timedelta(days=1) for n in range(1, left + 1)}
    return feeds.staff(
        *(feeds.someone(n, supervisor_employee_number="E2" if n != 2 else "", end_on=ended.get(n)) for n in range(1, count + 1))
    )


def authorised(*numbers: int) -> FeedFile:
    return feeds.feed_file(
        "authorisations",
        *({"employee_number": f"E{n}", "approved_by_employee_number": "E2" if n != 2 else "E1", "roles": "nurse;viewer"} for n in numbers),
    )


def account(**changes: object) -> FeedFile:
    return feeds.feed_file("accounts", {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=3), **changes})


def in_order() -> Organisation:
    """One person with one account, and nothing wrong."""
    here = organisation()
    compared.load(here, SYSTEMS, staff(28), TRAINED, authorised(*range(1, 29)), account())
    return here


def only_finding() -> Finding:
    return Finding.objects.get(closed_on=None)


def test_an_account_with_nothing_wrong_carries_none():
    here = in_order()
    assert compared.compare(here).found == ()
    assert not Finding.objects.exists() and not Task.objects.exists()
    assert Account.objects.get().person == Person.objects.get(employee_number="E1")


@pytest.mark.clause("PA-029", "EL-023")
def test_a_leaver_is_found_given_to_the_administrator_and_read_back():
    here = in_order()
    compared.load(here, staff(28, left=1))
    compared.compare(here)
    finding = only_finding()
    assert (finding.code, finding.step, finding.clause, finding.who) == ("account.leaver", "close", "PA-029", "system_administrator")
    task = finding.task
    assert task.title == "Close Given1 Family1 on PARIS, account u1"
    assert task.due_on == ON + timedelta(days=1)

    work.say_done(task_id=task.pk, doer=ADMINISTRATOR, evidence="Closed in PARIS, 10:31", now=NOW, by="user/1")
    compared.load(here, account(status="closed"), now=NOW + timedelta(days=1))
    kept = compared.compare(here, on=ON + timedelta(days=1)).kept
    assert (kept.closed, kept.tasks_closed) == (1, 1)
    task.refresh_from_db()
    assert task.state == "closed"
    assert task.proof.startswith("No longer found by the comparison of 24 November 2026")
    assert list(TaskMove.objects.filter(task=task).order_by("id").values_list("became", flat=True)) == ["open", "said_done", "closed"]


@pytest.mark.clause("EL-041")
def test_a_leaver_is_work_for_the_administrator_of_a_system_of_another_procedure_too():
    here = organisation(pack="elft")
    systems = feeds.feed_file("systems", {"code": "rio", "name": "RiO", "pack": "elft"})
    used = {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=3)}
    compared.load(here, systems, staff(28, left=1), feeds.feed_file("accounts", used, system="rio"))
    compared.compare(here)
    finding = Finding.objects.get(code="account.leaver")
    assert (finding.step, finding.clause, finding.who, finding.task.step) == ("close", "EL-041", "system_administrator", "close")


@pytest.mark.clause("PA-002")
def test_each_system_is_compared_by_the_procedure_of_its_own_and_not_by_the_organisation_s():
    here = organisation(pack="tewv")
    systems = feeds.feed_file("systems", {"pack": "tewv"}, {"code": "rio", "name": "RiO", "pack": "elft"})
    used = {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=89)}
    compared.load(here, systems, staff(28), feeds.feed_file("accounts", used), feeds.feed_file("accounts", used, system="rio"))
    compared.compare(here)
    idle = Finding.objects.filter(code="account.inactive").values_list("system__code", "step", "clause")
    assert list(idle) == [("rio", "warn", "EL-035")]  # it locks once its notice has run


@pytest.mark.clause("PA-035")
def test_an_account_unused_for_a_year_is_closed_by_its_administrator_and_read_back():
    here = in_order()
    compared.load(here, account(last_used_at=NOW - timedelta(days=365)))
    compared.compare(here)
    finding = Finding.objects.get(code="account.inactive")
    assert (finding.step, finding.clause, finding.task.step) == ("close", "PA-035", "close")
    work.say_done(task_id=finding.task_id, doer=ADMINISTRATOR, evidence="Closed", now=NOW, by="user/1")
    compared.load(here, account(status="closed", last_used_at=NOW - timedelta(days=365)), now=NOW + timedelta(days=1))
    compared.compare(here, on=ON + timedelta(days=1))
    assert Task.objects.get(pk=finding.task_id).state == "closed"


@pytest.mark.clause("EL-023", "PA-033")
def test_what_was_said_to_be_done_and_is_not_opens_again():
    here = in_order()
    compared.load(here, account(last_used_at=NOW - timedelta(days=90)))
    compared.compare(here)
    task = only_finding().task
    work.say_done(task_id=task.pk, doer=ADMINISTRATOR, evidence="Locked", now=NOW + timedelta(hours=6), by="user/1")
    kept = compared.compare(here, on=ON + timedelta(days=1)).kept
    task.refresh_from_db()
    assert (kept.tasks_reopened, task.state) == (0, "said_done")  # PARIS has not been heard from since
    compared.load(here, account(last_used_at=NOW - timedelta(days=90)), now=NOW + timedelta(days=1))
    kept = compared.compare(here, on=ON + timedelta(days=1)).kept
    task.refresh_from_db()
    assert (kept.tasks_reopened, task.state, task.times_reopened) == (1, "open", 1)
    assert task.proof.startswith("Still found by the comparison of 24 November 2026")


@pytest.mark.clause("EL-035", "EL-037")
def test_the_manager_is_told_a_week_before_and_the_lock_is_new_work_for_the_administrator():
    here = organisation(pack="elft")
    systems = feeds.feed_file("systems", {"code": "rio", "name": "RiO", "pack": "elft"})
    used = {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=53)}
    grant = feeds.feed_file("authorisations", {"system": "rio", "roles": "nurse;viewer"})
    compared.load(here, systems, staff(), TRAINED_TWO, grant, feeds.feed_file("accounts", used, system="rio"))
    compared.compare(here)
    finding = only_finding()
    assert (finding.step, finding.who, finding.manager.employee_number) == ("warn", "line_manager", "E2")
    warning = finding.task
    assert warning.assignee.employee_number == "E2"
    assert warning.due_on == ON + timedelta(days=7)
    assert warning.otherwise == "If you do nothing, the account is locked on 30 November 2026."

    compared.compare(here, on=ON + timedelta(days=7))
    finding = only_finding()
    warning.refresh_from_db()
    assert (finding.step, finding.who, warning.state) == ("lock", "system_administrator", "closed")
    assert finding.task_id != warning.pk and finding.task.assignee is None


@pytest.mark.clause("EL-037")
def test_a_lock_of_which_nobody_was_told_waits_for_its_notice_and_never_longer():
    here = organisation(pack="elft")
    systems = feeds.feed_file("systems", {"code": "rio", "name": "RiO", "pack": "elft"})
    used = {"username": "u1", "employee_number": "E1", "last_used_at": NOW - timedelta(days=200)}
    grant = feeds.feed_file("authorisations", {"system": "rio", "roles": "nurse;viewer"})
    compared.load(here, systems, staff(), TRAINED_TWO, grant, feeds.feed_file("accounts", used, system="rio"))
    assert [f.step for f in compared.compare(here).found] == ["lock"]  # what the figures say
    finding = only_finding()
    assert (finding.step, finding.clause, finding.who, finding.manager.employee_number) == ("warn", "EL-035", "line_manager", "E2")
    assert finding.detail.endswith("; told of on 2026-11-23, so it locks on 2026-11-30 unless it is used")
    assert finding.task.otherwise == "If you do nothing, the account is locked on 30 November 2026."
    assert not Task.objects.filter(step="lock").exists()
    compared.compare(here, on=ON + timedelta(days=6))
    assert (only_finding().step, Task.objects.filter(step="lock").count()) == ("warn", 0)
    compared.compare(here, on=ON + timedelta(days=7))
    lock = only_finding()
    assert (lock.step, lock.who, lock.asked_on, lock.task.step) == ("lock", "system_administrator", ON + timedelta(days=7), "lock")
    compared.compare(here, on=ON + timedelta(days=8))
    assert (only_finding().pk, only_finding().task_id, only_finding().step) == (lock.pk, lock.task_id, "lock")


TRAINED_TWO = feeds.feed_file("training", {"employee_number": "E1"}, {"employee_number": "E2"})


def run_out() -> FeedFile:
    """The same authorities, the first of them run out the day before."""
    rows = [
        {"employee_number": f"E{n}", "roles": "nurse;viewer"} | ({"approved_by_employee_number": "E1"} if n == 2 else {})
        for n in range(1, 29)
    ]
    return feeds.feed_file("authorisations", rows[0] | {"expires_on": ON - timedelta(days=1)}, *rows[1:])


def test_a_locked_account_whose_authority_ran_out_is_listed_and_asks_nothing_of_anybody():
    here = in_order()
    compared.load(here, run_out(), account(status="locked"))
    done = compared.compare(here)
    assert [(f.code, f.step) for f in done.found] == [("authorisation.expired", "lock")]
    assert only_finding().settled and not Task.objects.exists()


def test_a_settled_finding_that_comes_undone_raises_its_work_anew():
    here = in_order()
    compared.load(here, run_out(), account())
    compared.compare(here)
    first = only_finding().task
    compared.load(here, account(status="locked"), now=NOW + timedelta(days=1))
    compared.compare(here, on=ON + timedelta(days=1))
    first.refresh_from_db()
    assert first.state == "closed"
    compared.load(here, account(status="active"), now=NOW + timedelta(days=2))
    compared.compare(here, on=ON + timedelta(days=2))
    again = only_finding().task
    assert again.pk != first.pk and again.state == "open"


def test_a_finding_s_history_tells_each_state_it_had_and_why():
    here = in_order()
    lists = [(account(),), (account(status="locked"),), (account(status="active"),), (account(status="closed"),)]
    for day, files in enumerate(lists):
        compared.load(here, *(run_out(), *files) if not day else files, now=NOW + timedelta(days=day))
        compared.compare(here, on=ON + timedelta(days=day))
    finding = Finding.objects.get(code="authorisation.expired")
    assert (finding.state, finding.closed_on) == ("closed", ON + timedelta(days=3))
    told = FindingMove.objects.filter(finding=finding).order_by("id").values_list("move", "was", "became", "note")
    assert [(move, was, became) for move, was, became, _ in told] == [
        ("begin", "", "found"), ("ask", "found", "asked"), ("settle", "asked", "settled"), ("ask", "settled", "asked"),
        ("close", "asked", "closed"),
    ]  # fmt: skip
    assert [note for *_, note in told][1:-1] == ["found", "its step changed", "its step changed"]
    assert [note for *_, note in told][-1].startswith("no longer found by the comparison of 26 November 2026")


def test_comparing_twice_changes_nothing():
    here = in_order()
    compared.load(here, account(last_used_at=None, created_on=None, roles="nurse;prescriber;viewer"))
    compared.compare(here)
    findings, tasks = list(Finding.objects.values().order_by("id")), list(Task.objects.values().order_by("id"))
    kept = compared.compare(here).kept
    run = Run.objects.latest("id")
    assert (kept.opened, kept.closed, kept.tasks_raised, kept.tasks_closed, kept.tasks_reopened) == (0, 0, 0, 0, 0)
    assert [{**f, "run_id": run.pk} for f in findings] == list(Finding.objects.values().order_by("id"))
    assert tasks == list(Task.objects.values().order_by("id"))


def test_one_course_missing_is_one_finding_and_one_task_however_many_accounts():
    here = organisation()
    systems = feeds.feed_file("systems", {"pack": "base"}, {"code": "epma", "name": "ePMA", "pack": "base"})
    grants = feeds.feed_file("authorisations", *({"system": s, "roles": "nurse;viewer"} for s in ("paris", "epma")))
    epma = feeds.feed_file("accounts", {"username": "u1", "employee_number": "E1", "last_used_at": NOW}, system="epma")
    compared.load(here, systems, staff(), grants, account(), epma)
    compared.compare(here)
    finding = Finding.objects.get(code="training.missing")
    assert (finding.person.employee_number, finding.system, finding.account, finding.username) == ("E1", None, None, "")
    assert sorted(finding.accounts.values_list("system__code", "account__username")) == [("epma", "u1"), ("paris", "u1")]
    task = Task.objects.get(kind="training.missing")
    assert task.assignee.employee_number == "E2" and task.role == "line_manager"


def test_where_nobody_is_recorded_as_the_manager_the_administrator_is_asked():
    here = in_order()
    compared.load(
        here,
        staff(28),
        feeds.feed_file("accounts", {"username": "u2", "employee_number": "E2", "last_used_at": NOW}),
        authorised(*(n for n in range(1, 29) if n != 2)),
    )
    compared.compare(here)
    assert (only_finding().code, only_finding().who) == ("authorisation.missing", "system_administrator")


def mass_leavers() -> Organisation:
    """28 accounts; 14 of their holders have left."""
    here = in_order()
    everyone = ({"username": f"u{n}", "employee_number": f"E{n}", "last_used_at": NOW, "roles": "nurse;viewer"} for n in range(1, 29))
    compared.load(here, staff(28, left=14), feeds.feed_file("accounts", *everyone))
    return here


def test_nothing_of_an_unsafe_plan_is_raised_until_a_named_person_allows_it():
    here = mass_leavers()
    kept = compared.compare(here).kept
    assert kept.unsafe == ("paris",)
    assert Finding.objects.filter(code="account.leaver", task=None).count() == 14
    assert list(Task.objects.values_list("kind", "role")) == [("feed.unsafe", "trust_administrator")]

    row = Approval.objects.get()
    assert row.content["facts"] == [["Would be locked", "0"], ["Would be closed", "14"]] and row.content["of"] == 14
    with pytest.raises(Refused) as refused:
        allow(here, reason=" ")
    assert refused.value.decision.reasons[0].code == "reason.missing"
    assert allow(here).state == "approved"
    with pytest.raises(Refused, match=r"plan\.not_held"):
        allow(here)
    assert Entry.objects.filter(verb="approval.given").count() == 1
    assert Errand.objects.get(name="accounts.reconcile").body["by"] == "cli/ops"
    compared.compare(here)
    assert Task.objects.filter(kind="account.leaver", state="open").count() == 14


def allow(here, reason="The ward closed", by="cli/ops"):
    row = Approval.objects.filter(state="waiting").first()
    seen = row.digest if row else ""
    return actions.allow_unsafe(organisation=here, system_code="paris", seen=seen, reason=reason, now=NOW, by=by)


def test_an_allowance_is_for_exactly_what_was_seen():
    here = mass_leavers()
    compared.compare(here)
    allow(here)
    compared.load(here, staff(28, left=15), now=NOW + timedelta(hours=2))
    compared.compare(here, on=ON + timedelta(days=1))
    assert not Task.objects.filter(kind="account.leaver").exists()
    assert sorted(Approval.objects.values_list("state", flat=True)) == ["stale", "waiting"]
    compared.load(here, staff(28, left=14), now=NOW + timedelta(hours=3))
    compared.compare(here, on=ON + timedelta(days=2))
    assert not Task.objects.filter(kind="account.leaver").exists()  # once out of date it never counts again
    allow(here)
    compared.compare(here, on=ON + timedelta(days=3))
    assert Task.objects.filter(kind="account.leaver", state="open").count() == 14


def test_a_plan_that_is_no_longer_too_large_needs_nobody_s_word():
    here = mass_leavers()
    compared.compare(here)
    compared.load(here, staff(28, left=1), now=NOW + timedelta(hours=2))
    compared.compare(here, on=ON + timedelta(days=1))
    assert Approval.objects.get().state == "stale"
    assert Task.objects.filter(kind="account.leaver", state="open").count() == 1


def test_whoever_had_the_accounts_compared_does_not_decide():
    here = mass_leavers()
    first, second = (f"user/{ready('trust_administrator', at=here).pk}" for _ in range(2))
    reconcile(organisation=here, on=ON, system="", keep=True, now=NOW, by=first)
    with pytest.raises(Refused, match=r"approval\.asker"):
        allow(here, by=first)
    assert allow(here, by=second).state == "approved"


def test_nobody_says_done_without_saying_what_or_for_someone_else_or_about_themselves():
    here = in_order()
    compared.load(here, account(last_used_at=NOW - timedelta(days=90)))
    compared.compare(here)
    task = only_finding().task
    stranger = Doer(task.about_id, frozenset(), granted("clinician", also=("tasks:tasks:do",)))
    with pytest.raises(Refused) as refused:
        work.say_done(task_id=task.pk, doer=stranger, evidence="", now=NOW, by="user/1")
    assert [r.code for r in refused.value.decision.reasons] == ["task.not_yours", "task.about_yourself", "evidence.missing"]
    elsewhere = Doer(None, frozenset(), granted("system_administrator", system="rio"))
    with pytest.raises(Refused):
        work.say_done(task_id=task.pk, doer=elsewhere, evidence="Locked", now=NOW, by="user/1")
    powerless = Doer(None, frozenset(), Rights(roles={"system_administrator": EVERYWHERE}))
    with pytest.raises(Refused, match=r"permission\.missing"):
        work.say_done(task_id=task.pk, doer=powerless, evidence="Locked", now=NOW, by="user/1")
    task.refresh_from_db()
    assert task.state == "open"


def test_what_was_said_too_soon_can_be_taken_back():
    here = in_order()
    compared.load(here, account(last_used_at=NOW - timedelta(days=90)))
    compared.compare(here)
    task = only_finding().task
    work.say_done(task_id=task.pk, doer=ADMINISTRATOR, evidence="Locked", now=NOW, by="user/1")
    assert work.take_back(task_id=task.pk, doer=ADMINISTRATOR, now=NOW, by="user/1").state == "open"
    assert list(Entry.objects.filter(verb__startswith="task.").order_by("id").values_list("verb", flat=True)) == [
        "task.said_done",
        "task.taken_back",
    ]


def test_an_account_gone_from_its_export_is_not_judged_and_its_task_closes():
    here = in_order()
    both = feeds.feed_file(
        "accounts",
        {"username": "u1", "employee_number": "E1", "last_used_at": NOW},
        {"username": "ghost", "employee_number": "", "last_used_at": NOW},
    )
    compared.load(here, both)
    compared.compare(here)
    assert only_finding().code == "account.unmatched"
    compared.load(here, account(), now=NOW + timedelta(days=1))
    assert compared.compare(here, on=ON + timedelta(days=1)).kept.tasks_closed == 1


def test_one_system_alone_leaves_the_others_findings_as_they_are():
    here = organisation()
    systems = feeds.feed_file("systems", {"pack": "base"}, {"code": "epma", "name": "ePMA", "pack": "base"})
    ghosts = [
        feeds.feed_file("accounts", {"username": "ghost", "employee_number": "", "last_used_at": NOW}, system=s) for s in ("paris", "epma")
    ]
    compared.load(here, systems, staff(), *ghosts)
    compared.compare(here)
    done = compared.compare(here, system="epma")
    assert {f.system for f in done.found} == {"epma"}
    assert Finding.objects.filter(closed_on=None).count() == 2


def test_the_ledger_binds_what_was_found_and_holds_nobody():
    here = mass_leavers()
    compared.compare(here)
    entry = Entry.objects.get(verb="reconciliation.kept")
    assert entry.body["digest"] == Run.objects.get().digest and len(entry.body["digest"]) == 64
    assert "Family1" not in json.dumps(entry.body)


def test_two_organisations_never_see_each_other():
    here, there = in_order(), organisation("RX4")
    twin = feeds.staff(feeds.someone(1))
    compared.load(there, SYSTEMS, twin, feeds.feed_file("accounts", {"username": "u1", "employee_number": "E2", "last_used_at": NOW}))
    compared.compare(there)
    assert Finding.objects.get().code == "account.unmatched"  # E2 works elsewhere
    assert compared.compare(here).found == ()


def test_a_synthetic_trust_is_found_out_exactly(tmp_path: Path):
    make_trust(tmp_path, staff=150, systems=8, days=400, seed=11, on=ON)
    here = organisation("RZZ9N")
    reading: Reading = FEED_READER().read(tmp_path, profile="canonical", on=NOW.date())
    told = {(p.file, p.column) for f in reading.files for p in f.problems}
    assert reading.problems == () and told == {("generic_accounts.csv", "ig_approved_on")}  # approved tomorrow, which is planted
    compared.load(here, *reading.files)
    keys = ("system", "environment", "username", "employee_number", "code", "step", "clause")
    found = sorted(tuple(str(f.line()[k]) for k in keys) for f in compared.compare(here).found)
    lines = (tmp_path / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()
    planted = sorted(tuple(str(json.loads(line)[k]) for k in keys) for line in lines)
    assert len(planted) > 50
    assert found == planted


@pytest.mark.parametrize("seed", [3, 12])
def test_clause_pages_findings_and_tasks_agree_about_a_synthetic_trust(tmp_path: Path, seed: int):
    make_trust(tmp_path, staff=120, systems=8, days=400, seed=seed, on=ON)
    here = organisation("RZZ9N")
    compared.load(here, *FEED_READER().read(tmp_path, profile="canonical", on=NOW.date()).files)
    done = compared.compare(here)
    right = Finding.objects.filter(state__in=("found", "asked"))
    of_findings = Task.objects.exclude(state="closed").exclude(key__startswith="leaver/")
    assert {f.task_id for f in right if f.task_id} == set(of_findings.values_list("id", flat=True))
    assert all(f.due_on == f.task.due_on for f in right.exclude(task=None).select_related("task"))
    assert all(f.found_on <= f.asked_on <= ON for f in Finding.objects.all())
    within = Reach(here.pk, EVERYWHERE)
    counted = measures(organisation_id=here.pk, on=ON)
    clauses = {j.clause for j in done.found} - {"house"}
    assert len(clauses) > 8
    for clause in clauses:
        pack = tied_clauses().get(clause, ("", ""))[0]
        systems = tuple(System.objects.filter(pack=pack).values_list("code", flat=True))
        under = to_put_right_under(within, clause, systems, most=5)
        assert under.findings == right.filter(under_clause(clause) & (on_systems(systems) if systems else Q())).count()
        if clause not in counted or counted[clause].listed:  # notices, say, are what their clause asks for, and not its breach
            assert under.accounts == (counted[clause].to_put_right if clause in counted else 0), clause
    lines = {(f.system, f.environment, f.username, f.code, f.topic) for f in done.found if f.code != "feed.unsafe"}
    told = FindingAccount.objects.filter(gone_on=None).values_list(
        "system__code", "account__environment", "account__username", "finding__code", "finding__topic"
    )
    assert sorted(told) == sorted(lines)


@pytest.mark.clause("EL-058")
def test_a_list_without_a_column_of_last_use_makes_nobody_unused():
    here = organisation()
    made = {"username": "u1", "employee_number": "E1", "created_on": ON - timedelta(days=900)}
    silent = feeds.feed_file("accounts", made, without=("last_used_at",))
    compared.load(here, SYSTEMS, staff(28), TRAINED, authorised(*range(1, 29)), silent)
    assert {(f.code, f.step) for f in compared.compare(here).found} == {("account.use_unknown", "ask")}


@pytest.mark.clause("EL-009")
def test_a_look_back_opens_no_finding_before_the_account_was_made():
    here, made = in_order(), ON - timedelta(days=2)
    compared.load(here, account(employee_number="", email="", created_on=made))
    reconcile(organisation=here, on=ON - timedelta(days=10), system="", keep=True, now=NOW, by="cli/test")
    finding = Finding.objects.get(code="account.unmatched")
    assert finding.found_on == finding.asked_on == finding.accounts.get().found_on == made
    assert finding.due_on == finding.task.due_on > made
    compared.compare(here)
    finding.refresh_from_db()
    assert (finding.found_on, finding.closed_on) == (made, None)


def test_what_compares_has_memory_for_the_accounts_that_there_are(settings):
    assert [memory_for(n) for n in (0, 2_000_000, 12_000_000)] == ["600MB", "600MB", "2640MB"]
    assert engine(12_000_000).memory == "2640MB"
    settings.ENGINE_MEMORY = "1GB"
    assert engine(12_000_000).memory == "1GB"
