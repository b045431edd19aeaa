"""Files from lists: no cell is run as a formula, and words stay words."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.web import exports

ATTACKS = st.sampled_from(
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|' /C calc'!A0", "＝1", '=HYPERLINK("http://x")']
)
TEXT = st.text(max_size=30) | ATTACKS
CELLS = st.lists(TEXT | st.integers(-(10**9), 10**9) | st.none() | st.booleans() | st.dates(), min_size=3, max_size=3)


def read(lines) -> list[list[str]]:
    whole = "".join(lines)
    assert whole.startswith("\ufeff")
    return list(csv.reader(io.StringIO(whole[1:], newline="")))


@given(TEXT)
def test_no_cell_begins_as_a_formula(text):
    cell = exports.safe(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.removeprefix("'") == text.replace("\0", "") or cell == text.replace("\0", "")


@given(TEXT)
def test_a_cell_that_is_safe_already_is_left_alone(text):
    once = exports.safe(text)
    assert exports.safe(once) == once


@given(st.lists(CELLS, max_size=10))
def test_what_is_written_is_read_again(rows):
    got = read(exports.csv_lines(("A", "B", "=C"), rows))
    assert got[0] == ["A", "B", "'=C"]
    assert got[1:] == [[exports.safe(c) for c in row] for row in rows]


def test_values_are_written_for_people_and_machines():
    assert exports.safe(date(2026, 11, 2)) == "2026-11-02"
    assert exports.safe(datetime(2026, 7, 2, 4, 10, tzinfo=UTC)) == "2026-07-02 05:10"
    assert [exports.safe(v) for v in (None, True, False, -3)] == ["", "yes", "no", "-3"]


def sheet(rows) -> tuple[str, list[str]]:
    out = io.BytesIO()
    exports.spreadsheet(("A", "B", "C"), rows, out)
    with zipfile.ZipFile(out) as book:
        assert not any("hyperlink" in name.lower() for name in book.namelist())
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return ("".join(e.tag for e in root.iter()), [e.attrib.get("t", "n") for e in root.iter(f"{space}c")][3:])


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.org", "00123", "1e5"])
def test_a_spreadsheet_keeps_words_as_words(attack):
    tags, kinds = sheet([(attack, attack, attack)])
    assert "}f" not in tags
    assert set(kinds) <= {"s", "inlineStr"} and len(kinds) == 3


def test_a_spreadsheet_keeps_numbers_and_days():
    _, kinds = sheet([(3, date(2026, 11, 2), datetime(2026, 11, 2, 4, 10, tzinfo=UTC))])
    assert kinds == ["n", "n", "n"]


def test_a_sheet_that_would_be_too_long_says_what_to_do(monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    with pytest.raises(ValueError, match="download the list as CSV"):
        exports.spreadsheet(("A",), [(1,), (2,), (3,)], io.BytesIO())


def test_csv_is_written_as_it_is_read():
    taken = []

    def rows():
        for n in range(10):
            taken.append(n)
            yield (n,)

    lines = exports.csv_lines(("A",), rows())
    next(lines)
    next(lines)
    assert taken == [0]


@given(st.text(max_size=20))
def test_a_file_name_is_plain(noun):
    name = exports.file_name(noun, date(2026, 11, 22), "csv")
    assert name.isascii() and name.startswith("careward-") and name.endswith("-2026-11-22.csv")
    assert not set(name) & set('"\\/;\r\n ')
