"""Checking the ledger when somebody asks: at once while it is small, else by the worker."""

from datetime import datetime

from django.db import transaction

from careward.evidence.ledger.actions import note_verified, record
from careward.evidence.ledger.models import Checkpoint, Errand
from careward.evidence.ledger.proof import verify
from careward.seal.walk import Report

VERIFY = "ledger.verify"
AT_ONCE = 50_000  # sealed entries: about a second


def check(*, now: datetime, by: str, organisation: str) -> Report | None:
    """Checks the whole ledger and writes down what was found; None when it is so long that the worker does it.

    Asking again before the worker has answered asks once.
    """
    last = Checkpoint.objects.order_by("-size").only("size").first()
    if last and last.size >= AT_ONCE:
        _ask(now, by, organisation)
        return None
    report = verify()
    note_verified(report=report, now=now, by=by, organisation=organisation)
    return report


@transaction.atomic
def _ask(now: datetime, by: str, organisation: str) -> None:
    if Errand.objects.filter(name=VERIFY, entry__organisation=organisation, done_at=None, stuck_at=None).exists():
        return
    errand = (VERIFY, {"by": by, "organisation": organisation})
    record(at=now, actor=by, verb="ledger.check_asked", subject="ledger", organisation=organisation, errands=[errand])


def look(errand: Errand) -> Report:
    """The long part, before the transaction: meanwhile everybody else can write."""
    return verify()


def keep(errand: Errand, report: Report) -> None:
    """Writes down what was found, for whoever asked."""
    note_verified(report=report, now=errand.claimed_at, by=errand.body["by"], organisation=errand.body["organisation"])


HANDLERS = {VERIFY: keep}
PREPARES = {VERIFY: look}
