"""What an answer about an account does: it binds the account to somebody, moves its lock, or has it locked or closed.

Each effect is a row that the next comparison reads, with its entry in the ledger; the export after that proves it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from careward.access.accounts import approving
from careward.access.accounts.actions import look_again
from careward.access.accounts.models import APART, Account, AccountAnswer
from careward.access.accounts.rules.answers import effect, proved_by
from careward.access.authorisations import actions as authorisations
from careward.core.days import london_day
from careward.core.packs.pack import Pack
from careward.core.rights import WHOLE
from careward.core.room import AnswerWeighed
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.work.tasks.actions import ask_again
from careward.work.tasks.queries import Answered, answer_to

WHOSE = ("account.unmatched", "account.ambiguous")
VERBS = {
    "still_needed": "account.kept", "not_needed": "account.given_up", "gone": "account.holder_gone", "nobody": "account.disowned",
    "is": "account.bound", "owner": "account.owner_said", "approve": "account.approval_asked",
}  # fmt: skip
TAKEN_BACK, OVERTAKEN, DONE = "taken back", "answered anew", "done, as the export shows"


@transaction.atomic
def take_answer(*, organisation: Organisation, task_id: int, now: datetime, by: str) -> None:
    """A task's question was answered, or its answer taken back: what follows is kept, and everything is compared anew.

    The same answer twice is as once.
    """
    told = answer_to(organisation_id=organisation.pk, task_id=task_id)
    before = AccountAnswer.objects.select_for_update().filter(organisation=organisation, task_id=task_id, ended_at=None)
    old = [row for row in before if told is None or row.said_at != told.at]
    end_answers(old, why=OVERTAKEN if told else TAKEN_BACK, now=now, by=by)
    if told is not None and not before.filter(said_at=told.at).exists():
        for account in _accounts(organisation, told):
            _take(account, told, now)
    look_again(
        organisation=organisation, on=london_day(now), systems=(WHOLE,), now=now, by=by
    )  # the house follows an answer up, whoever gave it


def _accounts(organisation: Organisation, told: Answered) -> list[Account]:
    """The accounts that an answer is about: the one asked about; where a person has gone, every one of theirs that is there."""
    kind, _, number = told.link.partition("/")
    rows = Account.objects.select_for_update(of=("self",)).select_related("system", "organisation")
    rows = rows.filter(organisation=organisation).order_by("pk")
    one = list(rows.filter(pk=int(number))) if kind == "account" else []
    holder = one[0].person_id if one else int(number) if kind == "person" and number else None
    return list(rows.filter(person=holder, gone_on=None).exclude(status="closed")) if told.answer == "gone" and holder else one


def _take(account: Account, told: Answered, now: datetime) -> None:
    """Keeps what an answer does to one account, if it does anything."""
    if told.answer == "is" and told.kind in WHOSE and told.person_id:
        bind(account, person_id=told.person_id, task_id=told.task_id, said_at=told.at, reason="", now=now, by=told.by)
        return
    if told.answer == "approve" or (told.kind == approving.OWNER_LEFT and told.answer == "is"):
        _take_of_shared(account, told, now)
        return
    unheld = told.answer == "gone" and account.person_id is None  # nobody is known to have gone: the account is not needed from then
    on, pack = london_day(told.at), pack_on(account.system.pack, london_day(now))
    rule = pack.inactivity_for(account.system.code)
    kept = effect(told.kind, told.answer, until=told.until, on=on, pack=pack, rule=rule)
    if kept is None:
        return
    if told.answer == "nobody":
        end_answers(account.answers.select_for_update().filter(ended_at=None, answer="is"), why=OVERTAKEN, now=now, by=told.by)
    answer = "not_needed" if unheld else kept.answer
    said = AccountAnswer(account=account, task_id=told.task_id, answer=answer, from_on=kept.from_on, until=kept.until, said_at=told.at)
    _say(said, now, told.by)


def _take_of_shared(account: Account, told: Answered, now: datetime) -> None:
    """Asks for a decision, or writes down who answers for it now; what may no longer be so is asked again, with every reason."""
    weighed = AnswerWeighed(told.answer, told.person_id, told.until, told.reason)
    may = approving.weigh(account, told.kind, weighed, london_day(now))
    if not may or told.person_id is None:
        ask_again(task_id=told.task_id, why=". ".join(r.detail for r in may.reasons), now=now, by=told.by)
        return
    answer = "approve" if told.answer == "approve" else "owner"
    end_answers(account.answers.select_for_update().filter(ended_at=None, answer=answer), why=OVERTAKEN, now=now, by=told.by)
    said = AccountAnswer(
        account=account, task_id=told.task_id, answer=answer, person_id=told.person_id, from_on=london_day(told.at), until=told.until,
        said_at=told.at, reason=told.reason,
    )  # fmt: skip
    if answer == "approve":
        said.request = approving.ask(account, said, now=now, by=told.by)
    else:
        authorisations.name_owner(of=approving.name_of(account), owner_id=told.person_id, on=london_day(now), now=now, by=told.by)
    _say(said, now, told.by)


def bind(account: Account, *, person_id: int, task_id: int | None, said_at: datetime, reason: str, now: datetime, by: str) -> None:
    """An account is somebody's from now on, whatever its export says; whoever it was bound to before is kept in its history."""
    end_answers(account.answers.select_for_update().filter(ended_at=None, answer="nobody"), why=OVERTAKEN, now=now, by=by)
    said = {"answer": "is", "person_id": person_id, "from_on": london_day(said_at), "said_at": said_at, "reason": reason}
    _say(AccountAnswer(account=account, task_id=task_id, **said), now, by)
    account.bound_id = person_id
    account.save(update_fields=["bound"])


