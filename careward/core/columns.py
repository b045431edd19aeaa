"""The one list of columns of feeds A and B, as data: which file, which columns, what each holds, what tells rows apart.

Whoever reads a file, fills a table, compares or invents rows takes the columns from here. A new column is a line here, a line in the
`shapes` of the room that keeps it, and its model's field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from careward.core.ids import plain


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `kind` says how a cell is read, `default` what a blank cell or a missing column says instead.

    `sense`: a person's *name*; an *identifier*, which a spreadsheet bends; the *end* of something, or the day somebody *left*, which may
    mean none; what was *done* on a day, or was so from it, and is never to come; when a system has *seen* something, which is as both.
    """

    name: str
    kind: str = "text"  # text staff_number code word yes_no day moment ods_code nhs_number list
    required: bool = False
    default: str = ""
    words: tuple[str, ...] = ()
    lower: bool = False
    private: bool = False  # what a refused cell held is never repeated in a message
    most: int = 200  # characters
    derived: str = ""  # worked out from the other rows when blank; says how
    sense: str = ""  # what a cell speaks of, where a reading rule asks (FEEDS B2): name identifier end left done seen
    means: str = ""

    @property
    def always(self) -> bool:
        """Whether rows carry this column even where the file lacks it."""
        return bool(self.default or self.derived)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: its usual file, its columns, and the key that may stand only once in a file."""

    name: str
    file: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    apart: str = ""  # the column by which a long file is taken part by part
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType({c.name: c for c in self.columns}))

    def column(self, name: str) -> Column:
        """A column by its name; KeyError where this feed has none of that name."""
        return self.by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def row(self, **cells: str) -> tuple[str, ...]:
        """A row of the file from its cells by name, in the order of the columns; a column not named is blank."""
        if strange := cells.keys() - self.by_name.keys():
            raise TypeError(f"{self.name} has no column {', '.join(sorted(strange))}")
        return tuple(cells.get(name, "") for name in self.by_name)


def _text(name: str, means: str = "", *, most: int = 200) -> Column:
    return Column(name, means=means, most=most)


def _identifier(name: str) -> Column:
    return Column(name, sense="identifier")


def _staff(name: str, means: str = "") -> Column:
    return Column(name, "staff_number", means=means, sense="identifier")


def _day(name: str, means: str = "", *, sense: str = "", private: bool = False) -> Column:
    return Column(name, "day", means=means, sense=sense, private=private)


def _code(name: str, means: str = "", *, default: str = "") -> Column:
    return Column(name, lower=True, means=means, default=default)


def _name(name: str, means: str = "") -> Column:
    return Column(name, private=True, means=means, sense="name")


def _word(name: str, words: str, means: str = "", *, default: str = "") -> Column:
    return Column(name, "word", words=tuple(words.split()), means=means, default=default)


def _list(name: str, means: str) -> Column:
    return Column(name, "list", means=means, most=100_000)


def _must(column: Column) -> Column:
    return replace(column, required=True)


_EMPLOYEE = _must(_staff("employee_number"))
_SYSTEM = _must(_code("system", "the system's code in the register"))
_ENVIRONMENT = _code("environment", "live, test, training ...", default="live")

STAFF = Feed(
    "staff",
    "staff.csv",
    "Who works here: one row for each assignment, and a person may hold several.",
    (
        _must(_staff("employee_number", "as the staff record system gives it")),
        Column(
            "assignment_number",
            "staff_number",
            sense="identifier",
            derived="the employee number; for a person's second row in the file the same with -2, and so on",
        ),
        Column("primary_assignment", "yes_no", derived="yes for the first row of a person none of whose rows says yes, else no"),
        _text("title"),
        _must(_name("first_name")),
        _must(_name("last_name")),
        _name("preferred_name"),
        Column("email", lower=True),
        _day("date_of_birth", sense="done", private=True),
        Column("nhs_number", "nhs_number", private=True),
        _text("address_line_1"),
        _text("postcode"),
        _text("staff_group"),
        _text("job_role"),
        _text("profession"),
        _identifier("position_number"),
        _text("position_title"),
        _text("directorate"),
        _text("team_code"),
        _must(_text("team")),
        _staff("supervisor_employee_number", "the line manager"),
        _word("person_type", "employee bank agency student honorary external contractor", default="employee"),
        Column("employer_ods_code", "ods_code"),
        _word("assignment_status", "active suspended maternity long_term_absence terminated", default="active"),
        _must(_day("start_on")),
        _day("end_on", "the last day worked; blank: no end", sense="end"),
        _text("leaving_reason"),
        _text("registration_body"),
        _text("registration_number"),
        _day("registration_expires_on", sense="end"),
        _identifier("smartcard_uuid"),
    ),
    ("employee_number", "assignment_number"),
)

COURSES = Feed(
    "courses",
    "courses.csv",
    "The courses that are offered: where each is booked, and who runs it.",
    (
        _must(_code("course_code", "a code or alias that the pack knows; others are kept and not used")),
        _must(_text("title")),
        _text("booking_link", "an https address, or in words how it is booked", most=2000),
        _text("owner", "who runs the course: a team, or a person"),
    ),
    ("course_code",),
)

TRAINING = Feed(
    "training",
    "training.csv",
    "Training held: one row for each completed course.",
    (
        _EMPLOYEE,
        _must(_code("course_code", "a code or alias that the pack knows")),
        _must(_day("completed_on", sense="done")),
        _word("result", "passed failed", default="passed"),
        _day("expires_on", "the last day it is good; blank: by the pack's months", sense="end"),
        _day("declaration_signed_on", sense="done"),
    ),
    ("employee_number", "course_code", "completed_on"),
)

LEAVERS = Feed(
    "leavers",
    "leavers.csv",
    "The monthly report of leavers: names only, matched to a worklist and never acted on when ambiguous.",
    (_must(_name("name")), _must(_text("team")), _day("left_on", sense="left")),
    ("name", "team", "left_on"),
)

ABSENCES = Feed(
    "absences",
    "absences.csv",
    "Absences, from one day up to but not including another.",
    (
        _EMPLOYEE,
        _must(_code("kind", "a kind the pack knows, like maternity")),
        _must(_day("from_on")),
        _day("to_on", "the first day back; blank: still away", sense="end"),
    ),
    ("employee_number", "kind", "from_on"),
)

DEPUTIES = Feed(
    "deputies",
    "deputies.csv",
    "Who stands in for a manager, from one day up to but not including another.",
    (
        _must(_staff("manager_employee_number")),
        _must(_staff("deputy_employee_number")),
        _must(_day("from_on")),
        _must(_day("to_on", sense="end")),
    ),
    ("manager_employee_number", "deputy_employee_number", "from_on"),
)

ROLE_HOLDERS = Feed(
    "role_holders",
    "role_holders.csv",
    "Who holds a role that the procedures name, from one day up to but not including another.",
    (
        _must(_code("role", "like caldicott_guardian or patient_systems_manager")),
        _EMPLOYEE,
        _code("system", "the system's code in the register; blank: every system"),
        _must(_day("from_on")),
        _must(_day("to_on", sense="end")),
    ),
    ("role", "employee_number", "system", "from_on"),
)

AUTHORISATIONS = Feed(
    "authorisations",
    "authorisations.csv",
    "Approvals that predate Careward.",
    (
        _SYSTEM,
        _ENVIRONMENT,
        _EMPLOYEE,
        _word("kind", "normal admin", default="normal"),
        _list("roles", "roles approved, separated by ;"),
        _list("teams", "teams approved, separated by ;"),
        _must(_staff("approved_by_employee_number")),
        _must(_code("approver_role", "a role the pack accepts, like line_manager")),
        _must(_day("approved_on", sense="done")),
        _day("expires_on", "the last day it is good; blank: no end", sense="end"),
        _text("exception_reason", most=2000),
    ),
    # With roles and teams: one approver may approve several things for one person on one day.
    ("system", "environment", "employee_number", "kind", "roles", "teams", "approved_by_employee_number", "approver_role", "approved_on"),
    apart="system",
)

GENERIC_ACCOUNTS = Feed(
    "generic_accounts",
    "generic_accounts.csv",
    "Generic and service accounts that information governance approved.",
    (
        _SYSTEM,
        _must(_identifier("username")),
        _must(_staff("owner_employee_number")),
        _must(_day("ig_approved_on", sense="done")),
        _must(_day("expires_on", "the last day it is good", sense="end")),
        _must(_text("reason", most=2000)),
    ),
    ("system", "username", "ig_approved_on"),
)

SYSTEMS = Feed(
    "systems",
    "systems.csv",
    "The register of systems.",
    (
        _must(Column("code", "code", lower=True, means="short and lasting; the accounts file bears it as its name")),
        _must(_text("name")),
        _must(_word("kind", "clinical corporate infrastructure shared_drive")),
        _text("description", most=2000),
        _must(_text("administrator_title")),
        _text("administrator_contact", most=2000),
        _text("service_owner"),
        _text("system_owner"),
        _text("technical_owner"),
        _text("request_channel", most=2000),
        _code("connector"),
        _code("pack", "the pack whose figures hold for this system"),
        _text("version", "the one in use"),
        _day("release_on", "the day that version came into use, or is to"),
        _day("support_ends_on", "the last day its supplier supports it", sense="end"),
    ),
    ("code",),
)

ACCOUNTS = Feed(
    "accounts",
    "accounts/*.csv",
    "The accounts that exist on one system: one file for each, named by the system's code.",
    (
        _ENVIRONMENT,
        _must(_identifier("username")),
        _name("display_name"),
        _staff("employee_number"),
        Column("email", lower=True),
        _identifier("smartcard_uuid"),
        _must(_word("status", "active locked closed")),
        _word("kind", "normal admin generic service", default="normal"),
        _day("created_on", sense="seen"),
        Column("last_used_at", "moment", sense="seen", means="the last successful sign-in; blank: never"),
        _list("roles", "separated by ;"),
        _list("teams", "separated by ;"),
    ),
    ("environment", "username"),
)

# In the order in which the files of a folder go in: those that others refer to first.
FEEDS: Mapping[str, Feed] = MappingProxyType(
    {
        f.name: f
        for f in (SYSTEMS, STAFF, COURSES, TRAINING, ABSENCES, DEPUTIES, ROLE_HOLDERS, LEAVERS, AUTHORISATIONS, GENERIC_ACCOUNTS, ACCOUNTS)
    }
)


def canonical_list(cell: str) -> str:
    """`b; A;a` to `A;b`: trimmed, each once however it is written, in the spelling that came first, sorted by its one form."""
    kept: dict[str, str] = {}
    for part in filter(None, map(str.strip, cell.split(";"))):
        kept.setdefault(plain(part), part)
    return ";".join(kept[key] for key in sorted(kept))
