"""A shared account is approved by a decision: asked for on its task, decided by somebody else, written down, and found so."""

from datetime import date, timedelta

import pytest

from careward.access.accounts.approving import APPROVE, KIND
from careward.access.accounts.models import Account, AccountAnswer, Finding
from careward.access.authorisations import actions as authorisations
from careward.access.authorisations.actions import SharedName
from careward.access.authorisations.models import GenericApproval
from careward.core.decision import ALLOWED, Refused
from careward.evidence.ledger.models import Entry
from careward.jobs.reconcile import reconcile
from careward.jobs.worker import work_once
from careward.people.staff.models import Assignment, Person
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import DECIDE, Who
from careward.work.tasks import actions as work
from careward.work.tasks.answering import answer_task
from careward.work.tasks.models import Task, TaskMove
from careward.work.tasks.questions import Given
from careward.work.tasks.rules import Doer
from careward.work.tasks.whose import asked_of, seen_of
from tests.make import compared, feeds
from tests.make.compared import NOW, ON
from tests.make.people import organisation
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UNTIL = date(2027, 6, 30)
WHY = "One screen serves the whole shift"
CODE, LEFT = "account.generic_unapproved", "account.owner_left"
ADMINISTRATOR = Doer(None, frozenset(), granted("system_administrator"))
PEOPLE = ("E1", "E2", "E3")


def listed(*rows: dict) -> feeds.FeedFile:
    return feeds.feed_file("generic_accounts", *rows)


def ward(**said: object) -> feeds.FeedFile:
    return feeds.feed_file("accounts", {"username": "ward1", "kind": "generic", "employee_number": "", "last_used_at": NOW, **said})


def people(**ends: date) -> feeds.FeedFile:
    return feeds.staff(*(feeds.someone(int(n[1:]), end_on=ends.get(n)) for n in PEOPLE))


def here_with(account: feeds.FeedFile, *more: feeds.FeedFile, **ends: date):
    here = organisation()
    compared.load(here, feeds.feed_file("systems", {"pack": "elft"}), people(**ends), *more, account)
    compared.compare(here)
    return here


@pytest.fixture
def shared():
    """A shared account that nobody has approved, and its task."""
    return here_with(ward())


def task(code: str = CODE) -> Task:
    return Task.objects.filter(kind=code).exclude(state="closed").get()


def given(until: date | None = UNTIL, number: str = "E1", reason: str = WHY) -> Given:
    return Given("approve", until, number, reason)


def answer(said: Given, of: Task | None = None, now=NOW + HOUR, doer: Doer = ADMINISTRATOR, by: str = "user/1", **more) -> Task:
    of = of or task()
    return answer_task(task_id=of.pk, organisation_id=of.organisation_id, doer=doer, given=said, now=now, by=by, **more)


def run_errands(now) -> None:
    while work_once(now=now, worker="test"):
        pass


def asked(now=NOW + HOUR, **said: object) -> Approval:
    answer(given(**said), now=now)
    run_errands(now)
    return Approval.objects.filter(kind=KIND).latest("id")


def decide(row: Approval, *, approves: bool = True, by: str = "user/2", person: int | None = None, now=NOW + 2 * HOUR, reason="") -> None:
    approvals.answer(
        approval_id=row.pk, organisation_id=row.organisation_id, who=Who(by, person), holds=frozenset({DECIDE}), may=ALLOWED,
        approves=approves, seen=row.digest, reason=reason or "They have looked at the ward and its screen", now=now, by=by,
    )  # fmt: skip
    run_errands(now)


def codes(refused) -> list[tuple[str, str]]:
    return [(r.code, r.clause) for r in refused.value.decision.reasons]


def found(here, day: int = 0) -> list[str]:
    return sorted(f.code for f in compared.compare(here, on=ON + day * DAY).found if f.code in (CODE, LEFT))


def verbs(*names: str) -> list[str]:
    return list(Entry.objects.filter(verb__in=names).order_by("pk").values_list("verb", flat=True))


