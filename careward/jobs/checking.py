"""Checks of the ledger that somebody asked for go to the worker: the ledger stands below the queue and cannot ask it itself."""

from datetime import datetime

from django.db import transaction

from careward.evidence.errands import actions as errands
from careward.evidence.ledger.actions import ask_check, take_asked_checks
from careward.evidence.ledger.errands import VERIFY
from careward.evidence.ledger.models import Checkpoint


@transaction.atomic
def pass_on_checks(*, now: datetime) -> int:
    """Asks the queue for each check that nobody has taken up, and says how many there were."""
    checks = take_asked_checks(now=now)
    for check in checks:
        body = {"check": check.pk, "organisation": check.organisation, "by": check.asked_by}
        errands.ask(name=VERIFY, body=body, organisation=check.organisation, subject="ledger", now=now)
    return len(checks)


def ask_for_the_weekly_check(*, organisation: str, now: datetime) -> bool:
    """Asks for a check of the whole ledger, so that none goes unchecked because nobody looked; False while nothing is sealed."""
    return Checkpoint.objects.exists() and ask_check(organisation=organisation, now=now, by="job/check")
