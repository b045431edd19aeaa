"""Rows out of the database as batches of Arrow, in the shapes that the comparison reads.

The database says some thousands of rows as one text for each column, which Arrow takes apart: their values never become Python's own, which
took longest, and no more rows than those are held at once. Nothing is joined by the database: it reads a table from end to end fastest.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from careward.core.days import london_day
from careward.engines.analysis.one_form import SPELT, brought, is_in_one_form
from careward.engines.analysis.tables import RECONCILED
from careward.people.staff.models import Organisation
from careward.systems.register.models import System

AT_ONCE = 50_000  # ids
END, BLANK = b"\x1f", b"\x1e"  # between values, and in place of none
TEXT = pa.string()
Told: TypeAlias = bytes | Sequence[str | None]  # a column: as one text, or value by value
Named = dict[str, str]  # column of the table: how the database says it; where none is said, by the same name

# An answer wins: an account that somebody said is a person's carries that person's number and nothing else of its own.
_BOUND = "(SELECT p.employee_number FROM people_person p WHERE p.id = bound_id)"
_ACCOUNT = {
    "account_id": "id", "system": "system_id", "last_used_on": "last_used_at", "was_person_id": "person_id", "was_fits": "fits",
    "employee_number": f"CASE WHEN bound_id IS NULL THEN employee_number ELSE {_BOUND} END",
    "smartcard": "CASE WHEN bound_id IS NULL THEN smartcard_uuid ELSE '' END",
    "email": "CASE WHEN bound_id IS NULL THEN email ELSE '' END",
}  # fmt: skip
_AUTHORISATION = {"system": "system_id", "approved_by": "approved_by_employee_number"}
# A new owner stands in for the one they were named instead of, until a list names another.
_OWNER = "CASE WHEN new_owner_id IS NOT NULL AND instead_of_id = owner_id THEN new_owner_id ELSE owner_id END"
_GENERIC = {"system": "system_id", "approved_on": "ig_approved_on", "owner_id": _OWNER}
OF_SYSTEM = "AND (%s = 0 OR system_id = %s)"

# Table of the comparison: how its columns are said, where they come from, and which of its rows.
SOURCES: dict[str, tuple[Named, str, str]] = {
    "accounts": (_ACCOUNT, "accounts_account", f"AND gone_on IS NULL {OF_SYSTEM}"),
    "people": ({"person_id": "id", "smartcard": "smartcard_uuid"}, "people_person", ""),
    "assignments": ({}, "people_assignment", ""),
    "training": ({"course": "course_code"}, "people_trainingheld", "AND gone_on IS NULL"),
    "absences": ({}, "people_absence", "AND gone_on IS NULL"),
    "authorisations": (_AUTHORISATION, "access_authorisation", f"AND gone_on IS NULL {OF_SYSTEM}"),
    "generic": (_GENERIC, "access_genericapproval", "AND gone_on IS NULL"),
    "answers": ({}, "accounts_accountanswer", "AND ended_at IS NULL AND answer NOT IN ('is', 'owner', 'approve')"),
    "systems": ({"system": "code"}, "systems_system", ""),
}  # fmt: skip


def tables(organisation: Organisation, *, system: str = "") -> dict[str, pa.RecordBatchReader]:
    """Every table of one organisation, to be read once each; accounts and authorisations of one system only where one is named."""
    codes = dict(System.objects.filter(organisation=organisation).values_list("id", "code"))
    only = next((number for number, code in codes.items() if code == system), 0)
    shapes = {name: RECONCILED[name].to_pyarrow() for name in SOURCES}
    return {
        name: pa.RecordBatchReader.from_batches(shape, _batches(name, shape, organisation.pk, only, codes))
        for name, shape in shapes.items()
    }


def _batches(name: str, shape: pa.Schema, organisation_id: int, only: int, codes: Mapping[int, str]) -> Iterator[pa.RecordBatch]:
    """The database makes one stretch of rows ready while Arrow takes the one before apart."""
    named, source, which = SOURCES[name]
    numbered = codes if named.get("system") == "system_id" else {}
    asked = [each.name for each in shape if each.name not in SPELT]
    values, own = [named.get(each, each) for each in asked], [organisation_id, only, only]
    rest = f"FROM {source} WHERE id BETWEEN %s AND %s AND +organisation_id = %s {which}"  # by ids: `+` keeps its own index out
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as beside:
        cursor.execute(f"SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM {source}")  # noqa: S608
        first, last = cursor.fetchone()
        before: Future[pa.RecordBatch] | None = None
        for start in range(first, last + 1, AT_ONCE):
            told = _told(cursor, values, rest, [start, start + AT_ONCE - 1, *own][: rest.count("%s")])
            if before:
                yield before.result()
            before = beside.submit(_batch, name, dict(zip(asked, told, strict=True)), shape, numbered)
        if before:
            yield before.result()


def _told(cursor: Any, values: Sequence[str], rest: str, given: Sequence[int]) -> list[Told]:
    """Each column of a stretch of rows as one text; its values one by one where some value holds what tells values apart."""
    chosen = ", ".join([f"count({value})" for value in values] + [_joined(value) for value in values])
    cursor.execute(f"SELECT count(*), {chosen} {rest}", given)
    rows, *said = cursor.fetchone()
    if not rows:
        return [()] * len(values)
    known, texts = said[: len(values)], [text.encode() if isinstance(text, str) else text for text in said[len(values) :]]
    if all((text.count(END), text.count(BLANK)) == (rows - 1, rows - n) for text, n in zip(texts, known, strict=True)):
        return texts
    cursor.execute(f"SELECT {', '.join(f'CAST({value} AS TEXT)' for value in values)} {rest}", given)
    return list(zip(*cursor.fetchall(), strict=True))


def _joined(value: str) -> str:
    """A column of all rows as one text; the rows come in one order whichever the column. Django keeps PostgreSQL's session in UTC."""
    end, blank = END.decode(), BLANK.decode()
    if connection.vendor == "postgresql":
        return f"string_agg(coalesce(CAST({value} AS TEXT), '{blank}'), '{end}')"
    return f"CAST(group_concat(coalesce({value}, '{blank}'), '{end}') AS BLOB)"


