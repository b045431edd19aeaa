"""One answer to the questions of many tasks and findings: each weighed as alone, and each refusal told of that one."""

from datetime import timedelta

import pytest

from careward.access.accounts.acting import act_on_findings, finding_digest
from careward.access.accounts.answering import take_answer
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.models import AccountAnswer, Finding
from careward.access.accounts.tasks import ANSWERED
from careward.core.decision import Refused
from careward.core.rights import EVERYWHERE
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.work.tasks import questions
from careward.work.tasks.answering import answer_task
from careward.work.tasks.answers_together import answer_together
from careward.work.tasks.models import Task, TaskAnswer, TaskMove
from careward.work.tasks.questions import Given
from careward.work.tasks.rules import Doer
from careward.work.tasks.together import say_done_together
from careward.work.tasks.whose import shown_of
from tests.make import found, people
from tests.make.people import NOW, TODAY
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
BY = "user/1"
UNTIL = TODAY + timedelta(days=30)


@pytest.fixture
def trust() -> Organisation:
    return people.organisation()


@pytest.fixture
def paris(trust):
    return found.system(trust)


def admin(person_id: int | None = None, system: str = "paris") -> Doer:
    return Doer(person_id, frozenset(), granted("system_administrator", system=system))


def asked(trust: Organisation, question=None, **more) -> Task:
    """A task that asks whether an account of somebody is still needed, or something else."""
    question = question or questions.still_needed("PARIS")
    facts = {"step": "warn", "kind": "account.inactive", "question": {**question.as_data(), "tells": ANSWERED}, **more}
    return found.task(trust, **facts)


def about(trust: Organisation, paris, question=None, **more) -> Task:
    account = more.pop("account", None) or found.account(paris)
    return asked(trust, question, link=f"account/{account.pk}", **more)


def chosen(*tasks: Task) -> dict[int, str]:
    return {task.pk: shown_of(task) for task in tasks}


def answered(trust: Organisation, tasks: dict[int, str], given: Given, who: Doer | None = None, kind: str = "still_needed"):
    return answer_together(organisation_id=trust.pk, chosen=tasks, doer=who or admin(), kind=kind, given=given, now=NOW, by=BY)


def codes(outcome) -> dict[int, list[str]]:
    return {each.id: [reason.code for reason in each.reasons] for each in outcome.refused}


@pytest.mark.clause("EL-059")
def test_one_answer_to_many_is_kept_of_each_as_it_is_alone(trust, paris):
    many, alone = [about(trust, paris) for _ in range(12)], about(trust, paris)
    given = Given("still_needed", UNTIL)
    outcome = answered(trust, chosen(*many), given)
    answer_task(task_id=alone.pk, organisation_id=trust.pk, doer=admin(), given=given, now=NOW, by=BY)
    assert sorted(outcome.done) == [t.pk for t in many] and outcome.refused == ()
    of_task = ("state", "evidence", "answered_until", "said_done_at", "said_done_by")
    assert len(set(Task.objects.values_list(*of_task))) == 1 and Task.objects.get(pk=alone.pk).state == "answered"
    assert len(set(TaskMove.objects.values_list("move", "was", "became", "note", "by", "at"))) == 1
    assert len(set(TaskAnswer.objects.values_list("answer", "until", "reason", "person", "by", "at", "taken_back_at"))) == 1
    assert TaskMove.objects.count() == TaskAnswer.objects.count() == Entry.objects.filter(verb="task.answered").count() == 13
    assert Entry.objects.get(subject=f"task/{many[0].pk}").body == {"clause": "PA-029", "answer": "still_needed", "of": 12}
    assert {(e.name, e.body["by"]) for e in Errand.objects.all()} == {(ANSWERED, BY)} and Errand.objects.count() == 13


def test_what_follows_an_answer_follows_each_of_many(trust, paris):
    tasks = [about(trust, paris) for _ in range(3)]
    answered(trust, chosen(*tasks), Given("not_needed"))
    for task in tasks:
        take_answer(organisation=trust, task_id=task.pk, now=NOW, by=BY)
    assert set(AccountAnswer.objects.values_list("answer", flat=True)) == {"not_needed"} and AccountAnswer.objects.count() == 3


