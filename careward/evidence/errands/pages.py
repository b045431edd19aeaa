"""What the list of waiting work can be asked, and timed jobs in plain words."""

from datetime import timedelta

from django.db.models import Q

from careward.core.room import TimedJob
from careward.web.house import house
from careward.web.lists import Choice, ColumnHead, Listing, Option, Text

LATE = timedelta(minutes=5)  # what should have begun so long ago shows that no worker runs
HEADS = ("Number", "What", "Name", "On what", "State", "Asked for", "Not before", "Tries", "Fault")

WAITING, RUNNING, STUCK = "waiting", "running", "stopped"
STATES = {
    WAITING: Q(claimed_at=None, stuck_at=None),
    RUNNING: Q(claimed_at__isnull=False, stuck_at=None),
    STUCK: Q(stuck_at__isnull=False),
}

QUEUE = Listing(
    noun="pieces of work",
    columns=(
        ColumnHead("What", "what", ("name",), upward="What, A to Z", downward="What, Z to A"),
        ColumnHead("On what"),
        ColumnHead("State"),
        ColumnHead("Asked for", "asked", ("asked_at", "id"), upward="Oldest first", downward="Newest first"),
        ColumnHead("Tries", "tries", ("tries",), numeric=True, upward="Fewest tries first", downward="Most tries first"),
        ColumnHead("Set going"),
    ),
    filters=(
        Choice(
            "state", "State", (Option(STUCK, "Stopped"), Option(RUNNING, "Running"), Option(WAITING, "Waiting")),
            wheres=STATES, any_words="Any state",
        ),
        Text("q", "On what, like load 3", ("subject", "name")),
    ),
    sort="asked",
    kind="queue",
    none_yet="Nothing waits, and nothing has stopped.",
)  # fmt: skip


def kind_words(name: str) -> str:
    """'Load the files' for feeds.apply; the name itself where no room knows it any more."""
    kind = house().errands.get(name)
    return kind.words if kind and kind.words else name


def how_often(job: TimedJob) -> str:
    """'Each day at 04:10', 'Each minute', 'Every 30 seconds'."""
    if job.at is not None:
        return f"Each day at {job.at:%H:%M}"
    seconds = int((job.every or timedelta()).total_seconds())
    lengths = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
    length, one = next((length, one) for length, one in lengths if seconds % length == 0)
    return f"Each {one}" if seconds == length else f"Every {seconds // length} {one}s"


def state_of(stuck: bool, claimed: bool) -> str:
    """Where one errand stands."""
    return STUCK if stuck else RUNNING if claimed else WAITING
