"""Days that mean none, and days still to come where none can be, in every column they can stand in (FEEDS B2.3)."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from careward.core.days import LONDON
from careward.engines.connectors.csv.dating import NAMED, NO_END
from tests.make.cells import COLUMNS, apart, column_of, read_rows, text_of
from tests.make.files import read_file

ON = date(2026, 11, 28)
NONE = [date(1, 1, 1), date(1601, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1)]
NONES = st.sampled_from([*NONE, date(4712, 12, 31), date(9999, 12, 31)]) | st.dates(date(2200, 1, 1))
TO_COME = st.dates(ON + timedelta(days=1), date(2199, 12, 31))
MAY_MEAN_NONE = [(f, c) for f, c in COLUMNS if c.sense in ("end", "left", "seen")]
NEVER_TO_COME = [(f, c) for f, c in COLUMNS if c.sense in ("done", "seen")]


def test_the_columns_that_each_half_of_the_rule_speaks_of():
    ends = {"end_on", "registration_expires_on", "expires_on", "left_on", "to_on", "support_ends_on", "created_on", "last_used_at"}
    done = {"date_of_birth", "completed_on", "declaration_signed_on", "approved_on", "ig_approved_on", "created_on", "last_used_at"}
    assert {c.name for _, c in MAY_MEAN_NONE} == ends
    assert {c.name for _, c in NEVER_TO_COME} == done
    others = {c.name for _, c in COLUMNS if c.kind in ("day", "moment")} - ends - done
    assert others == {"start_on", "from_on", "release_on"}  # each may be to come, and none is left out


@st.composite
def cells(draw, column, days):
    """A day as this column's cell, for a moment with any time and zone of that day."""
    day = draw(days)
    if column.kind == "day" or draw(st.booleans()):
        return day.isoformat()
    at = draw(st.times()).replace(microsecond=0)
    return f"{day.isoformat()}{draw(st.sampled_from('T '))}{at.isoformat()}{draw(st.sampled_from(['', 'Z', '+01:00', '-05:00', '+1400']))}"


@given(st.data(), st.sampled_from(MAY_MEAN_NONE), st.integers(1, 3))
def test_a_day_that_means_none_is_none_in_any_column_that_may_have_none(tmp_path_factory, data, chosen, count):
    feed, column = chosen
    rows = [apart(feed, 0), *({**apart(feed, n), column.name: data.draw(cells(column, NONES))} for n in range(1, count + 1))]
    file = read_rows(tmp_path_factory.getbasetemp(), feed, rows, on=ON)
    assert file.problems == ()
    assert column_of(file, column)[1:] == [NO_END if column.required else None] * count
    (notice,) = [n for n in file.notices if n.startswith(f"{column.name}: days that mean none")]
    assert f": {count} cell" in notice


@given(st.data(), st.sampled_from(NEVER_TO_COME))
def test_what_was_done_or_seen_is_never_to_come(tmp_path_factory, data, chosen):
    feed, column = chosen
    cell = data.draw(TO_COME).isoformat()
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [apart(feed, 0), {**apart(feed, 1), column.name: cell}], on=ON)
    if column.required:
        assert [(p.line, p.column) for p in file.problems] == [(3, column.name)]
        assert (len(file.rows), file.refused) == (1, 1)
    else:
        assert column_of(file, column)[1] is None
        assert any(n.startswith(f"{column.name}: days after the day of the load, read as blank: 1 cell") for n in file.notices)
    assert not column.private or not any(cell in words for words in (*file.notices, *(p.what for p in file.problems)))


@given(st.sampled_from(NEVER_TO_COME), st.dates(date(1970, 1, 4), ON))
def test_a_day_until_the_day_of_the_load_is_read(tmp_path_factory, chosen, day):
    feed, column = chosen
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [{**apart(feed, 0), column.name: day.isoformat()}], on=ON)
    want = datetime(day.year, day.month, day.day, tzinfo=LONDON) if column.kind == "moment" else day
    assert column_of(file, column) == [want]
    assert file.problems == ()


@given(st.datetimes(datetime(2026, 11, 27), datetime(2026, 11, 30)), st.integers(-12, 14))
def test_the_day_of_a_moment_is_its_day_in_london(tmp_path_factory, at, hours):
    moment = at.replace(microsecond=0, tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
    feed = FEEDS["accounts"]
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [{**apart(feed, 0), "last_used_at": moment.isoformat()}], on=ON)
    assert column_of(file, feed.column("last_used_at")) == [moment if moment.astimezone(LONDON).date() <= ON else None]


def test_the_notice_names_column_number_and_days(tmp_path):
    feed = FEEDS["staff"]
    days = ["1900-01-01", "1970-01-01", "", "1899-12-30", "2026-12-01"]
    file = read_rows(tmp_path, feed, [{**apart(feed, n), "end_on": day} for n, day in enumerate(days)], on=ON)
    assert file.notices == ("end_on: days that mean none, read as blank: 3 cells (1900-01-01, 1970-01-01, 1899-12-30).",)


PROFILE = """
id = "ours"
title = "Ours"
[[feeds]]
feed = "accounts"
file = "*.csv"
mode = "snapshot"
days = ["excel"]
moments = ["{form}"]
columns = {{ username = "u", created_on = "made", last_used_at = "seen" }}
constants = {{ status = "active" }}
"""
AT = datetime(2026, 11, 20, 9, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "used", "never"),
    [
        ("filetime", str((AT - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10), ["0", "9223372036854775807"]),
        ("unix", str(int(AT.timestamp())), ["0", "0.0", "99999999999999999999"]),
        ("unix_ms", str(int(AT.timestamp() * 1000)), ["0", "253402214400000"]),
        ("excel", "46346.378553240741", ["0", "1", "25569", "2958465", "1.0"]),
        ("%d/%m/%Y %H:%M:%S", "20/11/2026 09:05:07", ["01/01/1900 00:00:00", "31/12/9999 23:59:59", "01/01/1970 01:00:00"]),
    ],
)
def test_a_profile_names_how_a_system_counts_time(tmp_path: Path, form, used, never):
    (tmp_path / "ours.toml").write_text(PROFILE.format(form=form))
    rows = [{"u": f"u{n}", "made": "45321", "seen": cell} for n, cell in enumerate([used, *never, "soon"])]
    (tmp_path / "paris.csv").write_text(text_of(rows))
    file = read_file(tmp_path / "paris.csv", feed="accounts", name="paris.csv", profile="ours", own=tmp_path, on=ON)
    assert column_of(file, FEEDS["accounts"].column("last_used_at")) == [AT, *[None] * len(never)]
    assert {row[file.columns.index("created_on")] for row in file.rows} == {date(2024, 1, 30)}
    assert [(p.column, p.what) for p in file.problems] == [("seen", '"soon" is not a day with a time')]
    assert "soon" not in file.problems[0].remedy
    assert file.problems[0].remedy.startswith("Write it like ")


@given(st.sampled_from(sorted(NAMED)), st.text("0123456789-.,eE ", max_size=25))
def test_no_number_breaks_a_way_to_count_time(form, cell):
    assert NAMED[form](cell) is None or isinstance(NAMED[form](cell), datetime)
