"""What staff gives the house."""

from careward.core.names import ThingNames
from careward.core.roles import OVERSEERS
from careward.core.room import History, Home, MenuEntry, OwnData, Permission, Room, Search, Verb
from careward.people.staff import panels
from careward.people.staff.commands import COMMANDS
from careward.people.staff.measures import measures
from careward.people.staff.naming import organisations_named, people_called, people_named

SEE, SEE_TEAM = "staff:people:see", "staff:team:see"

ROOM = Room(
    name="staff",
    title="Organisations",
    urls="careward.people.staff.urls",
    permissions=(
        Permission(SEE, "see everybody on the staff record", OVERSEERS, ("people",)),
        Permission(SEE_TEAM, "see their own people, and those they are deputy for", ("line_manager",)),
    ),
    verbs=(
        Verb("organisation.named", "Organisation named"),
        Verb("organisation.renamed", "Organisation renamed"),
        Verb("demonstration.finished", "Demonstration finished"),
    ),
    menu=(MenuEntry("People", "staff:people", (SEE,), place=40), MenuEntry("My team", "staff:my_team", (SEE_TEAM,), place=30)),
    homes=(Home("people", "staff:people", SEE), Home("team", "staff:team", SEE), Home("my_team", "staff:my_team", SEE_TEAM)),
    commands=COMMANDS,
    measures=measures,
    histories=(History("person", panels.happened),),
    names=(ThingNames("person", people_named, SEE, people_called), ThingNames("organisation", organisations_named)),
    searches=(Search("People", panels.found, SEE, panels.near),),
    own_data=(
        OwnData("The staff record", panels.record, ("Person",)),
        OwnData("Posts", panels.posts, ("Assignment",)),
        OwnData("Training", panels.training, ("TrainingHeld",)),
        OwnData("Absences", panels.absences, ("Absence",)),
        OwnData("Deputies", panels.deputies, ("Deputy",)),
        OwnData("The monthly leavers report", panels.notices, ("LeaverNotice",)),
    ),
)
