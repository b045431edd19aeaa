"""What this room gives the house: nothing but its functions."""

from careward.core.room import Room

ROOM = Room(name="rows")
