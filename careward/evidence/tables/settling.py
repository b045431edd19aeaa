"""At the end of an act: the sum of each table it touched loses what its rows were and gains what they are, and an entry binds it.

What a row was is what stood there when the act first touched it, whoever put it there. So a change made past Careward is never absorbed:
the sum lacks what it lacks, and has what it has, whatever is done afterwards.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection

from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger import links
from careward.evidence.tables import rules, sums, triggers
from careward.evidence.tables.kept import EvidenceTable
from careward.evidence.tables.rules import Marks
from careward.evidence.tables.sums import Sum
from careward.evidence.tables.texts import AT_ONCE, rows_of

MOST_NAMED = 10  # rows of one table that an entry names
BY = "job/tables"
BOUND, FOUND = "tables", "tables_found"  # members of an entry's body


@dataclass(slots=True)
class RowsTouched:
    """The rows of one table that an act touched: what stood there before, of each or of many in a run, and runs of rows that are new."""

    formers: dict[int, bytes | None] = field(default_factory=dict)
    blocks: list[tuple[int, int, bytes]] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)

    def add(self, first: int, last: int, former: bytes | None) -> None:
        """The first that is told of a row counts."""
        if first != last:
            self._add_run(first, last, former)
        elif first not in self.formers and not self._meets(first, first):
            self.formers[first] = former

    def _add_run(self, first: int, last: int, former: bytes | None) -> None:
        if former is None:
            self.runs.append((first, last))
        elif self._meets(first, last) or any(first <= number <= last for number in self.formers):
            for number, each in zip(range(first, last + 1), rules.macs_in(former), strict=True):
                self.add(number, number, each)
        else:
            self.blocks.append((first, last, former))

    def _meets(self, first: int, last: int) -> bool:
        return any(low <= last and first <= high for low, high in self.runs) or any(
            low <= last and first <= high for low, high, _ in self.blocks
        )

    def in_runs(self) -> list[tuple[int, int]]:
        """All of them as runs."""
        return rules.runs_of(self.formers, [*self.runs, *((first, last) for first, last, _ in self.blocks)])

    def were(self) -> Iterator[tuple[Sequence[int], list[bytes]]]:
        """What stood there before: ids with their hashes."""
        for first, last, former in self.blocks:
            yield range(first, last + 1), rules.macs_in(former)
        known = {number: former for number, former in self.formers.items() if former is not None}
        yield list(known), list(known.values())


@dataclass(slots=True)
class SumMoved:
    """What an act made of one table."""

    table: EvidenceTable
    marks: Marks = field(default_factory=Marks)
    total: int = 0
    rows: int = 0
    count: int = 0  # of rows touched


def settle() -> None:
    """Moves the sums of the tables that this transaction touched, and binds them in the last entry that it wrote, or in one of its own."""
    touched = _touched(key := sums.the_key())
    if not touched:
        return
    changes = [c for c in _changes(key, touched) if c.total or c.rows]
    if not changes:  # what was written is what stood there, or passes
        return
    bound, found = _moved(key, changes) if key else ({}, {c.table.name: ["the key of its sum is gone"] for c in changes})
    _bind({BOUND: bound, **({FOUND: found} if found else {})}, {c.table.name: c.count for c in changes})


def _touched(key: bytes) -> dict[str, RowsTouched]:
    """What the triggers told, in the order in which they did."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {triggers.TOLD} RETURNING n, name, first, last, former")
        told = sorted(cursor.fetchall(), key=lambda row: row[0])
    found: dict[str, RowsTouched] = {}
    keys = {table.name: sums.table_key(key, table) for table in sums.known({row[1] for row in told})} if key else {}
    for _, name, first, last, former in told:
        if isinstance(former, str):  # PostgreSQL tells the row itself
            former = rules.mac(keys[name], former.encode()) if key else None
        found.setdefault(name, RowsTouched()).add(first, last, former)
    return found