def _batch(name: str, told: Mapping[str, Told], shape: pa.Schema, codes: Mapping[int, str]) -> pa.RecordBatch:
    texts = {column: _apart(text) if isinstance(text, bytes) else pa.array(text, TEXT) for column, text in told.items()}
    odd = {column for column, text in told.items() if not _in_one_form(text)}
    made = brought(name, texts, odd)
    return pa.RecordBatch.from_arrays([_typed(made[each.name], each, codes) for each in shape], schema=shape)


def _in_one_form(told: Told) -> bool:
    """Whether no value of a column needs to be brought into its one form: nearly always so, and seen at once."""
    if isinstance(told, bytes):
        return told.isascii() and not any(blank in told for blank in (b"  ", b"\t", b"\n", b"\v", b"\f", b"\r"))
    return all(map(is_in_one_form, told))


def _apart(told: bytes) -> pa.Array:
    values = pc.split_pattern(pa.array([told], pa.binary()), END).values
    if BLANK in told:
        values = pc.if_else(pc.equal(values, BLANK), pa.scalar(None, pa.binary()), values)
    return values.cast(TEXT)


def _typed(text: pa.Array, each: pa.Field, codes: Mapping[int, str]) -> pa.Array:
    """The values of one column; a last use becomes a day in London, the number of a system its code."""
    if each.name == "last_used_on":
        hours = pc.utf8_slice_codeunits(text, 0, 13).dictionary_encode()
        return pa.array([_london_day(hour) for hour in hours.dictionary.to_pylist()], each.type).take(hours.indices)
    if each.name == "system" and codes:
        numbers = text.dictionary_encode()
        return pa.array([codes.get(int(number)) for number in numbers.dictionary.to_pylist()], each.type).take(numbers.indices)
    return text.cast(each.type)


@cache
def _london_day(hour: str) -> date:
    """The day in London of a UTC hour, "2026-11-20 09": clocks change on the hour, and a year has few of them."""
    return london_day(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC))
