"""What approvals hold about somebody, told to them: what they asked, were asked and answered, never what is decided about them."""

from django.db.models import Q

from careward.web.own_data import Facts, told
from careward.work.approvals.models import Approval, ApprovalAnswer


def asked(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The decisions that somebody asked for, or that name them as who decides."""
    rows = Approval.objects.filter(Q(asker_id=person_id or 0) | Q(approver_id=person_id or 0))
    return told(rows, but=("about", "content"), also=("asked_at", "state"))


def answered(*, user_id: int, person_id: int | None) -> list[Facts]:
    """What somebody answered, and why."""
    return told(ApprovalAnswer.objects.filter(person_id=person_id or 0), but=("person",), also=("at", "approves"))
