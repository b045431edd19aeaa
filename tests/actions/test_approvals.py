"""Approvals as acts: bound to what was seen, told in history and ledger, followed by errands, decided once however many at once."""

from datetime import UTC, datetime

import pytest

from careward.core.decision import ALLOWED, Refused
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.work.approvals import actions, queries
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval, ApprovalAnswer, ApprovalMove
from careward.work.approvals.rules import ASK, DECIDE, Content, Who
from tests.actions.test_races import at_once
from tests.make.people import deputy, organisation, person, user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
WHY = "The ward moved to another trust"
ASKER, DECIDER, OTHER = Who("user/9001"), Who("user/9002"), Who("user/9003")


def asked(rows: int = 3, **more) -> ApprovalWanted:
    content = Content((("Would be closed", str(rows)),), of=rows)
    facts = {"kind": "test.plan", "subject": ("system", "paris"), "title": "Decide whether the change may go ahead", "content": content}
    return ApprovalWanted(**{**facts, "permission": "accounts:plans:allow", "follows": (("test.follows", {"on": "2026-11-23"}),), **more})


def ask(here, **more) -> Approval:
    return actions.ask(organisation=here, asked=asked(**more), who=ASKER, now=NOW, by=ASKER.name)


def answer(row: Approval, who: Who = DECIDER, **more) -> Approval:
    facts = {"holds": frozenset({DECIDE}), "may": ALLOWED, "approves": True, "seen": row.digest, "reason": WHY, "now": NOW, "by": who.name}
    return actions.answer(approval_id=row.pk, organisation_id=row.organisation_id, who=who, **{**facts, **more})


def codes(refused) -> list[str]:
    return [r.code for r in refused.value.decision.reasons]


def test_an_approval_is_kept_told_and_followed():
    row = answer(ask(organisation()))
    assert (row.state, row.ended_at) == ("approved", NOW)
    told = ApprovalAnswer.objects.get()
    assert (told.by, told.approves, told.digest, told.reason) == ("user/9002", True, row.digest, WHY)
    assert list(ApprovalMove.objects.order_by("id").values_list("move", "by", "was", "became", "note")) == [
        ("begin", "user/9001", "", "waiting", ""), ("approve", "user/9002", "waiting", "approved", WHY),
    ]  # fmt: skip
    assert list(Entry.objects.order_by("id").values_list("verb", "actor")) == [
        ("approval.asked", "user/9001"),
        ("approval.given", "user/9002"),
    ]
    assert Entry.objects.latest("id").body == {"kind": "test.plan", "digest": row.digest, "answers": 1}
    errand = Errand.objects.get()
    assert (errand.name, errand.body) == ("test.follows", {"on": "2026-11-23", "approval": row.pk, "by": "user/9002"})
    assert queries.approved(organisation_id=row.organisation_id, kind="test.plan") == {"paris": row.digest}


def test_a_refusal_is_kept_and_followed_by_nothing():
    row = answer(ask(organisation()), approves=False)
    assert row.state == "refused" and not Errand.objects.exists()
    with pytest.raises(Refused) as refused:
        answer(row, OTHER)
    assert codes(refused) == ["state.wrong"]


def test_the_asker_decides_nothing_and_every_reason_is_given():
    row = ask(organisation())
    with pytest.raises(Refused) as refused:
        answer(row, ASKER, seen="other", reason="ok", holds=frozenset())
    assert codes(refused) == ["permission.missing", "approval.changed", "approval.asker", "reason.missing"]
    assert not ApprovalAnswer.objects.exists()


def test_the_same_question_again_is_the_one_that_stands_and_another_makes_it_stale():
    here = organisation()
    row = answer(ask(here))
    assert ask(here) == row
    new = ask(here, rows=4)
    row.refresh_from_db()
    assert (row.state, new.state) == ("stale", "waiting")
    assert queries.approved(organisation_id=here.pk, kind="test.plan") == {}
    assert actions.drop(organisation=here, kind="test.plan", subject=("system", "paris"), now=NOW, by="job/nightly")
    assert not actions.drop(organisation=here, kind="test.plan", subject=("system", "paris"), now=NOW, by="job/nightly")


def test_a_quorum_of_two_needs_two():
    row = ask(organisation(), quorum=2)
    assert answer(row).state == "waiting" and not Errand.objects.exists()
    with pytest.raises(Refused) as refused:
        answer(row)
    assert codes(refused) == ["approval.answered"]
    assert answer(row, OTHER).state == "approved"
    assert list(ApprovalMove.objects.order_by("id").values_list("move", flat=True)) == ["begin", "answer", "approve"]


def test_whoever_asked_takes_it_back_and_nobody_else():
    row = ask(organisation())
    facts = {"approval_id": row.pk, "organisation_id": row.organisation_id, "holds": frozenset({ASK}), "now": NOW}
    with pytest.raises(Refused) as refused:
        actions.withdraw(who=DECIDER, by="user/9002", **facts)
    assert codes(refused) == ["approval.not_asked_by_you"]
    assert actions.withdraw(who=ASKER, by="user/9001", **facts).state == "withdrawn"


@pytest.mark.clause("PA-021")
def test_the_named_person_s_deputy_decides_within_their_dates():
    here = organisation()
    manager, standby = person(here, "Mia Manager"), person(here, "Dan Deputy")
    deputy(manager, standby)
    row = ask(here, approver_id=manager.pk)
    acting = user(person=standby)
    on = NOW.date()
    who = queries.who_of(by=f"user/{acting.pk}", organisation_id=here.pk, on=on)
    assert who == Who(f"user/{acting.pk}", standby.pk, frozenset({manager.pk}))
    late = queries.who_of(by=f"user/{acting.pk}", organisation_id=here.pk, on=on.replace(year=2027))
    with pytest.raises(Refused) as refused:
        answer(row, late)
    assert codes(refused) == ["approval.not_yours"]
    assert answer(row, who).state == "approved"


def test_another_organisation_s_question_is_not_there():
    row = ask(organisation())
    with pytest.raises(Approval.DoesNotExist):
        actions.withdraw(
            approval_id=row.pk, organisation_id=organisation("RX4").pk, who=ASKER, holds=frozenset({ASK}), now=NOW, by="user/9001"
        )


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_decide_at_once_one_is_written_down():
    row = ask(organisation())
    done, raised = at_once(lambda n: answer(row, Who(f"user/{n + 10}"), approves=n % 2 == 0))
    assert len(done) == 1 and len(raised) == 7
    assert all(isinstance(e, Refused) and [r.code for r in e.decision.reasons] == ["state.wrong"] for e in raised)
    assert ApprovalAnswer.objects.count() == 1 and ApprovalMove.objects.exclude(move="begin").count() == 1
