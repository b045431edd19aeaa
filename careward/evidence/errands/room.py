"""What the queue and the timed jobs give the house."""

from careward.core.room import Home, MenuEntry, Passing, Permission, Room, Verb
from careward.evidence.errands import queries

SEE = "errands:jobs:see"
RUN = "errands:jobs:run"

ROOM = Room(
    name="errands",
    title="The queue",
    urls="careward.evidence.errands.urls",
    permissions=(
        Permission(SEE, "see what Careward does by itself", ("system_administrator", "head_of_ig", "auditor", "trust_administrator")),
        Permission(RUN, "set stopped work going again", ("trust_administrator",)),
    ),
    verbs=(
        Verb("errand.retried", "Stopped work set going again"),
        Verb("backup.made", "Backup made"),
        Verb("backup.tried", "Backup tried out"),
        Verb("backup.restored", "Home put back from a backup"),
    ),
    menu=(MenuEntry("Jobs", "errands:jobs", (SEE,), place=75),),
    homes=(Home("jobs", "errands:jobs", SEE),),
    gauges=queries.gauges,
    passing=(
        Passing("ledger_errand", "what is to be done follows from rows that are evidence, and what was done leaves its own"),
        Passing("errands_timedjob", "when a job began last: what it did leaves rows and entries of its own"),
    ),
)
