"""The nightly comparison of each organisation: asked for as an errand, which whichever worker claims it runs, once.

What should have begun by now and has not is due (errands/rules), so a missed night is caught up.
"""

from datetime import date, datetime, time

from django.db import transaction

from careward.access.accounts.actions import RECONCILE
from careward.access.accounts.models import Run
from careward.core.days import LONDON, london_day
from careward.evidence.errands import actions as errands
from careward.evidence.errands import rules
from careward.evidence.errands.models import Errand
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Organisation

NIGHTLY_AT = time(4, 10)  # after the night's exports, and never in the hour that the clocks skip or repeat
BY = "job/nightly"


def night_of(now: datetime) -> date:
    """The latest day whose nightly run should have begun by now."""
    return rules.day_of(NIGHTLY_AT, now)


@transaction.atomic
def ask_for_the_night(*, organisation: str, now: datetime) -> bool:
    """Asks for the comparison as at the latest night; False when it waits already, or somebody ran it by hand (PA-032)."""
    night, trust = night_of(now), Organisation.objects.get(ods_code=organisation)
    if _waits(organisation, night) or _ran(trust, now):
        return False
    subject, body = f"organisation/{trust.pk}", {"organisation": trust.pk, "on": night.isoformat(), "by": BY}
    ledger.record(at=now, actor=BY, verb="reconciliation.due", subject=subject, organisation=organisation, on=night.isoformat())
    errands.ask(name=RECONCILE, body=body, organisation=organisation, subject=subject, now=now)
    return True


def _waits(organisation: str, night: date) -> bool:
    same = Errand.objects.filter(organisation=organisation, name=RECONCILE, body__on=night.isoformat())
    return same.filter(claimed_at=None, done_at=None, stuck_at=None).exists()


def _ran(trust: Organisation, now: datetime) -> bool:
    """By hand, since the night's exports came; one as at an earlier day or a day to come is something else."""
    began = rules.latest(NIGHTLY_AT, now)
    runs = Run.objects.filter(organisation=trust, system_code="", started_at__gte=began)
    return runs.filter(on_date__gte=began.astimezone(LONDON).date(), on_date__lte=london_day(now)).exists()
