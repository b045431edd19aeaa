"""What staff gives the house."""

from careward.core.roles import OVERSEERS
from careward.core.room import Held, History, Home, MenuEntry, Permission, Room, Search, Verb
from careward.people.staff import panels, urls
from careward.people.staff.measures import measures

SEE, SEE_TEAM = "staff:people:see", "staff:team:see"

ROOM = Room(
    name="staff",
    title="Organisations",
    urls=urls,
    permissions=(
        Permission(SEE, "see everybody on the staff record", OVERSEERS, ("people",)),
        Permission(SEE_TEAM, "see their own people, and those they are deputy for", ("line_manager",)),
    ),
    verbs=(Verb("organisation.named", "Organisation named"), Verb("organisation.renamed", "Organisation renamed")),
    menu=(MenuEntry("People", "staff:people", (SEE,), place=40), MenuEntry("My team", "staff:my_team", (SEE_TEAM,), place=30)),
    homes=(Home("people", "staff:people", SEE), Home("team", "staff:team", SEE), Home("my_team", "staff:my_team", SEE_TEAM)),
    measures=measures,
    histories=(History("person", panels.happened),),
    searches=(Search("People", panels.found, SEE),),
    held=(
        Held("The staff record", panels.record, ("Person",)),
        Held("Posts", panels.posts, ("Assignment",)),
        Held("Training", panels.training, ("TrainingHeld",)),
        Held("Absences", panels.absences, ("Absence",)),
        Held("Deputies", panels.deputies, ("Deputy",)),
        Held("The monthly leavers report", panels.notices, ("LeaverNotice",)),
    ),
)