def test_what_is_refused_for_one_is_told_of_that_one_and_the_others_are_answered(trust, paris):
    me = people.staff(trust, "Ada Min")
    good, mine = about(trust, paris), about(trust, paris, about=me)
    said, elsewhere = about(trust, paris, state="answered", said_done_at=NOW), about(trust, paris, system_code="rio")
    other, lock, changed = about(trust, paris, questions.has_gone("Carol")), found.task(trust, step="lock"), about(trust, paris)
    tasks = chosen(good, mine, said, elsewhere, other, lock, changed)
    Task.objects.filter(pk=changed.pk).update(title="Say whether another still needs it")
    foreign = found.task(people.organisation("RX4"))
    outcome = answered(trust, {**tasks, foreign.pk: ""}, Given("still_needed", UNTIL), admin(me.pk))
    assert outcome.done == (good.pk,)
    assert codes(outcome) == {
        mine.pk: ["task.about_yourself"],
        said.pk: ["task.moved_on"],
        elsewhere.pk: ["task.not_yours", "permission.missing"],
        other.pk: ["task.asks_else"],
        lock.pk: ["task.asks_nothing"],
        changed.pk: ["task.changed"],
        foreign.pk: ["task.not_there"],
    }
    assert TaskAnswer.objects.count() == Entry.objects.count() == TaskMove.objects.count() == 1


def test_a_mistake_in_what_was_typed_is_told_once_and_nothing_is_answered(trust, paris):
    tasks = chosen(*(about(trust, paris) for _ in range(3)))
    for given, code in (
        (Given(), "choice.missing"),
        (Given("still_needed"), "until.missing"),
        (Given("still_needed", TODAY - timedelta(days=1)), "until.past"),
        (Given("not_mine", number="nobody"), "number.missing"),
        (Given("cannot"), "reason.missing"),
    ):
        with pytest.raises(Refused) as refused:
            answered(trust, tasks, given)
        assert [r.code for r in refused.value.decision.reasons] == [code]
    assert not TaskMove.objects.exists() and not Entry.objects.exists()


def test_nobody_says_of_many_that_they_are_their_own(trust, paris):
    me = people.staff(trust, "Ada Min")
    tasks = [about(trust, paris, questions.whose("it"), kind="account.unmatched") for _ in range(2)]
    outcome = answered(trust, chosen(*tasks), Given("is", number=me.employee_number), admin(me.pk), "whose")
    assert outcome.done == () and codes(outcome) == {t.pk: ["task.oneself"] for t in tasks}
    theirs = people.staff(trust, "Carol Other")
    assert len(answered(trust, chosen(*tasks), Given("is", number=theirs.employee_number), admin(me.pk), "whose").done) == 2
    assert set(TaskAnswer.objects.values_list("person", flat=True)) == {theirs.pk}


def test_what_speaks_against_one_account_is_told_with_its_clause(trust):
    paris = found.system(trust, pack="elft")
    owner = people.staff(trust, "Olive Owner")
    generic = [found.account(paris, kind="generic") for _ in range(2)]
    tasks = [about(trust, paris, questions.approval("When?"), kind="account.generic_unapproved", account=a) for a in generic]
    given = Given("approve", TODAY + timedelta(days=5000), owner.employee_number, "The ward's clock")
    outcome = answered(trust, chosen(*tasks), given, kind="approval")
    assert outcome.done == ()
    assert {r.clause[:3] for each in outcome.refused for r in each.reasons} == {"EL-"}
    fit = Given("approve", TODAY + timedelta(days=20), owner.employee_number, "The ward's clock")
    assert len(answered(trust, chosen(*tasks), fit, kind="approval").done) == 2


def test_not_mine_passes_many_on_and_cannot_says_why_of_each(trust, paris):
    other = people.staff(trust, "Emma Other")
    tasks = [about(trust, paris) for _ in range(3)]
    assert len(answered(trust, chosen(*tasks), Given("cannot", reason="The manager is away")).done) == 3
    assert set(Task.objects.values_list("state", "passed_to")) == {("open", None)}
    assert len(answered(trust, chosen(*tasks), Given("not_mine", number=other.employee_number)).done) == 3
    assert set(Task.objects.values_list("state", "passed_to")) == {("open", other.pk)} and not Errand.objects.exists()


def test_writing_does_not_grow_with_how_many(trust, paris, django_assert_max_num_queries):
    few, many = [about(trust, paris) for _ in range(3)], [about(trust, paris) for _ in range(60)]
    for tasks in (few, many):
        with django_assert_max_num_queries(18 + 2 * len(tasks)):  # of each, its account is read, and what speaks against it
            answered(trust, chosen(*tasks), Given("not_needed"))


