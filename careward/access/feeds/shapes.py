"""Every table that a load fills, as the rooms that keep them declare it, by its name in the database."""

from careward.access.accounts.shapes import ACCOUNT
from careward.access.authorisations.shapes import AUTHORISATION, GENERIC, ROLE_HOLDER
from careward.people.staff.shapes import ABSENCE, ASSIGNMENT, COURSE, DEPUTY, LEAVER, PERSON, TEAM, TRAINING
from careward.systems.register.shapes import ENVIRONMENT, SYSTEM

TABLES = (
    TEAM,
    PERSON,
    ASSIGNMENT,
    COURSE,
    TRAINING,
    ABSENCE,
    DEPUTY,
    LEAVER,
    SYSTEM,
    ENVIRONMENT,
    ROLE_HOLDER,
    AUTHORISATION,
    GENERIC,
    ACCOUNT,
)
SHAPES = {shape.table: shape for shape in TABLES}
