"""What looks give the house: no page of their own; every page that shows another person's access writes one down."""

from django.conf import settings

from careward.core.room import Alarm, OwnData, Room, Verb
from careward.people.looks import own_data
from careward.people.looks.actions import LOOKED
from careward.people.looks.taking_in import waits_too_long

REMEDY = "See whether Careward's server and worker run, and whether the database can be written."


def _alarms() -> tuple[Alarm, ...]:
    words = waits_too_long(now=settings.CLOCK())
    return (Alarm(f"{words[:1].upper()}{words[1:]}.", REMEDY, "ledger:entries:verify", "ledger:entries"),) if words else ()


ROOM = Room(
    name="looks",
    title="Looks at people",
    verbs=(Verb(LOOKED, "Somebody's access looked at", lane="looks"),),
    alarms=_alarms,
    own_data=(
        OwnData("Who looked at my access", own_data.who_looked, ("Look",)),
        OwnData("At whose access I looked", own_data.looked_at, ("Look",)),
    ),
)
