"""What the register of systems gives the house."""

from careward.core.roles import OVERSEERS
from careward.core.room import Home, MenuEntry, Panel, Permission, Room, Search, Verb
from careward.systems.register import panels
from careward.systems.register.measures import measures
from careward.systems.register.queries import known_systems

SEE = "register:systems:see"

ROOM = Room(
    name="register",
    title="Systems",
    urls="careward.systems.register.urls",
    permissions=(Permission(SEE, "see the register of systems", (*OVERSEERS, "project_manager"), ("findings",)),),
    verbs=(Verb("register.filled", "Systems of a procedure entered in the register"),),
    menu=(MenuEntry("Systems", "register:systems", (SEE,), place=60),),
    homes=(Home("systems", "register:systems", SEE),),
    measures=measures,
    panels=(Panel("system", "From the register", 50, "register/about.jinja", panels.about, lead="register/lead.jinja", half=True),),
    searches=(Search("Systems", panels.found, SEE),),
    systems=known_systems,
)
