"""Cases over twelve months: what was open at the end of each, counted once, and nothing of what nobody knows."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.rules.months import CaseSpan, group_of, month_ends

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2025, 10, 1), TODAY)


def span(found_on: date, ended_on: date | None = None, due_on: date | None = None, **more: object) -> CaseSpan:
    facts = {"account_id": 1, "clause": "PA-033", "system_id": 1, "person_id": 1, "moved": None, **more}
    return CaseSpan(found_on=found_on, ended_on=ended_on, due_on=due_on or found_on + timedelta(days=7), **facts)  # type: ignore[arg-type]


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_twelve_days_end_the_eleven_months_before_and_today(today: date):
    ends = month_ends(today)
    assert len(ends) == 12 and ends[-1] == today and list(ends) == sorted(set(ends))
    assert all((end + timedelta(days=1)).day == 1 for end in ends[:-1])
    assert ends[-2] == today.replace(day=1) - timedelta(days=1)


@given(st.lists(st.tuples(DAYS, st.none() | DAYS, st.integers(1, 3), DAYS), max_size=30))
def test_each_month_counts_what_was_open_at_its_end_once(rows: list[tuple[date, date | None, int, date]]):
    spans = [span(found, max(found, ended) if ended else None, due, account_id=n) for found, ended, n, due in rows]
    group = group_of("", "All", spans, tuple((end, True) for end in month_ends(TODAY)), TODAY)
    for month in group.months:
        there = [s for s in spans if s.found_on <= month.on and not (s.ended_on and s.ended_on <= month.on)]
        assert month.to_put_right == len({s.account_id for s in there})
        assert month.late == len({s.account_id for s in there if s.due_on < month.on})


def test_of_what_was_before_the_first_comparison_nothing_is_known():
    ends = month_ends(TODAY)
    known = tuple((end, end >= date(2026, 10, 5)) for end in ends)
    group = group_of("", "All", [span(date(2026, 10, 5))], known, ends[-2])
    assert [m.to_put_right for m in group.months] == [None] * 10 + [1, 1] and [m.late for m in group.months][:10] == [None] * 10


def test_what_changed_since_a_day_leaves_out_what_only_goes_on_under_another_clause():
    since = date(2026, 10, 31)
    spans = [
        span(date(2026, 10, 31)), span(date(2026, 11, 1), date(2026, 11, 9)), span(date(2026, 9, 1), date(2026, 11, 1), moved="PA-035"),
    ]  # fmt: skip
    group = group_of("", "All", spans, ((TODAY, True),), since)
    assert (group.found, group.put_right) == (1, 1)
