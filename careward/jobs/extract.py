"""Rows out of the database as Arrow tables, in the shapes that the comparison reads.

Nothing is joined by the database: it reads a table from end to end fastest, and Arrow looks up 400,000 codes in a few milliseconds.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from careward.core.days import london_day
from careward.engines.analysis.tables import RECONCILED
from careward.people.staff.models import Organisation
from careward.systems.register.models import System

CHUNK = 20_000
DAY, TEXT, TRUTH, NUMBER = pa.date32(), pa.string(), pa.bool_(), pa.int64()
Named = dict[str, str]  # column of the table: how the database says it; where none is said, by the same name

STANDING = {"was_person_id": NUMBER, "was_fits": NUMBER}  # whose each account is as last reconciled
ALSO = {**STANDING, "bound_id": NUMBER}
_ACCOUNT = {
    "account_id": "id", "system": "system_id", "smartcard": "smartcard_uuid", "last_used_on": "last_used_at", "was_person_id": "person_id",
    "was_fits": "fits",
}  # fmt: skip
_AUTHORISATION = {"system": "system_id", "approved_by": "approved_by_employee_number"}
OF_SYSTEM = "AND (%s = 0 OR system_id = %s)"

# Table of the comparison: how its columns are said, and where they come from.
SOURCES: dict[str, tuple[Named, str]] = {
    "accounts": (_ACCOUNT, f"accounts_account WHERE organisation_id = %s AND gone_on IS NULL {OF_SYSTEM}"),
    "people": ({"person_id": "id", "smartcard": "smartcard_uuid"}, "people_person WHERE organisation_id = %s"),
    "assignments": ({}, "people_assignment WHERE organisation_id = %s"),
    "training": ({"course": "course_code"}, "people_trainingheld WHERE organisation_id = %s AND gone_on IS NULL"),
    "absences": ({}, "people_absence WHERE organisation_id = %s AND gone_on IS NULL"),
    "authorisations": (_AUTHORISATION, f"access_authorisation WHERE organisation_id = %s AND gone_on IS NULL {OF_SYSTEM}"),
    "generic": (
        {"system": "system_id", "approved_on": "ig_approved_on"},
        "access_genericapproval WHERE organisation_id = %s AND gone_on IS NULL",
    ),
    "systems": ({"system": "code"}, "systems_system WHERE organisation_id = %s"),
}  # fmt: skip
READ_AS = {"system_id": NUMBER}  # what is looked up afterwards


def tables(organisation: Organisation, *, system: str = "") -> dict[str, pa.Table]:
    """Every table of one organisation; accounts and authorisations of one system only where one is named.

    Rows go over to Arrow some thousands at a time, so that no more than those are ever Python's.
    """
    codes = dict(System.objects.filter(organisation=organisation).values_list("id", "code"))
    only = next((number for number, code in codes.items() if code == system), 0)
    read = {name: pa.Table.from_batches(_batches(name, organisation.pk, only), _schema(name)) for name in SOURCES}
    for name in ("accounts", "authorisations", "generic"):
        read[name] = _with_codes(read[name], codes)
    return {**read, "accounts": _as_bound(read["accounts"], read["people"])}


def _schema(name: str) -> pa.Schema:
    """The table's own columns, with what is looked up afterwards as it is read."""
    named, _ = SOURCES[name]
    fields = [pa.field(f.name, READ_AS.get(named.get(f.name, f.name), f.type)) for f in RECONCILED[name].to_pyarrow()]
    return pa.schema([*fields, *ALSO.items()] if name == "accounts" else fields)


def _with_codes(table: pa.Table, codes: dict[int, str]) -> pa.Table:
    """The systems' own codes in place of the numbers of their rows."""
    found = pa.array(list(codes.values()), TEXT).take(pc.index_in(table["system"].combine_chunks(), pa.array(list(codes), NUMBER)))
    return table.set_column(table.schema.get_field_index("system"), "system", found)


def _as_bound(accounts: pa.Table, people: pa.Table) -> pa.Table:
    """An answer wins: an account that somebody said is a person's carries that person's number and nothing else of its own."""
    bound = accounts["bound_id"].combine_chunks()
    if bound.null_count == len(bound):
        return accounts
    theirs = people["employee_number"].combine_chunks().take(pc.index_in(bound, people["person_id"].combine_chunks()))
    for name, told in (("employee_number", theirs), ("smartcard", ""), ("email", "")):
        own = accounts[name].combine_chunks()
        accounts = accounts.set_column(accounts.schema.get_field_index(name), name, pc.if_else(pc.is_valid(bound), told, own))
    return accounts


def _batches(name: str, organisation_id: int, only: int) -> Iterator[pa.RecordBatch]:
    schema = _schema(name)
    with connection.cursor() as cursor:  # Django keeps PostgreSQL's session in UTC, so moments read as UTC on both
        cursor.execute(sql := _sql(name, schema), [organisation_id, only, only][: sql.count("%s")])
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
