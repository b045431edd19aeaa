"""What binding the tables gives the house."""

from careward.core.room import Passing, Room, TimedJob, Verb
from careward.evidence.tables import checking

ROOM = Room(
    name="tables",
    title="The tables of evidence",
    verbs=(
        Verb("rows.changed", "Rows changed"),
        Verb("rows.taken_over", "Tables taken over as they stood"),
        Verb("rows.checked", "Tables held against the ledger"),
        Verb("rows.explained", "What happened to tables explained"),
    ),
    jobs=(TimedJob("tables.nightly_check", "Hold every table against the ledger", checking.check_each_night, at=checking.NIGHTLY_AT),),
    passing=(
        Passing("tables_tablesum", "held against the entries that bind it"),
        Passing("tables_stretch", "only helps to find which row of a table is another"),
    ),
)
