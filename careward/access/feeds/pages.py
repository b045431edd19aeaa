"""What the list of loads can be asked, and the heads of what can be downloaded."""

from careward.access.feeds.rules import STATE_WORDS
from careward.web.lists import Choice, Column, Listing, Option, Text

LOADS = Listing(
    noun="loads",
    columns=(
        Column("Load", "load", ("id",), upward="Oldest first", downward="Newest first"),
        Column("State", "state", ("state",)),
        Column("Added", numeric=True),
        Column("Changed", numeric=True),
        Column("Gone", numeric=True),
        Column("Refused", numeric=True),
    ),
    filters=(
        Text("q", "Where it came from", ("source",)),
        Choice("state", "State", tuple(Option(state, words) for state, words in STATE_WORDS.items()), field="state"),
    ),
    sort="-load",
    kind="loads",
    none_yet="No files have been loaded yet.",
)
LOAD_HEADS = ("Load", "From", "Begun", "State", "Added", "Changed", "Gone", "Refused")
PROBLEM_HEADS = ("File", "Line", "Column", "What is wrong", "What to do")
MARKS = {"waiting": "wait", "examined": "wait", "held": "fix", "refused": "stop", "applied": "ok", "undone": "shut"}
