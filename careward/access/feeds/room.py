"""What loading files gives the house."""

from datetime import timedelta

from careward.access.feeds import actions, errands, heard
from careward.access.feeds.allowing import LET_GO
from careward.access.feeds.commands import COMMANDS
from careward.access.feeds.mapping import drafts
from careward.access.feeds.mapping.panels import own_files
from careward.access.feeds.queries import UNDO
from careward.access.feeds.rules import ALLOW, LOADS, RUN
from careward.core.room import ErrandKind, Home, MenuEntry, OwnData, Panel, Passing, Permission, Room, TimedJob, Verb

SEE = "feeds:loads:see"

ROOM = Room(
    name="feeds",
    title="Files",
    urls="careward.access.feeds.urls",
    permissions=(
        Permission(SEE, "see which files were loaded", ("trust_administrator",), ("feeds",)),
        Permission(RUN, "load files and take them back", ("trust_administrator",), ("feeds",)),
        Permission(ALLOW, "allow a load that looks wrong", ("trust_administrator",), by_name=True),
    ),
    verbs=(
        Verb("load.begun", "Load begun"),
        Verb("load.examined", "Load looked at"),
        Verb("load.held", "Load held for a named person"),
        Verb("load.allowed", "Held load allowed"),
        Verb("load.asked_for", "Load asked for"),
        Verb("load.applied", "Files loaded"),
        Verb("load.refused", "Load refused"),
        Verb("load.undo_asked_for", "Taking a load back asked for"),
        Verb("load.undone", "Load taken back"),
        Verb("load.expired", "Load refused, it waited too long"),
        Verb("mapping.made", "Mapping profile made"),
        Verb("mapping.changed", "Mapping profile changed"),
        Verb("mapping.ended", "Mapping profile ended"),
    ),
    menu=(MenuEntry("Loads", "feeds:loads", (SEE,), place=70),),
    homes=(Home("load", "feeds:load", SEE), Home("loads", "feeds:loads", SEE)),
    errands=(
        ErrandKind(actions.EXAMINE, errands.examine, errands.read, "Look at the files"),
        ErrandKind(actions.APPLY, errands.apply, errands.read, "Load the files"),
        ErrandKind(UNDO, errands.undo, None, "Take a load back"),
        ErrandKind(drafts.LOOK, drafts.keep, drafts.read, "Look at a file of unknown form"),
        ErrandKind(LET_GO, errands.let_go, None, "Take up what was approved of a held load"),
    ),
    jobs=(
        TimedJob("feeds.clear_uploads", "Take away uploads that nobody needs", errands.clear_uploads, every=timedelta(hours=1)),
        TimedJob("feeds.clear_files", "Delete files whose form was being told", drafts.clear_old, every=timedelta(hours=1)),
    ),
    machines=(LOADS,),
    panels=(
        Panel("systems", "Last heard from", 5, "feeds/heard_mark.jinja", heard.by_system),
        Panel("system", "What it told us", 15, "feeds/heard.jinja", heard.of_system),
    ),
    commands=COMMANDS,
    passing=(Passing("feeds_mappingdraft", "a file that is looked at for a day decides nothing"),),
    own_data=(OwnData("Files you are saying how to read", own_files, ("MappingDraft",)),),
)
