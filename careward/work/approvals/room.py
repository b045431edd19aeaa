"""What approvals give the house."""

from careward.core.room import Home, MenuEntry, OwnData, Panel, Permission, Room, Verb
from careward.work.approvals import own_data
from careward.work.approvals.queries import beside_work, waiting
from careward.work.approvals.rules import APPROVAL, ASK, DECIDE

DECIDERS = ("patient_systems_manager", "head_of_ig", "trust_administrator")

ROOM = Room(
    name="approvals",
    title="Decisions",
    urls="careward.work.approvals.urls",
    permissions=(
        Permission(DECIDE, "decide what waits for a named person", DECIDERS, by_name=True),
        Permission(ASK, "withdraw what they asked to have decided", DECIDERS),
    ),
    verbs=(
        Verb("approval.asked", "Decision asked for"),
        Verb("approval.answered", "One of several approved"),
        Verb("approval.given", "Approved"),
        Verb("approval.refused", "Refused by a named person"),
        Verb("approval.withdrawn", "Question withdrawn"),
        Verb("approval.went_stale", "Question out of date"),
    ),
    menu=(MenuEntry("Decisions", "approvals:approvals", (DECIDE,), place=15, badge=waiting),),
    homes=(Home("approval", "approvals:approval", DECIDE),),
    machines=(APPROVAL,),
    panels=(
        Panel("my_work", "Waiting for your decision", 5, "approvals/beside.jinja", beside_work, DECIDE, "approvals/beside_lead.jinja"),
    ),
    own_data=(
        OwnData("Decisions they asked for, or were asked", own_data.asked, ("Approval",)),
        OwnData("Decisions they took", own_data.answered, ("ApprovalAnswer",)),
    ),
)
