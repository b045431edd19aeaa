"""What notices give the house."""

from careward.core.room import ErrandKind, MenuEntry, OwnData, Passing, Permission, Room, Verb
from careward.work.notices import errands
from careward.work.notices.actions import SEND
from careward.work.notices.own_data import own_data

SEE = "notices:notices:see"

ROOM = Room(
    name="notices",
    title="Letters",
    urls="careward.work.notices.urls",
    permissions=(Permission(SEE, "see which letters were sent to whom", ("system_administrator", "trust_administrator")),),
    verbs=(Verb("notices.written", "Letters written"),),
    menu=(MenuEntry("Letters", "notices:notices", (SEE,), place=77),),
    errands=(ErrandKind(SEND, errands.sent, errands.send, "Send a letter"),),
    own_data=(OwnData("Letters to them", own_data, ("Notice",)),),
    passing=(Passing("notices_notice", "the outbox and its log: what a letter tells of is in rows that are evidence"),),
)
