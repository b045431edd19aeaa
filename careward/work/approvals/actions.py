"""Asking for a decision, deciding, taking a question back, and letting it go when what was to be decided has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from careward.core.decision import ALLOWED, Decision, Refused
from careward.evidence.moves import actions as moves
from careward.evidence.moves.rows import locked
from careward.people.staff.models import Organisation
from careward.work.approvals import rules
from careward.work.approvals.models import APPROVALS, Approval, ApprovalAnswer
from careward.work.approvals.queries import question_of
from careward.work.approvals.rules import Content, Who

IN_FORCE = ("waiting", "approved")
OTHERWISE = "otherwise"  # of an errand that follows a refusal or a withdrawal


@dataclass(frozen=True, slots=True)
class ApprovalWanted:
    """What is asked: of which kind, about what, and who may decide it. `follows` are errands raised when it is approved.

    `otherwise` are errands raised when it is refused or withdrawn.
    """

    kind: str
    subject: tuple[str, str]  # kind and key, as links name it
    title: str
    content: Content
    permission: str
    system_code: str = ""
    approver_id: int | None = None
    about_id: int | None = None
    quorum: int = 1
    reason_needed: bool = True
    asker_may_decide: bool = False
    follows: tuple[tuple[str, dict[str, Any]], ...] = ()
    otherwise: tuple[tuple[str, dict[str, Any]], ...] = ()

    @property
    def kept_follows(self) -> list[list[Any]]:
        """What follows, as it is kept: the errand, its body and, where it is not the approval, after what it follows."""
        return [*(list(f) for f in self.follows), *([*o, OTHERWISE] for o in self.otherwise)]


@transaction.atomic
def ask(*, organisation: Organisation, asked: ApprovalWanted, who: Who, now: datetime, by: str) -> Approval:
    """Puts a question to whoever may decide it. The same question again is the one that stands; another content makes that one stale."""
    content = asked.content.as_data()
    digest = rules.digest_of(content)
    earlier = _in_force(organisation, asked.kind, asked.subject)
    if earlier is not None and earlier.digest == digest:
        return earlier
    if earlier is not None:
        _go_stale(earlier, now, by)
    row = Approval(
        organisation=organisation, kind=asked.kind, subject_kind=asked.subject[0], subject_key=asked.subject[1], title=asked.title,
        system_code=asked.system_code, content=content, digest=digest, permission=asked.permission, approver_id=asked.approver_id,
        about_id=asked.about_id, quorum=asked.quorum, reason_needed=asked.reason_needed, asker_may_decide=asked.asker_may_decide,
        asked_at=now, asked_by=who.name, asker_id=who.person_id, follows=asked.kept_follows,
    )  # fmt: skip
    moves.begin(kind=APPROVALS, row=row, now=now, by=by, entry={"kind": asked.kind, "digest": digest})
    return row


def _in_force(organisation: Organisation, kind: str, subject: tuple[str, str]) -> Approval | None:
    rows = Approval.objects.select_for_update(of=("self",)).select_related("organisation").filter(organisation=organisation, kind=kind)
    return rows.filter(subject_kind=subject[0], subject_key=subject[1], state__in=IN_FORCE).first()


def _go_stale(row: Approval, now: datetime, by: str) -> None:
    entry = {"kind": row.kind, "digest": row.digest}
    moves.make(kind=APPROVALS, row=row, move="go_stale", holds=rules.CONTENT, change={"ended_at": now}, entry=entry, now=now, by=by)


@transaction.atomic
def drop(*, organisation: Organisation, kind: str, subject: tuple[str, str], now: datetime, by: str) -> bool:
    """Lets a question go that no longer arises, so that no approval of it is left in force; says whether there was one."""
    earlier = _in_force(organisation, kind, subject)
    if earlier is not None:
        _go_stale(earlier, now, by)
    return earlier is not None


@transaction.atomic
def answer(
    *, approval_id: int, organisation_id: int, who: Who, holds: frozenset[str], may: Decision, approves: bool, seen: str, reason: str,
    now: datetime, by: str,
) -> Approval:  # fmt: skip
    """Keeps one person's yes or no to exactly what they saw; with the last yes that is needed it is approved, with one no refused.

    `may` is whether they hold the permission the question names, for its system. Raises Refused with every reason.
    """
    row: Approval = locked(APPROVALS, approval_id, organisation_id=organisation_id)
    question = question_of(row)
    name = "approve" if approves else "refuse"
    decision = rules.APPROVAL.may(name, state=row.state, holds=holds, gates={"quorum": ALLOWED})
    decision &= rules.may_answer(question, who=who, may=may, seen=seen, approves=approves, reason=reason)
    if not decision:
        raise Refused(decision)
    said = " ".join(reason.split())
    ApprovalAnswer.objects.create(approval=row, at=now, by=by, person_id=who.person_id, approves=approves, digest=seen, reason=said)
    _end(row, name, question_of(row), holds, said, now, by)
    return row


def _end(row: Approval, name: str, question: rules.Matter, holds: frozenset[str], said: str, now: datetime, by: str) -> None:
    """Ends the question where it can be; a yes that is not yet enough is only written down."""
    entry = {"kind": row.kind, "digest": row.digest, "answers": len(question.answers)}
    quorum = rules.enough(question)
    if name == "approve" and not quorum:
        moves.remark(kind=APPROVALS, row=row, what="answer", verb="approval.answered", note=said, entry=entry, now=now, by=by)
        return
    moves.make(
        kind=APPROVALS, row=row, move=name, holds=holds, gates={"quorum": quorum}, change={"ended_at": now}, note=said, entry=entry,
        errands=_follows(row, name, by), now=now, by=by,
    )  # fmt: skip


def _follows(row: Approval, move: str, by: str) -> Sequence[tuple[str, dict[str, Any]]]:
    after = [] if move == "approve" else [OTHERWISE]
    return [(name, {**body, "approval": row.pk, "by": by}) for name, body, *when in row.follows if when == after]


@transaction.atomic
def withdraw(*, approval_id: int, organisation_id: int, who: Who, holds: frozenset[str], now: datetime, by: str) -> Approval:
    """Whoever asked takes the question back."""
    row: Approval = locked(APPROVALS, approval_id, organisation_id=organisation_id)
    decision = rules.may_withdraw(question_of(row), who)
    entry = {"kind": row.kind, "digest": row.digest}
    moves.make(
        kind=APPROVALS, row=row, move="withdraw", holds=holds, decision=decision, change={"ended_at": now}, entry=entry,
        errands=_follows(row, "withdraw", by), now=now, by=by,
    )  # fmt: skip
    return row
