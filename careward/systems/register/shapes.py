"""What the feeds fill of this room: the register of systems and their environments."""

from careward.core.columns import AUTHORISATIONS, SYSTEMS
from careward.evidence.rows.shapes import FLAG, Shape, filled, link, said, worked_out
from careward.systems.register.models import Environment, System

SYSTEM = Shape(
    System,
    (
        *said(SYSTEMS, "code", "name", "kind", "description", "administrator_title", "administrator_contact"),
        *said(SYSTEMS, "service_owner", "system_owner", "technical_owner", "request_channel"),
        filled(SYSTEMS.column("connector"), default="worklist"),
        filled(SYSTEMS.column("pack"), default="base"),
        *said(SYSTEMS, "version", "release_on", "support_ends_on"),
    ),
    key=1,
    fold=True,
    gone=False,
    identifiers=("administrator_contact",),
)

ENVIRONMENT = Shape(
    Environment,
    (
        link(AUTHORISATIONS.column("system"), "system_id", System),
        worked_out("code"),
        worked_out("title"),
        worked_out("live", FLAG, default=False),
    ),
    key=2,
    scope="system_id",
    gone=False,
    fixed=(),
)
