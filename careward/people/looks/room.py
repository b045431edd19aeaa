"""What looks give the house: no page of their own; every page that shows another person's access writes one down."""

from careward.core.room import OwnData, Room, Verb
from careward.people.looks import own_data
from careward.people.looks.actions import LOOKED

ROOM = Room(
    name="looks",
    title="Looks at people",
    verbs=(Verb(LOOKED, "Somebody's access looked at", lane="looks"),),
    own_data=(
        OwnData("Who looked at my access", own_data.who_looked, ("Look",)),
        OwnData("At whose access I looked", own_data.looked_at, ("Look",)),
    ),
)