@pytest.mark.clause("EL-026", "EL-027")
def test_an_approval_is_asked_for_decided_by_another_written_down_and_found_by_the_next_comparison(shared):
    before = task()
    assert (before.role, before.step, before.question["kind"]) == ("system_administrator", "lock", "approval")
    row = asked()
    assert (row.permission, row.system_code, row.asked_by, row.about) == (
        APPROVE,
        "paris",
        "user/1",
        Person.objects.get(employee_number="E1"),
    )
    assert ["Answers for it", "Given1 Family1, staff number E1"] in row.content["facts"]
    assert ["To be approved until", "30 June 2027"] in row.content["facts"] and ["User name", "ward1"] in row.content["facts"]
    assert task().state == "answered" and found(shared) == [CODE]
    decide(row)
    made = GenericApproval.objects.get()
    assert (made.username, made.owner.employee_number, made.expires_on, made.ig_approved_on) == ("ward1", "E1", UNTIL, ON)
    assert (made.source, made.request, made.reason) == ("decided", row, WHY)
    before.refresh_from_db()
    assert before.state == "closed" and before.proof.startswith("No longer found")
    assert not Finding.objects.filter(code=CODE, closed_on=None).exists()
    told = ["account.approval_asked", "approval.asked", "approval.given", "shared_account.approved", "account.answer_ended"]
    assert sorted(verbs(*told)) == sorted(told)
    assert Entry.objects.get(verb="shared_account.approved").actor == "user/2"
    assert found(shared, 30) == []


@pytest.mark.clause("EL-027")
def test_an_approval_decided_here_runs_out_on_its_day_and_is_asked_for_anew(shared):
    decide(asked(until=ON + 9 * DAY))
    assert [found(shared, day) for day in (1, 9, 10)] == [[], [], [CODE]]
    row = asked(now=NOW + 10 * DAY + HOUR)
    decide(row, now=NOW + 10 * DAY + 2 * HOUR)
    assert GenericApproval.objects.count() == 2 and found(shared, 11) == []


@pytest.mark.clause("EL-027")
@pytest.mark.parametrize(("by", "person"), [("user/1", None), ("user/9", "E1")])
def test_neither_whoever_asked_nor_whoever_is_to_answer_for_it_decides(shared, by, person):
    row = asked()
    number = Person.objects.get(employee_number=person).pk if person else None
    with pytest.raises(Refused) as refused:
        decide(row, by=by, person=number)
    assert [code for code, _ in codes(refused)] == ["approval.oneself" if person else "approval.asker"]
    assert not GenericApproval.objects.exists()


