"""Keeping what a reconciliation found, allowing what is too large to happen by itself."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from careward.access.accounts import allowing, applying, measures
from careward.access.accounts.counts import AccountCount, RunCounts
from careward.access.accounts.handing_over import BY_HAND, HAND_OVER
from careward.access.accounts.keeping.notice import with_notice
from careward.access.accounts.keeping.plan import KeepingPlan, keys_wanted, plan_keeping, stirred
from careward.access.accounts.keeping.reading import (
    known_findings,
    last_kept,
    lock_days,
    managers_of,
    names_of,
    not_needed,
    standing_tasks,
    task_states,
)
from careward.access.accounts.keeping.shapes import Judged, KeepingFacts
from careward.access.accounts.keeping.writing import write_findings
from careward.access.accounts.leavers import plan_leaver_work
from careward.access.accounts.models import Account, Run
from careward.access.accounts.rules.kept_days import may_keep
from careward.core.days import london_day
from careward.core.decision import Refused, refuse
from careward.core.packs.pack import Pack
from careward.core.rights import WHOLE
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.ledger import actions as ledger
from careward.evidence.rows import bulk
from careward.people.signin.arrivals import rights_of
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import who_of
from careward.work.approvals.rules import Content
from careward.work.tasks.many import write_tasks
from careward.work.tasks.wanted import TaskPlan


@dataclass(frozen=True, slots=True)
class RunKept:
    """What keeping a run changed."""

    run: Run
    opened: int
    still: int
    closed: int
    tasks_raised: int
    tasks_told: int
    tasks_closed: int
    tasks_reopened: int
    unsafe: tuple[str, ...]


RUN, ALLOW = "accounts:reconciliation:run", "accounts:plans:allow"
RECONCILE = "accounts.reconcile"  # the errand that compares everything of an organisation


@transaction.atomic
def keep_run(
    *,
    organisation: Organisation,
    on: date,
    system_code: str,
    judged: Sequence[Judged],
    accounts: int,
    packs: Mapping[str, Pack],
    told_at: Mapping[str, datetime],
    now: datetime,
    by: str,
    cases: Sequence[AccountCount] | None = None,
) -> RunKept:
    """Stores what one reconciliation found and raises the work to put it right: one transaction, and twice is as once.

    `packs` maps each system's code to its pack, `told_at` to the moment its accounts were last loaded
    ("" for any file), `cases` are the open accounts by sort where they are counted already.
    A system whose plan is unsafe gets its findings, but no task to lock or close until a named person allows it. Refused as at a day to
    come, or before the last one kept.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two runs of one organisation never interleave
    if not (decision := may_keep(on, today=london_day(now), last_kept=last_kept(organisation.pk))):
        raise Refused(decision)
    systems = {s.code: s for s in System.objects.filter(organisation=organisation)}
    scope = {system_code: systems[system_code]} if system_code else systems
    run = Run.objects.create(organisation=organisation, on_date=on, system_code=system_code, started_at=now, by=by, accounts=accounts)
    contents = allowing.contents_of(judged, names_of(organisation))
    plan, unsafe = _planned(run, judged, scope, packs, told_at, contents)
    done = write_tasks(organisation=organisation, plan=plan.tasks, on=on, now=now, by=by)
    write_findings(plan, run=run, tasks=done.ids, systems={code: s.pk for code, s in systems.items()}, now=now, by=by)
    kept = RunKept(run, len(plan.opened), plan.still, len(plan.closed), done.raised, done.told, done.closed, done.reopened, unsafe)
    _close(run, kept, plan, judged, measures.cases(organisation.pk) if cases is None else tuple(cases), now)
    allowing.put(run, contents, {code: s.name for code, s in scope.items()}, errand=RECONCILE, now=now)
    if any(s.connector != BY_HAND for s in scope.values()):
        body = {"organisation": organisation.pk, "on": on.isoformat(), "by": by}
        errands.ask(name=HAND_OVER, body=body, organisation=organisation.ods_code, subject=f"run/{run.pk}", now=now)
    return kept


def _planned(
    run: Run,
    judged: Sequence[Judged],
    scope: Mapping[str, System],
    packs: Mapping[str, Pack],
    told_at: Mapping[str, datetime],
    contents: Mapping[str, Content],
) -> tuple[KeepingPlan, tuple[str, ...]]:
    """What this run does to findings and tasks, and the systems whose change is too large to happen by itself."""
    here = run.organisation
    unsafe = tuple(sorted(contents))
    facts = KeepingFacts(
        on=run.on_date, packs=packs, systems={code: s.name for code, s in scope.items()}, names=names_of(here),
        managers=managers_of(here, run.on_date),
        calendar=pack_on(here.pack, run.on_date).calendar.days, held=frozenset(unsafe) - allowing.allowed(here, contents), told_at=told_at,
        run=f"the comparison of {run.on_date.day} {run.on_date:%B %Y} (run {run.pk})", today=london_day(run.started_at),
    )  # fmt: skip
    known, states = known_findings(here, scope), task_states(here)
    noticed = with_notice(judged, known, packs=packs, not_needed=not_needed(here), on=run.on_date)
    some, of_them = stirred(noticed.judged, known, states, facts)
    facts = replace(facts, locks_on={**lock_days(some, packs), **noticed.locks_on})
    keys = keys_wanted(judged=some, known=of_them, states=states, facts=facts) if states else frozenset()
    standing = standing_tasks(here, ids=[k.task_id for k in of_them if k.task_id], keys=keys)
    plan = plan_keeping(judged=some, known=of_them, standing=standing, facts=facts)
    questions = TaskPlan() if run.system_code else plan_leaver_work(organisation=here, on=run.on_date, managers=facts.managers)
    return replace(plan, still=len(known) - len(plan.closed), tasks=plan.tasks.with_also(questions)), unsafe


