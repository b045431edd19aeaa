"""Excel workbooks as feeds: what a cell gives, which sheet is read, and what a broken or hostile one comes to."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from careward.engines.connectors.csv import xlsx
from careward.engines.connectors.csv.reader import read_folder
from tests.make.files import read_file

HEADING = ["username", "status", "employee_number", "created_on", "last_used_at", "roles"]


@pytest.fixture
def read(tmp_path: Path):
    """Reads rows as a sheet of a workbook, and the same in CSV."""

    def reading(*rows, sheets=(), feed="accounts", **more):
        path = tmp_path / "paris.xlsx"
        written(path, {"Users": [HEADING, *rows], **dict(sheets)})
        return read_file(path, feed=feed, name="paris.xlsx", **more)

    return reading


def written(path: Path, sheets, hidden=()) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    book.save(path)


def said(file):
    return [(p.line, p.column, p.what) for p in file.problems]


def dicts(file):
    return [dict(zip(file.columns, row, strict=True)) for row in file.rows]


def test_a_workbook_reads_as_the_same_csv_would(tmp_path, read):
    file = read(
        ["ann", "active", 1, date(2020, 1, 2), datetime(2026, 7, 1, 10, 0, 0), "x;y"],
        ["bob", "locked", 20_000_001, datetime(2021, 3, 4), datetime(2026, 7, 1), None],
        [],
        ["cyd", None, "E7", None, None, True],
    )
    path = tmp_path / "paris.csv"
    path.write_text(
        f"{','.join(HEADING)}\nann,active,1,2020-01-02,2026-07-01T10:00:00,x;y\nbob,locked,20000001,2021-03-04,2026-07-01,\n\ncyd,,E7,,,Y\n"
    )
    same = read_file(path, feed="accounts", name="paris.csv")
    assert (file.columns, list(file.rows), list(file.lines)) == (same.columns, list(same.rows), list(same.lines))
    assert said(file) == said(same) == [(5, "status", "The cell is blank and must not be")]


@pytest.mark.parametrize(
    ("number", "kept"), [(123, "123"), (123.0, "123"), (20_000_001.0, "20000001"), (999_999_999_999_999, "999999999999999")]
)
def test_a_number_cell_gives_its_digits(read, number, kept):
    assert dicts(read(["ann", "active", number]))[0]["employee_number"] == kept


@pytest.mark.parametrize("number", [1_234_567_890_123_456, 12345678901234567890, 1e300])
def test_a_number_that_lost_digits_is_refused_as_an_identifier(read, number):
    assert [(line, column) for line, column, _ in said(read(["ann", "active", number]))] == [(2, "employee_number")]


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "NULL"])
def test_errors_and_words_for_nothing_are_blank_as_everywhere(read, cell):
    file = read(["ann", "active", cell])
    assert dicts(file)[0]["employee_number"] == ""
    assert any("words for nothing" in notice for notice in file.notices)


def test_a_moment_is_rounded_to_the_second_that_was_typed(read):
    typed = datetime(2026, 3, 1, 8, 14, 59, 999_997)
    assert dicts(read(["ann", "active", "", None, typed]))[0]["last_used_at"].isoformat() == "2026-03-01T08:15:00+00:00"


def test_a_number_in_a_column_of_days_is_no_day_unless_a_profile_says_so(read):
    assert [column for _, column, _ in said(read(["ann", "active", "", 45_234]))] == ["created_on"]
    assert [column for _, column, _ in said(read(["ann", "active", "", time(8, 15)]))] == ["created_on"]


def test_titles_above_and_totals_below_are_left_out_and_lines_are_those_of_the_sheet(tmp_path):
    path = tmp_path / "paris.xlsx"
    written(
        path,
        {
            "Users": [
                ["PARIS user list"],
                [None, "Run on", date(2026, 11, 1)],
                [],
                HEADING,
                ["ann", "active"],
                ["bob", "asleep"],
                ["Total", 2],
            ]
        },
    )
    file = read_file(path, feed="accounts", name="paris.xlsx")
    assert [d["username"] for d in dicts(file)] == ["ann"]
    assert [(line, column) for line, column, _ in said(file)] == [(6, "status")]
    assert "Lines that stand around the rows, left out: 3 (line 1, 2, 7)." in file.notices


def test_the_first_sheet_is_read_and_what_was_not_is_said(read):
    file = read(["ann", "active"], sheets=[("Leavers", [["x"]]), ("Notes", [["y"]])])
    assert "The sheet “Users” was read. Not read: “Leavers”, “Notes”." in file.notices


def test_a_hidden_first_sheet_is_read_and_said_to_be_hidden(tmp_path):
    path = tmp_path / "paris.xlsx"
    written(path, {"Users": [HEADING, ["ann", "active"]], "Shown": [["x"]]}, hidden=["Users"])
    file = read_file(path, feed="accounts", name="paris.xlsx")
    assert "The sheet “Users”, which is hidden, was read. Not read: “Shown”." in file.notices


@pytest.mark.parametrize(("sheet", "found"), [("leavers ", ["bob"]), ("Nobody", [])])
def test_a_profile_names_the_sheet(tmp_path, sheet, found):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ours.toml").write_text(
        f'id = "ours"\ntitle = "Ours"\n[[feeds]]\nfeed = "accounts"\nfile = "*.csv"\nmode = "snapshot"\nsheet = "{sheet}"\n'
    )
    path = tmp_path / "paris.xlsx"
    written(path, {"Users": [HEADING, ["ann", "active"]], "Leavers": [HEADING, ["bob", "closed"]]})
    file = read_file(path, feed="accounts", name="paris.xlsx", profile="ours", own=tmp_path / "own")
    assert [d["username"] for d in dicts(file)] == found
    assert found or said(file) == [(0, "", "The workbook has no sheet “Nobody”; it has “Users”, “Leavers”")]


def test_a_formula_counts_by_its_saved_result_and_without_one_its_row_is_refused(tmp_path):
    path = tmp_path / "paris.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([HEADING, ["ann", "active", "1"], ["bob", "active", "2"]]):
            sheet.write_row(place, 0, row)
        sheet.write_formula(1, 2, '="7"', None, "7")
    assert [d["employee_number"] for d in dicts(read_file(path, feed="accounts", name="paris.xlsx"))] == ["7", "2"]
    written(path, {"Users": [HEADING, ["ann", "active", "=A1"], ["bob", "active", "2"]]})  # openpyxl saves no results
    file = read_file(path, feed="accounts", name="paris.xlsx")
    assert [d["username"] for d in dicts(file)] == ["bob"]
    assert said(file) == [(2, "", "A cell holds a formula whose result the file does not hold")]


def test_what_a_sheet_says_of_its_own_size_is_not_believed(tmp_path):
    path, lying = tmp_path / "paris.xlsx", tmp_path / "lying.xlsx"
    written(path, {"Users": [HEADING, ["ann", "active"], ["bob", "active"]]})
    with zipfile.ZipFile(path) as first, zipfile.ZipFile(lying, "w") as second:
        for member in first.namelist():
            second.writestr(member, first.read(member).replace(b'ref="A1:F3"', b'ref="A1"'))
    assert b'ref="A1"' in zipfile.ZipFile(lying).read("xl/worksheets/sheet1.xml")
    assert [d["username"] for d in dicts(read_file(lying, feed="accounts", name="paris.xlsx"))] == ["ann", "bob"]


def test_a_file_beside_a_workbook_of_the_same_name_is_read_no_more_than_it(tmp_path):
    (tmp_path / "staff.csv").write_text("employee_number,first_name,last_name,team,start_on\n1,A,B,T,2020-01-01\n")
    written(tmp_path / "staff.xlsx", {"Staff": [["employee_number", "first_name", "last_name", "team", "start_on"]]})
    reading = read_folder(tmp_path)
    assert reading.files == ()
    assert [p.file for p in reading.problems] == ["staff.csv", "staff.xlsx"]


# What is broken, or means harm


def _entities(path: Path) -> None:
    written(path, {"Users": [HEADING, ["ann", "active"]]})
    _with(path, "xl/worksheets/sheet1.xml", lambda b: b'<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>' + b.replace(b">ann<", b">&a;<"))


def _far_row(path: Path) -> None:
    written(path, {"Users": [HEADING, ["ann", "active"]]})
    _with(path, "xl/worksheets/sheet1.xml", lambda b: b.replace(b'<row r="2"', b'<row r="99999999999"'))


def _wide_rows(path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 4_000))
    written(path, {"Users": [HEADING]})
    _with(path, "xl/worksheets/sheet1.xml", lambda b: b.replace(b"</sheetData>", f"{rows}</sheetData>".encode()))


def _with(path: Path, name: str, change) -> None:
    with zipfile.ZipFile(path) as book:
        members = {each: book.read(each) for each in book.namelist()}
    changed = change(members[name])
    assert changed != members[name]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for each, content in members.items():
            book.writestr(each, changed if each == name else content)


def _swollen(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)


DAMAGED = "The file is not an Excel workbook, or is damaged"


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: path.write_bytes(b""), DAMAGED),
        (lambda path: path.write_bytes(b"username,status\na,active\n"), DAMAGED),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), DAMAGED),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "The workbook is protected by a password, or of a kind before 2007"),
        (_entities, DAMAGED),
        (_far_row, "The sheet goes on for more cells than are read"),
        (_wide_rows, "The sheet goes on for more cells than are read"),
        (_swollen, "The workbook unpacks to 3,000,000 bytes"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_workbook_is_refused_whole(tmp_path, monkeypatch, make, what):
    monkeypatch.setattr(xlsx, "MOST_CELLS", 5_000_000)
    path = tmp_path / "paris.xlsx"
    make(path)
    file = read_file(path, feed="accounts", name="paris.xlsx", limit=2_000_000)
    assert not file.rows
    assert [p.what for p in file.problems] == [what]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("xlsx") / "paris.xlsx"
    path.write_bytes(content)
    assert read_file(path, feed="accounts", name="paris.xlsx").problems


@given(st.lists(st.one_of(st.none(), st.text("ab =#1\t\u00e9'", max_size=6), st.integers(-(10**14), 10**14), st.booleans()), max_size=6))
def test_each_cell_is_the_text_that_csv_would_hold(tmp_path_factory, cells):
    folder = tmp_path_factory.mktemp("xlsx")
    with xlsxwriter.Workbook(folder / "paris.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADING)
        for place, cell in enumerate(["ann", "active", *cells][:6]):
            sheet.write(1, place, cell)
    texts = ["" if c is None else "Y" if c is True else "N" if c is False else str(c) for c in ["ann", "active", *cells][:6]]
    quoted = ",".join('"' + text.replace('"', '""') + '"' for text in texts + [""] * (6 - len(texts)))
    (folder / "paris.csv").write_text(f"{','.join(HEADING)}\n{quoted}\n", encoding="utf-8")
    first, second = (read_file(folder / name, feed="accounts", name=name) for name in ("paris.xlsx", "paris.csv"))
    assert (list(first.rows), said(first)) == (list(second.rows), said(second))
