"""The nightly comparison: rows out, every account judged at once, what was found kept and work raised."""

from dataclasses import dataclass
from datetime import date, datetime

from careward.accounts.actions import keep_run, match_accounts
from careward.accounts.keeping import Judged, Kept
from careward.analysis.reconciliation.compare import as_found, compare
from careward.core import packs as packs_data
from careward.core.packs import Pack
from careward.core.ports import Found
from careward.jobs.extract import tables
from careward.people.models import Organisation
from careward.systems.models import System


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one reconciliation found; `kept` is None for a rehearsal."""

    found: tuple[Found, ...]
    accounts: int
    kept: Kept | None


def packs_of(organisation: Organisation, *, on: date) -> dict[str, Pack]:
    """Each system's code with the version of its pack in force on a day."""
    codes = dict(System.objects.filter(organisation=organisation).values_list("code", "pack"))
    loaded = {name: packs_data.load(name, on=on) for name in set(codes.values())}
    return {code: loaded[name] for code, name in codes.items()}


def reconcile(*, organisation: Organisation, on: date, system: str, keep: bool, now: datetime, by: str) -> Reconciled:
    """Compares everything of an organisation, or one system of it, as at a day; keeps the findings unless rehearsing.

    Raises System.DoesNotExist for a system that is not in the register.
    """
    if system:
        System.objects.get(organisation=organisation, code=system)
    by_system = packs_of(organisation, on=on)
    compared = compare(tables(organisation, system=system), on=on, packs={p.id: p for p in by_system.values()})
    found = as_found(compared.findings)
    accounts = compared.matches.num_rows
    if not keep:
        return Reconciled(tuple(found), accounts, None)
    rows = zip(*(compared.matches[c].to_pylist() for c in ("account_id", "person_id", "fits")), strict=True)
    match_accounts(organisation=organisation, matched=list(rows), now=now, by=by)
    about = zip(found, *(compared.findings[c].to_pylist() for c in ("account_id", "person_id")), strict=True)
    judged = [Judged(f, account, person) for f, account, person in about]
    kept = keep_run(organisation=organisation, on=on, system_code=system, judged=judged, accounts=accounts, packs=by_system, now=now, by=by)
    return Reconciled(tuple(found), accounts, kept)
