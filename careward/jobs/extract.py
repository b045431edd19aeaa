"""Rows out of the database as Arrow tables, in the shapes that the comparison reads."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
from django.db import connection

from careward.core.days import london_day
from careward.people.staff.models import Organisation

CHUNK = 50_000

TEXT, DAY, NUMBER, TRUTH = pa.string(), pa.date32(), pa.int64(), pa.bool_()

ACCOUNTS = """
    SELECT a.id, s.code, a.environment, a.username, a.employee_number, a.email, a.smartcard_uuid, a.status, a.kind,
           CAST(a.created_on AS TEXT), CAST(a.last_used_at AS TEXT), a.roles, a.teams
    FROM accounts_account a JOIN systems_system s ON s.id = a.system_id
    WHERE a.organisation_id = %s AND a.gone_on IS NULL AND (%s = '' OR s.code = %s)"""
PEOPLE = (
    "SELECT id, employee_number, email, smartcard_uuid, CAST(registration_expires_on AS TEXT) FROM people_person WHERE organisation_id = %s"
)
ASSIGNMENTS = "SELECT person_id, status, CAST(end_on AS TEXT), CAST(gone_on AS TEXT) FROM people_assignment WHERE organisation_id = %s"
TRAINING = """
    SELECT person_id, course_code, result, CAST(completed_on AS TEXT), CAST(expires_on AS TEXT), CAST(declaration_signed_on AS TEXT)
    FROM people_trainingheld WHERE organisation_id = %s AND gone_on IS NULL"""
ABSENCES = (
    "SELECT person_id, kind, CAST(from_on AS TEXT), CAST(to_on AS TEXT) FROM people_absence WHERE organisation_id = %s AND gone_on IS NULL"
)
AUTHORISATIONS = """
    SELECT s.code, z.environment, z.person_id, z.kind, z.roles, z.teams, z.approved_by_employee_number = p.employee_number,
           z.approver_role, CAST(z.approved_on AS TEXT), CAST(z.expires_on AS TEXT), z.exception_reason
    FROM access_authorisation z JOIN systems_system s ON s.id = z.system_id JOIN people_person p ON p.id = z.person_id
    WHERE z.organisation_id = %s AND z.gone_on IS NULL AND (%s = '' OR s.code = %s)"""
GENERIC = """
    SELECT s.code, g.username, CAST(g.ig_approved_on AS TEXT), CAST(g.expires_on AS TEXT)
    FROM access_genericapproval g JOIN systems_system s ON s.id = g.system_id
    WHERE g.organisation_id = %s AND g.gone_on IS NULL"""
SYSTEMS = "SELECT code, kind, pack FROM systems_system WHERE organisation_id = %s"

SHAPES: dict[str, tuple[str, dict[str, pa.DataType]]] = {
    "accounts": (ACCOUNTS, {
        "account_id": NUMBER, "system": TEXT, "environment": TEXT, "username": TEXT, "employee_number": TEXT, "email": TEXT,
        "smartcard": TEXT, "status": TEXT, "kind": TEXT, "created_on": DAY, "last_used_on": DAY, "roles": TEXT, "teams": TEXT}),
    "people": (PEOPLE, {"person_id": NUMBER, "employee_number": TEXT, "email": TEXT, "smartcard": TEXT, "registration_expires_on": DAY}),
    "assignments": (ASSIGNMENTS, {"person_id": NUMBER, "status": TEXT, "end_on": DAY, "gone_on": DAY}),
    "training": (TRAINING, {
        "person_id": NUMBER, "course": TEXT, "result": TEXT, "completed_on": DAY, "expires_on": DAY, "declaration_signed_on": DAY}),
    "absences": (ABSENCES, {"person_id": NUMBER, "kind": TEXT, "from_on": DAY, "to_on": DAY}),
    "authorisations": (AUTHORISATIONS, {
        "system": TEXT, "environment": TEXT, "person_id": NUMBER, "kind": TEXT, "roles": TEXT, "teams": TEXT,
        "approved_by_is_holder": TRUTH,
        "approver_role": TEXT, "approved_on": DAY, "expires_on": DAY, "exception_reason": TEXT}),
    "generic": (GENERIC, {"system": TEXT, "username": TEXT, "approved_on": DAY, "expires_on": DAY}),
    "systems": (SYSTEMS, {"system": TEXT, "kind": TEXT, "pack": TEXT}),
}  # fmt: skip


def tables(organisation: Organisation, *, system: str = "") -> dict[str, pa.Table]:
    """Every table of one organisation; accounts and authorisations of one system only where one is named."""
    return {name: _table(sql, shape, organisation.pk, system) for name, (sql, shape) in SHAPES.items()}


def _table(sql: str, shape: dict[str, pa.DataType], organisation_id: int, system: str) -> pa.Table:
    schema = pa.schema(list(shape.items()))
    pieces = []
    with connection.cursor() as cursor:  # Django keeps PostgreSQL's session in UTC, so moments read as UTC on both
        cursor.execute(sql, [organisation_id, system, system][: sql.count("%s")])
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            arrays = [_array(values, kind, name) for values, (name, kind) in zip(columns, shape.items(), strict=True)]
            pieces.append(pa.Table.from_arrays(arrays, schema=schema))
    return pa.concat_tables(pieces) if pieces else schema.empty_table()


def _array(values: Sequence[Any], kind: pa.DataType, name: str) -> pa.Array:
    """Days come as text, which Arrow turns many times faster than either database's driver; a last use becomes a day in London."""
    if name == "last_used_on":
        return pa.array([v and _london_day(v[:13]) for v in values], DAY)
    if kind == DAY:
        return pa.array(values, TEXT).cast(DAY)
    if kind == TRUTH:
        return pa.array([bool(v) for v in values], TRUTH)
    return pa.array(values, kind)


@cache
def _london_day(hour: str) -> date:
    """The day in London of a UTC hour, "2026-11-20 09": clocks change on the hour, and a year has few of them."""
    return london_day(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC))
