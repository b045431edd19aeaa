"""What comparing gives the house: here the rooms meet the engines."""

from careward.core.room import ErrandKind, Room, Verb
from careward.jobs import comparing

ROOM = Room(
    name="jobs",
    title="Nightly work",
    verbs=(Verb("reconciliation.due", "Nightly comparison begun"),),
    errands=(ErrandKind("accounts.reconcile", comparing.keep_for, comparing.compare_for, "Compare every account"),),
)
