"""Every table is held against the ledger, or its room says why it is not; and nobody writes past what sees it."""

import re
from pathlib import Path

from django.apps import apps
from django.core.management import get_commands

from careward.config.rooms import house
from careward.evidence.tables.kept import evidence_tables

CAREWARD = Path(__file__).resolve().parents[2] / "careward"
PAST_THE_CURSORS = {
    "evidence/rows/bulk.py",
    "evidence/tables/triggers.py",
    "evidence/ledger/rows.py",
    "cli/ready.py",
    "cli/backups/rows.py",
    "cli/backups/tables.py",
}  # the last reads all rows, or fills a database that has none


def tables() -> dict[str, set[str]]:
    return {m._meta.db_table: {f.column for f in m._meta.concrete_fields} for m in apps.get_models(include_auto_created=True)}


def test_each_table_is_evidence_or_passing_with_a_reason():
    passing = {p.table for p in house().passing if not p.columns}
    assert set(evidence_tables()) | passing == set(tables())
    assert not set(evidence_tables()) & passing
    assert all(len(p.why.split()) >= 3 for p in house().passing)


def test_what_passes_is_there_and_is_said_by_the_room_of_the_table_or_by_a_foreign_tables_user():
    for room in house().rooms:
        for passing in room.passing:
            assert set(passing.columns) <= tables()[passing.table], passing
    assert len({p.table for p in house().passing}) == len(house().passing)


def test_rows_of_evidence_are_known_by_a_number():
    for name, table in evidence_tables().items():
        assert table.columns[0] == "id" and "id" in tables()[name], name


def test_nobody_writes_past_the_cursors_that_are_watched():
    past = re.compile(r"connection\.connection\b|conn\.connection\b|cursor\.copy\(")
    found = {str(path.relative_to(CAREWARD)) for path in CAREWARD.rglob("*.py") if past.search(path.read_text(encoding="utf-8"))}
    assert found <= PAST_THE_CURSORS, found - PAST_THE_CURSORS


def test_whoever_migrates_brings_the_sums_up():
    assert get_commands()["migrate"] == "careward.evidence.tables"
