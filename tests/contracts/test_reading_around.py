"""What stands around the rows of an export: left out with one notice, and never somebody's row (FEEDS B2.13)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from careward.engines.connectors.csv.around import stands_around
from tests.make.feeds import ROWS
from tests.make.files import read_file

HEADING = "username,status,created_on"
AROUND = [
    "PARIS user list", "User list,,", "Run on 01/11/2026 by Carol,,", "sep=,", "Trust,North,", "Printed,2026-11-01,", "   ,Live system,",
]  # fmt: skip
BELOW = [
    "(40 rows affected)", "40 rows selected.", "40 records,,", "(1 row affected),,", "Total,,", "Total,40,", "TOTAL:,,1 024", "Grand total,40",
    "Subtotal,12,", "Number of users: 40", "Rows: 40,,", "----------,------,----------", "-,-,-", "==========", "End of report", "*** END OF FILE ***",
    "EOF", "-- End --,,", "Page 1 of 3", "\x1a", "username,status,created_on", "\ufeffUSERNAME, Status,created_on",
]  # fmt: skip


@pytest.fixture
def read(tmp_path: Path):
    def reading(*lines: str, heading: bool = True, feed: str = "accounts"):
        path = tmp_path / f"{feed}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_file(path, feed=feed, name="paris.csv" if feed == "accounts" else f"{feed}.csv")

    return reading


def left_out(file) -> list[str]:
    return [n for n in file.notices if n.startswith("Lines that stand around")]


@pytest.mark.parametrize("line", AROUND)
def test_what_stands_above_the_heading_is_left_out_and_lines_keep_their_numbers(read, line):
    file = read(line, "", HEADING, "ann,active,2020-01-02", "bob,asleep,")
    assert [row[1] for row in file.rows] == ["ann"]
    assert left_out(file) == ["Lines that stand around the rows, left out: 1 (line 1)."]
    assert [(p.line, p.column) for p in file.problems] == [(5, "status")]
    assert list(file.lines) == [4]


@pytest.mark.parametrize("line", BELOW)
def test_what_stands_among_and_below_the_rows_is_no_row_and_leaves_nobody_in_doubt(read, line):
    file = read(HEADING, "ann,active,2020-01-02", line, "bob,locked,", line)
    assert [row[1] for row in file.rows] == ["ann", "bob"]
    assert (file.refused, file.problems, file.refused_keys) == (0, (), frozenset())
    assert left_out(file) == ["Lines that stand around the rows, left out: 2 (line 3, 5)."]


@pytest.mark.parametrize(
    "line", ["total,active,", "eof,locked,2020-01-02", "end,closed,", "username,active,", "rows,active,", "page 1,active,"]
)
def test_whoever_bears_such_a_name_is_a_row(read, line):
    file = read(HEADING, line, "ann,active,")
    assert [row[1] for row in file.rows] == [line.split(",")[0], "ann"]
    assert left_out(file) == []


@pytest.mark.parametrize("line", ["Total,forty,", "40 rows and one,", "ann,asleep,", "Source: the ward,", "End of Emma's list"])
def test_what_is_not_known_to_stand_around_is_refused_as_a_row(read, line):
    file = read(HEADING, "ann,active,2020-01-02", line)
    assert (file.refused, [p.line for p in file.problems]) == (1, [3])


def test_a_row_above_the_heading_refuses_the_file(read):
    file = read("ann,active,2020-01-02", HEADING, "bob,locked,")
    assert not file.rows
    assert [(p.line, p.what) for p in file.problems] == [(1, "The line stands before the heading and could be a row")]


@pytest.mark.parametrize("second", ["username,created_on,status", "status,username,created_on,kind", "username,status,email"])
def test_a_second_heading_with_other_columns_refuses_the_file(read, second):
    file = read(HEADING, "ann,active,2020-01-02", second, "bob,2020-01-02,locked")
    assert not file.rows
    assert [(p.line, p.what) for p in file.problems] == [(3, "Another heading line stands here, with other columns or in another order")]


def test_a_second_heading_in_a_list_of_names_is_nobody(read):
    file = read("name,team", "Carol Dewhurst,North", "Name,Team", "Emma Hutchinson,South", feed="leavers")
    assert [row[:2] for row in file.rows] == [("Carol Dewhurst", "North"), ("Emma Hutchinson", "South")]
    assert left_out(file) == ["Lines that stand around the rows, left out: 1 (line 3)."]


def test_a_heading_below_titles_is_told_wrong_with_its_own_line(read):
    file = read("PARIS user list", "username,status,status")
    assert [(p.line, p.column) for p in file.problems] == [(2, "status")]


@given(
    st.sampled_from([name for name in FEEDS if name != "staff"]),
    st.lists(st.sampled_from(["", "PARIS, monthly", "sep=,", "-----", "Run on Monday"]), max_size=4),
    st.lists(st.sampled_from(["", "(3 rows affected)", "Total,3", "-----,---", "End of report", "HEADING"]), max_size=4),
)
def test_rows_are_the_same_whatever_stands_around_them(tmp_path_factory, feed, above, below):
    folder = tmp_path_factory.mktemp("around")
    row = {k: v.isoformat() if hasattr(v, "isoformat") else "" if v is None else str(v) for k, v in ROWS[feed].items()}
    heading, cells = ",".join(row), ",".join(row.values())
    plainly, dressed = folder / "plain.csv", folder / "dressed.csv"
    plainly.write_text(f"{heading}\n{cells}\n", encoding="utf-8")
    dressed.write_text("\n".join([*above, heading, cells, *(heading if b == "HEADING" else b for b in below)]) + "\n", encoding="utf-8")
    name = "paris.csv" if feed == "accounts" else f"{feed}.csv"
    first, second = (read_file(path, feed=feed, name=name) for path in (plainly, dressed))
    assert list(second.rows) == list(first.rows)
    assert (second.refused, second.problems) == (first.refused, first.problems)


@given(
    st.lists(st.sampled_from(["Total", "total:", "EOF", "-----", "(3 rows affected)", "40", "ann", "active", ""]), min_size=1, max_size=4)
)
def test_a_line_with_somebody_in_it_never_stands_around(cells):
    if {"ann", "active"} & set(cells):
        assert not stands_around(cells)
