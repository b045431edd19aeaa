"""Keeping what a reconciliation found, allowing what is too large to happen by itself, and saying whose each account is."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from careward.access.accounts import measures
from careward.access.accounts.keeping import Judged, Keeper, Kept
from careward.access.accounts.models import Account, Allowance, Run
from careward.core.decision import Refused, refuse
from careward.core.packs.pack import Pack
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.ledger import actions as ledger
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation
from careward.systems.register.models import System

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
) -> Kept:
    """Stores what one reconciliation found and raises the work to put it right: one transaction, and twice is as once.

    `packs` maps each system's code to its pack, `told_at` to the moment its accounts were last loaded
    ("" for any file). A system whose plan is unsafe gets its findings, but no task to lock or close until a named person allows it.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two runs of one organisation never interleave
    systems = {s.code: s for s in System.objects.filter(organisation=organisation)}
    scope = {system_code: systems[system_code]} if system_code else systems
    run = Run.objects.create(organisation=organisation, on_date=on, system_code=system_code, started_at=now, by=by, accounts=accounts)
    kept = Keeper(run=run, organisation=organisation, systems=scope, packs=packs, told_at=told_at, now=now, by=by).keep(judged)
    run.digest = _digest(judged)
    run.counts = {
        "opened": kept.opened, "still": kept.still, "closed": kept.closed, "unsafe": kept.unsafe,
        "by_code": dict(sorted(Counter(j.found.code for j in judged).items())),
        "cases": measures.stored(measures.cases(organisation.pk)),
    }  # fmt: skip
    run.finished_at = now
    run.save(update_fields=["digest", "counts", "finished_at"])
    ledger.record(
        at=now, actor=by, verb="reconciliation.kept", subject=f"run/{run.pk}", organisation=organisation.ods_code,
        on=on.isoformat(), system=system_code, accounts=accounts, digest=run.digest,
        **{k: v for k, v in run.counts.items() if k not in ("by_code", "cases")},
    )  # fmt: skip
    return kept


def _digest(judged: Sequence[Judged]) -> str:
    """SHA-256 over every line found, so that the ledger binds what was found without holding it."""
    lines = sorted("\t".join(str(v) for v in j.found.line().values()) for j in judged)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def allow_unsafe(*, organisation: Organisation, system_code: str, on: date, reason: str, now: datetime, by: str) -> Allowance:
    """A named person lets an unsafe plan for a system go ahead on a day. Raises Refused when no reason is given."""
    if not reason.strip():
        raise Refused(refuse("reason.missing", "house", "Nothing says why the change may go ahead", "Give the reason"))
    system = System.objects.get(organisation=organisation, code=system_code)
    allowance, made = Allowance.objects.get_or_create(
        system=system, on_date=on, defaults={"organisation": organisation, "reason": reason.strip(), "by": by, "allowed_at": now}
    )
    if made:
        subject = f"system/{system.pk}"
        ledger.record(at=now, actor=by, verb="plan.allowed", subject=subject, organisation=organisation.ods_code, on=on.isoformat())
        _ask_to_look(organisation, on, subject, now, by)
    return allowance


@transaction.atomic
def ask_for_run(*, organisation: Organisation, on: date, now: datetime, by: str) -> None:
    """Asks the worker to look again now. Asked while the same already waits, it is written down and done once.

    Two who ask in the same instant may each leave an errand, which does no harm: nobody is made to wait for a lock.
    """
    same = {"organisation": organisation.ods_code, "name": RECONCILE, "body__organisation": organisation.pk, "body__on": on.isoformat()}
    waits = Errand.objects.filter(**same, claimed_at=None, done_at=None, stuck_at=None).exists()
    subject = f"organisation/{organisation.pk}"
    ledger.record(at=now, actor=by, verb="reconciliation.asked", subject=subject, organisation=organisation.ods_code, on=on.isoformat())
    if not waits:
        _ask_to_look(organisation, on, subject, now, by)


def _ask_to_look(organisation: Organisation, on: date, subject: str, now: datetime, by: str) -> None:
    body = {"organisation": organisation.pk, "on": on.isoformat(), "by": by}
    errands.ask(name=RECONCILE, body=body, organisation=organisation.ods_code, subject=subject, now=now)


@transaction.atomic
def match_accounts(*, organisation: Organisation, matched: Sequence[tuple[int, int | None, int]], now: datetime, by: str) -> int:
    """Writes down whose each account is, where that changed: (account id, person id or None, number who fit).

    The ledger binds the run's findings, of which this is a working note, so it has no entry of its own.
    """
    was = {i: (p, f) for i, p, f in Account.objects.filter(organisation=organisation).values_list("id", "person_id", "fits")}
    changed = [row for row in matched if was.get(row[0]) != row[1:]]
    bulk.update(Account._meta.db_table, ("person_id", "fits"), changed)
    return len(changed)
