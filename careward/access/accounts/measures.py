"""Live counts of the clauses that this room carries: how many accounts each is about, and how many have nothing to put right.

Counting 400,000 accounts takes about 0.7 s, so a run keeps what `cases` returns in its counts; without that they are counted live.
What is to put right is always counted live, from the open findings.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Count, Q, Value, When
from django.urls import reverse

from careward.access.accounts.counts import AccountCount, counts_of
from careward.access.accounts.models import Account, FindingAccount, Run
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.authorisations.models import GenericApproval
from careward.core.ids import plain
from careward.core.packs.duties import HOUSE
from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.people.staff.packs import newest_packs, pack_on, tied_clauses
from careward.systems.register.models import System

NIGHTS = 30


# Which accounts each finding code is about (docs/explanation/reconciliation.md); "account.inactive" by step, entitlements by dimension.
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


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Every clause that a finding can cite on the packs of this organisation's systems, and two duties that none cites."""
    finished = Run.objects.filter(organisation_id=organisation_id, finished_at__isnull=False, on_date__lte=on)
    runs = list(finished.order_by("-id").values_list("on_date", "system_code", "counts")[: NIGHTS * 4])
    kept = counts_of(runs[0][2]).cases if runs else None
    groups = kept if kept is not None else cases(organisation_id)
    wrong = _accounts_by_clause(organisation_id, on)
    totals = totals_by_clause(groups, {pack: about_clauses(pack_on(pack, on)) for pack in {g.pack for g in groups}})
    known = {clause: _measured(clause, totals.get(clause, 0), *wrong.get(clause, (0, 0))) for clause in totals.keys() | wrong.keys()}
    shared = {"shared_account.reason": _said_why(organisation_id, on)}
    return {**known, **shared, **_nights([day for day, system, _ in runs if not system], on)}


def _said_why(organisation_id: int, on: date) -> Measured:
    """The open shared accounts, and those that an approval in force says the reason of (EL-026): two queries."""
    approvals = GenericApproval.objects.filter(organisation_id=organisation_id, gone_on=None, ig_approved_on__lte=on, expires_on__gte=on)
    told = {(system, plain(name)) for system, name in approvals.exclude(reason="").values_list("system_id", "username")}
    accounts = Account.objects.filter(organisation_id=organisation_id, gone_on=None, status__in=("active", "locked"), kind="generic")
    shared = [(system, plain(name)) for system, name in accounts.order_by().values_list("system_id", "username")]
    return Measured(len(shared), sum(each in told for each in shared))


def cases(organisation_id: int) -> tuple[AccountCount, ...]:
    """The open accounts of an organisation by sort: what the clauses are counted over."""
    rows = (
        Account.objects.filter(organisation_id=organisation_id, gone_on=None, status__in=("active", "locked"))
        .annotate(
            is_live=_is(environment="live"),
            active=_is(status="active"),
            matched=_is(fits=1),
            use_known=_is(Q(last_used_at__isnull=False) | Q(created_on__isnull=False)),
            roles_stated=_is(roles__isnull=False),
            teams_stated=_is(teams__isnull=False),
        )
        .order_by()
        .values_list("system__pack", "is_live", "kind", "active", "matched", "use_known", "roles_stated", "teams_stated")
    )
    return tuple(AccountCount(*row) for row in rows.annotate(n=Count("id")))


def _is(*conditions: Q, **fields: Any) -> Case:
    return Case(When(Q(*conditions, **fields), then=Value(True)), default=Value(False), output_field=BooleanField())


def _counts_here(clause: str, pack: str) -> bool:
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
    return {clause: codes for clause, codes in found.items() if clause != HOUSE and _counts_here(clause, pack.id)}


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
        if _counts_here(clause, packs[system]):
            before = found.get(clause, (0, 0))
            found[clause] = (before[0] + wrong, before[1] + late_ones)
    return found


def _nights(run_on: list[date], on: date) -> dict[str, Measured]:
    """Of the last 30 days, or since the first comparison if that is nearer, those with a comparison of every system (PA-032)."""
    since = max(on - timedelta(days=NIGHTS - 1), min(run_on)) if run_on else None
    if since is None:
        return {}
    return {"runs.nightly": Measured((on - since).days + 1, len({day for day in run_on if day >= since}))}
