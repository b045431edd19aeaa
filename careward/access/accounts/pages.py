"""What each list of this room can be asked."""

from collections.abc import Callable
from functools import cache

from django.db.models import Q

from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.accounts.touched import on_systems, touching, under_clause
from careward.access.accounts.wording import KIND_WORDS, titles
from careward.people.staff import finding
from careward.web.lists import Choice, ColumnHead, Listing, Many, Option, Text

FINDING_HEADS = (
    "System",
    "Environment",
    "User name",
    "Person",
    "Staff number",
    "What is wrong",
    "Detail",
    "Step",
    "Who acts",
    "Due",
    "Found",
    "Clause",
    "Finding",
)
ACCESS_HEADS = ("System", "Environment or kind", "May", "Who said so", "Has", "Account", "Used", "To put right")
ACCOUNT_HEADS = (
    "System",
    "Environment",
    "User name",
    "Name given",
    "Person",
    "Kind",
    "Status",
    "Made",
    "Last used",
    "Roles",
    "Teams",
    "Findings",
)


def _named(typed: str, organisation_id: int, *fields: str, also: Callable[[str], Q] = lambda word: Q()) -> Q:
    """Rows of which each word typed is part of one of some fields, or of the names of whose they are, or begins their number."""
    found = Q()
    for word in typed.split():
        either = finding.are(finding.called(word, organisation_id=organisation_id), "person") | also(word)
        for field in fields:
            either |= Q(**{f"{field}__icontains": word})
        found &= either
    return found


def _otherwise_named(word: str) -> Q:
    """Findings of a person whose account is called so, or of a staff number that nobody has."""
    theirs = touching(account__username__icontains=word, finding__system=None, finding__closed_on=None)
    return theirs | Q(employee_number__icontains=word) if any(c.isdigit() for c in word) else theirs


def _finding_named(typed: str, organisation_id: int) -> Q:
    return _named(
        typed,
        organisation_id,
        "username",
        also=_otherwise_named,
    )


FINDING_COLUMNS = (
    ColumnHead("Account", "account", ("username",), upward="Account"),
    ColumnHead("What is wrong", "what", ("code", "topic"), upward="What is wrong"),
    ColumnHead("Who acts", "who", ("who", "manager__last_name"), upward="Who acts"),
    ColumnHead("Due", "due", ("due_on",), upward="Due, soonest first", downward="Due, latest first"),
    ColumnHead("Clause"),
)


def findings(
    organisation_id: int,
    systems: tuple[Option, ...],
    codes: frozenset[str],
    roles: tuple[Option, ...],
    clauses: tuple[str, ...],
    managers: tuple[Option, ...],
) -> Listing:
    """The list of findings; its choices are what the organisation has, and a manager when one is asked for."""
    return Listing(
        noun="findings",
        size=30,  # each row has three lines, and says more than a row of other lists
        columns=FINDING_COLUMNS,
        filters=(
            Text("q", "Name, staff number or user name", (), make=cache(lambda typed: _finding_named(typed, organisation_id))),
            Choice("system", "System", systems, make=lambda code: on_systems([code])),
            Many("code", "What is wrong", tuple(Option(c, t) for c, t in titles().items() if c in codes), field="code"),
            Choice("who", "Who acts", roles, field="who", any_words="Anyone"),
            Choice(
                "clause",
                "Clause",
                tuple(Option(c, "House rule" if c == "house" else c) for c in clauses),
                make=under_clause,
            ),
            Choice("manager", "Line manager", managers, field="manager_id"),
            Choice(
                "state",
                "State",
                (Option("right", "To put right"), Option("settled", "Already so")),
                wheres={"right": Q(state__in=TO_PUT_RIGHT), "settled": Q(state="settled")},
                preset="right",
                any_words="Either",
            ),
        ),
        sort="due",
        kind="findings",
        none_yet="Nothing to put right.",
    )


def accounts(organisation_id: int, environments: tuple[Option, ...]) -> Listing:
    """The accounts of one system."""
    return Listing(
        noun="accounts",
        columns=(
            ColumnHead("Account", "username", ("username",), upward="User name"),
            ColumnHead("Whose", "whose", ("person__last_name", "person__first_name"), upward="Whose"),
            ColumnHead("Rights"),
            ColumnHead("Last used", "used", ("last_used_at",), upward="Longest unused first", downward="Last used first"),
            ColumnHead("Now"),
        ),
        filters=(
            Text(
                "q",
                "Name, staff number or user name",
                (),
                make=cache(lambda typed: _named(typed, organisation_id, "username", "display_name")),
            ),
            Choice("environment", "Environment", environments, field="environment"),
            Choice(
                "status",
                "Status",
                (Option("open", "Open"), Option("locked", "Locked"), Option("closed", "Closed")),
                field="status",
                wheres={"open": Q(status="active")},
                preset="",
            ),
            Many("kind", "Kind", tuple(Option(k, w) for k, w in KIND_WORDS.items()), field="kind"),
            Choice(
                "match",
                "Whose",
                (Option("none", "Nobody matched"), Option("many", "More than one fits")),
                field="fits",
                wheres={"none": Q(fits=0), "many": Q(fits__gt=1)},
            ),
        ),
        sort="username",
        kind="accounts",
        none_yet="No account has been loaded for this system yet.",
    )
