"""What the authorisations give the house."""

from careward.access.authorisations import panels
from careward.access.authorisations.measures import measures
from careward.core.room import OwnData, Room, Verb

ROOM = Room(
    name="authorisations",
    title="Authorisations",
    verbs=(
        Verb("shared_account.approved", "Shared account approved"),
        Verb("shared_account.owner_named", "New owner of a shared account named"),
        Verb("shared_account.owner_unnamed", "New owner of a shared account taken back"),
    ),
    measures=measures,
    own_data=(
        OwnData("What was authorised", panels.own_data, ("Authorisation",)),
        OwnData("Roles by the list of role holders", panels.roles, ("RoleHolder",)),
        OwnData("Shared accounts they own", panels.owned, ("GenericApproval",)),
    ),
)
