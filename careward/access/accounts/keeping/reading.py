"""What a comparison meets, out of the rows: findings that are open, tasks that stand, names and managers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db.models import Max, Q

from careward.access.accounts.keeping.shapes import Judged, KnownFinding, StandingTask, Told, Touched, Trouble
from careward.access.accounts.models import Account, AccountAnswer, Finding, FindingAccount, Run
from careward.access.accounts.rules.states import locks_on
from careward.core import days
from careward.core.packs.pack import Pack
from careward.people.staff.models import Organisation, Person
from careward.people.staff.queries import managers_on
from careward.systems.register.models import System
from careward.work.tasks.models import Task
from careward.work.tasks.wanted import TOLD

T = TypeVar("T")
BATCH = 500
FINDING = (
    "id", "system_id", "environment", "username", "person_id", "code", "topic", "found_on", "task_id", "step", "clause", "detail",
    "state", "employee_number", "account_id", "manager_id", "who", "asked_on", "due_on",
)  # fmt: skip


def names_of(organisation: Organisation) -> dict[int, str]:
    """The name of every person of an organisation."""
    rows = Person.objects.filter(organisation=organisation).values_list("id", "preferred_name", "first_name", "last_name")
    return {i: f"{preferred or first} {last}" for i, preferred, first, last in rows}


def managers_of(organisation: Organisation, on: date) -> dict[int, int]:
    """Who answers for whom on a day."""
    return {person: found.manager_id for person, found in managers_on(organisation_id=organisation.pk, on=on).items()}


def known_findings(organisation: Organisation, systems: Mapping[str, System]) -> list[KnownFinding]:
    """The open findings of some systems, and every one of a person, each with the accounts it touches: two queries."""
    codes = dict(System.objects.filter(organisation=organisation).values_list("id", "code"))
    rows = _rows_of_accounts(organisation, codes)
    found = Finding.objects.filter(organisation=organisation, closed_on=None)
    found = found.filter(Q(system=None) | Q(system__in=[s.pk for s in systems.values()])).order_by()
    return [_known(f, codes, rows.get(f[0], {})) for f in found.values_list(*FINDING)]


def _rows_of_accounts(organisation: Organisation, codes: Mapping[int, str]) -> dict[int, dict[Touched, int]]:
    rows: defaultdict[int, dict[Touched, int]] = defaultdict(dict)
    there = FindingAccount.objects.filter(finding__organisation=organisation, finding__closed_on=None, gone_on=None).order_by()
    for row, finding, system, environment, username, account, clause in there.values_list(
        "id", "finding_id", "system_id", "account__environment", "account__username", "account_id", "clause"
    ):
        rows[finding][Touched(codes[system], environment, username, account, clause)] = row
    return rows


def _known(row: tuple[Any, ...], codes: Mapping[int, str], rows: dict[Touched, int]) -> KnownFinding:
    (
        number, system, environment, username, person, code, topic, found_on, task, step, clause, detail,
        state, employee_number, account, manager, who, asked_on, due_on,
    ) = row  # fmt: skip
    trouble = Trouble("", "", "", person, code, topic) if system is None else Trouble(codes[system], environment, username, 0, code, topic)
    told = Told(step, clause, detail, state == "settled", person, employee_number, account, manager, who, asked_on, due_on)
    return KnownFinding(number, trouble, told, found_on, task, rows)


def task_states(organisation: Organisation) -> dict[int, str]:
    """The state of every task that is not closed."""
    return dict(Task.objects.filter(organisation=organisation).exclude(state="closed").values_list("id", "state"))


def standing_tasks(organisation: Organisation, *, ids: Iterable[int], keys: Iterable[str]) -> list[StandingTask]:
    """Tasks that are not closed, of those rows or those keys."""
    rows = Task.objects.filter(organisation=organisation).exclude(state="closed")
    names = ("id", "key", "state", "said_done_at", "answered_until", *TOLD)
    found = [t for some in batches(sorted(set(ids))) for t in rows.filter(pk__in=some).values_list(*names)]
    found += [t for some in batches(sorted(set(keys))) for t in rows.filter(key__in=some).values_list(*names)]
    told = sorted(set(found), key=lambda t: t[0])
    return [StandingTask(i, key, state, said, tuple(words), until) for i, key, state, said, until, *words in told]


def last_kept(organisation_id: int) -> date | None:
    """The latest day as at which a comparison of an organisation, or of one system of it, was kept."""
    rows = Run.objects.filter(organisation_id=organisation_id)
    last: date | None = rows.aggregate(last=Max("on_date"))["last"]
    return last


def not_needed(organisation: Organisation) -> frozenset[int]:
    """The accounts that somebody has said are not needed."""
    rows = AccountAnswer.objects.filter(account__organisation=organisation, ended_at=None, answer="not_needed")
    return frozenset(rows.values_list("account_id", flat=True))


def lock_days(judged: Sequence[Judged], packs: Mapping[str, Pack]) -> dict[int, date]:
    """For accounts with notice given: the day each would be locked (EL-037)."""
    warned = {j.account_id: j.found.system for j in judged if j.found.step == "warn" and j.account_id}
    out: dict[int, date] = {}
    for some in batches(sorted(warned)):
        answers = AccountAnswer.objects.filter(account__in=some, ended_at=None, answer="still_needed")
        kept = dict(answers.values_list("account_id", "until"))
        rows = Account.objects.filter(pk__in=some).values_list("id", "last_used_at", "created_on", "seen_on")
        for number, used_at, created_on, seen_on in rows:
            used_on = days.london_day(used_at) if used_at else created_on or seen_on
            rule = packs[warned[number]].inactivity_for(warned[number])
            out[number] = locks_on(seen=used_on, rule=rule, kept_until=kept.get(number))
    return out


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + BATCH] for i in range(0, len(items), BATCH))
