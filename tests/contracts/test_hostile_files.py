"""Files that were made to do harm, or are broken so that they do, as others met them in public; each is refused in words, and costs little.

Where from: stray quotes that slow a reader to a crawl (tarql 50, CPython 98820); 511 KB of workbook that unpack to half a gigabyte
(trusty-tools 4894), announced sizes that are not so (CPython 83522), one long text that thousands of cells share (Apache POI's
poc-shared-strings, office2pdf 1702), cells at the far end of a sheet (xberg 331), a column of 100,000 letters (agent-os 2867); Parquet whose
few bytes stand for a vast table (DuckDB's 42.parquet, DataFusion 9814) or for long texts (Arrow 38552).
"""

import csv
import resource
import zipfile
from io import BytesIO
from time import process_time

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.engines.connectors.csv import bounds, sources
from careward.engines.connectors.csv.reader import read_folder
from tests.make.files import read_file

HEAD = "environment,username,status,created_on,last_used_at,roles\n"
NAMES = HEAD.strip().split(",")
SOUND = HEAD + "live,jsmith,active,2026-01-02,,R1\n"
MIB = 1 << 20


def refused(tmp_path, name, content):
    """What is said of a file, read beside a sound one."""
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "epma.csv").write_text(SOUND, encoding="utf-8")
    (tmp_path / "accounts" / name).write_bytes(content)
    found = read_folder(tmp_path, apart=True)
    assert [(f.name, len(f.rows)) for f in found.files] == [("accounts/epma.csv", 1)], "the sound one is read all the same"
    (problem,) = found.problems
    assert problem.file == f"accounts/{name}" and problem.remedy
    return problem.what


def parquet_of(rows, value, names=NAMES):
    """Many rows of one value each: a byte of the file stands for thousands of them."""
    one = pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()).fill_null(0), pa.array([value]))
    out = BytesIO()
    pq.write_table(pa.table(dict.fromkeys(names, one)), out, compression="zstd", row_group_size=rows)
    return out.getvalue()


def workbook(**members):
    """A workbook of one sheet, some of its members replaced."""
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    book.active.append(["live", "jsmith", "active", "2026-01-02", "", "R1"])
    members.setdefault("xl/sharedStrings.xml", '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>')
    whole, out = BytesIO(), BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *members}:
            content = members[name].encode() if name in members else old.read(name)
            new.writestr(name, content.replace(b"</Types>", SHARES + b"</Types>") if name == "[Content_Types].xml" else content)
    return out.getvalue()


SHARES = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
SHEET = "xl/worksheets/sheet1.xml"
XML = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADING = row(1, *(text_cell(f"{letter}1", name) for letter, name in zip("ABCDEF", NAMES, strict=True)))


