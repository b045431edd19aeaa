"""Words that stand for nothing, in every column of every feed (FEEDS B2.1): blank and said, or refused where the cell must not be blank."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS, Column
from careward.engines.connectors.csv.nothing import stands_for_nothing
from careward.engines.connectors.csv.values import cell_reader
from tests.make.cells import COLUMNS, apart, column_of, read_rows, text_of
from tests.make.files import read_file

TOLD = (
    "NULL", "(null)", "N/A", "NA", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "none", "nil", "-", "--", ".",
    "\\N", "<NULL>", "#NULL!", "---", "\u2013", "\u2014",
)  # fmt: skip
BLANKS = ["", " ", "  ", "\u00a0", "\t"]


@st.composite
def nothings(draw):
    """A word for nothing, in any case and with blanks around and within."""
    word = "".join(draw(st.sampled_from([c.lower(), c.upper()])) for c in draw(st.sampled_from(TOLD)))
    return draw(st.sampled_from(BLANKS)) + draw(st.sampled_from(["", " "])).join(word) + draw(st.sampled_from(BLANKS))


@given(nothings())
def test_each_word_stands_for_nothing_in_any_case_and_with_any_blanks(word):
    assert stands_for_nothing(word)


@pytest.mark.parametrize(
    "word", ["Nil by mouth", "None of her managers", "nan", "N", "Nana", "0", "Null's", "a-", "..", "?", "no", "NAs", "unknown"]
)
def test_what_only_begins_like_one_is_a_word(word):
    assert not stands_for_nothing(word)


@given(st.sampled_from([(f, c) for f, c in COLUMNS if c.sense != "name"]), st.lists(nothings(), min_size=1, max_size=3))
def test_in_any_column_such_cells_are_blank_and_counted_or_refuse_their_rows(tmp_path_factory, chosen, words):
    feed, column = chosen
    rows = [apart(feed, 0), *({**apart(feed, n), column.name: word} for n, word in enumerate(words, 1))]
    file = read_rows(tmp_path_factory.getbasetemp(), feed, rows)
    if column.required:
        assert (len(file.rows), file.refused) == (1, len(words))
        assert {p.column for p in file.problems} == {column.name}
        assert all(word.strip() in p.what for word, p in zip(words, file.problems, strict=True))
        return
    blank = read_rows(tmp_path_factory.getbasetemp(), feed, [{**row, column.name: ""} for row in rows[1:]])
    assert column_of(file, column)[1:] == column_of(blank, column)
    assert file.problems == ()
    (notice,) = [n for n in file.notices if n.startswith(f"{column.name}: ")]
    assert f": {len(words)} cell" in notice


@given(st.sampled_from([(f, c) for f, c in COLUMNS if c.sense == "name"]), nothings())
def test_people_may_be_called_so(tmp_path_factory, chosen, word):
    feed, column = chosen
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [{**apart(feed, 1), column.name: word}])
    assert column_of(file, column) == [word.strip()]
    assert file.problems == ()
    assert not any("words for nothing" in n for n in file.notices)


@given(st.lists(st.sampled_from(["Ward Clerk", "nurse"]) | nothings(), min_size=1, max_size=5))
def test_in_a_list_each_item_is_looked_at(items):
    column = FEEDS["accounts"].column("roles")
    kept = ";".join(i for i in items if not stands_for_nothing(i))
    assert cell_reader(column)(";".join(items)) == cell_reader(column)(kept)


def test_the_notice_names_the_column_the_number_and_the_words(tmp_path):
    feed = FEEDS["accounts"]
    rows = [{**apart(feed, n), "email": word} for n, word in enumerate(["N/A", "", " n/a ", "N/A", "a@b.example"])]
    assert read_rows(tmp_path, feed, rows).notices == ("email: words for nothing, read as blank: 3 cells (N/A, n/a).",)


PROFILE = """
id = "ours"
title = "Ours"
[[feeds]]
feed = "staff"
file = "people.csv"
mode = "snapshot"
keep = { job_role = ["NA"], leaving_reason = ["n/a"] }
[feeds.columns]
employee_number = "No"
first_name = "First"
last_name = "Last"
team = "Team"
start_on = "Start"
job_role = "Job"
profession = "Trade"
leaving_reason = "Why"
email = "Mail"
[feeds.values]
profession = { NA = "Nursing associate", "-" = "other" }
"""


def test_a_profile_may_keep_a_word_or_say_what_it_means(tmp_path: Path):
    (tmp_path / "ours.toml").write_text(PROFILE)
    own = {"No": "7", "First": "A", "Last": "B", "Team": "T", "Start": "2020-01-06"}
    rows = [
        {**own, "Job": "na", "Trade": "na", "Why": " N/A", "Mail": "NA"},
        {**own, "No": "8", "Job": "nil", "Trade": "-", "Why": "", "Mail": ""},
    ]
    (tmp_path / "people.csv").write_text(text_of(rows))
    file = read_file(tmp_path / "people.csv", feed="staff", name="people.csv", profile="ours", own=tmp_path)
    seen = [{c: row[file.columns.index(c)] for c in ("job_role", "profession", "leaving_reason", "email")} for row in file.rows]
    assert seen == [
        {"job_role": "na", "profession": "Nursing associate", "leaving_reason": "N/A", "email": ""},
        {"job_role": "", "profession": "other", "leaving_reason": "", "email": ""},
    ]
    assert file.notices == ("Mail: words for nothing, read as blank: 1 cell (NA).", "Job: words for nothing, read as blank: 1 cell (nil).")


def test_a_word_of_a_closed_list_stays_one():
    column = Column("claim", "word", words=("none", "asserted"))
    assert cell_reader(column)("None") == "none"
    assert cell_reader(column)("n/a") == ""
