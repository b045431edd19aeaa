"""One guard stands before a load and before a plan, for large systems and small: more than three, and more than the share (ADR 0029)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds.rules import FileFigures, judge
from careward.core.packs.pack import load
from careward.core.packs.safety import too_many

SAFETY = load("base").safety
sizes = st.integers(1, 60) | st.integers(1, 400_000)
percents = st.integers(1, 99)


@given(sizes, st.data(), percents)
def test_more_than_three_and_more_than_the_share_are_held_whatever_the_size(whole: int, data: st.DataObject, percent: int):
    part = data.draw(st.integers(0, whole))
    assert too_many(part, of=whole, percent=percent) is (part > 3 and part / whole > percent / 100 + 1e-12)


@given(sizes, st.data(), percents)
def test_the_guard_of_a_load_and_that_of_a_plan_agree(whole: int, data: st.DataObject, percent: int):
    part = data.draw(st.integers(0, whole - 1))
    safety = replace(SAFETY, most_share_percent=percent, most_dropped_percent=percent)
    file = FileFigures("accounts/rio.csv", rows=whole - part, standing=whole, unchanged=whole - part, gone=part)
    assert bool(judge([file], safety)) is safety.may_shut(part, open_accounts=whole)


@given(st.integers(4, 60), percents)
def test_no_system_is_too_small_to_be_guarded(whole: int, percent: int):
    assert too_many(whole, of=whole, percent=percent)
    assert not too_many(3, of=whole, percent=percent)
