"""What the authorisations give the house."""

from careward.access.authorisations import panels
from careward.access.authorisations.measures import measures
from careward.core.room import OwnData, Room

ROOM = Room(
    name="authorisations",
    title="Authorisations",
    measures=measures,
    own_data=(
        OwnData("What was authorised", panels.own_data, ("Authorisation",)),
        OwnData("Shared accounts they own", panels.owned, ("GenericApproval",)),
    ),
)
