"""A shared account before whoever approves it: exactly what they decide about, and what speaks against asking."""

from collections.abc import Sequence
from datetime import date, datetime

from careward.access.accounts.facts import facts_of
from careward.access.accounts.models import Account, AccountAnswer
from careward.access.accounts.tasks import UNAPPROVED
from careward.access.authorisations.actions import SharedName
from careward.access.authorisations.queries import of_shared
from careward.access.authorisations.rules import last_day, may_be_asked, may_own, speaking
from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.room import AnswerWeighed
from careward.people.staff.models import Person
from careward.people.staff.packs import pack_on
from careward.people.staff.queries import posts_of
from careward.people.staff.rules import Post, main_post
from careward.web.words import day
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import who_of
from careward.work.approvals.rules import ASK, Content, Who, reason_given

KIND, APPROVE = "accounts.shared", "accounts:shared:approve"
DECIDED = "accounts.request_decided"  # the errand, whatever was decided
OWNER_LEFT = "account.owner_left"
REMEDY = "Look at whether each person who uses it could have an account of their own before you approve it"


def name_of(account: Account) -> SharedName:
    """A shared account as its approvals name it."""
    return SharedName(account.system, account.username, f"account/{account.pk}", service=account.kind == "service")


def against(*, organisation_id: int, key: str, task_kind: str, weighed: AnswerWeighed, today: date) -> Decision:
    """What speaks against an answer about an account, for the page that asks: every reason."""
    account = Account.objects.select_related("system").filter(organisation_id=organisation_id, pk=int(key)).first()
    return weigh(account, task_kind, weighed, today) if account else ALLOWED


def weigh(account: Account, task_kind: str, weighed: AnswerWeighed, on: date) -> Decision:
    """What speaks against having an account approved so, or against its new owner."""
    pack = pack_on(account.system.pack, on)
    rule = pack.shared_accounts
    if weighed.answer == "approve":
        clause = pack.clause_of("shared_account.reason")
        said = ALLOWED if reason_given(weighed.reason) else refuse("reason.missing", clause, "Nothing says why", "Say why it is needed")
        return may_be_asked(owner=_posts(account, weighed.person), until=weighed.until, on=on, rule=rule) & said
    owner = _posts(account, weighed.person) if task_kind == OWNER_LEFT and weighed.answer == "is" else None
    return ALLOWED if owner is None else may_own(owner, until=_ends(account, on), on=on, clause=rule.clause)


def _posts(account: Account, person: int | None) -> Sequence[Post] | None:
    return None if person is None else posts_of([person], organisation_id=account.organisation_id)[person]


def _ends(account: Account, on: date) -> date:
    """The last day of the approval that speaks; of one that has run out, the day itself."""
    return max((on, *(row.expires_on for row in speaking(of_shared(account.system, account.username), on))))


def content_of(account: Account, said: AccountAnswer) -> Content:
    """What is decided: the account as it is now, who is to answer for it, until when and why."""
    pack, owner = pack_on(account.system.pack, london_day(said.said_at)), Person.objects.get(pk=said.person_id or 0)
    post = main_post(posts_of([owner.pk], organisation_id=account.organisation_id)[owner.pk], said.from_on)
    until = said.until or said.from_on
    facts = (
        *facts_of(account), ("Answers for it", f"{owner.name}, staff number {owner.employee_number}"),
        ("Their post", f"{post.job}, {post.team}" if post else "None"), ("To be approved until", day(until)), ("Why", said.reason),
    )  # fmt: skip
    what = "No approval by information governance that is in force is on record"
    reason = {"code": UNAPPROVED, "clause": pack.findings[UNAPPROVED].clause, "detail": what, "remedy": REMEDY}
    return Content(facts=facts, reasons=(reason,), bound={"account": str(account.pk), "owner": str(owner.pk), "until": until.isoformat()})


def ask(account: Account, said: AccountAnswer, *, now: datetime, by: str) -> Approval:
    """Puts it to whoever may approve shared accounts: never to whoever asked, nor to whoever is to answer for it."""
    who = who_of(by=by, organisation_id=account.organisation_id, on=london_day(now))
    told = ((DECIDED, {"account": account.pk}),)
    asked = ApprovalWanted(
        kind=KIND, subject=("account", str(account.pk)), content=content_of(account, said), permission=APPROVE,
        title=f"Decide whether {account.username} on {account.system.name} is approved until {day(said.until or said.from_on)}",
        system_code=account.system.code, about_id=said.person_id, follows=told, otherwise=told,
    )  # fmt: skip
    return approvals.ask(organisation=account.organisation, asked=asked, who=who, now=now, by=by)


def withdraw(row: Approval, *, now: datetime, by: str) -> None:
    """Takes a request back for whoever asked, while it waits; what is decided already stays so."""
    if Approval.objects.select_for_update().get(pk=row.pk).state == "waiting":
        asker, here = Who(row.asked_by, row.asker_id), row.organisation_id
        approvals.withdraw(approval_id=row.pk, organisation_id=here, who=asker, holds=frozenset({ASK}), now=now, by=by)


def furthest(account: Account, today: date) -> str:
    """How far an approval asked for today can go, for the page that asks."""
    last = day(last_day(pack_on(account.system.pack, today).shared_accounts, today))
    return f"At most until {last}. Whoever answers for it must be in post until then. Information governance decides, never whoever asks."


def last_request(account: Account) -> tuple[tuple[str, str], ...]:
    """What became of the last request to have an account approved, as a fact of it; none where it was approved."""
    rows = AccountAnswer.objects.filter(account=account, answer="approve").select_related("request", "person").order_by("-id")
    said = rows.first()
    if said is None or said.request is None or said.request.state == "approved":
        return ()
    until = day(said.until or said.from_on)
    if said.ended_at is None:
        return (("Asked", f"To be approved until {until}, which waits for a decision since {day(said.said_at)}"),)
    return (("Asked before", f"To be approved until {until}. {said.why_ended[:1].upper()}{said.why_ended[1:]}"),)
