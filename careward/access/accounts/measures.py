"""Live counts of the clauses that this room carries: how many accounts each applies to, and how many of them have nothing to put right.

A duty about few accounts, those of people who have left or the unused, is counted over these (`applying`); another over all of its sort.
Counting 400,000 accounts takes about 0.7 s, so a run keeps what `cases` and `applying.in_order` return in its counts; without that they
are counted live. What is to put right is always counted live, from the open findings.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When
from django.urls import reverse

from careward.access.accounts import applying
from careward.access.accounts.counts import AccountCount, RunCounts, counts_of
from careward.access.accounts.models import Account, Finding, FindingAccount, Run
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.authorisations.models import GenericApproval
from careward.access.authorisations.rules import LISTED
from careward.core.ids import plain
from careward.core.packs.duties import HOUSE
from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.people.staff.packs import newest_packs, pack_on, tied_clauses
from careward.systems.register.models import System

NIGHTS = 30
MONTH_DAYS = 31
NOTICES_DAYS = 90
WARN = "account.inactive/warn"


# Which accounts each finding code is about (docs/explanation/reconciliation.md), entitlements by dimension; applying.OF_FEW apart.
ABOUT: dict[str, Callable[[AccountCount], bool]] = {
    "account.leaver": lambda g: g.in_use_by_people and g.matched,
    "account.inactive/lock": lambda g: g.in_use_by_people and g.use_known,
    "account.inactive/close": lambda g: g.in_use_by_people and g.use_known,
    "account.inactive/warn": lambda g: g.in_use_by_people and g.use_known and g.active,
    "account.use_unknown": lambda g: g.in_use_by_people,
    "account.unmatched": lambda g: g.of_a_person,
    "account.ambiguous": lambda g: g.in_use_by_people,
    "account.duplicate": lambda g: g.with_owner,
    "account.generic_unapproved": lambda g: g.kind in ("generic", "service"),
    "account.owner_left": lambda g: g.kind in ("generic", "service"),
    "account.admin_unapproved": lambda g: g.kind == "admin" and g.matched,
    "account.absent": lambda g: g.with_owner,
    "authorisation.missing": lambda g: g.with_owner and g.live,
    "authorisation.expired": lambda g: g.with_owner and g.live,
    "environment.unauthorised": lambda g: g.with_owner and not g.live,
    "training": lambda g: g.with_owner,
    "entitlement.excess": lambda g: g.with_owner and g.roles_stated,
    "entitlement.missing": lambda g: g.with_owner and g.roles_stated,
    "entitlement.excess_team": lambda g: g.with_owner and g.teams_stated,
    "entitlement.missing_team": lambda g: g.with_owner and g.teams_stated,
}
CLAIMED = ("authorisation.", "environment.", "entitlement.", "account.admin_unapproved")  # judged by approvals, which come by a list alone


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Every clause that a finding can cite on the packs of this organisation's systems, and two duties that none cites."""
    finished = Run.objects.filter(organisation_id=organisation_id, finished_at__isnull=False, on_date__lte=on)
    runs = list(finished.order_by("-id").values_list("on_date", "system_code", "counts")[: NIGHTS * 4])
    kept = counts_of(runs[0][2]) if runs else RunCounts()
    groups = cases(organisation_id) if kept.cases is None else kept.cases
    few = applying.in_order(organisation_id, on) if kept.in_order is None else kept.in_order
    packs = {name: pack_on(name, on) for name in {g.pack for g in groups} | few.keys()}
    wrong = _accounts_by_clause(organisation_id, on)
    known = _by_clause(groups, few, {name: about_clauses(pack) for name, pack in packs.items()}, wrong)
    whole = [day for day, system, _ in runs if not system]
    known |= _reported(known, packs.values(), whole, on) | _noticed(organisation_id, packs.values(), on)
    return {**known, **_shared(known, packs.values(), organisation_id, on), **_nights(whole, on)}


