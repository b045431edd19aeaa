"""Identifiers that a spreadsheet has bent are refused, and marks come off, in every column that holds one (FEEDS B2.2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from careward.engines.connectors.csv.bent import may_be_bent, why_bent, without_marks
from tests.make.cells import COLUMNS, apart, column_of, read_rows

IDENTIFIERS = [(f, c) for f, c in COLUMNS if c.sense == "identifier"]
DIGITS = st.text("0123456789", min_size=1, max_size=6)
MONTHS = st.dates(date(2026, 1, 1), date(2026, 12, 31)).flatmap(lambda d: st.sampled_from([f"{d:%b}", f"{d:%b}".upper(), f"{d:%B}"]))
DAY = st.integers(1, 31).flatmap(lambda n: st.sampled_from([str(n), f"{n:02}"]))
PARTS = st.integers(1, 999).flatmap(
    lambda n: st.lists(st.integers(0, 999), min_size=2, max_size=3).map(lambda rest: [str(n), *(f"{r:03}" for r in rest)])
)


@st.composite
def figures(draw):
    """1.2E+06, 2,0E+07, 5E-03, 1234.0"""
    mark, sign = draw(st.sampled_from(".,")), draw(st.sampled_from("+-"))
    power = f"{draw(st.sampled_from('Ee'))}{sign}{draw(st.integers(0, 30)):02}"
    whole, part = draw(DIGITS), draw(DIGITS)
    return draw(st.sampled_from([f"{whole}{mark}{part}{power}", f"{whole}{power}", f"{whole}{mark}{'0' * len(part)}"]))


@st.composite
def months(draw):
    """01-Mar, Mar-01, 1-Mar-26, Mar-2026, 2026-03-01, 01/03/2026"""
    month, day, between = draw(MONTHS), draw(DAY), draw(st.sampled_from(["-", "/", "\u2013"]))
    year = draw(st.sampled_from(["26", "2026", "01"]))
    forms = [f"{day}{between}{month}", f"{month}{between}{year}", f"{day}{between}{month}{between}{year}", "2026-03-01", f"{day}/03/{year}"]
    return draw(st.sampled_from(forms))


BENT = (
    figures()
    | months()
    | PARTS.flatmap(lambda p: st.sampled_from([m.join(p) for m in (",", ".", "'", "\u2019", "\u00a0", "\u202f")]))
    | st.just("20,001")
)


@given(BENT)
def test_a_bent_identifier_is_known_for_one(cell):
    assert why_bent(cell)
    cells = ["whole1", cell, "whole2"]
    assert may_be_bent(cells, "\n".join(cells))


@pytest.mark.parametrize(
    "cell",
    ["12E3", "E10", "mar1", "1mar", "20012345-2", "P-0112", "00123456", "E-001", "jo.may", "a.b-c", "1-2", "may", "may-ling", "d-mar", "12-E3",
     "1.2.3", "2E7", "990100200300", "0-9", "x,y", "sept", "ann@01-mar", "1st-floor", "march-hare", "10.1"],
)  # fmt: skip
def test_what_is_whole_stays(cell):
    assert not why_bent(cell)
    assert without_marks(cell) == cell


@given(st.sampled_from(IDENTIFIERS), BENT)
def test_in_any_identifier_such_a_cell_refuses_its_row_with_the_remedy(tmp_path_factory, chosen, cell):
    feed, column = chosen
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [apart(feed, 0), {**apart(feed, 1), column.name: cell}, apart(feed, 2)])
    assert [(p.line, p.column) for p in file.problems] == [(3, column.name)]
    assert "".join(c if c.isprintable() else " " for c in cell) in file.problems[0].what
    assert file.problems[0].remedy == "Format the column as text where the list is made, and export it again"
    assert (len(file.rows), file.refused) == (2, 1)
    if column.name in file.key:
        assert file.refused_keys is None, "nobody can tell whom the row stands for, so that nobody is gone"
    else:
        assert file.refused_keys is not None


MARKED = st.sampled_from(["'{}", '="{}"', "\u200b{}", "{}\ufeff", " '{} ", "\u2060{}\u200d", '="{}" ', "{}\u00ad"])


@given(st.sampled_from(IDENTIFIERS), st.from_regex(r"[A-Z]{1,2}[0-9]{3,6}", fullmatch=True), MARKED)
def test_marks_come_off_any_identifier_and_are_told(tmp_path_factory, chosen, number, marked):
    feed, column = chosen
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [{**apart(feed, 1), column.name: marked.format(number)}])
    assert column_of(file, column) == [number]
    assert file.problems == ()
    assert file.notices == (f"{column.name}: marks of a spreadsheet, taken off: 1 cell ({number}).",)


@given(
    st.sampled_from(
        [(f, c) for f, c in COLUMNS if c.sense != "name" and c.kind in ("code", "word", "day", "text") and c.sense != "identifier"]
    )
)
def test_what_nobody_sees_comes_off_any_other_cell_but_a_name(tmp_path_factory, chosen):
    feed, column = chosen
    rows = [apart(feed, 1)]
    seen = read_rows(tmp_path_factory.getbasetemp(), feed, rows)
    cell = rows[0][column.name]
    unseen = read_rows(tmp_path_factory.getbasetemp(), feed, [{**rows[0], column.name: f"\u200b{cell}\ufeff"}])
    assert (list(unseen.rows), unseen.problems) == (list(seen.rows), seen.problems)


def test_a_bent_number_stands_for_no_one_gone(tmp_path):
    feed = FEEDS["staff"]
    file = read_rows(tmp_path, feed, [apart(feed, 0), {**apart(feed, 1), "employee_number": "2,0E+07"}])
    assert file.unkeyed == (3,)
