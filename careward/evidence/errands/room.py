"""What the queue and the timed jobs give the house."""

from careward.core.room import Home, MenuEntry, Permission, Room, Verb

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
    verbs=(Verb("errand.retried", "Stopped work set going again"),),
    menu=(MenuEntry("Jobs", "errands:jobs", (SEE,), place=75),),
    homes=(Home("jobs", "errands:jobs", SEE),),
)
