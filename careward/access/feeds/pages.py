"""What the list of loads can be asked, and the heads of what can be downloaded."""

from careward.access.feeds.rules import STATE_WORDS
from careward.web.lists import Choice, ColumnHead, Listing, Option, Text

LOADS = Listing(
    noun="loads",
    columns=(
        ColumnHead("Load", "load", ("id",), upward="Oldest first", downward="Newest first"),
        ColumnHead("State", "state", ("state",)),
        ColumnHead("Added", numeric=True),
        ColumnHead("Changed", numeric=True),
        ColumnHead("Gone", numeric=True),
        ColumnHead("Refused", numeric=True),
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
