"""Several who decide about one shared account at once: it is approved once, by one of them, and written down once."""

from datetime import timedelta

import pytest

from careward.access.accounts import deciding
from careward.access.authorisations.models import GenericApproval
from careward.core.decision import ALLOWED, Refused
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import DECIDE, Who
from careward.work.tasks import actions as work
from tests.actions.test_races import at_once
from tests.actions.test_shared_accounts import ADMINISTRATOR, asked, here_with, run_errands, task, ward
from tests.make.compared import NOW

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def row() -> Approval:
    here_with(ward())
    return asked()


def decide(row: Approval, number: int, approves: bool = True) -> Approval:
    return approvals.answer(
        approval_id=row.pk, organisation_id=row.organisation_id, who=Who(f"user/{number + 10}"), holds=frozenset({DECIDE}), may=ALLOWED,
        approves=approves, seen=row.digest, reason=f"They have looked at it, says {number}", now=LATER, by=f"user/{number + 10}",
    )  # fmt: skip


@pytest.mark.clause("EL-027")
def test_eight_who_approve_at_once_approve_once_and_it_is_written_down_once(row):
    done, raised = at_once(lambda n: decide(row, n))
    assert len(done) == 1 and len(raised) == 7 and all(isinstance(e, Refused) for e in raised)
    assert Errand.objects.filter(name="accounts.request_decided").count() == 1
    here = Organisation.objects.get()
    at_once(lambda n: deciding.keep_decision(organisation=here, approval_id=row.pk, now=LATER, by="user/10"), 4)
    run_errands(LATER)
    assert GenericApproval.objects.count() == Entry.objects.filter(verb="shared_account.approved").count() == 1


def test_one_who_approves_and_one_who_refuses_at_once_decide_once_and_what_follows_is_of_that_one(row):
    done, raised = at_once(lambda n: decide(row, n, approves=n == 0), 2)
    assert len(done) == len(raised) == 1
    run_errands(LATER)
    row.refresh_from_db()
    assert GenericApproval.objects.exists() == (row.state == "approved")
    assert row.state == "approved" or task().state == "open"


def test_a_decision_while_the_answer_is_taken_back_leaves_both_true_or_neither(row):
    number = task().pk

    def act(n: int) -> object:
        if n == 0:
            return decide(row, n)
        return work.take_back(task_id=number, doer=ADMINISTRATOR, now=LATER, by="user/1")

    at_once(act, 2)
    run_errands(LATER)
    row.refresh_from_db()
    assert (row.state, GenericApproval.objects.exists()) in (("approved", True), ("stale", False), ("withdrawn", False))
