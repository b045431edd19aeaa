"""What kettles give the house: one of everything."""

from datetime import timedelta

from careward.systems.kettles import actions, queries
from careward.systems.kettles.commands import COMMANDS
from careward.systems.kettles.rules import KETTLE

from careward.core.room import ErrandKind, MenuEntry, Panel, Permission, Room, TimedJob, Verb

ROOM = Room(
    name="kettles",
    title="Kettles",
    urls="careward.systems.kettles.urls",
    permissions=(Permission("kettles:kettles:boil", "boil water", ("service_desk",), ("tea",)),),
    verbs=(Verb("kettle.boiled", "Kettle boiled"), Verb("kettle.added", "Kettle added")),
    menu=(MenuEntry("Kettles", "kettles:kettles", ("kettles:kettles:boil",), place=95),),
    errands=(ErrandKind("kettles.boil", actions.boil_for, None, "Boil a kettle"),),
    jobs=(TimedJob("kettles.look", "Look whether a kettle has gone cold", actions.look, every=timedelta(minutes=5)),),
    measures=queries.measures,
    machines=(KETTLE,),
    commands=COMMANDS,
    panels=(Panel("person", "Tea", 99, "kettles/panel.jinja", queries.tea_of),),
)