@pytest.mark.parametrize("line", ['a","', '"a', 'a,"b', '""a","', 'a,"\n"b,c', '","a', '"'], ids=repr)
def test_quotes_gone_wrong_on_every_line_cost_no_more_than_reading_the_file_some_times(tmp_path, line):
    path = tmp_path / "paris.csv"
    path.write_text(HEAD + f"{line}\n" * (240_000 // (len(line) + 1)), encoding="utf-8")
    began = process_time()
    file = read_file(path, feed="accounts", name="accounts/paris.csv")
    assert process_time() - began < 30  # four minutes before, on an idle machine; 1 second now
    assert not file.rows and (file.problems or file.notices)


def test_a_file_of_nothing_but_quotes_gone_wrong_is_refused_whole_with_the_line(tmp_path):
    said = refused(tmp_path, "paris.csv", (HEAD + 'a","\n' * 60_000).encode())
    assert said == "Quotes go wrong on this line and on many before it, so nobody can tell where rows begin and end"


LINES = st.lists(st.sampled_from(['a","', "live,u,active,,,", 'live,"u,active,,,', '"a"b', ',"x",', '"', "x"]), max_size=30)


@given(LINES)
def test_up_to_that_end_each_broken_line_costs_itself_alone(lines):
    """What is read of broken quotes is what reading all the rest anew for each of them would come to."""
    text = [f"{line}\n" for line in lines]
    found = list(sources._one_by_one(iter(text), 1, len(text) + 1, ","))
    expected, at = [], 0
    while at < len(text):
        reader = csv.reader(text[at:], strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            expected.append((at + 1, None))
            at += 1
        else:
            expected.append((at + 1, cells))
            at += reader.line_num
    assert [(line, cells if isinstance(cells, list) else None) for line, cells in found[:-1]] == expected


def test_a_record_without_an_end_is_a_quote_that_nobody_closed(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_LONGEST", 2_000)
    path = tmp_path / "paris.csv"
    path.write_text(HEAD + 'live,"u\n' + 'x","y\n' * 1_000 + "live,jsmith,active,,,\n", encoding="utf-8")
    file = read_file(path, feed="accounts", name="accounts/paris.csv")
    assert file.problems[0].line == 2 and file.problems[0].what == "A quote opened on this line is never closed"


def test_few_bytes_of_parquet_that_stand_for_a_vast_table_are_refused_unread(tmp_path):
    content = parquet_of(2_000_000, "x")
    said = refused(tmp_path, "paris.parquet", content)
    assert said == f"The file of {len(content):,} bytes unpacks to 2,000,000 rows of 6 columns"


def test_few_bytes_of_parquet_that_stand_for_long_texts_are_refused_for_the_memory(tmp_path):
    content = parquet_of(32_768, "x" * 100_000)
    assert len(content) < 10_000
    said = refused(tmp_path, "paris.parquet", content)
    assert said == "Reading it needs more than the 512 MB of memory that a file of its size is given"
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most < 1024 * 1024, f"{most} KB"


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_cell_longer_than_any_of_csv_is_refused(tmp_path, kind):
    text = "x" * (sources.LONGEST_CELL + 1)
    content = parquet_of(10, text) if kind == "parquet" else workbook(**{SHEET: XML.format(HEADING + row(2, text_cell("B2", text)))})
    path = tmp_path / f"paris.{kind}"
    path.write_bytes(content)
    file = read_file(path, feed="accounts", name=f"accounts/paris.{kind}")
    assert file.problems[0].what.startswith("A cell is longer than 131,072 characters") and not file.rows


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(tmp_path):
    content = workbook(**{SHEET: XML.format(HEADING + " " * (200 * MIB))})
    assert len(content) < MIB
    assert refused(tmp_path, "paris.xlsx", content).startswith("The workbook unpacks to 209,7")


def test_a_workbook_that_hides_how_much_it_holds_is_damaged(tmp_path):
    content = bytearray(workbook(**{SHEET: XML.format(HEADING + " " * (60 * MIB))}))
    place = content.index(b"PK\x01\x02")  # each entry of the list at the end says the size of a member; all are made to say 10
    while place >= 0:
        content[place + 24 : place + 28] = (10).to_bytes(4, "little")
        place = content.find(b"PK\x01\x02", place + 1)
    assert refused(tmp_path, "paris.xlsx", bytes(content)) == "The file is not an Excel workbook, or is damaged"


def test_one_long_text_that_thousands_of_cells_share_costs_as_much_as_one(tmp_path):
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'.format("x" * MIB)
    rows = "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(2, 12_002))
    path = tmp_path / "paris.xlsx"
    path.write_bytes(workbook(**{SHEET: XML.format(HEADING + rows), "xl/sharedStrings.xml": shared}))
    file = read_file(path, feed="accounts", name="accounts/paris.xlsx")
    assert not file.rows and file.refused == 12_000
    assert file.problems[0].what == "A cell is longer than 131,072 characters"


@pytest.mark.parametrize("place", ["XFD1048576", "A" * 100_000 + "2", "XFE2", "A16777217"], ids=["far", "letters", "beyond", "below"])
def test_a_cell_at_the_far_end_of_a_sheet_or_beyond_it_costs_no_more_than_itself(tmp_path, place):
    number = "".join(c for c in place if c.isdecimal())
    sheet = XML.format(HEADING + row(number, text_cell(place, "live")))
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "paris.xlsx").write_bytes(workbook(**{SHEET: sheet}))
    (file,) = (*(found := read_folder(tmp_path, apart=True)).files, *found.problems)[:1]
    assert "memory" not in str(file) and "seconds" not in str(file)


def test_a_file_that_takes_too_long_is_ended_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr("careward.engines.connectors.csv.aside.APART", "tests.contracts.reading_that_spins")
    monkeypatch.setattr(bounds, "SECONDS", 2)
    assert refused(tmp_path, "paris.csv", HEAD.encode()) == "Reading it takes longer than the 3 seconds that a file of its size is given"


def test_a_process_that_says_nothing_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("careward.engines.connectors.csv.aside.APART", "tests.contracts.reading_that_never_ends")
    monkeypatch.setattr(bounds.ReadingCost, "wall", 0.5)
    (tmp_path / "staff.csv").write_text("x", encoding="utf-8")
    found = read_folder(tmp_path, apart=True)
    assert [p.what for p in found.problems] == ["Reading it takes longer than the 16 seconds that a file of its size is given"]


def test_rows_that_would_fill_the_disk_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "WRITTEN", 1_000)
    monkeypatch.setattr(bounds, "WRITTEN_FOR_BYTE", 0)
    text = HEAD + "".join(f"live,u{n},active,,,\n" for n in range(2_000))
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "paris.csv").write_text(text, encoding="utf-8")
    assert [p.what for p in read_folder(tmp_path, apart=True).problems] == ["The file unpacks to far more than its size"]


def test_a_full_disk_is_said_as_such():
    assert bounds.why_no_room(OSError(28, "No space left on device"))[0] == "The disk of this machine is full"
    assert bounds.why_no_room(OSError(13, "Permission denied")) is None
