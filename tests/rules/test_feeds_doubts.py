"""What a preview says of rows that contradict themselves: which column, how many cells, whatever the rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds.doubts import CROSSED, Doubts

ON = date(2026, 11, 22)
days = st.none() | st.integers(-400, 400).map(lambda n: (ON + timedelta(days=n)).isoformat())


@given(st.sampled_from(sorted(CROSSED)), st.lists(st.tuples(days, days), max_size=12), st.integers(0, 12))
def test_cells_before_the_day_they_may_not_precede_are_counted_over_all_blocks(feed, rows, cut):
    begins, ends, _ = CROSSED[feed]
    doubts = Doubts(feed, ON)
    for part in (rows[:cut], rows[cut:]):
        doubts.note({begins: [b for b, _ in part], ends: [e for _, e in part]})
    wrong = sum(1 for b, e in rows if b and e and e < b)
    expected = [f"{ends}: {'1 cell' if wrong == 1 else f'{wrong} cells'} before the {begins} of the same row."] if wrong else []
    assert [told[: len(said)] for told, said in zip(doubts.notices(), expected, strict=True)] == expected


@given(st.lists(st.tuples(st.sampled_from(["active", "terminated", "Terminated", ""]), days), max_size=8))
def test_an_end_still_to_come_of_one_terminated_is_counted(rows):
    doubts = Doubts("staff", ON)
    doubts.note({"assignment_status": [s for s, _ in rows], "end_on": [e for _, e in rows]})
    coming = sum(1 for s, e in rows if s.casefold() == "terminated" and e and e >= ON.isoformat())
    assert [told.split(" still")[0] for told in doubts.notices()] == ([f"end_on: {coming} cell{'s' * (coming > 1)}"] if coming else [])


@pytest.mark.parametrize(("hour", "said"), [(22, 1), (23, 0)])  # in summer London's day begins at 23 in UTC
def test_a_moment_counts_as_its_day_in_london(hour, said):
    doubts = Doubts("accounts", ON)
    doubts.note({"created_on": ["2026-07-02"], "last_used_at": [f"2026-07-01 {hour}:30:00"]})
    assert len(doubts.notices()) == said


def test_a_feed_without_such_days_and_a_file_without_the_columns_say_nothing():
    for feed in ("systems", "staff", "accounts"):
        doubts = Doubts(feed, ON)
        doubts.note({"code": ["x"], "end_on": [ON.isoformat()]})
        assert doubts.notices() == []
