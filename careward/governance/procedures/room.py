"""What procedures give the house."""

from datetime import time

from careward.core.room import Home, MenuEntry, Permission, Room, Search, TimedJob, Verb
from careward.governance.procedures import panels, reviewing
from careward.governance.procedures.commands import COMMANDS
from careward.governance.procedures.measures import measures

SEE, ADOPT = "procedures:clauses:see", "procedures:documents:adopt"

ROOM = Room(
    name="procedures",
    title="Procedures",
    urls="careward.governance.procedures.urls",
    router="careward.governance.procedures.api.router",
    permissions=(
        Permission(
            SEE,
            "see the procedures with the state of each clause and its evidence",
            (
                "system_administrator", "patient_systems_manager", "privacy_officer", "caldicott_guardian", "data_protection_team",
                "head_of_ig", "project_manager", "board_secretary", "auditor", "trust_administrator",
            ),
            ("clauses",),
        ),
        Permission(ADOPT, "bring a document into force, and take it out", ("head_of_ig", "trust_administrator"), by_name=True),
    ),
    verbs=(Verb("document.adopted", "Document put in force"), Verb("adoption.ended", "Document taken out of force")),
    menu=(MenuEntry("Procedures", "procedures:all", (SEE,), place=20),),
    homes=(Home("clause", "procedures:clause_by_id"), Home("procedure", "procedures:procedure", SEE)),
    jobs=(
        TimedJob("procedures.reviews", "Ask for reviews", reviewing.ask_for_reviews, at=time(5, 10), for_each_organisation=True),
        TimedJob(
            "register.administrators", "Ask for administrators of systems", reviewing.ask_for_administrators, at=time(5, 20),
            for_each_organisation=True,
        ),
    ),
    commands=COMMANDS,
    measures=measures,
    searches=(Search("Clauses", panels.found, SEE, known=panels.known),),
)  # fmt: skip
