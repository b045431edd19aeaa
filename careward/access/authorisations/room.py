"""What the authorisations give the house."""

from careward.access.authorisations.measures import measures
from careward.core.room import Room

ROOM = Room(name="authorisations", title="Authorisations", measures=measures)
