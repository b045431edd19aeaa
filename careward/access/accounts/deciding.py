"""What follows from a decision about a shared account: it is approved, or its task asks again and says why."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from careward.access.accounts import approving
from careward.access.accounts.actions import look_again
from careward.access.accounts.answering import end_answers
from careward.access.accounts.models import AccountAnswer, Finding
from careward.access.accounts.tasks import UNAPPROVED
from careward.access.authorisations import actions as authorisations
from careward.core.days import london_day
from careward.core.room import AnswerWeighed
from careward.people.staff.models import Organisation
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import name_of
from careward.work.approvals.rules import stands_for
from careward.work.tasks.actions import ask_again

APPROVED, NOT_ASKED = "approved", "it was taken back before that was written down"


@transaction.atomic
def keep_decision(*, organisation: Organisation, approval_id: int, now: datetime, by: str) -> None:
    """A request was approved, refused or withdrawn. Approved as it still is, it is written down and everything compared anew."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # no comparison meanwhile
    rows = _asked(organisation).filter(request=approval_id)
    said = rows.first()
    row = Approval.objects.select_for_update().get(organisation=organisation, pk=approval_id)
    if row.state == "approved" and said is not None and not (why := _why_stale(said, row, london_day(now))):
        _approve(said, row, now, by)
    elif row.state == "approved":
        _let_go(said, row, why if said else NOT_ASKED, now, by)
    elif said is not None:
        _ask_anew(said, _why_not(row, by), now, by)


def _asked(organisation: Organisation) -> QuerySet[AccountAnswer]:
    """The requests that stand, locked."""
    rows = AccountAnswer.objects.select_for_update(of=("self",)).filter(organisation=organisation, ended_at=None, answer="approve")
    return rows.select_related("account__system__organisation", "organisation", "request").order_by("pk")


def _approve(said: AccountAnswer, row: Approval, now: datetime, by: str) -> None:
    if said.person_id is None or said.until is None:
        raise RuntimeError(f"answer {said.pk} asks for an approval without an owner or an end")
    authorisations.approve_shared(
        of=approving.name_of(said.account), owner_id=said.person_id, until=said.until, reason=said.reason, request_id=row.pk,
        on=london_day(row.ended_at or now), now=now, by=by,
    )  # fmt: skip
    end_answers([said], why=APPROVED, now=now, by=by)
    look_again(organisation=said.organisation, on=london_day(now), systems=(said.account.system.code,), now=now, by=by)


def _let_go(said: AccountAnswer | None, row: Approval, why: str, now: datetime, by: str) -> None:
    """A request whose account is no longer as it was asked about is out of date, whatever was decided."""
    approvals.drop(organisation=row.organisation, kind=approving.KIND, subject=(row.subject_kind, row.subject_key), now=now, by=by)
    if said is not None:
        _ask_anew(said, f"out of date: {why}", now, by)


def _ask_anew(said: AccountAnswer, why: str, now: datetime, by: str) -> None:
    end_answers([said], why=why, now=now, by=by)
    if said.task_id is not None:
        ask_again(task_id=said.task_id, why=f"{why[:1].upper()}{why[1:]}", now=now, by=by)


def _why_not(row: Approval, by: str) -> str:
    if row.state == "refused":
        no = row.answers.filter(approves=False).latest("id")
        return f"refused by {name_of(no.by)}: {no.reason}"
    return f"withdrawn by {name_of(by)}" if row.state == "withdrawn" else "out of date: it was asked for otherwise"


def _why_stale(said: AccountAnswer, row: Approval, on: date) -> str:
    """Why a request may not stand for the account as it is now; "" where it does."""
    account = said.account
    if account.gone_on is not None or account.status == "closed":
        return "the account is closed"
    now = approving.content_of(account, said).as_data()
    if not stands_for(state="approved", digest=row.digest, content=now):
        changed = _changed(dict(row.content["facts"]), dict(now["facts"]))
        return f"what was asked about has changed: {', '.join(changed)}"
    weighed = AnswerWeighed("approve", said.person_id, said.until, said.reason)
    return ". ".join(r.detail for r in approving.weigh(account, UNAPPROVED, weighed, on).reasons)


def _changed(was: dict[str, str], now: dict[str, str]) -> list[str]:
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    return [f"{name.lower()} was {was.get(name, 'not told')} and is {now.get(name, 'not told')}" for name in names] or ["its account"]


@transaction.atomic
def let_stale_go(*, organisation: Organisation, now: datetime, by: str) -> int:
    """Lets requests go that a comparison has overtaken: the account has changed, or needs no approval any more. Returns how many."""
    gone = 0
    for said in _asked(organisation).filter(request__state="waiting"):
        row = Approval.objects.select_for_update().get(pk=said.request_id or 0)
        needed = Finding.objects.filter(account=said.account_id, code=UNAPPROVED, closed_on=None).exists()
        why = _why_stale(said, row, london_day(now)) if needed else "it needs no approval any more"
        if why and row.state == "waiting":
            _let_go(said, row, why, now, by)
            gone += 1
    return gone
