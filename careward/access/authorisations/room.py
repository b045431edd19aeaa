"""What the authorisations give the house."""

from careward.access.authorisations import panels
from careward.access.authorisations.measures import measures
from careward.core.room import Held, Room

ROOM = Room(
    name="authorisations",
    title="Authorisations",
    measures=measures,
    held=(
        Held("What was authorised", panels.held, ("Authorisation",)),
        Held("Shared accounts they own", panels.owned, ("GenericApproval",)),
    ),
)
