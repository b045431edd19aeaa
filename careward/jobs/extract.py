"""Rows out of the database as Arrow tables, in the shapes that the comparison reads."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from careward.core.days import london_day
from careward.people.models import Organisation

CHUNK = 50_000

TEXT, DAY, NUMBER, TRUTH = pa.string(), pa.date32(), pa.int64(), pa.bool_()

ACCOUNTS = """
    SELECT a.id, s.code, a.environment, a.username, a.employee_number, a.email, a.smartcard_uuid, a.status, a.kind,
           a.created_on, a.last_used_at, a.roles, a.teams
    FROM accounts_account a JOIN systems_system s ON s.id = a.system_id
    WHERE a.organisation_id = %s AND a.gone_on IS NULL AND (%s = '' OR s.code = %s)"""
PEOPLE = "SELECT id, employee_number, email, smartcard_uuid, registration_expires_on FROM people_person WHERE organisation_id = %s"
ASSIGNMENTS = "SELECT person_id, status, end_on, gone_on FROM people_assignment WHERE organisation_id = %s"
TRAINING = """
    SELECT person_id, course_code, result, completed_on, expires_on, declaration_signed_on
    FROM people_trainingheld WHERE organisation_id = %s AND gone_on IS NULL"""
ABSENCES = "SELECT person_id, kind, from_on, to_on FROM people_absence WHERE organisation_id = %s AND gone_on IS NULL"
AUTHORISATIONS = """
    SELECT s.code, z.environment, z.person_id, z.kind, z.roles, z.teams, z.approved_by_employee_number = p.employee_number,
           z.approver_role, z.approved_on, z.expires_on, z.exception_reason
    FROM access_authorisation z JOIN systems_system s ON s.id = z.system_id JOIN people_person p ON p.id = z.person_id
    WHERE z.organisation_id = %s AND z.gone_on IS NULL AND (%s = '' OR s.code = %s)"""
GENERIC = """
    SELECT s.code, g.username, g.ig_approved_on, g.expires_on
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
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id, system, system][: sql.count("%s")])
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            arrays = [_array(values, kind, name) for values, (name, kind) in zip(columns, shape.items(), strict=True)]
            pieces.append(pa.Table.from_arrays(arrays, schema=schema))
    return pa.concat_tables(pieces) if pieces else schema.empty_table()


def _array(values: Sequence[Any], kind: pa.DataType, name: str) -> pa.Array:
    """SQLite gives days and moments as text, PostgreSQL as dates; a last use is a day in London either way."""
    if name == "last_used_on":
        return pa.array([_day_used(v) for v in values], DAY)
    if kind == DAY and any(isinstance(v, str) for v in values):
        return pa.array(values, TEXT).cast(DAY)
    if kind == TRUTH:
        return pa.array([bool(v) for v in values], TRUTH)
    return pa.array(values, kind)


def _day_used(moment: Any) -> Any:
    return None if moment is None else london_day(_moment(moment))


def _moment(value: Any) -> Any:
    """SQLite hands moments out as UTC without saying so."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
