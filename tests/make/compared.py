"""An organisation with feeds loaded and compared, for tests of what follows."""

from datetime import UTC, date, datetime, timedelta

from careward.access.feeds import actions as feeds
from careward.core.ports import FeedFile, Reading
from careward.jobs.reconcile import Reconciled, reconcile
from careward.people.staff.models import Organisation
from careward.work.approvals.models import Approval

ON = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)
BY = "job/nightly"


def load(organisation: Organisation, *files: FeedFile, now: datetime = NOW) -> None:
    """Files in, whatever the size of the change: what is held a second person allows."""
    reading = Reading(files, (), ())
    begun = feeds.begin_load(organisation=organisation, source="test", profile="canonical", now=now, by="cli/test")
    feeds.examine_load(load_id=begun.pk, reading=reading, now=now, by="cli/test")
    for row in Approval.objects.filter(organisation=organisation, state="waiting", subject_kind="load", subject_key=str(begun.pk)):
        allowed = {"seen": row.digest, "reason": "The figures of a test are small on purpose", "now": now, "by": "cli/second"}
        feeds.allow_load(organisation_id=organisation.pk, load_id=begun.pk, **allowed)
    feeds.apply_load(load_id=begun.pk, reading=reading, now=now, by="cli/test")


def compare(organisation: Organisation, *, on: date = ON, system: str = "") -> Reconciled:
    now = NOW + timedelta(days=(on - ON).days)
    return reconcile(organisation=organisation, on=on, system=system, keep=True, now=now, by=BY)
