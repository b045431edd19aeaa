"""What is due by the clock. Nothing is counted up: what should have begun by now and has not is due, so a missed night is caught up.

A night is asked for as an errand: whichever worker claims it runs it, once, and one that fails is put off while others go on.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from careward.access.accounts.models import Run
from careward.core.days import LONDON, ONE_DAY, london_day
from careward.evidence.errands import actions as errands
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Organisation

NIGHTLY_AT = time(4, 10)  # after the night's exports, and never in the hour that the clocks skip or repeat
SEAL_EVERY = timedelta(minutes=1)
CLEAR_EVERY = timedelta(hours=1)
BY = "job/nightly"
ASKED = "reconciliation.due"


@dataclass(frozen=True, slots=True)
class Due:
    """One comparison that should have been asked for: whose, and as at which day."""

    organisation_id: int
    on: date


def night_of(now: datetime) -> date:
    """The latest day whose nightly run should have begun by now."""
    local = now.astimezone(LONDON)
    return local.date() if local.time() >= NIGHTLY_AT else local.date() - ONE_DAY


def due(now: datetime) -> list[Due]:
    """Every organisation with systems whose latest night was neither asked for nor run (PA-032)."""
    night = night_of(now)
    began = datetime.combine(night, NIGHTLY_AT, LONDON)
    some = Organisation.objects.filter(system__isnull=False).distinct().order_by("id")
    return [Due(o.pk, night) for o in some if not _asked(o, began) and not _ran(o, began, london_day(now))]


def _asked(organisation: Organisation, began: datetime) -> bool:
    asked = Entry.objects.filter(organisation=organisation.ods_code, verb=ASKED).order_by("-id").values_list("at", flat=True).first()
    return asked is not None and asked >= began


def _ran(organisation: Organisation, began: datetime, today: date) -> bool:
    """By hand, since the night's exports came; one as at an earlier day or a day to come is something else."""
    runs = Run.objects.filter(organisation=organisation, system_code="", started_at__gte=began)
    return runs.filter(on_date__gte=began.astimezone(LONDON).date(), on_date__lte=today).exists()


def run_due(now: datetime) -> int:
    """Sets running what is due: writes down the errand of each comparison, and says how many. Workers that do it at once do it once."""
    return sum(_ask(one, now) for one in due(now))


@transaction.atomic
def _ask(one: Due, now: datetime) -> bool:
    organisation = Organisation.objects.select_for_update().get(pk=one.organisation_id)
    if one not in due(now):
        return False
    subject, body = f"organisation/{organisation.pk}", {"organisation": organisation.pk, "on": one.on.isoformat(), "by": BY}
    ledger.record(at=now, actor=BY, verb=ASKED, subject=subject, organisation=organisation.ods_code, on=one.on.isoformat())
    errands.ask(name="accounts.reconcile", body=body, organisation=organisation.ods_code, subject=subject, now=now)
    return True


def is_seal_due(now: datetime, last: datetime | None) -> bool:
    """Whether a minute has passed since the ledger was last sealed."""
    return last is None or now - last >= SEAL_EVERY


def is_clear_due(now: datetime, last: datetime | None) -> bool:
    """Whether an hour has passed since uploads that nobody needs any more were taken away."""
    return last is None or now - last >= CLEAR_EVERY
