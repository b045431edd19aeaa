"""The shapes of the tables that analysis reads and writes. Every engine must honour them."""

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

# Reconciliation reads these, of one organisation at a time. Roles and teams: "a;b"; null where the file has no such column.
ACCOUNTS = ibis.schema(
    {
        "account_id": "int64",
        "system": "string",
        "environment": "string",
        "username": "string",
        "employee_number": "string",
        "email": "string",
        "smartcard": "string",
        "status": "string",
        "kind": "string",
        "created_on": "date",
        "last_used_on": "date",
        "roles": "string",
        "teams": "string",
    }
)
PEOPLE = ibis.schema(
    {"person_id": "int64", "employee_number": "string", "email": "string", "smartcard": "string", "registration_expires_on": "date"}
)
ASSIGNMENTS = ibis.schema({"person_id": "int64", "status": "string", "end_on": "date", "gone_on": "date"})
TRAINING = ibis.schema(
    {
        "person_id": "int64",
        "course": "string",
        "result": "string",
        "completed_on": "date",
        "expires_on": "date",
        "declaration_signed_on": "date",
    }
)
ABSENCES = ibis.schema({"person_id": "int64", "kind": "string", "from_on": "date", "to_on": "date"})
AUTHORISATIONS = ibis.schema(
    {
        "system": "string",
        "environment": "string",
        "person_id": "int64",
        "kind": "string",
        "roles": "string",
        "teams": "string",
        "approved_by_is_holder": "boolean",
        "approver_role": "string",
        "approved_on": "date",
        "expires_on": "date",
        "exception_reason": "string",
    }
)
GENERIC = ibis.schema({"system": "string", "username": "string", "approved_on": "date", "expires_on": "date"})
SYSTEMS = ibis.schema({"system": "string", "kind": "string", "pack": "string"})

RECONCILED = {
    "accounts": ACCOUNTS,
    "people": PEOPLE,
    "assignments": ASSIGNMENTS,
    "training": TRAINING,
    "absences": ABSENCES,
    "authorisations": AUTHORISATIONS,
    "generic": GENERIC,
    "systems": SYSTEMS,
}

# and writes these: whose each account is, and one row for each thing wrong (account_id is null on a line about a whole system).
MATCHES = ibis.schema({"account_id": "int64", "person_id": "int64", "fits": "int64"})
FINDINGS = ibis.schema(
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
    }
)


class ShapeError(ValueError):
    """A table lacks a column, or holds what is no such value; the message names table and column."""


def shaped(tables: Mapping[str, Any], shapes: Mapping[str, ibis.Schema]) -> dict[str, pa.Table]:
    """The named tables as Arrow in their shapes, whether they come as Arrow or as Ibis tables. Raises ShapeError."""
    if missing := sorted(shapes.keys() - tables.keys()):
        raise ShapeError(f"no table {missing[0]!r}; give each of {', '.join(shapes)}, empty where there is nothing")
    return {name: _shaped(name, tables[name], shape) for name, shape in shapes.items()}


def looked_up(rows: Table, other: Table, keys: list[str]) -> Table:
    """Each row with what another table, with one row a key at most, says of it; null where that says nothing.

    Raises ValueError where both have a column of one name that is no key: Ibis would keep the first and say nothing.
    """
    if shared := set(rows.columns) & set(other.columns) - set(keys):
        raise ValueError(f"both tables have {', '.join(sorted(shared))}; rename one")
    joined = rows.left_join(other, keys)
    return joined.drop(*[c for k in keys if (c := f"{k}_right") in joined.columns])


def empty(shape: ibis.Schema) -> pa.Table:
    """A table of a shape with no rows."""
    return shape.to_pyarrow().empty_table()


def arrow(shape: ibis.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """A table of a shape from rows in the order of its columns."""
    columns = list(zip(*rows, strict=True)) or [()] * len(shape)
    fields = shape.to_pyarrow()
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, fields, strict=True)], schema=fields)


def _shaped(name: str, table: Any, shape: ibis.Schema) -> pa.Table:
    rows = table if isinstance(table, pa.Table) else table.to_pyarrow()
    if missing := [c for c in shape.names if c not in rows.column_names]:
        raise ShapeError(f"{name}: no column {missing[0]!r}; it needs {', '.join(shape.names)}")
    try:
        return rows.select(shape.names).cast(shape.to_pyarrow())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ShapeError(f"{name}: {error}; its columns are {shape}") from error
