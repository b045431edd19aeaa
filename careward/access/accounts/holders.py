"""Saying whose an account is on its own page: so a wrong answer can be undone after its task has closed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from careward.access.accounts.actions import look_again
from careward.access.accounts.answering import OVERTAKEN, bind, disown, end_answers
from careward.access.accounts.facts import facts_digest
from careward.access.accounts.models import Account
from careward.access.accounts.rules.holders import NOBODY, HolderSaid, may_say_whose
from careward.access.accounts.rules.shapes import OF_A_PERSON
from careward.access.accounts.subject import candidates_of
from careward.core.days import london_day
from careward.core.decision import Decision, Refused
from careward.people.signin.arrivals import rights_of
from careward.people.staff.models import Organisation, Person
from careward.work.approvals.queries import who_of
from careward.work.approvals.rules import reason_given

SAY_WHOSE = "accounts:accounts:say_whose"


@dataclass(frozen=True, slots=True)
class HolderGiven:
    """What somebody typed: one of the candidates, a staff number, or nobody; and why."""

    choice: str  # is, is-12, nobody
    number: str
    reason: str
    seen: str | None  # the digest of what the page showed; None where a program has just read it


@transaction.atomic
def say_whose(*, organisation: Organisation, account_id: int, given: HolderGiven, now: datetime, by: str) -> Account:
    """An account is another's, or nobody's, whatever was answered before; that answer ends and stays in its history.

    Raises Refused with every reason, DoesNotExist where the organisation has no such account.
    """
    rows = Account.objects.select_for_update(of=("self",)).select_related("system", "organisation")
    account = rows.get(organisation=organisation, pk=account_id)
    whom = _whom(account, given)
    if not (decision := _may(account, given, whom, now, by)):
        raise Refused(decision)
    reason = " ".join(given.reason.split())
    if given.choice == NOBODY:
        end_answers(account.answers.select_for_update().filter(ended_at=None, answer="is"), why=OVERTAKEN, now=now, by=by)
        disown(account, reason=reason, now=now, by=by)
    elif whom:
        bind(account, person_id=whom.pk, task_id=None, said_at=now, reason=reason, now=now, by=by)
    look_again(organisation=organisation, on=london_day(now), systems=(account.system.code,), now=now, by=by)
    return account


def _whom(account: Account, given: HolderGiven) -> Person | None:
    """A candidate by their row, or somebody of the organisation by staff number."""
    people, (_, _, row) = Person.objects.filter(organisation_id=account.organisation_id), given.choice.partition("-")
    if row.isascii() and row.isdigit():
        return people.filter(pk=int(row)).first()
    number = given.number.strip()
    return people.filter(employee_number__iexact=number).first() if number and given.choice != NOBODY else None


def _may(account: Account, given: HolderGiven, whom: Person | None, now: datetime, by: str) -> Decision:
    on, here = london_day(now), account.organisation_id
    rights = rights_of(actor=by, organisation_id=here, on=on)
    said = HolderSaid(
        choice=given.choice.partition("-")[0], whom=whom.pk if whom else None, by=who_of(by=by, organisation_id=here, on=on).person_id,
        was=account.person_id, bound=account.bound_id, of_a_person=account.kind in OF_A_PERSON,
        named=sum(c.fits for c in candidates_of(account)), changed=given.seen not in (None, facts_digest(account)),
    )  # fmt: skip
    may = rights.must(SAY_WHOSE, "say whose an account is", account.system.code)
    return may & may_say_whose(said) & reason_given(given.reason)
