"""Rows out of the database as Arrow tables, in the shapes that the comparison reads."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
from django.db import connection

from careward.core.days import london_day
from careward.engines.analysis.tables import RECONCILED
from careward.people.staff.models import Organisation

CHUNK = 20_000
DAY, TEXT, TRUTH = pa.date32(), pa.string(), pa.bool_()
Named = dict[str, str]  # column of the table: how the database says it; where none is said, by the same name

_ACCOUNT = {
    "account_id": "a.id", "system": "s.code", "kind": "a.kind",
    "employee_number": "CASE WHEN a.bound_id IS NULL THEN a.employee_number ELSE b.employee_number END",  # an answer wins
    "smartcard": "CASE WHEN a.bound_id IS NULL THEN a.smartcard_uuid ELSE '' END",
    "email": "CASE WHEN a.bound_id IS NULL THEN a.email ELSE '' END",
    **{name: f"a.{name}" for name in ("environment", "username", "status", "created_on", "roles", "teams")},
    "last_used_on": "a.last_used_at",
}  # fmt: skip
_AUTHORISATION = {"system": "s.code", "kind": "z.kind", "approved_by": "z.approved_by_employee_number"}
OF_SYSTEM = "AND (%s = '' OR s.code = %s)"

# Table of the comparison: how its columns are said, and where they come from.
SOURCES: dict[str, tuple[Named, str]] = {
    "accounts": (_ACCOUNT, f"""
        accounts_account a JOIN systems_system s ON s.id = a.system_id LEFT JOIN people_person b ON b.id = a.bound_id
        WHERE a.organisation_id = %s AND a.gone_on IS NULL {OF_SYSTEM}"""),
    "people": ({"person_id": "id", "smartcard": "smartcard_uuid"}, "people_person WHERE organisation_id = %s"),
    "assignments": ({}, "people_assignment WHERE organisation_id = %s"),
    "training": ({"course": "course_code"}, "people_trainingheld WHERE organisation_id = %s AND gone_on IS NULL"),
    "absences": ({}, "people_absence WHERE organisation_id = %s AND gone_on IS NULL"),
    "authorisations": (_AUTHORISATION, f"""
        access_authorisation z JOIN systems_system s ON s.id = z.system_id
        WHERE z.organisation_id = %s AND z.gone_on IS NULL {OF_SYSTEM}"""),
    "generic": ({"system": "s.code", "approved_on": "ig_approved_on"}, """
        access_genericapproval g JOIN systems_system s ON s.id = g.system_id
        WHERE g.organisation_id = %s AND g.gone_on IS NULL"""),
    "systems": ({"system": "code"}, "systems_system WHERE organisation_id = %s"),
}  # fmt: skip


def tables(organisation: Organisation, *, system: str = "") -> dict[str, pa.Table]:
    """Every table of one organisation; accounts and authorisations of one system only where one is named.

    Rows go over to Arrow some thousands at a time, so that no more than those are ever Python's.
    """
    return {name: pa.Table.from_batches(_batches(name, organisation.pk, system), _schema(name)) for name in SOURCES}


def _schema(name: str) -> pa.Schema:
    return RECONCILED[name].to_pyarrow()


def _batches(name: str, organisation_id: int, system: str) -> Iterator[pa.RecordBatch]:
    schema = _schema(name)
    with connection.cursor() as cursor:  # Django keeps PostgreSQL's session in UTC, so moments read as UTC on both
        cursor.execute(sql := _sql(name, schema), [organisation_id, system, system][: sql.count("%s")])
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            yield pa.RecordBatch.from_arrays([_array(values, each) for values, each in zip(columns, schema, strict=True)], schema=schema)


def _sql(name: str, schema: pa.Schema) -> str:
    named, source = SOURCES[name]
    said = (named.get(each.name, each.name) for each in schema)
    chosen = ", ".join(f"CAST({sql} AS TEXT)" if each.type == DAY else sql for sql, each in zip(said, schema, strict=True))
    return f"SELECT {chosen} FROM {source}"  # noqa: S608 - made from this page alone


def _array(values: Sequence[Any], each: pa.Field) -> pa.Array:
    """Days come as text, which Arrow turns many times faster than either database's driver; a last use becomes a day in London."""
    if each.name == "last_used_on":
        return pa.array([v and _london_day(v[:13]) for v in values], DAY)
    if each.type == DAY:
        return pa.array(values, TEXT).cast(DAY)
    if each.type == TRUTH:
        return pa.array([bool(v) for v in values], TRUTH)
    return pa.array(values, each.type)


@cache
def _london_day(hour: str) -> date:
    """The day in London of a UTC hour, "2026-11-20 09": clocks change on the hour, and a year has few of them."""
    return london_day(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC))
