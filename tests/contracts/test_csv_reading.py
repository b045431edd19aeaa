"""Feeds A and B as files: what is kept, what is refused and in which words."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from careward.core.ids import UNSEEN, plain
from careward.engines.connectors.csv.bent import why_bent, without_marks
from careward.engines.connectors.csv.nothing import stands_for_nothing
from careward.engines.connectors.csv.reader import read_folder
from tests.make.files import read_file

STAFF = "employee_number,first_name,last_name,team,start_on"
ACCOUNTS = "username,status"


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, feed: str = "accounts", name: str = "", **more):
        name = name or {"accounts": "paris.csv"}.get(feed, f"{feed}.csv")
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_file(path, feed=feed, name=name, **more)

    return reading


def said(file) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.what) for p in file.problems]


def dicts(file) -> list[dict]:
    return [dict(zip(file.columns, row, strict=True)) for row in file.rows]


# Whole files


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 0, "The file is empty"),
        (b"\xef\xbb\xbf", 0, "The file is empty"),
        (b"\n\r\n  \n", 0, "The file is empty"),
        (b"username,status\na,active\nJos\xe9,active\n", 3, "The file is not UTF-8 text"),
        ("username,status\na,active\n".encode("utf-16"), 1, "The file is not UTF-8 text"),
        (b'username,status\n"a\nb",active\nc\0d,active\n', 4, "The file holds a NUL byte, which no text has"),
        (b'username,status\na,active\n"b\n\0",active\n', 4, "The file holds a NUL byte, which no text has"),
        (b"1,active\n2,active\n", 1, "The first line is no heading: it names no column of this feed"),
        (b"username;status\na;active\n", 1, "The first line is not parted by commas, it seems to be by semicolons"),
        (b'"username,status\na,active\n', 1, "The heading line cannot be read. A quote opened on this line is never closed"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(read, content, line, words):
    file = read(content)
    assert [(p.line, p.what) for p in file.problems] == [(line, words)]
    assert file.problems[0].remedy
    assert (file.rows, file.columns, file.snapshot) == ([], (), False)


def test_every_missing_and_repeated_column_is_named_at_once(read):
    file = read("employee_number,team,Team,first_name\n", "staff")
    assert [(p.column, p.what.split(",")[0]) for p in file.problems] == [
        ("team", "The column stands 2 times in the heading"),
        ("last_name", "The column is missing"),
        ("start_on", "The column is missing"),
    ]


def test_a_file_above_the_limit_is_not_read(tmp_path):
    big = tmp_path / "paris.csv"
    with big.open("wb") as file:
        file.truncate(2 << 30)  # sparse: takes no room
    problem = read_file(big, feed="accounts", name="paris.csv").problems[0]
    assert problem.what == "The file is 2.0 GB and was not read"
    assert problem.remedy == "Split it into smaller files, or raise the limit of 1.0 GB with CAREWARD_READING_TIMES"


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    assert read_file(tmp_path / "none.csv", feed="staff", name="none.csv").problems[0].what.startswith("The file cannot be opened")


def test_a_list_with_nobody_in_it_is_a_notice(read):
    file = read(f"{STAFF}\n", "staff")
    assert (file.problems, file.rows, file.notices, file.snapshot) == ((), [], ("The file has no rows.",), True)


# Rows


def test_a_byte_order_mark_and_blank_lines_do_no_harm_and_lines_are_those_rows_began_on(read):
    file = read(b'\xef\xbb\xbfusername,status,display_name\r\n"a",active,"A\r\nB"\r\n\r\n,,\r\nb,locked,C\r\n')
    assert file.lines == [2, 6]
    assert [d["display_name"] for d in dicts(file)] == ["A\r\nB", "C"]
    assert (file.refused, file.notices) == (0, ("Blank lines, left out: 1.",))


def test_all_problems_of_a_row_are_told_and_the_other_rows_are_kept(read):
    text = f"{STAFF},end_on,assignment_status,primary_assignment,employer_ods_code\n1,Ann,Lee,T,2020-01-01,,,,rx3\n,Bo,,T,2020-02-30,=1+1,gone,maybe,??\n"
    file = read(text, "staff")
    assert said(file) == [
        (3, "employee_number", "The cell is blank and must not be"),
        (3, "last_name", "The cell is blank and must not be"),
        (3, "start_on", '"2020-02-30" is not a day'),
        (3, "end_on", '"=1+1" is not a day'),
        (3, "assignment_status", '"gone" is not a word known here'),
        (3, "primary_assignment", '"maybe" is neither yes nor no'),
        (3, "employer_ods_code", '"??" is not an ODS code: an organisation\'s code has 3 to 10 letters and digits'),
    ]
    assert (len(file.rows), file.refused) == (1, 1)
    assert dicts(file)[0]["employer_ods_code"] == "RX3"
    assert all(p.remedy and p.file == "staff.csv" for p in file.problems)


def test_a_column_is_named_as_the_file_names_it(read):
    assert said(read("UserName, Status \na,gone\n"))[0][:2] == (2, "Status")


def test_private_cells_are_never_repeated(read):
    long = "Featherstonehaugh" * 20
    file = read(f"{STAFF},nhs_number,date_of_birth\n1,{long},L,T,2020-01-01,123secret,31/12/1980\n", "staff")
    words = " ".join(p.what + p.remedy for p in file.problems)
    assert len(file.problems) == 3
    assert not any(secret in words for secret in ("Feather", "123secret", "1980"))


def test_an_nhs_number_that_fails_its_check_digit_is_kept_with_a_notice(read):
    file = read(f"{STAFF},nhs_number\n1,A,B,T,2020-01-01,999 014 8202\n2,A,B,T,2020-01-01,9434765919\n3,A,B,T,2020-01-01,\n", "staff")
    assert [d["nhs_number"] for d in dicts(file)] == ["9990148202", "9434765919", ""]
    assert file.notices == ("NHS numbers whose last digit does not fit the others, kept: 1 (line 2).",)


def test_too_few_and_too_many_cells_are_refused(read):
    file = read("username,status\na\nb,active,x\nc,active\n")
    assert [p[::2] for p in said(file)] == [
        (2, "The row has 1 cell and the file has 2 columns"),
        (3, "The row has 3 cells and the file has 2 columns"),
    ]
    assert (len(file.rows), file.refused) == (1, 2)


def test_a_quote_gone_wrong_costs_the_row_of_its_line_only(read):
    file = read('username,status\na,active\n"b,active\nc,active\n"d"x,active\ne,active\n')
    assert [d["username"] for d in dicts(file)] == ["a", "c", "e"]
    assert said(file) == [
        (3, "", "A quote stands in the middle of a quoted cell"),
        (5, "", "A quote stands in the middle of a quoted cell"),
    ]
    assert said(read('username,status\na,active\n"b,active\nc,active\n')) == [(3, "", "A quote opened on this line is never closed")]


def test_a_cell_beyond_all_measure_is_refused(read):
    file = read(f"username,status\n{'x' * 200_000},active\nb,active\n{'y' * 300},active\n")
    assert [p[0] for p in said(file)] == [2, 4]
    assert said(file)[1][2] == "The cell has 300 characters"
    assert len(file.rows) == 1


def test_formula_cells_are_kept_as_text_and_counted(read):
    file = read('username,status,display_name,roles\n=1+1,active,"=HYPERLINK(""x"")",-a\n@b,active, +44,c\nc,active,,\n')
    assert dicts(file)[0]["display_name"] == '=HYPERLINK("x")'
    assert file.notices == ("Cells that begin with =, +, - or @, taken as text and made harmless when exported: 5.",)


def test_unknown_columns_are_left_out_with_a_notice(read):
    file = read("username,shoe_size,status,\na,9,active,\n")
    assert file.columns == ("environment", "username", "status", "kind")
    assert file.notices == ('The column "shoe_size" is not known and is not read.', "Column 4 has no name and is not read.")


def test_the_later_row_of_a_repeated_key_is_refused_naming_the_first(read):
    file = read("environment,username,status\n,a,active\ntest,a,active\nLIVE,a,locked\n")  # both open: neither contradicts the other
    assert said(file) == [(4, "environment, username", "The row repeats line 2, which has the same environment, username")]
    assert (len(file.rows), file.refused) == (2, 1)


def test_problems_beyond_ten_thousand_are_counted_and_not_listed(read):
    file = read("username,status\n" + "a,gone\n" * 10_500)
    assert (len(file.problems), file.refused) == (10_000, 10_500)
    assert file.notices == ("Further problems, not listed: 500. Put right those listed and load the file again.",)


# Which rows were refused


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("username,status\na,active\n", set()),
        ("username,status\na,gone\nB,active\nB,locked\n", {("live", "a"), ("live", "B")}),
        ("environment,username,status\n TEST , a ,gone\n,b,gone\n", {("test", "a"), ("live", "b")}),
        ("username,status\na,gone\nusername,status\nUSERNAME,STATUS\n\n", {("live", "a")}),
        ("username,status\na,gone\n,active\n", None),
        (f"username,status\n{'x' * 201},active\n", None),
        ("username,status\na,gone,\n", None),
        ('username,status\n"a"b,gone\n', None),
    ],
)
def test_refused_rows_are_told_by_their_key_unless_it_cannot_be_read(read, text, keys):
    file = read(text)
    assert file.key == ("environment", "username")
    assert file.refused_keys == (None if keys is None else frozenset(keys))
    assert bool(file.unkeyed) == (keys is None)


def test_the_lines_that_cannot_be_told_are_named(read):
    assert read('username,status\na,gone\nb\nc,active\n,active\n"d"d,active\n').unkeyed == (3, 5, 6)


def test_keys_are_the_columns_that_the_file_has_and_days_are_written_as_such(read):
    rows = "paris,7,9,line_manager,2020-01-06,soon\nparis,8,9,line_manager,2020-13-06,\n"
    head = "system,employee_number,approved_by_employee_number,approver_role,approved_on,expires_on\n"
    file = read(head + rows.splitlines()[0] + "\n", "authorisations")
    assert dict(zip(file.key, *file.refused_keys, strict=True)) == {
        "system": "paris", "environment": "live", "employee_number": "7", "kind": "normal", "approved_by_employee_number": "9",
        "approver_role": "line_manager", "approved_on": "2020-01-06",
    }  # fmt: skip
    assert read(head + rows, "authorisations").unkeyed == (3,)


def test_a_refused_row_of_staff_has_the_number_that_its_place_gives_it(read):
    head = "employee_number,first_name,last_name,team,start_on\n"
    file = read(head + "7,A,B,T,2020-01-01\n7,A,B,T,soon\n7,A,B,T,2021-01-01\n", "staff")
    assert (file.key, file.refused_keys) == (("employee_number", "assignment_number"), frozenset({("7", "7-2")}))
    assert [d["assignment_number"] for d in dicts(file)] == ["7", "7-3"]


def test_lines_that_contradict_each_other_are_told_by_what_they_stand_for(tmp_path):
    (tmp_path / "perm.txt").write_text("1 10\n2 x\n1 11\n")
    file = read_file(tmp_path / "perm.txt", feed="accounts", name="perm.txt", profile="role-mining")
    assert (file.refused, file.refused_keys) == (1, frozenset({("live", "2")}))


# Staff numbers and codes


@pytest.mark.parametrize("cell", ["2.0E+07", "1234.0", "1234.00", "2.00012e7", "2E+07"])
def test_a_staff_number_that_became_a_figure_is_refused_with_the_remedy(read, cell):
    file = read(f"{STAFF},supervisor_employee_number\n{cell},A,B,T,2020-01-01,{cell}\n", "staff")
    assert [(p.column, p.remedy) for p in file.problems] == [
        (column, "Format the column as text where the list is made, and export it again")
        for column in ("employee_number", "supervisor_employee_number")
    ]
    assert file.refused_keys is None
    assert said(read(f"username,status,employee_number\na,active,{cell}\n"))[0][1] == "employee_number"


@pytest.mark.parametrize("cell", ["00012345", "2E07", "A.1", "12.5", "20000001-2", "E+1", "1.0.0"])
def test_other_staff_numbers_stay_as_they_are(read, cell):
    assert dicts(read(f"{STAFF}\n{cell},A,B,T,2020-01-01\n", "staff"))[0]["employee_number"] == cell


@pytest.mark.parametrize("name", ["pa ris.csv", "pa+ris.csv", "par\u00eds.csv", "-paris.csv"])
def test_a_file_whose_name_is_no_code_is_refused_whole(read, name):
    file = read("username,status\na,active\n", name=name)
    assert (file.columns, [p.line for p in file.problems]) == ((), [0])
    assert "Name the file after the system's code" in file.problems[0].remedy


def test_codes_have_the_same_form_in_the_register(read):
    head = "code,name,kind,administrator_title\n"
    file = read(head + "a/b,A,clinical,T\nE.x-1_Y,B,clinical,T\nc d,C,clinical,T\n", "systems")
    assert [p[:2] for p in said(file)] == [(2, "code"), (4, "code")]
    assert dicts(file)[0]["code"] == "e.x-1_y"


# Values


def test_accounts_have_their_defaults_and_canonical_values(read):
    text = "environment,username,email,status,last_used_at,created_on,roles\n,a,A@B.Example,Active,2026-07-01,,b; A;a;;B\nTEST,b,,locked,2026-07-01T10:30:00,2020-01-01,\nx,c,,CLOSED,2026-01-01T10:30:00Z,,\n"
    first, second, third = dicts(read(text))
    assert first == {
        "environment": "live", "username": "a", "email": "a@b.example", "status": "active", "kind": "normal", "created_on": None,
        "last_used_at": datetime(2026, 6, 30, 23, tzinfo=UTC), "roles": "A;b",
    }  # fmt: skip
    assert (second["environment"], second["roles"], second["created_on"]) == ("test", "", date(2020, 1, 1))
    assert second["last_used_at"] == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert (third["status"], third["last_used_at"]) == ("closed", datetime(2026, 1, 1, 10, 30, tzinfo=UTC))
    assert "teams" not in first


@pytest.mark.parametrize(
    "cell",
    [
        "2026-W01-1",
        "20260101",
        "2026-01-01x10:00",
        "2026-13-01",
        "2026-01-01T25:00",
        "١٢٣٤-01-01",
    ],
)
def test_what_is_no_moment_is_refused(read, cell):
    assert [p[:2] for p in said(read(f"username,status,last_used_at\na,active,{cell}\n"))] == [(2, "last_used_at")]


def test_blank_assignments_are_numbered_in_the_order_of_the_file_even_past_a_refused_row(read):
    rows = ["7,,", "8,X,", "7,oops,", "7,,", "7,7-9,"]
    text = "employee_number,assignment_number,primary_assignment,first_name,last_name,team,start_on\n"
    file = read(text + "".join(f"{r},A,B,T,{'nonsense' if 'oops' in r else f'202{n}-01-01'}\n" for n, r in enumerate(rows)), "staff")
    assert [d["assignment_number"] for d in dicts(file)] == ["7", "X", "7-3", "7-9"]


def test_the_first_row_is_primary_unless_another_says_so(read):
    text = "employee_number,primary_assignment,first_name,last_name,team,start_on\n"
    file = read(text + "".join(f"{r},A,B,T,202{n}-01-01\n" for n, r in enumerate(("1,", "1,", "2,", "2,Y", "3,n", "3,"))), "staff")
    assert [d["primary_assignment"] for d in dicts(file)] == [True, False, False, True, False, True]
    assert {(d["person_type"], d["assignment_status"]) for d in dicts(file)} == {("employee", "active")}


# Parquet


def test_parquet_reads_as_the_same_csv_would(tmp_path, read):
    table = pa.table(
        {
            "username": ["a", "b", "c"],
            "status": pa.array(["active", "locked", None]).dictionary_encode(),
            "employee_number": pa.array([1.0, None, 3.0]),
            "created_on": pa.array([date(2020, 1, 2), None, None]),
            "last_used_at": pa.array([datetime(2026, 7, 1, 10), datetime(2026, 7, 1), None], pa.timestamp("us")),
            "roles": pa.array([["x", "y"], [], None]),
        }
    )
    pq.write_table(table, tmp_path / "paris.parquet")
    file = read_file(tmp_path / "paris.parquet", feed="accounts", name="paris.parquet")
    same = read(
        "username,status,employee_number,created_on,last_used_at,roles\na,active,1,2020-01-02,2026-07-01T10:00:00,x;y\nb,locked,,,2026-07-01,\nc,,3,,,\n"
    )
    assert (file.columns, file.rows, file.lines) == (same.columns, same.rows, [2, 3])
    assert said(file) == said(same) == [(4, "status", "The cell is blank and must not be")]


def test_damaged_swollen_and_nul_parquet_are_refused_whole(tmp_path):
    path = tmp_path / "paris.parquet"
    path.write_bytes(b"PAR1 not really PAR1")
    assert read_file(path, feed="accounts", name="p").problems[0].what == "The file is not Parquet, or is damaged"
    pq.write_table(pa.table({"username": ["a"] * 50_000, "status": ["active"] * 50_000}), path)
    assert path.stat().st_size < 60_000
    assert (
        read_file(path, feed="accounts", name="p", limit=60_000).problems[0].what
        == f"The file of {path.stat().st_size:,} bytes unpacks to 50,000 rows of 2 columns"
    )
    pq.write_table(pa.table({"username": ["a", "b\0"], "status": ["active"] * 2}), path)
    assert [(p.line, p.what[:19]) for p in read_file(path, feed="accounts", name="p").problems] == [(3, "The file holds a NU")]


# Folders


def test_a_folder_is_read_feed_by_feed_with_systems_named_by_their_files(tmp_path):
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "PARIS.csv").write_text("username,status\na,active\n")
    (tmp_path / "accounts" / "notes.txt").write_text("x")
    (tmp_path / "Staff.CSV").write_text(f"{STAFF}\n1,A,B,T,2020-01-01\n")
    (tmp_path / "truth.json").write_text("{}")
    (tmp_path / "old").mkdir()
    reading = read_folder(tmp_path)
    assert [(f.feed, f.name, f.system, f.snapshot) for f in reading.files] == [
        ("staff", "Staff.CSV", "", True),
        ("accounts", "accounts/PARIS.csv", "paris", True),
    ]
    assert reading.problems == ()
    assert [n.split(" is ")[0] for n in reading.notices[:3]] == ["accounts/notes.txt", "old", "truth.json"]
    assert reading.notices[3:] == ("There is no systems file: the register stays as it was last loaded.",)


def test_a_file_that_cannot_be_used_is_a_problem_of_the_folder_and_the_others_are_read(tmp_path):
    (tmp_path / "staff.csv").write_bytes(b"employee_number\n\xff\n")
    (tmp_path / "leavers.csv").write_text("name,team,left_on\nAnn Lee,T,2026-01-01\n")
    reading = read_folder(tmp_path)
    assert [(f.feed, f.snapshot) for f in reading.files] == [("leavers", False)]
    assert {p.file for p in reading.problems} == {"staff.csv"}


def test_two_files_for_the_same_thing_are_not_mixed(tmp_path):
    (tmp_path / "accounts").mkdir()
    for name in ("accounts/a.csv", "accounts/A.CSV", "accounts/b.csv"):
        (tmp_path / name).write_text("username,status\na,active\n")
    reading = read_folder(tmp_path)
    assert [file.system for file in reading.files] == ["b"]
    assert [(p.file, p.what) for p in reading.problems] == [
        ("accounts/A.CSV", "The file stands for the same as accounts/a.csv, and none of them was read"),
        ("accounts/a.csv", "The file stands for the same as accounts/A.CSV, and none of them was read"),
    ]


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_with_nothing_known_or_no_folder_is_a_whole_problem(tmp_path, make):
    folder = tmp_path / "in"
    if make:
        folder.mkdir()
        (folder / "photo.jpg").write_bytes(b"")
    reading = read_folder(folder)
    assert (reading.files, len(reading.problems)) == ((), 1)
    assert reading.problems[0].what == ("The folder holds no file that this profile reads" if make else "There is no such folder")


# Properties

CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
SCRAPS = st.lists(
    st.one_of(
        CELLS, st.sampled_from(['"', ",", "\n", "\r\n", "\r", '""', '",', "a,active\n", "=1", '"x\ny",locked\n', "username,status\n"])
    ),
    max_size=30,
)


@given(SCRAPS.map("".join))
def test_any_text_is_kept_or_refused_and_nothing_raises(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("username,status\n" + text, encoding="utf-8", newline="")
    file = read_file(path, feed="accounts", name="any.csv")
    if not file.columns:  # rows below another heading would be read by the first
        assert [p.what for p in file.problems] == ["Another heading line stands here, with other columns or in another order"]
        return
    assert len(file.lines) == len(file.rows)
    assert file.refused == len({p.line for p in file.problems})
    assert not set(file.lines) & {p.line for p in file.problems}
    assert file.lines == sorted(set(file.lines))
    blank = sum(int(n.split(": ")[1][:-1]) for n in file.notices if n.startswith("Blank"))
    ends = text.count("\n") + text.replace("\r\n", "").count("\r") + 1  # no line is two records
    assert len(file.rows) + file.refused + blank <= ends


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=20))
def test_count_in_is_kept_and_refused(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "in.csv"
    rows = [r for r in rows if any(c.strip() for c in r)]
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["username", "status"], *rows])
    file = read_file(path, feed="accounts", name="in.csv")
    around = sum(int(n.split(": ")[1].split(" ")[0]) for n in file.notices if n.startswith("Lines that stand around"))
    assert len(file.rows) + file.refused + around == len(rows)


KEYS = st.tuples(st.sampled_from(["", "Test", "live"]), st.text("ab ", max_size=2), st.sampled_from(["active", "gone"]))


@given(st.lists(KEYS, max_size=12))
def test_every_row_of_a_file_is_kept_told_or_makes_it_unsure(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "told.csv"
    path.write_text("environment,username,status\n" + "".join(f"{e},{u},{s}\n" for e, u, s in rows))
    file = read_file(path, feed="accounts", name="told.csv")
    cleaned = [((e or "live").lower(), u.strip(), s) for e, u, s in rows]
    kept = {row[:2] for row in file.rows}
    if any(not u for _, u, _ in cleaned):
        assert file.refused_keys is None
    else:
        assert kept | file.refused_keys == {(e, u) for e, u, _ in cleaned}
        assert file.refused_keys <= {(e, u) for e, u, s in cleaned if s == "gone"} | {
            k for k in kept if [c[:2] for c in cleaned].count(k) > 1
        }


@given(st.binary(max_size=200), st.sampled_from(sorted(FEEDS)), st.sampled_from(["csv", "parquet"]))
def test_any_bytes_are_read_or_refused_and_nothing_raises(tmp_path_factory, content, feed, suffix):
    path = tmp_path_factory.getbasetemp() / f"bytes.{suffix}"
    path.write_bytes(content)
    file = read_file(path, feed=feed, name=path.name)
    assert file.columns or file.problems


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=10).map(str.strip)
WORDS = WORDS.filter(lambda w: w and not stands_for_nothing(w) and not UNSEEN.search(w))
IDENTIFIERS = WORDS.filter(lambda w: not why_bent(w) and without_marks(w) == w)
DAYS = st.dates(date(1900, 1, 2), date(2199, 12, 31)).filter(lambda d: d != date(1970, 1, 1))
MOMENTS = st.datetimes(datetime(1970, 1, 3), datetime(2199, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))
VALUES = {
    "staff_number": IDENTIFIERS,
    "code": st.from_regex(r"[a-z0-9][a-z0-9._-]{0,9}", fullmatch=True).filter(lambda w: not stands_for_nothing(w)),
    "text": WORDS,
    "day": DAYS,
    "moment": MOMENTS,
    "yes_no": st.booleans(),
    "ods_code": st.from_regex(r"[A-Z0-9]{3,10}", fullmatch=True),
    "nhs_number": st.from_regex(r"[0-9]{10}", fullmatch=True),
    "list": st.lists(WORDS.filter(lambda w: ";" not in w), max_size=4, unique_by=plain).map(lambda ws: ";".join(sorted(ws, key=plain))),
}


def _row(shape):
    def one(column):
        if column.kind == "word":
            return st.sampled_from(column.words)
        if column.sense == "identifier":
            return IDENTIFIERS
        return VALUES[column.kind].map(str.lower) if column.lower else VALUES[column.kind]

    return st.tuples(*(one(c) for c in shape.columns))


@given(st.data(), st.sampled_from(sorted(FEEDS)))
def test_canonical_rows_come_back_as_they_were_written(tmp_path_factory, data, feed):
    shape = FEEDS[feed]
    key = [shape.names.index(k) for k in shape.key]
    rows = data.draw(st.lists(_row(shape), min_size=1, max_size=3, unique_by=lambda r: tuple(r[i] for i in key)))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([shape.names, *([_cell(v) for v in row] for row in rows)])
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    file = read_file(path, feed=feed, name="round.csv")
    assert (file.columns, file.rows, file.problems) == (shape.names, rows, ())


def _cell(value) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return value.isoformat() if isinstance(value, date) else value


@given(MOMENTS, st.integers(-12, 14))
def test_a_moment_is_the_same_in_whatever_zone_it_is_written(tmp_path_factory, moment, hours):
    there = moment.astimezone(timezone(timedelta(hours=hours)))
    path = tmp_path_factory.getbasetemp() / "zone.csv"
    path.write_text(f"username,status,last_used_at\na,active,{there.isoformat()}\n")
    assert dicts(read_file(path, feed="accounts", name="z.csv"))[0]["last_used_at"] == moment
