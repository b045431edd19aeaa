"""An account as whoever answers about it is shown it: its facts as they are now, whose it may be, and how far an answer goes."""

from datetime import date, timedelta

from django.db.models import Q

from careward.access.accounts.approving import furthest, last_request
from careward.access.accounts.facts import facts_of
from careward.access.accounts.models import Account
from careward.access.accounts.rules import candidates as rules
from careward.access.accounts.rules.answers import MOVES_A_LOCK
from careward.access.accounts.rules.candidates import AccountClues, Candidate, StaffClues
from careward.access.accounts.tasks import ANSWERED_NOBODY, UNAPPROVED
from careward.core.packs.answers import KEEP
from careward.core.packs.pack import Pack
from careward.core.room import SubjectFacts
from careward.people.staff.models import Person
from careward.people.staff.packs import pack_on
from careward.people.staff.training import WHERE_TO_BOOK, booking_of, bookings, course_names
from careward.systems.register.models import System

MOST_READ = 200  # people weighed: more of one last name are not told apart by it
LONGEST_NUMBER = 12  # figures, leading noughts among them


def account_told(*, organisation_id: int, key: str, task_kind: str, task_key: str, today: date) -> SubjectFacts | None:
    """What an account's page of questions shows of it: one query, and a second where it offers whose it may be."""
    rows = Account.objects.select_related("system", "person").filter(organisation_id=organisation_id, pk=int(key))
    account = rows.first()
    if account is None:
        return None
    whose = tuple((c.person_id, c.words) for c in candidates_of(account)) if task_kind in ANSWERED_NOBODY else ()
    if task_kind == UNAPPROVED:
        return SubjectFacts((*facts_of(account), *last_request(account)), note=furthest(account, today))
    facts = SubjectFacts(facts_of(account), whose)
    return _with_lock(facts, account, pack_on(account.system.pack, today), today) if task_kind == MOVES_A_LOCK else facts


def holder_told(*, organisation_id: int, key: str, task_kind: str, task_key: str, today: date) -> SubjectFacts | None:
    """What the page of a course that somebody lacks shows of it: where it is booked (EL-022). Two queries."""
    if not task_kind.startswith("training."):
        return None
    packs = {*System.objects.filter(organisation_id=organisation_id).values_list("pack", flat=True).distinct()}
    names = course_names(task_key.rpartition("/")[2], (pack_on(pack, today) for pack in packs))
    booking = booking_of(names, bookings(organisation_id=organisation_id))
    told = (("Course", booking.title), (WHERE_TO_BOOK, booking.where), ("Run by", booking.run_by)) if booking else ()
    return SubjectFacts(tuple((what, value) for what, value in told if value))


def _with_lock(facts: SubjectFacts, account: Account, pack: Pack, today: date) -> SubjectFacts:
    """How far "still needed" moves its lock (EL-059), or that it moves nothing."""
    rule = pack.answers.get("still_needed")
    if rule is None or rule.step != KEEP:
        note = "Under this procedure an answer does not move the lock: only using the account does."
        return SubjectFacts(facts.facts, facts.candidates, note)
    furthest = today + timedelta(days=pack.inactivity_for(account.system.code).most_lock_days)
    note = f"The lock moves to the day you give, at most to {furthest.day} {furthest:%B %Y}. A later day is shortened to that."
    return SubjectFacts(facts.facts, facts.candidates, note, furthest)


def candidates_of(account: Account) -> tuple[Candidate, ...]:
    """Whose an account may be, among those in its organisation's staff list now: one query."""
    shown = AccountClues(account.username, account.display_name, account.employee_number, account.email, account.smartcard_uuid)
    people = Person.objects.filter(_worth_weighing(shown), organisation_id=account.organisation_id, gone_on=None).order_by(
        "last_name", "id"
    )
    read = people.values_list(
        "id", "first_name", "last_name", "preferred_name", "employee_number", "email", "smartcard_uuid"
    )[:MOST_READ]  # fmt: skip
    return rules.candidates(shown, (StaffClues(*row) for row in read))


def _worth_weighing(shown: AccountClues) -> Q:
    """Everybody whom a reason of the rules can name, as far as a query can tell."""
    found = Q(employee_number__iexact=shown.employee_number) if shown.employee_number else Q(pk=0)
    for bare in {rules.bare_number(shown.employee_number), rules.bare_number(shown.username)} - {""}:
        numbers = [bare.rjust(n, "0") for n in range(len(bare), max(LONGEST_NUMBER, len(bare)) + 1)]
        found |= Q(employee_number__in=[*numbers, *(n.upper() for n in numbers)])
    if local := rules.local_part(shown.email):
        found |= Q(email__istartswith=f"{local}@")
    if shown.smartcard:
        found |= Q(smartcard_uuid__iexact=shown.smartcard)
    for name in rules.last_names(shown):
        found |= Q(last_name__iexact=name)
    return found