def _by_clause(
    groups: Iterable[AccountCount],
    few: applying.InOrder,
    about: Mapping[str, Mapping[str, set[str]]],
    wrong: Mapping[str, tuple[int, int]],
) -> dict[str, Measured]:
    """Each clause over the accounts to which it applies: where all its findings are about few, those in order and those found."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for clauses in about.values():
        for clause, its in clauses.items():
            codes[clause] |= its
    totals = totals_by_clause(groups, about)
    found = {clause: _measured(clause, total, *wrong.get(clause, (0, 0))) for clause, total in totals.items()}
    for clause, its in codes.items():
        to_right, late = wrong.get(clause, (0, 0))
        if its <= applying.OF_FEW:
            right = sum(few.get(pack, {}).get(code, 0) for pack, clauses in about.items() for code in clauses.get(clause, ()))
            found[clause] = _measured(clause, right + to_right, to_right, late)
        elif any(code.startswith(CLAIMED) for code in its):
            found[clause] = replace(found[clause], claimed=found[clause].complies)
    return found | {clause: _measured(clause, number, number, late) for clause, (number, late) in wrong.items() if clause not in found}


def _reported(known: Mapping[str, Measured], packs: Iterable[Pack], run_on: list[date], on: date) -> dict[str, Measured]:
    """EL-058: the report of the unused is of this month; where the last comparison is older, it tells of no account."""
    if run_on and on - max(run_on) < timedelta(days=MONTH_DAYS):
        return {}
    asked = {pack.findings["account.use_unknown"].clause for pack in packs}
    return {clause: replace(known[clause], complies=0, listed=False) for clause in asked & known.keys()}


def _noticed(organisation_id: int, packs: Iterable[Pack], on: date) -> dict[str, Measured]:
    """EL-037: the locks for disuse that were asked for of late, and those of them whose manager had the notice that the pack gives."""
    found: dict[str, Measured] = {}
    for pack in packs:
        idle, clause = pack.inactivity, pack.inactivity.warn_clause
        if clause not in _of_warnings(pack):
            continue
        locks = Finding.objects.filter(organisation_id=organisation_id, code="account.inactive", step="lock", clause=idle.lock_clause)
        locks = locks.filter(system__pack=pack.id, asked_on__gt=on - timedelta(days=NOTICES_DAYS), asked_on__lte=on)
        told = Count("id", filter=Q(asked_on__gte=F("found_on") + timedelta(days=idle.notice_days)))
        counted = locks.aggregate(total=Count("id"), complies=told)
        link = f"{reverse('accounts:findings')}?{urlencode({'clause': idle.lock_clause})}"
        measured = Measured(**counted, link=link, listed=False)
        found[clause] = found[clause] + measured if clause in found else measured
    return found


def _of_warnings(pack: Pack) -> set[str]:
    """The clauses of a pack that ask for notice of a lock and nothing else."""
    return {clause for clause, codes in about_clauses(pack).items() if codes == {WARN}}


def _shared(known: Mapping[str, Measured], packs: Iterable[Pack], organisation_id: int, on: date) -> dict[str, Measured]:
    """EL-026: the open shared accounts, and those that an approval in force says the reason of.

    EL-027: of those approved, how many by a list alone, which says so of itself. Two queries.
    """
    approvals = GenericApproval.objects.filter(organisation_id=organisation_id, gone_on=None, ig_approved_on__lte=on, expires_on__gte=on)
    said: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    decided: set[tuple[int, str]] = set()
    for system, name, source, reason in approvals.values_list("system_id", "username", "source", "reason"):
        decided |= set() if source == LISTED else {(system, plain(name))}
        if reason:
            said[system, plain(name)].add(source)
    accounts = Account.objects.filter(organisation_id=organisation_id, gone_on=None, status__in=("active", "locked"))
    rows = accounts.filter(kind__in=("generic", "service")).order_by().values_list("kind", "system_id", "username")
    there = [(kind, (system, plain(name))) for kind, system, name in rows]
    shared = [each for kind, each in there if kind == "generic"]
    complies, claimed = sum(each in said for each in shared), sum(said.get(each) == {LISTED} for each in shared)
    asked = {pack.findings["account.generic_unapproved"].clause for pack in packs} & known.keys()
    here = sum(each in decided for _, each in there)
    apart = {clause: replace(known[clause], claimed=max(known[clause].complies - here, 0)) for clause in asked}
    return {**apart, "shared_account.reason": Measured(len(shared), complies, claimed=claimed)}


def cases(organisation_id: int) -> tuple[AccountCount, ...]:
    """The open accounts of an organisation by sort: what the clauses are counted over."""
    rows = sorted_accounts(organisation_id).order_by().values_list(*SORT)
    return tuple(AccountCount(*row) for row in rows.annotate(n=Count("id")))


SORT = ("system__pack", "is_live", "kind", "active", "matched", "use_known", "roles_stated", "teams_stated")  # as AccountCount has them


def sorted_accounts(organisation_id: int) -> QuerySet[Account]:
    """The open accounts of an organisation, each with the sort it is of."""
    return Account.objects.filter(organisation_id=organisation_id, gone_on=None, status__in=("active", "locked")).annotate(
        is_live=_is(environment="live"),
        active=_is(status="active"),
        matched=_is(fits=1),
        use_known=_is(Q(last_used_at__isnull=False) | Q(created_on__isnull=False)),
        roles_stated=_is(roles__isnull=False),
        teams_stated=_is(teams__isnull=False),
    )


def _is(*conditions: Q, **fields: Any) -> Case:
    return Case(When(Q(*conditions, **fields), then=Value(True)), default=Value(False), output_field=BooleanField())


def counts_here(clause: str, pack: str) -> bool:
    """Whether a clause is counted on the systems of a pack: one that is tied to a pack counts on no other's."""
    tied = tied_clauses()
    return clause not in tied or tied[clause][0] in (pack, *newest_packs()[pack].extends)


