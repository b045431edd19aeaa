"""What binding the tables gives the house."""

from careward.core.room import Passing, Room, Verb

ROOM = Room(
    name="tables",
    title="The tables of evidence",
    verbs=(
        Verb("rows.changed", "Rows changed"),
        Verb("rows.taken_over", "Tables taken over as they stood"),
        Verb("rows.explained", "What happened to tables explained"),
    ),
    passing=(
        Passing("tables_tablesum", "held against the entries that bind it"),
        Passing("tables_stretch", "only helps to find which row of a table is another"),
    ),
)
