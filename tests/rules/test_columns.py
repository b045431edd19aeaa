"""The one list of columns: lists read the same everywhere, rows by name, and every table column that a feed fills is a column of one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careward.access.accounts.shapes import ACCOUNT
from careward.access.feeds.merge import Refusals, arrange
from careward.access.feeds.shapes import SHAPES
from careward.core.columns import ACCOUNTS, FEEDS, STAFF, canonical_list
from careward.core.ids import plain
from careward.engines.analysis.tables import RECONCILED
from careward.engines.connectors.csv.values import cell_reader
from tests.make.feeds import feed_file

texts = st.lists(st.text("abAB\u00a0\uff22 ", max_size=4), max_size=6).map(";".join)


@given(texts)
@example("Nurse;nurse;View")
def test_a_list_is_trimmed_sorted_and_holds_each_once_as_first_written(text):
    tidy = canonical_list(text)
    parts = tidy.split(";") if tidy else []
    written = [part for raw in text.split(";") if (part := raw.strip())]
    assert [plain(p) for p in parts] == sorted(set(map(plain, written)))
    assert all(part == next(w for w in written if plain(w) == plain(part)) for part in parts)
    assert canonical_list(tidy) == tidy


@given(texts)
@example("Nurse;nurse;View")
def test_a_list_is_the_same_from_a_file_and_in_a_table(text):
    file = feed_file("accounts", {"roles": text})
    (row,) = arrange(ACCOUNT, file.whole().cells, Refusals(file.name, file.lines), {}).rows.values()
    kept = dict(zip(ACCOUNT.columns, row, strict=True))["roles"]
    assert kept == cell_reader(ACCOUNTS.column("roles"))(text) == canonical_list(text)


def test_the_first_spelling_of_a_list_stays():
    assert canonical_list("Nurse;nurse;View") == "Nurse;View"
    assert canonical_list("view; nurse ;Nurse") == "nurse;view"


def test_a_row_is_made_by_name_in_the_order_of_the_columns():
    row = STAFF.row(last_name="Dewhurst", employee_number="E1")
    assert len(row) == len(STAFF.columns)
    assert {name: cell for name, cell in zip(STAFF.names, row, strict=True) if cell} == {"employee_number": "E1", "last_name": "Dewhurst"}
    with pytest.raises(TypeError, match="shoe_size"):
        STAFF.row(shoe_size="9")


@pytest.mark.parametrize("feed", FEEDS.values(), ids=lambda f: f.name)
def test_a_feeds_key_and_columns_are_told_once(feed):
    assert set(feed.key) <= set(feed.names)
    assert len(feed.names) == len(feed.columns)
    assert all(set(c.default.split()) <= set(c.words) for c in feed.columns if c.words)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=lambda s: s.table)
def test_what_feeds_fill_of_a_table_are_columns_of_its_model(shape):
    columns = {field.column for field in shape.model._meta.concrete_fields}
    assert {*shape.columns, *shape.fixed, "id"} <= columns
    assert shape.row._fields == ("id", *shape.columns)
    assert all(each.refers_to in SHAPES for each in shape.fields if each.refers_to)


def test_the_comparison_reads_the_columns_of_the_feeds_by_their_kinds():
    accounts = RECONCILED["accounts"]
    assert [str(accounts[name]) for name in ("username", "created_on", "last_used_on")] == ["string", "date", "date"]