# ---- findings


def wrong(trust, paris, **more) -> Finding:
    account = found.account(paris, people.staff(trust, "Carol Dewhurst"))
    facts = {"code": "account.inactive", "step": "warn", "clause": "EL-037", **more}
    facts.setdefault("task", about(trust, paris, account=account, about=account.person))
    return found.finding(account, **facts)


def shown(*findings: Finding) -> dict[int, str]:
    return {f.pk: finding_digest(Finding.objects.select_related("task").get(pk=f.pk)) for f in findings}


def acted(trust, findings: dict[int, str], who: Doer | None = None, within: Reach | None = None):
    def act(tasks):
        return answered(trust, tasks, Given("still_needed", UNTIL), who)

    return act_on_findings(within=within or Reach(trust.pk, EVERYWHERE), chosen=findings, act=act, now=NOW, by=BY)


def test_many_findings_are_answered_through_their_tasks(trust, paris):
    findings = [wrong(trust, paris) for _ in range(3)]
    outcome = acted(trust, shown(*findings))
    assert outcome.done == tuple(f.pk for f in findings) and outcome.refused == ()
    assert set(Task.objects.values_list("state", flat=True)) == {"answered"}


def test_each_finding_that_may_not_be_acted_on_says_why(trust, paris):
    me = people.staff(trust, "Ada Min")
    good, settled, loose = wrong(trust, paris), wrong(trust, paris, state="settled"), wrong(trust, paris, task=None)
    closed = wrong(trust, paris, state="closed", closed_on=TODAY)
    changed, retold = wrong(trust, paris), wrong(trust, paris)
    mine = wrong(trust, paris, task=about(trust, paris, about=me))
    foreign = wrong(people.organisation("RX4"), found.system(people.organisation("RX4")))
    findings = shown(good, settled, loose, closed, changed, retold, mine, foreign)
    Finding.objects.filter(pk=changed.pk).update(detail="Last used on 2026-08-01")
    Task.objects.filter(pk=retold.task_id).update(why="Now it is otherwise")
    outcome = acted(trust, findings, admin(me.pk))
    assert outcome.done == (good.pk,)
    assert codes(outcome) == {
        settled.pk: ["finding.settled"],
        loose.pk: ["finding.not_asked"],
        closed.pk: ["finding.closed"],
        changed.pk: ["finding.changed"],
        retold.pk: ["finding.changed"],
        mine.pk: ["task.about_yourself"],
        foreign.pk: ["task.not_there"],
    }
    assert {t.title for t in outcome.refused if t.id == foreign.pk} == {f"Finding {foreign.pk}"}, "what is another's is not named"
    assert [r.clause for t in outcome.refused if t.id == loose.pk for r in t.reasons] == ["EL-037"]
    assert TaskAnswer.objects.count() == 1


def test_findings_beyond_somebodys_reach_are_not_there(trust, paris):
    rio = wrong(trust, found.system(trust, "rio"))
    outcome = acted(trust, shown(rio), within=Reach(trust.pk, frozenset({"paris"}), team=frozenset()))
    assert outcome.done == () and codes(outcome) == {rio.pk: ["task.not_there"]}


def test_two_findings_of_one_task_are_both_told_done(trust, paris):
    lock = found.task(trust, step="lock")
    both = [found.finding(found.account(paris), task=lock, code="account.inactive", step="lock") for _ in range(2)]

    def act(tasks):
        return say_done_together(organisation_id=trust.pk, chosen=tasks, doer=admin(), evidence="Locked", now=NOW, by=BY)

    outcome = act_on_findings(within=Reach(trust.pk, EVERYWHERE), chosen=shown(*both), act=act, now=NOW, by=BY)
    assert outcome.done == tuple(f.pk for f in both) and Entry.objects.count() == 1


def test_a_refusal_of_what_was_typed_changes_no_finding(trust, paris):
    one = wrong(trust, paris)
    with pytest.raises(Refused):
        act_on_findings(
            within=Reach(trust.pk, EVERYWHERE), chosen=shown(one), act=lambda tasks: answered(trust, tasks, Given()), now=NOW, by=BY
        )
    assert not TaskMove.objects.exists()