def about_clauses(pack: Pack) -> dict[str, set[str]]:
    """Which codes of ABOUT speak for each clause of a pack; a house rule is no clause."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, rule in pack.findings.items():
        if code in ABOUT:
            found[rule.clause].add(code)
    idle = pack.inactivity
    steps = (("lock", idle.lock_clause, idle.lock_after_days), ("close", idle.close_clause, idle.close_after_days))
    for step, clause, days in (*steps, ("warn", idle.warn_clause, idle.notice_days)):
        if days:
            found[clause].add(f"account.inactive/{step}")
    for course in pack.training:
        for clause in (course.clause, course.declaration_clause if course.declaration else course.clause):
            found[clause].add("training")
    return {clause: codes for clause, codes in found.items() if clause != HOUSE and counts_here(clause, pack.id)}


def totals_by_clause(groups: Iterable[AccountCount], about: Mapping[str, Mapping[str, set[str]]]) -> dict[str, int]:
    """How many accounts each clause is about, over every pack that has it; one counts once however many codes speak for the clause."""
    totals = {clause: 0 for clauses in about.values() for clause in clauses}
    for group in groups:
        for clause, codes in about[group.pack].items():
            if any(ABOUT[code](group) for code in codes):
                totals[clause] += group.accounts
    return totals


def _measured(clause: str, total: int, wrong: int, late: int) -> Measured:
    """Findings may be older than the accounts counted beside them, so there are never fewer cases than findings."""
    total = max(total, wrong)
    tied = tied_clauses()
    asked = {"clause": clause, **({"system": tied[clause][1]} if clause in tied else {})}
    return Measured(total, total - wrong, f"{reverse('accounts:findings')}?{urlencode(asked)}", late)


def _accounts_by_clause(organisation_id: int, on: date) -> dict[str, tuple[int, int]]:
    """How many accounts have something to put right under each clause, and how many of them something late: two queries."""
    rows = FindingAccount.objects.filter(finding__organisation_id=organisation_id, finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)
    late = Count("account", filter=Q(finding__due_on__lt=on), distinct=True)
    by_clause = rows.filter(gone_on=None).exclude(clause=HOUSE).order_by().values_list("clause", "system_id")
    counts = by_clause.annotate(wrong=Count("account", distinct=True), late=late)
    found: dict[str, tuple[int, int]] = {}
    packs = dict(System.objects.filter(organisation_id=organisation_id).values_list("id", "pack"))
    for clause, system, wrong, late_ones in counts.values_list("clause", "system_id", "wrong", "late"):  # an account is of one system
        if counts_here(clause, packs[system]):
            before = found.get(clause, (0, 0))
            found[clause] = (before[0] + wrong, before[1] + late_ones)
    return found


def _nights(run_on: list[date], on: date) -> dict[str, Measured]:
    """Of the last 30 days, or since the first comparison if that is nearer, those with a comparison of every system (PA-032)."""
    since = max(on - timedelta(days=NIGHTS - 1), min(run_on)) if run_on else None
    if since is None:
        return {}
    return {"runs.nightly": Measured((on - since).days + 1, len({day for day in run_on if day >= since}))}
