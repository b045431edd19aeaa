"""What came of a load: whether everything was compared since, and what the comparison will settle where it was not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from careward.access.accounts.counts import counts_of
from careward.access.accounts.models import Run
from careward.access.feeds.models import Load
from careward.work.tasks.queries import waiting_for_proof


@dataclass(frozen=True, slots=True)
class AfterLoad:
    """The first comparison after a load, else how many tasks that are said to be done wait for these files to prove them."""

    compared_at: datetime | None
    opened: int
    closed: int
    to_prove: int


def after_load(*, organisation_id: int, load_id: int, systems: Collection[str]) -> AfterLoad | None:
    """None for a load that has not gone in: three queries at most."""
    load = Load.objects.filter(organisation_id=organisation_id, pk=load_id, state="applied").only("applied_at").first()
    if load is None or load.applied_at is None:
        return None
    runs = Run.objects.filter(organisation_id=organisation_id, started_at__gte=load.applied_at, finished_at__isnull=False)
    if (run := runs.order_by("id").first()) is not None:
        counts = counts_of(run.counts)
        return AfterLoad(run.finished_at, counts.opened, counts.closed, 0)
    return AfterLoad(None, 0, 0, waiting_for_proof(organisation_id=organisation_id, systems=systems))