@pytest.mark.clause("EL-026", "EL-027")
def test_what_is_asked_for_is_refused_with_every_reason_and_the_clause_of_the_pack():
    here_with(ward(), E2=ON - DAY, E3=UNTIL - DAY)
    far = ON + timedelta(days=366)
    for said, expected in (
        (given(until=far), [("until.too_far", "EL-027")]),
        (given(until=far, number="E2"), [("until.too_far", "EL-027"), ("number.not_in_post", "EL-027")]),
        (given(number="E3"), [("number.leaving", "EL-027")]),
        (given(until=None, number="X", reason=""), [("until.missing", "house"), ("number.missing", "house"), ("reason.missing", "EL-026")]),
        (given(reason="......"), [("reason.missing", "EL-026")]),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            answer(said)
        assert codes(refused) == expected
        assert all(r.detail and r.remedy for r in refused.value.decision.reasons)
    assert task().state == "open" and not Approval.objects.exists()
    asked(until=far - DAY)


@pytest.mark.clause("EL-027")
def test_refused_it_asks_again_and_says_who_refused_it_and_why(shared):
    decide(asked(), approves=False, reason="Each nurse has an account of their own")
    of = task()
    assert (of.state, of.times_reopened) == ("open", 1) and not GenericApproval.objects.exists()
    shown = dict(asked_of(of, ON).facts)["Asked before"]
    assert shown.startswith("To be approved until 30 June 2027. Refused by") and shown.endswith("Each nurse has an account of their own")
    assert found(shared, 1) == [CODE]
    decide(asked(now=NOW + DAY + HOUR, number="E2"), now=NOW + DAY + 2 * HOUR)
    assert found(shared, 2) == [] and GenericApproval.objects.get().owner.employee_number == "E2"


def test_taken_back_before_it_is_decided_the_request_is_withdrawn(shared):
    row = asked()
    work.take_back(task_id=task().pk, doer=ADMINISTRATOR, now=NOW + 2 * HOUR, by="user/7")
    run_errands(NOW + 2 * HOUR)
    row.refresh_from_db()
    assert row.state == "withdrawn" and AccountAnswer.objects.get().why_ended == "taken back"
    with pytest.raises(Refused) as refused:
        decide(row, now=NOW + 3 * HOUR)
    assert codes(refused)[0][0] == "state.wrong" and task().state == "open"


def test_taken_back_after_the_decision_and_before_it_is_written_down_nothing_is_approved(shared):
    row = asked()
    approvals.answer(
        approval_id=row.pk, organisation_id=row.organisation_id, who=Who("user/2"), holds=frozenset({DECIDE}), may=ALLOWED,
        approves=True, seen=row.digest, reason="They have looked at it", now=NOW + 2 * HOUR, by="user/2",
    )  # fmt: skip
    AccountAnswer.objects.update(ended_at=NOW)
    run_errands(NOW + 3 * HOUR)
    row.refresh_from_db()
    assert row.state == "stale" and not GenericApproval.objects.exists()


@pytest.mark.clause("EL-027")
@pytest.mark.parametrize("change", [{"display_name": "Ward one"}, {"status": "locked"}, {"email": "ward@x.example"}])
def test_when_the_account_changes_meanwhile_the_request_is_out_of_date_and_the_task_says_so(shared, change):
    row = asked()
    compared.load(shared, ward(**change), now=NOW + 3 * HOUR)
    compared.compare(shared, on=ON + DAY)
    row.refresh_from_db()
    assert row.state == "stale" and AccountAnswer.objects.get().why_ended.startswith("out of date: what was asked about has changed:")
    if change.get("status") != "locked":  # locked, nobody need act
        assert task().state == "open" and "Out of date" in dict(asked_of(task(), ON).facts)["Asked before"]


def test_a_decision_about_what_has_changed_writes_nothing_and_asks_again(shared):
    row = asked()
    Account.objects.update(display_name="Another ward")
    decide(row)
    row.refresh_from_db()
    assert row.state == "stale" and not GenericApproval.objects.exists() and task().state == "open"
    why = "out of date: what was asked about has changed: name it gives was Carol Dewhurst and is Another ward"
    assert AccountAnswer.objects.get().why_ended == why


def test_an_owner_who_leaves_meanwhile_makes_the_request_out_of_date(shared):
    row = asked()
    compared.load(shared, people(E1=ON), now=NOW + 3 * HOUR)
    compared.compare(shared, on=ON + DAY)
    row.refresh_from_db()
    assert row.state == "stale" and AccountAnswer.objects.get().why_ended == "out of date: They left on 23 November 2026"


def test_what_the_list_of_approved_accounts_approves_meanwhile_needs_no_decision(shared):
    row = asked()
    compared.load(shared, listed({"owner_employee_number": "E2"}), now=NOW + 3 * HOUR)
    compared.compare(shared, on=ON + DAY)
    row.refresh_from_db()
    assert row.state == "stale" and AccountAnswer.objects.get().why_ended.endswith("it needs no approval any more")
    assert not Task.objects.exclude(state="closed").exists()


def test_a_request_that_nobody_decides_holds_its_task_no_longer_than_it_was_due(shared):
    row, due = asked(), task().due_on
    compared.load(shared, ward(), now=NOW + DAY)
    for day in range(1, (due - ON).days + 1):
        compared.compare(shared, on=ON + day * DAY)
        assert task().state == "answered"
    compared.compare(shared, on=due + DAY)
    assert task().state == "open" and dict(asked_of(task(), due).facts)["Asked"].endswith(
        "which waits for a decision since 23 November 2026"
    )
    decide(row, now=NOW + (due - ON + 2 * DAY))
    assert not Task.objects.exclude(state="closed").exists() and GenericApproval.objects.count() == 1


def test_asked_again_otherwise_the_earlier_request_is_withdrawn(shared):
    first = asked()
    work.take_back(task_id=task().pk, doer=ADMINISTRATOR, now=NOW + 2 * HOUR, by="user/1")
    answer(given(number="E2"), now=NOW + 2 * HOUR)
    run_errands(NOW + 3 * HOUR)
    first.refresh_from_db()
    assert first.state == "withdrawn" and Approval.objects.filter(state="waiting").get().about.employee_number == "E2"


def test_an_answer_to_what_was_not_shown_asks_for_nothing(shared):
    seen = seen_of(task(), asked_of(task(), ON))
    Account.objects.update(display_name="Another ward")
    with pytest.raises(Refused) as refused:
        answer(given(), seen=seen)
    assert codes(refused) == [("task.changed", "house")]


def test_a_service_account_is_asked_about_and_approved_the_same_way_or_arranged_for():
    here = here_with(ward(username="svc", kind="service"))
    assert [o.answer for o in asked_of(task(), ON).options] == ["approve", "arranged", "not_mine", "cannot"]
    decide(asked())
    assert found(here) == []


# ---- beside the list of approved accounts


@pytest.mark.clause("EL-027")
def test_a_full_list_that_does_not_name_ours_leaves_it_and_ends_its_own(shared):
    compared.load(shared, ward(), listed({"username": "other"}), now=NOW)
    decide(asked())
    compared.load(shared, listed({"username": "third"}), now=NOW + DAY)
    assert found(shared, 1) == []
    assert {(r.username, r.source, r.gone_on is not None) for r in GenericApproval.objects.all()} == {
        ("ward1", "decided", False), ("other", "listed", True), ("third", "listed", False),
    }  # fmt: skip


def test_a_list_that_names_the_same_account_of_the_same_day_stands_beside_ours(shared):
    decide(asked(until=ON + 5 * DAY))
    row = {"owner_employee_number": "E2", "ig_approved_on": ON, "expires_on": ON + 9 * DAY}
    compared.load(shared, listed(row), now=NOW + DAY)
    assert GenericApproval.objects.filter(gone_on=None).count() == 2
    assert [found(shared, day) for day in (5, 9, 10)] == [[], [], [CODE]]


def test_taking_a_load_back_leaves_ours(shared):
    from careward.access.feeds import actions as loading
    from careward.access.feeds.models import Load

    decide(asked())
    compared.load(shared, listed({"username": "other"}), now=NOW + DAY)
    loading.undo_load(load_id=Load.objects.latest("id").pk, now=NOW + DAY + HOUR, by="cli/test")
    assert [r.username for r in GenericApproval.objects.all()] == ["ward1"]


# ---- a new owner


def name(number: str, now=NOW + HOUR, person: int | None = None, run: bool = True) -> Task:
    of = answer(Given("is", number=number), task(LEFT), now=now, doer=Doer(person, frozenset(), granted("head_of_ig")), by="user/3")
    if run:
        run_errands(now)
    return of


@pytest.fixture
def left():
    """A shared account on the list of approved ones until 5 January 2027, whose owner left yesterday."""
    return here_with(ward(), listed({"owner_employee_number": "E2"}), E2=ON - DAY, E3=date(2026, 12, 31))


@pytest.mark.clause("EL-027")
def test_a_new_owner_in_post_answers_for_the_account_and_the_next_comparison_finds_it_so(left):
    of = name("E1")
    assert of.role == "head_of_ig" and of.evidence == "Given1 Family1 answers for it"
    of.refresh_from_db()
    assert of.state == "closed" and found(left, 1) == []
    row = GenericApproval.objects.get()
    assert (row.owner.employee_number, row.new_owner.employee_number, row.instead_of.employee_number) == ("E2", "E1", "E2")
    assert Account.objects.get().bound is None
    assert Entry.objects.get(verb="shared_account.owner_named").actor == "user/3" and verbs("account.owner_said") == ["account.owner_said"]


@pytest.mark.clause("EL-027")
def test_whoever_has_left_leaves_before_the_end_or_answers_for_themselves_is_no_new_owner(left):
    me = Person.objects.get(employee_number="E1").pk
    for number, person, expected in (
        ("E2", None, ("number.not_in_post", "EL-027")), ("E3", None, ("number.leaving", "EL-027")), ("E1", me, ("task.oneself", "house")),
        ("X", None, ("number.missing", "house")),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            name(number, person=person)
        assert codes(refused) == [expected]
    assert GenericApproval.objects.get().new_owner is None and task(LEFT).state == "open"


def test_a_list_loaded_again_leaves_the_new_owner_and_one_that_names_another_speaks_itself(left):
    name("E1")
    compared.load(left, listed({"owner_employee_number": "E2", "reason": "Another reason"}), now=NOW + DAY)
    assert found(left, 1) == []
    compared.load(left, listed({"owner_employee_number": "E3"}), now=NOW + 2 * DAY)
    assert found(left, 2) == []
    last = date(2027, 1, 1)
    assert found(left, (last - ON).days) == [LEFT]  # E3 left the day before, whoever was named instead of E2


def test_a_new_owner_who_leaves_is_asked_about_in_turn(left):
    name("E1")
    compared.load(left, people(E1=ON + DAY, E2=ON - DAY), now=NOW + DAY)
    assert found(left, 2) == [LEFT]
    name("E3", now=NOW + 2 * DAY + HOUR)
    row = GenericApproval.objects.get()
    assert (row.new_owner.employee_number, row.instead_of.employee_number) == ("E3", "E2") and found(left, 3) == []
    assert [a.why_ended for a in AccountAnswer.objects.order_by("pk")] == ["answered anew", ""]
    assert verbs("shared_account.owner_unnamed") == ["shared_account.owner_unnamed"]


def test_a_new_owner_taken_back_before_it_is_acted_on_is_nobody_s(left):
    name("E1", run=False)
    doer = Doer(None, frozenset(), granted("head_of_ig"))
    work.take_back(task_id=task(LEFT).pk, doer=doer, now=NOW + 2 * HOUR, by="user/3")
    run_errands(NOW + 3 * HOUR)
    assert GenericApproval.objects.get().new_owner is None and found(left) == [LEFT]


def test_a_new_owner_who_has_left_when_it_is_acted_on_is_asked_for_again(left):
    name("E1", run=False)
    Assignment.objects.filter(person__employee_number="E1").update(end_on=ON - DAY)
    run_errands(NOW + 2 * HOUR)
    of = task(LEFT)
    assert of.state == "open" and GenericApproval.objects.get().new_owner is None
    assert TaskMove.objects.filter(task=of).latest("id").note == "They left on 22 November 2026"


def test_the_owner_of_what_was_decided_here_is_replaced_the_same_way(shared):
    decide(asked())
    compared.load(shared, people(E1=ON + DAY), now=NOW + DAY)
    assert found(shared, 2) == [LEFT]
    name("E2", now=NOW + 2 * DAY + HOUR)
    assert found(shared, 3) == [] and GenericApproval.objects.get().new_owner.employee_number == "E2"


# ---- one account and all at once


def test_one_account_and_all_at_once_read_both_lists_and_the_new_owner_alike(left):
    from careward.access.accounts.rules import own
    from careward.access.accounts.rules.shapes import ApprovedGeneric, SeenAccount
    from careward.jobs.extract import tables
    from careward.people.staff.rules import Tenure

    def alone(day: int) -> list[str]:
        on = ON + day * DAY
        posts = {p.person_id: (Tenure(p.status, p.end_on, p.gone_on, p.start_on),) for p in Assignment.objects.all()}
        rows = tables(left)["generic"].read_all().to_pylist()
        given = [ApprovedGeneric(r["system"], r["username"], r["approved_on"], r["expires_on"], posts[r["owner_id"]]) for r in rows]
        account = SeenAccount(1, "paris", "live", "ward1", "active", "generic")
        return sorted(w.code for w in (*own.generic_unapproved(account, given, on), *own.owner_left(account, given, on)))

    days = (0, 1, 39, 40, 43, 44, 45, 219, 220)
    assert [alone(day) for day in days] == [found_on(left, day) for day in days]
    name("E1")
    assert [alone(day) for day in days] == [found_on(left, day) for day in days] and alone(1) == [] and alone(44) == [CODE]
    system = Account.objects.get().system
    row = Approval.objects.create(organisation=left, kind=KIND, subject_kind="account", subject_key="1", title="t", content={}, digest="d",
        permission=APPROVE, asked_at=NOW, asked_by="user/1", state="approved")  # fmt: skip
    of = SharedName(system, "WARD1", "account/1")
    authorisations.approve_shared(
        of=of, owner_id=Person.objects.get(employee_number="E3").pk, until=UNTIL, reason=WHY, request_id=row.pk, on=ON, now=NOW, by="user/2"
    )
    assert [alone(day) for day in days] == [found_on(left, day) for day in days] and alone(45) == [LEFT] and alone(220) == [CODE]


def found_on(here, day: int) -> list[str]:
    """What all at once finds on a day, kept nowhere."""
    lines = reconcile(organisation=here, on=ON + day * DAY, system="", keep=False, now=NOW, by="test").found
    return sorted(f.code for f in lines if f.code in (CODE, LEFT))


def test_an_owner_of_what_nobody_approved_is_nobody_and_nothing_is_written_down():
    here = here_with(ward())
    name = SharedName(here.system_set.get(), "ward1", "account/1")
    before = Entry.objects.count()
    owner = Person.objects.order_by("id")[0].pk
    assert authorisations.name_owner(of=name, owner_id=owner, on=ON, now=NOW, by="user/1") == 0
    assert authorisations.unname_owner(of=name, owner_id=owner, now=NOW, by="user/1") == 0
    assert Entry.objects.count() == before
