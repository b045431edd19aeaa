"""Reading what waits for a decision: rows to frozen values, always of one organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from careward.core.decision import Decision
from careward.core.rights import WHOLE, Everywhere
from careward.people.signin.models import User
from careward.people.staff.models import Deputy
from careward.people.staff.queries import managers_acted_for
from careward.web.permission import Viewer
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import STATE_WORDS, Answer, Matter, Who, first_reason, may_answer

MOST = 200
BESIDE = 5  # beside somebody's work


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One question as the list shows it."""

    id: int
    title: str
    why: str
    asked_at: datetime
    state: str
    state_words: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalMoment:
    at: datetime
    words: str
    sub: str


@dataclass(frozen=True, slots=True)
class ApprovalSeen:
    """One question with everything its page shows."""

    line: ApprovalLine
    digest: str
    subject_kind: str
    subject_key: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[Mapping[str, str], ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    of: int
    asked_by: str
    quorum: int
    approvals: int
    history: tuple[ApprovalMoment, ...]
    against: Decision  # why the one who looks may not decide, if so
    mine: bool  # they asked for it


def who_of(*, by: str, organisation_id: int, on: date) -> Who:
    """Somebody as decisions judge them: the actor with the person behind it, and those they are deputy for on a day."""
    kind, _, number = by.partition("/")
    person = User.objects.filter(pk=int(number)).values_list("person_id", flat=True).first() if kind == "user" else None
    if person is None:
        return Who(by)
    return Who(by, person, frozenset(m.id for m in managers_acted_for(organisation_id=organisation_id, person_id=person, on=on)))


def question_of(row: Approval) -> Matter:
    """A row as the rules judge it."""
    answers = tuple(Answer(Who(a.by, a.person_id), a.digest, a.approves) for a in row.answers.order_by("id"))
    return Matter(
        digest=row.digest, asked_by=Who(row.asked_by, row.asker_id), asker_may_decide=row.asker_may_decide, about_id=row.about_id,
        approver_id=row.approver_id, quorum=row.quorum, reason_needed=row.reason_needed, answers=answers,
    )  # fmt: skip


def authority(viewer: Viewer, row: Approval) -> Decision:
    """Whether somebody holds the permission a question names, for its system; the page draws itself from the same answer."""
    return viewer.rights.must(row.permission, "decide this", row.system_code)


def found(*, organisation_id: int, approval_id: int) -> Approval | None:
    return Approval.objects.filter(organisation_id=organisation_id, pk=approval_id).first()


def seen(viewer: Viewer, approval_id: int) -> ApprovalSeen | None:
    """One question for somebody's page; None where this organisation has none of that number."""
    row = found(organisation_id=viewer.organisation_id, approval_id=approval_id)
    if row is None:
        return None
    who, question, content = who_of_viewer(viewer), question_of(row), row.content
    against = may_answer(
        question, who=who, may=authority(viewer, row), seen=row.digest, approves=True, reason="They may say why when they decide"
    )
    return ApprovalSeen(
        line=_line(row), digest=row.digest, subject_kind=row.subject_kind, subject_key=row.subject_key,
        facts=tuple((k, v) for k, v in content["facts"]), reasons=tuple(content["reasons"]), heads=tuple(content["heads"]),
        rows=tuple(tuple(r) for r in content["rows"]), of=content["of"], asked_by=name_of(row.asked_by), quorum=row.quorum,
        approvals=sum(a.approves for a in question.answers), history=_history(row), against=against,
        mine=who.is_same(question.asked_by),
    )  # fmt: skip


def who_of_viewer(viewer: Viewer) -> Who:
    """The person asking, as decisions judge them."""
    rows = Deputy.objects.filter(organisation_id=viewer.organisation_id, deputy_id=viewer.person_id or 0, gone_on=None)
    rows = rows.filter(from_on__lte=viewer.today).filter(Q(to_on=None) | Q(to_on__gt=viewer.today))
    return Who(viewer.actor, viewer.person_id, frozenset(rows.values_list("manager_id", flat=True)))


HISTORY = {
    "begin": "Asked by",
    "answer": "Approved, with others still to decide, by",
    "approve": "Approved by",
    "refuse": "Refused by",
    "withdraw": "Withdrawn by",
    "go_stale": "Out of date, as found by",
}


def _history(row: Approval) -> tuple[ApprovalMoment, ...]:
    told = row.moves.order_by("-id")
    return tuple(ApprovalMoment(m.at, f"{HISTORY[m.move]} {name_of(m.by)}", m.note) for m in told)


def name_of(actor: str) -> str:
    """An actor as a page names them."""
    kind, _, number = actor.partition("/")
    if kind == "user":
        return User.objects.filter(pk=int(number)).values_list("name", flat=True).first() or "someone no longer here"
    return f"{number} at the command line" if kind == "cli" else "Careward"


def _line(row: Approval) -> ApprovalLine:
    words = STATE_WORDS[row.state]
    return ApprovalLine(row.pk, row.title, first_reason(row.content["reasons"]), row.asked_at, row.state, words, row.ended_at)


def lines(viewer: Viewer) -> tuple[tuple[ApprovalLine, ...], tuple[ApprovalLine, ...]]:
    """What waits for somebody's decision, oldest first, and what was decided of the same kinds lately."""
    rows = _theirs(viewer)
    ended = rows.exclude(state="waiting").exclude(ended_at=None).order_by("-ended_at", "-id")[:20]
    return tuple(_line(r) for r in rows.filter(state="waiting").order_by("id")[:MOST]), tuple(_line(r) for r in ended)


def waiting(viewer: Viewer) -> int:
    """The figure beside "Decisions" in the menu."""
    waits: int = _theirs(viewer).filter(state="waiting").count()
    return waits


def beside_work(*, viewer: Viewer, key: object, asked: object) -> tuple[ApprovalLine, ...] | None:
    """What waits for somebody's word, beside their work, oldest first; not what they asked for, nor what is about them."""
    rows = _theirs(viewer).filter(state="waiting").exclude(asked_by=viewer.actor, asker_may_decide=False)
    if viewer.person_id is not None:
        rows = rows.exclude(about_id=viewer.person_id).exclude(asker_id=viewer.person_id, asker_may_decide=False)
    return tuple(_line(r) for r in rows.order_by("id")[:BESIDE]) or None


def _theirs(viewer: Viewer) -> Any:
    """The questions somebody may decide: of each permission, those of its systems; agrees with `authority`."""
    found, everywhere = Q(permission__in=viewer.rights.on(WHOLE)), viewer.rights.permissions
    for permission, systems in everywhere.items():
        if not isinstance(systems, Everywhere):
            found |= Q(permission=permission, system_code__in=systems)
    return Approval.objects.filter(found, organisation_id=viewer.organisation_id)


def waiting_about(*, organisation_id: int, kind: str) -> dict[str, int]:
    """What of a kind waits for a decision: the key of each subject, and the number of its question."""
    rows = Approval.objects.filter(organisation_id=organisation_id, kind=kind, state="waiting")
    return dict(rows.values_list("subject_key", "id"))


def approved(*, organisation_id: int, kind: str) -> dict[str, str]:
    """What of a kind is approved: the key of each subject, and the digest of what was approved."""
    rows = Approval.objects.filter(organisation_id=organisation_id, kind=kind, state="approved")
    return dict(rows.values_list("subject_key", "digest"))
