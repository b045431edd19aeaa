"""What the register of systems gives the house."""

from careward.core.roles import OVERSEERS
from careward.core.room import Permission, Room
from careward.systems.register.measures import measures

ROOM = Room(
    name="register",
    title="Systems",
    permissions=(Permission("register:systems:see", "see the register of systems", (*OVERSEERS, "project_manager"), ("findings",)),),
    measures=measures,
)
