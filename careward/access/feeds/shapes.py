"""How each feed's canonical columns stand in a table: key, values, and what a blank or an absent column means. Data only.

A column that a file does not have leaves what stands as it is, except roles and teams: an export that does not say which roles
an account has must not be compared with those of an earlier one, so they become unknown.
"""

from dataclasses import dataclass
from typing import Any

DAY, MOMENT, FLAG, NUMBER, TEXT = "day", "moment", "flag", "number", "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table and where a file says it."""

    name: str
    kind: str = TEXT
    source: str = ""  # the file's column; empty: the same name
    default: Any = ""  # for a new row where the file has no such column
    fill: bool = False  # a blank cell means the default
    needed: bool = False
    choices: tuple[str, ...] = ()
    way: str = ""  # "lower", or "list" for values parted by semicolons
    named_by: str = ""  # of an id: the file's column that says what it stands for

    @property
    def column(self) -> str:
        return self.source or self.name

    @property
    def said_as(self) -> str:
        """The file's column in which a person reads this one."""
        return self.named_by or self.column


@dataclass(frozen=True, slots=True)
class Shape:
    """One table as a feed fills it: the first `key` fields tell rows apart."""

    table: str
    fields: tuple[Field, ...]
    key: int
    scope: str = "organisation_id"
    fold: bool = False  # the key is one text whose case does not matter
    gone: bool = True  # the table has gone_on
    identifiers: tuple[str, ...] = ()  # columns that would not go blank for most rows at once
    fixed: tuple[str, ...] = ("organisation_id",)  # further columns that a new row is given and no file changes

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a file manages, gone_on last."""
        return (*(f.name for f in self.fields), *(("gone_on",) if self.gone else ()))


def _day(name: str, *, needed: bool = False) -> Field:
    return Field(name, DAY, default=None, needed=needed)


def _link(name: str, named_by: str) -> Field:
    return Field(name, NUMBER, default=None, needed=True, named_by=named_by)


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names)


def _choice(name: str, *choices: str, source: str = "") -> Field:
    """The first choice is what a blank means."""
    return Field(name, source=source, default=choices[0], fill=True, choices=choices, way="lower")


def _list(name: str) -> Field:
    return Field(name, default=None, way="list")


TEAM = Shape("people_team", _text("code", "name", "directorate"), key=1, fold=True, gone=False)

PERSON = Shape(
    "people_person",
    (
        Field("employee_number", needed=True),
        *_text("title", "first_name", "last_name", "preferred_name"),
        Field("email", way="lower"),
        _day("date_of_birth"),
        *_text("nhs_number", "address_line_1", "postcode", "registration_body", "registration_number"),
        _day("registration_expires_on"),
        Field("smartcard_uuid"),
    ),
    key=1,
    fold=True,
    identifiers=("email", "nhs_number", "smartcard_uuid"),
)

ASSIGNMENT = Shape(
    "people_assignment",
    (
        _link("person_id", "employee_number"),
        Field("assignment_number"),
        Field("is_primary", FLAG, default=True),
        *_text("staff_group", "job_role", "profession", "position_number", "position_title", "directorate"),
        _link("team_id", "team_code"),
        Field("supervisor_employee_number"),
        _choice("person_type", "employee", "bank", "agency", "student", "honorary", "external", "contractor"),
        Field("employer_ods_code"),
        _choice("status", "active", "suspended", "maternity", "long_term_absence", "terminated", source="assignment_status"),
        _day("start_on", needed=True),
        _day("end_on"),
        Field("leaving_reason"),
    ),
    key=2,
    identifiers=("supervisor_employee_number",),
)

TRAINING = Shape(
    "people_trainingheld",
    (
        _link("person_id", "employee_number"),
        Field("course_code", needed=True, way="lower"),
        _day("completed_on", needed=True),
        _choice("result", "passed", "failed"),
        _day("expires_on"),
        _day("declaration_signed_on"),
    ),
    key=3,
)

ABSENCE = Shape(
    "people_absence",
    (_link("person_id", "employee_number"), Field("kind", needed=True, way="lower"), _day("from_on", needed=True), _day("to_on")),
    key=3,
)

DEPUTY = Shape(
    "people_deputy",
    (
        _link("manager_id", "manager_employee_number"),
        _link("deputy_id", "deputy_employee_number"),
        _day("from_on", needed=True),
        _day("to_on"),
    ),
    key=3,
)

LEAVER = Shape(
    "people_leavernotice",
    (
        Field("name", needed=True),
        Field("team", needed=True),
        _day("left_on"),
        Field("person_id", NUMBER, default=None),
        Field("fits", NUMBER, default=0),
    ),
    key=3,
)

SYSTEM = Shape(
    "systems_system",
    (
        Field("code", needed=True),
        Field("name", needed=True),
        Field("kind", needed=True, choices=("clinical", "corporate", "infrastructure", "shared_drive"), way="lower"),
        *_text("description", "administrator_title", "administrator_contact", "service_owner", "system_owner", "technical_owner"),
        Field("request_channel"),
        Field("connector", default="worklist", fill=True),
        Field("pack", default="base", fill=True),
    ),
    key=1,
    fold=True,
    gone=False,
    identifiers=("administrator_contact",),
)

ENVIRONMENT = Shape(
    "systems_environment",
    (_link("system_id", "system"), Field("code"), Field("title"), Field("live", FLAG, default=False)),
    key=2,
    scope="system_id",
    gone=False,
    fixed=(),
)

AUTHORISATION = Shape(
    "access_authorisation",
    (
        _link("system_id", "system"),
        Field("environment", default="live", fill=True),
        _link("person_id", "employee_number"),
        _choice("kind", "normal", "admin"),
        Field("approved_by_employee_number", needed=True),
        Field("approver_role", needed=True, way="lower"),
        _day("approved_on", needed=True),
        _list("roles"),
        _list("teams"),
        _day("expires_on"),
        Field("exception_reason"),
    ),
    key=9,  # two approvals of one day may give different rights, and both count
)

GENERIC = Shape(
    "access_genericapproval",
    (
        _link("system_id", "system"),
        Field("username", needed=True),
        _day("ig_approved_on", needed=True),
        _link("owner_id", "owner_employee_number"),
        _day("expires_on", needed=True),
        Field("reason", needed=True),
    ),
    key=3,
)

ACCOUNT = Shape(
    "accounts_account",
    (
        Field("environment", default="live", fill=True),
        Field("username", needed=True),
        *_text("display_name", "employee_number"),
        Field("email", way="lower"),
        Field("smartcard_uuid"),
        Field("status", needed=True, choices=("active", "locked", "closed"), way="lower"),
        _choice("kind", "normal", "admin", "generic", "service"),
        _day("created_on"),
        Field("last_used_at", MOMENT, default=None),
        _list("roles"),
        _list("teams"),
    ),
    key=2,
    scope="system_id",
    identifiers=("employee_number", "email", "smartcard_uuid"),
    fixed=("organisation_id", "system_id", "seen_on"),
)

SHAPES = {
    s.table: s for s in (TEAM, PERSON, ASSIGNMENT, TRAINING, ABSENCE, DEPUTY, LEAVER, SYSTEM, ENVIRONMENT, AUTHORISATION, GENERIC, ACCOUNT)
}
# The order in which the files of a folder go in: those that others refer to first.
FEEDS = ("systems", "staff", "training", "absences", "deputies", "leavers", "authorisations", "generic_accounts", "accounts")
