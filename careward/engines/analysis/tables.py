"""The shapes of the tables that analysis reads and writes. Every engine must honour them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from careward.core import columns
from careward.core.columns import Feed

if TYPE_CHECKING:
    from ibis.expr.types import Table  # takes longer to load than most comparisons run, and a comparison asks nothing of it

# How the text of a file's column stands in a table; a moment is compared as its day in London.
_TYPES = {"day": "date", "moment": "date", "yes_no": "boolean"}
_IN_ARROW = {"date": pa.date32(), "boolean": pa.bool_(), "int64": pa.int64(), "string": pa.string()}


@dataclass(frozen=True, slots=True)
class ArrowShape:
    """The columns of a table, each with its type in Ibis's words."""

    columns: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, name: str) -> str:
        return self.columns[name]

    def to_pyarrow(self) -> pa.Schema:
        return pa.schema([pa.field(name, _IN_ARROW[kind]) for name, kind in self.columns.items()])


def _of(feed: Feed, *names: str, **others: str) -> dict[str, str]:
    """Columns of a feed with their types; those that the table calls otherwise by that name: `smartcard="smartcard_uuid"`."""
    called = {**{name: name for name in names}, **others}
    return {ours: _TYPES.get(feed.column(theirs).kind, "string") for ours, theirs in called.items()}


# Reconciliation reads these, of one organisation at a time. Roles and teams: "a;b"; null where the file has no such column.
ACCOUNTS = ArrowShape(
    {
        "account_id": "int64",
        "system": "string",
        **_of(columns.ACCOUNTS, "environment", "username", "employee_number", "email", smartcard="smartcard_uuid"),
        **_of(columns.ACCOUNTS, "status", "kind", "created_on", last_used_on="last_used_at"),
        **_of(columns.ACCOUNTS, "roles", "teams"),
        "username_spelt": "string",  # the user name in its one form, where that is another than its small letters
        "contradicted": "boolean",  # the rows of its list disagree on whether it is open
        "was_person_id": "int64",  # whose it is, as last written down; null where it never was
        "was_fits": "int64",
    }
)
PEOPLE = ArrowShape(
    {"person_id": "int64", **_of(columns.STAFF, "employee_number", "email", smartcard="smartcard_uuid"),
     **_of(columns.STAFF, "registration_expires_on"), "number_spelt": "string"}  # the employee number in its one form, likewise
)  # fmt: skip
ASSIGNMENTS = ArrowShape(
    {"person_id": "int64", **_of(columns.STAFF, "end_on", "start_on", status="assignment_status"), "gone_on": "date",
     **_of(columns.STAFF, supervisor="supervisor_employee_number"), "supervised_since": "date"}
)  # fmt: skip
TRAINING = ArrowShape(
    {
        "person_id": "int64",
        **_of(columns.TRAINING, course="course_code"),
        **_of(columns.TRAINING, "result", "completed_on", "expires_on", "declaration_signed_on"),
    }
)
ABSENCES = ArrowShape({"person_id": "int64", **_of(columns.ABSENCES, "kind", "from_on", "to_on")})
AUTHORISATIONS = ArrowShape(
    {
        **_of(columns.AUTHORISATIONS, "system", "environment"),
        "person_id": "int64",
        **_of(columns.AUTHORISATIONS, "kind", "roles", "teams"),
        **_of(columns.AUTHORISATIONS, approved_by="approved_by_employee_number"),
        **_of(columns.AUTHORISATIONS, "approver_role", "approved_on", "expires_on", "exception_reason"),
    }
)
ROLE_HOLDERS = ArrowShape({"person_id": "int64", **_of(columns.ROLE_HOLDERS, "role", "system", "from_on", "to_on")})
GRANTS = ArrowShape(dict(ROLE_HOLDERS.columns))  # the same of the users of Careward
DEPUTIES = ArrowShape({"manager_id": "int64", "deputy_id": "int64", **_of(columns.DEPUTIES, "from_on", "to_on")})
GENERIC = ArrowShape(
    {**_of(columns.GENERIC_ACCOUNTS, "system", "username", approved_on="ig_approved_on", expires_on="expires_on"), "owner_id": "int64"}
)
ANSWERS = ArrowShape({"account_id": "int64", "answer": "string", "from_on": "date", "until": "date"})  # at most one an account
SYSTEMS = ArrowShape(_of(columns.SYSTEMS, system="code", kind="kind", pack="pack"))

