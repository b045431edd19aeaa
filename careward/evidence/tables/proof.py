"""Holding every table of evidence against the newest entry that binds it, and naming the first row that is another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection

from careward.evidence.ledger import links
from careward.evidence.ledger.rows import as_of_now
from careward.evidence.tables import bound, rules, sums, triggers
from careward.evidence.tables.bound import Bound
from careward.evidence.tables.kept import EvidenceTable, evidence_tables
from careward.evidence.tables.rules import Marks
from careward.evidence.tables.texts import every_row

NEVER = "what it holds was never written down"


@dataclass(slots=True)
class Contents:
    """What one table holds now, and where its marks are others."""

    total: int = 0
    rows: int = 0
    first: str = ""  # the first row that is another, and how
    stretches: int = 0  # how many hold such rows


@dataclass(slots=True)
class TablesReport:
    """What was found. `problems` name a table each; what a named person has explained stands in `explained`."""

    tables: int = 0
    rows: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)  # by table; "" for all of them
    explained: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.wrong

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(f"{table}: {words}" if table else words for table, told in self.wrong.items() for words in told)

    def add(self, table: str, words: str) -> None:
        self.wrong.setdefault(table, []).append(words)


def verify() -> TablesReport:
    """Holds every table against the ledger, as all stand at one moment; writes nothing.

    The ledger itself is to be verified too: what an entry says is believed where the tree or a link binds it.
    """
    links.bind_now()
    with as_of_now():
        return look()


def look() -> TablesReport:
    """The same inside a transaction."""
    report = TablesReport()
    key = links.lane_key()
    said = bound.newest()
    if not key:
        if said:
            report.add("", "the key of the tables' sums is gone, so no table can be held against the ledger; put it back from your backup")
        return report
    unproved = bound.unproved([one.entry_id for one in said.values()])
    kept, _ = sums.kept_sums(key, list(evidence_tables()), lock=False)
    for name, table in evidence_tables().items():
        _hold(report, table, said.get(name), sums.table_key(key, table), unproved)
        if name in said and (name not in kept or kept[name].fault or kept[name].number != said[name].number):
            report.add(name, "what is kept of its sum was changed")
    if strange := triggers.strange(_strange()):
        report.add("", strange)
    _tell(report)
    return report


def _strange() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {triggers.strange_sql()}")
        found: str | None = cursor.fetchone()[0]
    return found


def _hold(report: TablesReport, table: EvidenceTable, said: Bound | None, key: bytes, unproved: set[int]) -> None:
    now = contents(table, key)
    report.tables += 1
    report.rows += now.rows
    if said is None:
        if now.rows:
            report.add(table.name, f"{NEVER}: {now.rows:,} rows")
        return
    if said.entry_id in unproved:
        report.add(table.name, f"entry {said.entry_id}, which binds it, is not as it was written")
    if said.twice:
        numbers = ", ".join(map(str, said.twice))
        report.add(table.name, f"its changes are numbered, and not each number comes once: {numbers}; it was put back to an earlier state")
    if now.rows != said.rows or not rules.is_tag(key, said.tag, number=said.number, rows=now.rows, total=now.total):
        report.add(table.name, _difference(now, said))
    elif now.first:
        report.add(table.name, f"its rows are as they were left, and what helps to find one was changed in {_stretches(now.stretches)}")


def _difference(now: Contents, said: Bound) -> str:
    counted = f"it holds {now.rows:,} rows, and entry {said.entry_id} binds {said.rows:,}" if now.rows != said.rows else ""
    if not now.first:
        where = (
            f"not as entry {said.entry_id} binds it; which row cannot be told, since it was written to again or its mark was changed too"
        )
    else:
        where = f"{now.first}; rows of {_stretches(now.stretches)} are not as they were left"
    return "; ".join(filter(None, (where, counted)))


def _stretches(count: int) -> str:
    return f"{count:,} stretch{'' if count == 1 else 'es'} of {rules.IN_A_STRETCH} numbers"


def contents(table: EvidenceTable, key: bytes) -> Contents:
    """Reads a table once: its sum, and the first row whose mark is another than the one that was kept."""
    found, total = Contents(), 0
    kept = sums.every_stretch(table.name)
    waiting = next(kept, None)
    for stretch, macs in _by_stretch(table, key):
        total += sum(int.from_bytes(mac) for mac in macs.values())
        found.rows += len(macs)
        while waiting is not None and waiting[0] < stretch:
            _compare(found, waiting[0], waiting[1], {})
            waiting = next(kept, None)
        marks = b""
        if waiting is not None and waiting[0] == stretch:
            marks, waiting = waiting[1], next(kept, None)
        _compare(found, stretch, marks, macs)
    while waiting is not None:
        _compare(found, waiting[0], waiting[1], {})
        waiting = next(kept, None)
    found.total = total % rules.MODULUS
    return found


def _by_stretch(table: EvidenceTable, key: bytes) -> Iterator[tuple[int, Mapping[int, bytes]]]:
    """The hashes of a table's rows by their ids, a stretch at a time."""
    at, macs = 0, dict[int, bytes]()
    for row_id, text in every_row(table):
        stretch = row_id // rules.IN_A_STRETCH
        if stretch != at and macs:
            yield at, macs
            macs = {}
        at = stretch
        macs[row_id] = rules.mac(key, text)
    if macs:
        yield at, macs


def _compare(found: Contents, stretch: int, kept: bytes, macs: Mapping[int, bytes]) -> None:
    marks = Marks()
    for row_id, mac in macs.items():
        marks.put(marks.now, row_id, mac)
    kept = kept if len(kept) == len(rules.NO_MARKS) else rules.NO_MARKS
    now = bytes(marks.now.get(stretch, rules.NO_MARKS))
    if kept != now:
        row_id, what = next(rules.differing(stretch, kept, now))
        found.first = found.first or f"row {row_id} {what}"
        found.stretches += 1


def _tell(report: TablesReport) -> None:
    """What acts found, and what was explained since."""
    explained = bound.explained()
    for entry_id, name, number, words in bound.told_of():
        said = f"as entry {entry_id} found, {'; '.join(words)}"
        if name in explained and (number < explained[name][0]):
            report.explained.append(f"{name}: {said}; explained in entry {explained[name][1]}")
        else:
            report.add(name, said)
    for entry_id in sorted({entry for _, entry in explained.values()}):
        report.explained.append(f"what was wrong with tables until then is in entry {entry_id}")