def _changes(key: bytes, touched: Mapping[str, RowsTouched]) -> list[SumMoved]:
    tables = sums.known(touched)
    runs = {table.name: touched[table.name].in_runs() for table in tables}
    rows = rows_of(tables, runs)
    return [_change(key, table, touched[table.name], runs[table.name], rows[table.name]) for table in tables]


def _change(
    key: bytes, table: EvidenceTable, touched: RowsTouched, runs: Sequence[tuple[int, int]], rows: Iterable[tuple[int, bytes]]
) -> SumMoved:
    change, mine = SumMoved(table), sums.table_key(key, table)
    marks = change.marks
    for first, last in runs:
        marks.touch(first, last)
        change.count += last - first + 1
    for ids, macs in touched.were():
        marks.put_all(marks.was, ids, macs)
        change.total -= rules.total(macs)
        change.rows -= len(macs)
    for page in batched(rows):
        macs = rules.macs(mine, [text for _, text in page])
        marks.put_all(marks.now, [row_id for row_id, _ in page], macs)
        change.total += rules.total(macs)
        change.rows += len(page)
    change.total %= rules.MODULUS
    return change


def batched(rows: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Rows some thousands at a time: what is done to each alone would cost more than its hash."""
    left = iter(rows)
    while page := list(islice(left, AT_ONCE)):
        yield page


def _moved(key: bytes, changes: Sequence[SumMoved]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Writes the new sums and marks; returns what binds them, and what was found not to be as it had been left."""
    kept, wrong = sums.kept_sums(key, [c.table.name for c in changes], lock=True)
    found: dict[str, list[str]] = {}
    new: dict[str, Sum] = {}
    for change in changes:
        name, columns = change.table.name, change.table.columns
        was = kept.get(name, Sum())
        strange = [wrong, was.fault, "it was summed by other columns" if was.columns not in ((), columns) else ""]
        if told := [words for words in strange if words]:
            found[name] = told
        new[name] = Sum(was.number + 1, was.rows + change.rows, (was.total + change.total) % rules.MODULUS, columns)
    for name, told in _marked(changes).items():
        found.setdefault(name, []).extend(told)
    return sums.keep_sums(key, new), found


def _marked(changes: Sequence[SumMoved]) -> dict[str, list[str]]:
    """Writes the new marks; returns the rows that were not as they had been left."""
    stood = sums.stretches({c.table.name: list(c.marks.touched) for c in changes})
    found: dict[str, list[str]] = {}
    marks: list[tuple[str, int, bytes]] = []
    for change in changes:
        name, strange = change.table.name, list[int]()
        for stretch in sorted(change.marks.touched):
            now, others = change.marks.merged(stretch, stood.get((name, stretch), b""))
            marks.append((name, stretch, now))
            strange += others
        if strange:
            more = f" and {len(strange) - MOST_NAMED} more" if len(strange) > MOST_NAMED else ""
            found[name] = [f"not as they had been left: row {', '.join(map(str, strange[:MOST_NAMED]))}{more}"]
    sums.keep_stretches(marks)
    return found


def _bind(said: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    for entry_id in sorted(links.written(), reverse=True):  # the last may have been taken back
        if _added(entry_id, said):
            return
    at = settings.CLOCK()
    ledger.record(at=at, actor=BY, verb="rows.changed", subject="tables", organisation="", changed=dict(counts), **said)


def _added(entry_id: int, said: Mapping[str, Any]) -> bool:
    """Adds to the body of an entry that this transaction wrote; nobody has read it yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("UPDATE ledger_entry SET body = body || %s::jsonb WHERE id = %s", [json.dumps(said), entry_id])
            return bool(cursor.rowcount)
        cursor.execute("SELECT body FROM ledger_entry WHERE id = %s", [entry_id])
        found = cursor.fetchone()
        if found is not None:
            cursor.execute("UPDATE ledger_entry SET body = %s WHERE id = %s", [json.dumps(json.loads(found[0]) | dict(said)), entry_id])
        return found is not None
