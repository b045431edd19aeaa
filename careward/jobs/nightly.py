"""What is due by the clock. Nothing is counted up: what should have run by now and has not is due, so a missed night is caught up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from careward.accounts.models import Run
from careward.jobs.reconcile import reconcile
from careward.ledger import actions as ledger
from careward.people.models import Organisation

LONDON = ZoneInfo("Europe/London")
NIGHTLY_AT = time(4, 10)  # after the night's exports
SEAL_EVERY = timedelta(minutes=1)
BY = "job/nightly"


@dataclass(frozen=True, slots=True)
class Due:
    """One comparison that should have run: whose, and as at which day."""

    organisation_id: int
    on: date


def night_of(now: datetime) -> date:
    """The latest day whose nightly run should have happened by now."""
    local = now.astimezone(LONDON)
    return local.date() if local.time() >= NIGHTLY_AT else local.date() - timedelta(days=1)


def due(now: datetime) -> list[Due]:
    """Every organisation whose comparison of the latest night has not run; those with no accounts yet have nothing to run (PA-032)."""
    night = night_of(now)
    done = set(Run.objects.filter(system_code="", on_date__gte=night).values_list("organisation_id", flat=True))
    ever = Organisation.objects.filter(system__isnull=False).distinct().values_list("id", flat=True)
    return [Due(i, night) for i in ever if i not in done]


def run_due(now: datetime) -> int:
    """Runs what is due, one organisation after another, and says how many."""
    waiting = due(now)
    for one in waiting:
        organisation = Organisation.objects.get(pk=one.organisation_id)
        reconcile(organisation=organisation, on=one.on, system="", keep=True, now=now, by=BY)
    return len(waiting)


def seal_if_due(now: datetime, last: datetime | None) -> datetime | None:
    """Seals the ledger when a minute has passed since it last did."""
    if last is not None and now - last < SEAL_EVERY:
        return last
    ledger.seal(now=now)
    return now
