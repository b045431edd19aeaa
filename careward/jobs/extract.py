"""Rows out of the database as batches of Arrow, in the shapes that the comparison reads.

The database says some thousands of rows as one text for each column, which Arrow takes apart: their values never become Python's own, which
took longest, and no more rows than those are held at once. Nothing is joined by the database: it reads a table from end to end fastest.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.apps import apps
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
_USER = "(SELECT u.person_id FROM people_user u WHERE u.id = user_id)"
OF_SYSTEM = "AND (%s = 0 OR system_id = %s)"

# Table of the comparison: how its columns are said, where they come from, and which of its rows.
SOURCES: dict[str, tuple[Named, str, str]] = {
    "accounts": (_ACCOUNT, "accounts_account", f"AND gone_on IS NULL {OF_SYSTEM}"),
    "people": ({"person_id": "id", "smartcard": "smartcard_uuid"}, "people_person", ""),
    "assignments": ({"supervisor": "supervisor_employee_number"}, "people_assignment", ""),
    "training": ({"course": "course_code"}, "people_trainingheld", "AND gone_on IS NULL"),
    "absences": ({}, "people_absence", "AND gone_on IS NULL"),
    "authorisations": (_AUTHORISATION, "access_authorisation", f"AND gone_on IS NULL {OF_SYSTEM}"),
    "role_holders": ({"system": "system_code"}, "access_roleholder", "AND gone_on IS NULL"),
    "grants": ({"system": "system_code", "person_id": _USER}, "people_roleheld", ""),
    "deputies": ({}, "people_deputy", "AND gone_on IS NULL"),
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
    blank = _may_be_blank(source)
    rest = f"FROM {source} WHERE id BETWEEN %s AND %s AND +organisation_id = %s {which}"  # by ids: `+` keeps its own index out
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as beside:
        cursor.execute(f"SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM {source}")  # noqa: S608
        first, last = cursor.fetchone()
        before: Future[pa.RecordBatch] | None = None
        for start in range(first, last + 1, AT_ONCE):
            told = _told(cursor, values, blank, rest, [start, start + AT_ONCE - 1, *own][: rest.count("%s")])
            if before:
                yield before.result()
            before = beside.submit(_batch, name, dict(zip(asked, told, strict=True)), shape, numbered)
        if before:
            yield before.result()


def _is_whole(text: bytes | None, rows: int, blank: int) -> bool:
    """Whether a column's text is of so many values, of which so many are blank, and none holds what tells values apart."""
    return text is not None and (text.count(END), text.count(BLANK)) == (rows - 1, blank)


@cache
def _may_be_blank(table: str) -> frozenset[str]:
    """The columns of a table that may hold nothing, as they are said."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return frozenset({_OWNER, _USER, *(str(field.column) for field in model._meta.concrete_fields if field.null)})


def _told(cursor: Any, values: Sequence[str], blank: Collection[str], rest: str, given: Sequence[int]) -> list[Told]:
    """Each column of a stretch of rows as one text; its values one by one where some value holds what tells values apart.

    Only those that may be blank are asked about it, which takes half as long again: another that is blank after all leaves its text short.
    """
    counted = [value for value in values if value in blank]
    chosen = [f"count({value})" for value in counted] + [_joined(value, blank) for value in values]
    cursor.execute(f"SELECT count(*), {', '.join(chosen)} {rest}", given)
    rows, *said = cursor.fetchone()
    if not rows:
        return [()] * len(values)
    known = dict(zip(counted, said, strict=False))
    texts = [text.encode() if isinstance(text, str) else text for text in said[len(counted) :]]
    if all(_is_whole(text, rows, rows - known.get(value, rows)) for text, value in zip(texts, values, strict=True)):
        return texts
    cursor.execute(f"SELECT {', '.join(f'CAST({value} AS TEXT)' for value in values)} {rest}", given)
    return list(zip(*cursor.fetchall(), strict=True))


def _joined(value: str, blank: Collection[str]) -> str:
    """A column of all rows as one text; the rows come in one order whichever the column. Django keeps PostgreSQL's session in UTC."""
    end, none = END.decode(), BLANK.decode()
    if connection.vendor == "postgresql":
        text = f"CAST({value} AS TEXT)"
        told = f"coalesce({text}, '{none}')" if value in blank else text
        return f"string_agg({told}, '{end}')"
    told = f"coalesce({value}, '{none}')" if value in blank else value
    return f"CAST(group_concat({told}, '{end}') AS BLOB)"


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
    """The values of a column: all of them one behind another, and where each ends."""
    ends = np.flatnonzero(np.frombuffer(told, np.uint8) == END[0])
    places = np.empty(len(ends) + 2, np.int32)
    places[0], places[1:-1], places[-1] = 0, ends - np.arange(len(ends)), len(told) - len(ends)
    whole = [None, pa.py_buffer(places), pa.py_buffer(told.translate(None, END))]
    values = pa.Array.from_buffers(pa.binary(), len(ends) + 1, whole)
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