RECONCILED = {
    "accounts": ACCOUNTS,
    "people": PEOPLE,
    "assignments": ASSIGNMENTS,
    "training": TRAINING,
    "absences": ABSENCES,
    "authorisations": AUTHORISATIONS,
    "role_holders": ROLE_HOLDERS,
    "grants": GRANTS,
    "deputies": DEPUTIES,
    "generic": GENERIC,
    "answers": ANSWERS,
    "systems": SYSTEMS,
}

# and writes these: whose each account is, how many open ones there are of each sort, and a row for each thing wrong (account_id is null
# on a line about a whole system).
MATCHES = ArrowShape({"account_id": "int64", "person_id": "int64", "fits": "int64"})
SORTS = ArrowShape(
    {
        "pack": "string",
        "live": "boolean",
        "kind": "string",
        "active": "boolean",
        "matched": "boolean",
        "use_known": "boolean",
        "roles_stated": "boolean",
        "teams_stated": "boolean",
        "accounts": "int64",
    }
)
NUMBER = ArrowShape({"number": "int64"})
NAMES = ArrowShape({"name": "string"})
FINDINGS = ArrowShape(
    {
        "account_id": "int64",
        "person_id": "int64",
        "system": "string",
        "environment": "string",
        "username": "string",
        "employee_number": "string",
        "code": "string",
        "step": "string",
        "clause": "string",
        "detail": "string",
        "topic": "string",
        "settled": "boolean",
        "since": "date",
    }
)
OWN = frozenset(  # columns that hold something else in nearly each row
    {
        "account_id", "person_id", "was_person_id", "username", "username_spelt", "employee_number", "number_spelt", "email", "smartcard",
    }
)  # fmt: skip


class ShapeError(ValueError):
    """A table lacks a column, or holds what is no such value; the message names table and column."""


def looked_up(rows: "Table", other: "Table", keys: list[str]) -> "Table":
    """Each row with what another table, with one row a key at most, says of it; null where that says nothing.

    Raises ValueError where both have a column of one name that is no key: Ibis would keep the first and say nothing.
    """
    if shared := set(rows.columns) & set(other.columns) - set(keys):
        raise ValueError(f"both tables have {', '.join(sorted(shared))}; rename one")
    joined = rows.left_join(other, keys)
    return without(joined, *[f"{k}_right" for k in keys])


def without(rows: "Table", *names: str) -> "Table":
    """All columns but those. Ibis's own `drop` names them in another order in each process, and the queries are kept as text."""
    return rows.select(*[c for c in rows.columns if c not in names])


def empty(shape: ArrowShape) -> pa.Table:
    """A table of a shape with no rows."""
    return shape.to_pyarrow().empty_table()


def arrow(shape: ArrowShape, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """A table of a shape from rows in the order of its columns."""
    columns = list(zip(*rows, strict=True)) or [()] * len(shape)
    fields = shape.to_pyarrow()
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, fields, strict=True)], schema=fields)


def fitted(name: str, rows: pa.Table, shape: ArrowShape, *, cast: bool = True) -> pa.Table:
    """Rows with the columns of a shape, made its types or, where that is not asked for, found to have them. Raises ShapeError."""
    if missing := [c for c in shape.names if c not in rows.column_names]:
        raise ShapeError(f"{name}: no column {missing[0]!r}; it needs {', '.join(shape.names)}")
    chosen, wanted = rows.select(shape.names), shape.to_pyarrow()
    if not cast and (wrong := [f.name for f, w in zip(chosen.schema, wanted, strict=True) if f.type != w.type]):
        raise ShapeError(f"{name}: column {wrong[0]!r} is of another type; its columns are {dict(shape.columns)}")
    try:
        return chosen.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ShapeError(f"{name}: {error}; its columns are {dict(shape.columns)}") from error
