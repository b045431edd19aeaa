"""Tables taken over as they stand: of a home that an earlier version made, after a migration, or when a named person explains a change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger import links
from careward.evidence.tables import bound, proof, rules, sums, triggers
from careward.evidence.tables.bound import Bound
from careward.evidence.tables.kept import EvidenceTable, evidence_tables
from careward.evidence.tables.rules import Marks
from careward.evidence.tables.settling import BOUND, BY, FOUND
from careward.evidence.tables.sums import Sum
from careward.evidence.tables.texts import every_row

FIRST = "taken over as they stood, by the first version that binds tables"
MIGRATED = "taken over anew, after the tables themselves were changed by a new version"


def before_migrating() -> dict[str, list[str]] | None:
    """What is wrong with each table before the tables themselves change, by the columns that they were summed by; None in a new house."""
    there = set(connection.introspection.table_names())
    if not {"tables_tablesum", "ledger_entry", "ledger_lane"} <= there:
        return None
    key = links.lane_key()
    found: dict[str, list[str]] = {}
    said = bound.newest()
    kept, _ = sums.kept_sums(key, sorted(said), lock=False) if said and key else ({}, "")
    for name, one in said.items():
        if name not in there:
            continue
        now = kept.get(name, Sum())
        if not key or now.fault or not now.columns or now.number != one.number:
            found[name] = ["what is kept of its sum was changed"]
            continue
        table = EvidenceTable(name, now.columns, _bytes_in(name))
        contents = proof.contents(table, rules.key_of(key, name, now.columns))
        if (contents.rows, contents.total) != (now.rows, now.total):
            found[name] = [f"it was not as it had been left before the migration: {contents.first or 'which row cannot be told'}"]
    return found


def _bytes_in(name: str) -> frozenset[str]:
    return evidence_tables()[name].bytes_in if name in evidence_tables() else frozenset()


def after_migrating(before: Mapping[str, Sequence[str]] | None, *, now: datetime) -> None:
    """Takes over what was never bound, and what the migration changed; says of each whether it had been as it was left."""
    triggers.stand_for_good()
    key = sums.the_key()
    if not key:
        return
    with transaction.atomic():
        said, first, again = bound.newest(), list[EvidenceTable](), list[EvidenceTable]()
        kept, _ = sums.kept_sums(key, list(said), lock=False) if said else ({}, "")
        for name, table in evidence_tables().items():
            if name not in said:
                first += [table] if any(True for _ in every_row(table)) else []
            elif _is_other(key, table, kept.get(name, Sum()), bool(before and name in before)):
                again.append(table)
        for tables, why in ((first, FIRST), (again, MIGRATED)):
            found = {t.name: list((before or {})[t.name]) for t in tables if t.name in (before or {})}
            if tables:
                take_over(tables, said, verb=bound.TAKEN_OVER, now=now, by=BY, why=why, **({FOUND: found} if found else {}))


def _is_other(key: bytes, table: EvidenceTable, was: Sum, was_wrong: bool) -> bool:
    """One that had been changed by hand stays as it is told, unless its columns are others now."""
    if was.columns != table.columns:
        return True
    if was_wrong:
        return False
    now = proof.contents(table, sums.table_key(key, table))
    return (now.rows, now.total) != (was.rows, was.total)


def take_over(tables: Sequence[EvidenceTable], said: Mapping[str, Bound], *, verb: str, now: datetime, by: str, **body: Any) -> int:
    """Sums tables as they stand and binds them in an entry, whose id it returns; nobody writes to them meanwhile."""
    key = links.lane_key()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            names = ", ".join(connection.ops.quote_name(table.name) for table in tables)
            cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")
    kept, _ = sums.kept_sums(key, [t.name for t in tables], lock=True)
    new: dict[str, Sum] = {}
    for table in tables:
        number = max(kept.get(table.name, Sum()).number, said[table.name].number if table.name in said else 0)
        new[table.name] = replace(_summed(key, table), number=number + 1)
    told = sums.keep_sums(key, new)
    return ledger.record(at=now, actor=by, verb=verb, subject="tables", organisation="", **body, **{BOUND: told}).pk


def _summed(key: bytes, table: EvidenceTable) -> Sum:
    """The sum of what stands there, with its marks written anew."""
    mine, marks, total, rows = sums.table_key(key, table), Marks(), 0, 0
    sums.drop_stretches(table.name)
    for row_id, text in every_row(table):
        mac = rules.mac(mine, text)
        marks.put(marks.now, row_id, mac)
        total += int.from_bytes(mac)
        rows += 1
    sums.keep_stretches((table.name, stretch, bytes(now)) for stretch, now in marks.now.items())
    return Sum(0, rows, total % rules.MODULUS, table.columns)