def _close(run: Run, kept: RunKept, plan: KeepingPlan, judged: Sequence[Judged], cases: tuple[AccountCount, ...], now: datetime) -> None:
    """Ends a run: its row says what was found, and the one entry of the ledger binds that and what was done about it."""
    here, codes = run.organisation, Counter(j.found.code for j in judged)
    in_order = applying.in_order(here.pk, run.on_date)
    counts = RunCounts(kept.opened, kept.still, kept.closed, kept.unsafe, dict(sorted(codes.items())), cases, in_order)
    run.digest, run.counts, run.finished_at = _digest(judged), counts.kept(), now
    run.save(update_fields=["digest", "counts", "finished_at"])
    ledger.record(
        at=now, actor=run.by, verb="reconciliation.kept", subject=f"run/{run.pk}", organisation=here.ods_code,
        on=run.on_date.isoformat(), system=run.system_code, accounts=run.accounts, digest=run.digest, plan=plan.digest(),
        opened=kept.opened, still=kept.still, closed=kept.closed, unsafe=list(kept.unsafe), tasks_raised=kept.tasks_raised,
        tasks_told=kept.tasks_told, tasks_closed=kept.tasks_closed, tasks_reopened=kept.tasks_reopened,
    )  # fmt: skip


def _digest(judged: Sequence[Judged]) -> str:
    """SHA-256 over every line found, so that the ledger binds what was found without holding it."""
    lines = sorted("\t".join(str(v) for v in j.found.line().values()) for j in judged)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def allow_unsafe(*, organisation: Organisation, system_code: str, seen: str, reason: str, now: datetime, by: str) -> Approval:
    """A named person lets a plan that is too large go ahead: exactly what they saw, whose digest is `seen`.

    Raises Refused with every reason; also where nothing waits for that system.
    """
    on = london_day(now)
    rights = rights_of(actor=by, organisation_id=organisation.pk, on=on)
    may = rights.must(ALLOW, "let a large change go ahead", system_code)
    row = allowing.waiting(organisation, system_code)
    if row is None:
        what = f"No change to {system_code} waits for a named person"
        raise Refused(may & refuse("plan.not_held", "house", what, "Compare the accounts first"))
    return approvals.answer(
        approval_id=row.pk, organisation_id=organisation.pk, who=who_of(by=by, organisation_id=organisation.pk, on=on),
        holds=rights.on(system_code), may=may, approves=True, seen=seen, reason=reason, now=now, by=by,
    )  # fmt: skip


@transaction.atomic
def ask_for_run(*, organisation: Organisation, on: date, now: datetime, by: str) -> None:
    """Asks the worker to look again now, at each system that whoever asks may have compared. Raises Refused where there is none.

    Asked while the same already waits, it is written down and done once. Two who ask in the same instant may each leave an errand,
    which does no harm: nobody is made to wait for a lock.
    """
    look_again(organisation=organisation, on=on, systems=_to_compare(organisation, now, by), now=now, by=by)


def look_again(*, organisation: Organisation, on: date, systems: tuple[str, ...], now: datetime, by: str) -> None:
    """Asks the worker to compare some systems of an organisation, unless the same waits already."""
    subject = f"organisation/{organisation.pk}"
    told = {"on": on.isoformat(), **({} if systems == (WHOLE,) else {"systems": list(systems)})}
    ledger.record(at=now, actor=by, verb="reconciliation.asked", subject=subject, organisation=organisation.ods_code, **told)
    same = {"organisation": organisation.ods_code, "name": RECONCILE, "body__organisation": organisation.pk, "body__on": on.isoformat()}
    waiting = Errand.objects.filter(**same, claimed_at=None, done_at=None, stuck_at=None).values_list("body", flat=True)
    there = {body.get("system", WHOLE) for body in waiting}
    for code in systems:
        if there.isdisjoint({code, WHOLE}):
            _ask_to_look(organisation, on, subject, now, by, system=code)


def _to_compare(organisation: Organisation, now: datetime, by: str) -> tuple[str, ...]:
    """The systems of the register that somebody may have compared; WHOLE alone where these are all."""
    rights = rights_of(actor=by, organisation_id=organisation.pk, on=london_day(now))
    if rights.may(RUN, system=WHOLE):
        return (WHOLE,)
    known = System.objects.filter(within_systems(rights.systems_for(RUN), "code"), organisation=organisation)
    if codes := tuple(known.order_by("code").values_list("code", flat=True)):
        return codes
    raise Refused(rights.must(RUN, "have the accounts compared", WHOLE))


def _ask_to_look(organisation: Organisation, on: date, subject: str, now: datetime, by: str, *, system: str = WHOLE) -> None:
    body = {"organisation": organisation.pk, "on": on.isoformat(), "by": by, **({"system": system} if system else {})}
    errands.ask(name=RECONCILE, body=body, organisation=organisation.ods_code, subject=subject, now=now)


@transaction.atomic
def match_accounts(*, organisation: Organisation, changed: Sequence[tuple[int, int | None, int]], now: datetime, by: str) -> int:
    """Writes down whose each account is, of those where that changed: (account id, person id or None, number who fit).

    The ledger binds the run's findings, of which this is a working note, so it has no entry of its own.
    """
    bulk.update(Account._meta.db_table, ("person_id", "fits"), changed)
    return len(changed)