def disown(account: Account, *, reason: str, now: datetime, by: str) -> None:
    """An account is nobody's from now on: it is shut as its procedure says, unless that asks nothing."""
    on = london_day(now)
    pack = pack_on(account.system.pack, on)
    if effect(WHOSE[0], "nobody", until=None, on=on, pack=pack, rule=pack.inactivity_for(account.system.code)):
        _say(AccountAnswer(account=account, answer="nobody", from_on=on, said_at=now, reason=reason), now, by)


def _say(row: AccountAnswer, now: datetime, by: str) -> None:
    others = row.account.answers.select_for_update().filter(ended_at=None)
    others = others.filter(answer=row.answer) if row.answer in APART else others.exclude(answer__in=APART)
    end_answers(others, why=OVERTAKEN, now=now, by=by)
    row.organisation_id, row.said_by = row.account.organisation_id, by
    row.save()
    told: dict[str, object] = {"person": row.person_id} if row.person_id else {"from_on": row.from_on.isoformat()}
    told |= {"until": row.until.isoformat()} if row.until else {}
    _enter(VERBS[row.answer], row, now, by, **told)


def end_answers(rows: Iterable[AccountAnswer], *, why: str, now: datetime, by: str) -> None:
    """Answers that count no more: an account is again whose its export says, its owner whom its approval names, a request withdrawn."""
    for row in rows:
        row.ended_at, row.ended_by, row.why_ended = now, by, why
        row.save(update_fields=["ended_at", "ended_by", "why_ended"])
        if row.answer == "is":
            Account.objects.filter(pk=row.account_id, bound_id=row.person_id).update(bound=None)
        elif row.answer == "owner" and row.person_id:
            authorisations.unname_owner(of=approving.name_of(row.account), owner_id=row.person_id, now=now, by=by)
        elif row.answer == "approve" and row.request:
            approving.withdraw(row.request, now=now, by=by)
        _enter("account.answer_ended", row, now, by, answer=row.answer, why=why)


def _enter(verb: str, row: AccountAnswer, now: datetime, by: str, **told: object) -> None:
    subject, here = f"account/{row.account_id}", row.organisation.ods_code
    ledger.record(at=now, actor=by, verb=verb, subject=subject, organisation=here, **told)


def end_done(*, organisation: Organisation, packs: Mapping[str, Pack], now: datetime, by: str) -> None:
    """Ends the answers whose step the last export shows done, so that an account opened again later is not shut by an old word."""
    rows = AccountAnswer.objects.select_for_update(of=("self",)).filter(organisation=organisation, ended_at=None)
    rows = rows.exclude(answer__in=APART).select_related("account__system", "organisation")
    end_answers([row for row in rows if _is_done(row, packs)], why=DONE, now=now, by=by)


def _is_done(row: AccountAnswer, packs: Mapping[str, Pack]) -> bool:
    rule = packs[row.account.system.code].answers.get(row.answer)
    gone = row.account.gone_on is not None
    return gone or proved_by(row.answer, rule.step if rule else "", row.account.status)
