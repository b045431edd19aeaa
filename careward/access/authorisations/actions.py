"""Writing down that a shared account is approved, and who answers for it now: each with its entry in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from careward.access.authorisations.models import GenericApproval
from careward.access.authorisations.queries import named_so
from careward.access.authorisations.rules import DECIDED, speaking
from careward.evidence.ledger import actions as ledger
from careward.systems.register.models import System


@dataclass(frozen=True, slots=True)
class SharedName:
    """A shared account as its approvals name it; `subject` is how the ledger names it."""

    system: System
    username: str
    subject: str
    service: bool = False  # one of a service speaks before it has begun, too


@transaction.atomic
def approve_shared(
    *, of: SharedName, owner_id: int, until: date, reason: str, request_id: int, on: date, now: datetime, by: str
) -> GenericApproval:
    """A shared account is approved from a day until another, with its owner: what one request was decided about, written once."""
    told = {
        "system": of.system, "organisation": of.system.organisation, "username": of.username, "owner_id": owner_id, "ig_approved_on": on,
        "expires_on": until, "reason": reason, "source": DECIDED,
    }  # fmt: skip
    row, new = GenericApproval.objects.select_for_update(of=("self",)).get_or_create(request_id=request_id, defaults=told)
    if new:
        _enter("shared_account.approved", of, now, by, owner=owner_id, until=until.isoformat(), approval=request_id)
    return row


@transaction.atomic
def name_owner(*, of: SharedName, owner_id: int, on: date, now: datetime, by: str) -> int:
    """Somebody answers for a shared account from now on, in place of whom each approval that speaks names; returns how many do."""
    rows = _speaking(of, on)
    for row in rows:
        row.new_owner_id, row.instead_of_id = owner_id, row.owner_id
        row.save(update_fields=["new_owner", "instead_of"])
    if rows:
        were = sorted({row.owner_id for row in rows})
        _enter("shared_account.owner_named", of, now, by, owner=owner_id, instead_of=were)
    return len(rows)


@transaction.atomic
def unname_owner(*, of: SharedName, owner_id: int, now: datetime, by: str) -> int:
    """Whoever the approvals themselves name answers for a shared account again; returns how many are so."""
    rows = [row for row in _locked(of) if row.new_owner_id == owner_id]
    for row in rows:
        row.new_owner_id = row.instead_of_id = None
        row.save(update_fields=["new_owner", "instead_of"])
    if rows:
        _enter("shared_account.owner_unnamed", of, now, by, owner=owner_id)
    return len(rows)


def _speaking(of: SharedName, on: date) -> Sequence[GenericApproval]:
    return speaking((row for row in _locked(of) if of.service or row.ig_approved_on <= on), on)


def _locked(of: SharedName) -> list[GenericApproval]:
    here = GenericApproval.objects.select_for_update(of=("self",)).filter(
        organisation=of.system.organisation, system=of.system, gone_on=None
    )
    return named_so(here.order_by("pk"), of.username)


def _enter(verb: str, of: SharedName, now: datetime, by: str, **told: object) -> None:
    ledger.record(at=now, actor=by, verb=verb, subject=of.subject, organisation=of.system.organisation.ods_code, **told)
