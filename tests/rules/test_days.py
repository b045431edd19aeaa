"""Working days, calendar months, elapsed hours and core hours, for every start date from 2020 to 2040."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import dateutil.easter
import holidays
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from careward.core import days
from careward.core.days import ENGLAND, Calendar, CoreHours, Pause, Period

FIRST, LAST = date(2020, 1, 1), date(2040, 12, 31)
DAYS = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
LONDON = ZoneInfo("Europe/London")

some_day = st.dates(FIRST, LAST)
some_moment = st.datetimes(datetime(2020, 1, 2), datetime(2040, 12, 30), timezones=st.sampled_from([UTC, LONDON, ZoneInfo("Asia/Tokyo")]))
CORE_HOURS = CoreHours(time(8), time(18), holidays_core=True, calendar=ENGLAND)
rights_clock = partial(days.rights_clock, calendar=ENGLAND)


@pytest.mark.parametrize("year", range(2020, 2041))
def test_bank_holidays_are_those_of_the_holidays_package(year: int) -> None:
    theirs = {day for day in holidays.country_holidays("GB", subdiv="ENG", years=year) if day.weekday() < 5}
    assert days.bank_holidays(year) == theirs


def test_easter_is_the_one_of_dateutil() -> None:
    assert all(days.easter(year) == dateutil.easter.easter(year) for year in range(1900, 2200))


@pytest.mark.parametrize("day", ["2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08", "2021-12-28", "2026-12-28"])
def test_one_off_and_substitute_days_are_not_worked(day: str) -> None:
    assert not ENGLAND.works(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2020-05-04", "2022-05-30", "2023-05-09", "2026-12-29"])
def test_days_a_holiday_moved_from_are_worked(day: str) -> None:
    assert ENGLAND.works(date.fromisoformat(day))


@pytest.mark.clause("EL-054", "EL-055")
@pytest.mark.parametrize(("count", "due"), [(1, "2026-04-07"), (3, "2026-04-09")])
def test_easter_2026_delays_registration(count: int, due: str) -> None:
    assert days.add_working_days(date(2026, 4, 2), count, ENGLAND) == date.fromisoformat(due)


def test_adding_working_days_counts_them_for_every_start() -> None:
    """Against the plainest reading: list the worked days once, then take the nth after or before each start."""
    end = date(2041, 3, 1)
    worked = [d for d in (FIRST + timedelta(days=i) for i in range((end - FIRST).days)) if ENGLAND.works(d)]
    ahead = 0
    for start in DAYS:
        ahead += worked[ahead] <= start
        for count in (1, 3, 10):
            assert days.add_working_days(start, count, ENGLAND) == worked[ahead + count - 1]
        assert days.next_working_day(start, ENGLAND) == worked[ahead]
        assert days.working_day_from(start, ENGLAND) == (start if start in worked[max(ahead - 1, 0) : ahead] else worked[ahead])


@given(some_day, st.integers(-60, 60))
def test_between_undoes_adding(start: date, count: int) -> None:
    end = days.add_working_days(start, count, ENGLAND)
    assert days.working_days_between(start, end, ENGLAND) == count
    assert count == 0 or ENGLAND.works(end)


@given(some_day, st.integers(0, 200), st.integers(0, 200))
def test_between_adds_up(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    assert days.working_days_between(start, end, ENGLAND) == days.working_days_between(start, middle, ENGLAND) + days.working_days_between(
        middle, end, ENGLAND
    )


def test_a_calendar_takes_the_organisations_own_exceptions() -> None:
    own = Calendar(closed=frozenset({date(2026, 11, 24)}), opened=frozenset({date(2026, 11, 28), date(2026, 12, 25)}))
    assert days.add_working_days(date(2026, 11, 23), 1, own) == date(2026, 11, 25)
    assert days.add_working_days(date(2026, 11, 27), 1, own) == date(2026, 11, 28)
    assert own.works(date(2026, 12, 25)) and not own.is_holiday(date(2026, 12, 25))
    assert own.is_holiday(date(2026, 11, 24)) and not own.is_holiday(date(2026, 11, 28))


def test_a_calendar_refuses_a_day_both_closed_and_opened() -> None:
    with pytest.raises(ValueError, match="2026-11-24"):
        Calendar(closed=frozenset({date(2026, 11, 24)}), opened=frozenset({date(2026, 11, 24)}))


def test_a_calendar_takes_other_bank_holidays() -> None:
    assert Calendar(holidays=lambda year: frozenset()).works(date(2026, 12, 25))


@given(some_day, st.integers(-30, 30))
def test_months_agree_with_dateutil(day: date, count: int) -> None:
    assert days.add_months(day, count) == day + relativedelta(months=count)


VECTORS = [
    ("2026-09-03", "2026-10-05"),
    ("2026-01-31", "2026-03-02"),
    ("2026-03-05", "2026-04-07"),
    ("2026-11-25", "2026-12-29"),
    ("2028-01-31", "2028-02-29"),
]


@pytest.mark.parametrize(("received", "due"), VECTORS)
def test_one_month_vectors(received: str, due: str) -> None:
    assert rights_clock(received_on=date.fromisoformat(received)).due_on == date.fromisoformat(due)


def test_extended_vector() -> None:
    clock = rights_clock(received_on=date(2026, 1, 31), extended=True)
    assert (clock.due_on, clock.notice_by_on) == (date(2026, 4, 30), date(2026, 2, 28))


def test_clarification_vector() -> None:
    clock = rights_clock(received_on=date(2026, 9, 3), pauses=[Pause(date(2026, 9, 10), date(2026, 9, 14))])
    assert (clock.due_on, clock.paused_days, clock.notice_by_on) == (date(2026, 10, 8), 5, date(2026, 10, 8))


def test_the_month_begins_with_the_last_of_request_identity_and_fee() -> None:
    clock = rights_clock(received_on=date(2026, 8, 1), identity_on=date(2026, 9, 3), fee_on=date(2026, 8, 20))
    assert (clock.relevant_on, clock.due_on) == (date(2026, 9, 3), date(2026, 10, 5))


def test_an_unanswered_question_stops_the_clock() -> None:
    clock = rights_clock(received_on=date(2026, 9, 3), pauses=[Pause(date(2026, 9, 10))])
    assert clock.stopped and clock.due_on is None and clock.notice_by_on is None
    assert not rights_clock(received_on=date(2026, 9, 3)).stopped


def test_pauses_that_overlap_count_once_and_only_inside_the_period() -> None:
    received = date(2026, 9, 3)
    twice = [Pause(date(2026, 9, 10), date(2026, 9, 14)), Pause(date(2026, 9, 12), date(2026, 9, 13))]
    early = Pause(date(2026, 8, 1), date(2026, 9, 4))
    late = Pause(date(2026, 12, 1), date(2026, 12, 9))
    assert rights_clock(received_on=received, pauses=twice).paused_days == 5
    assert rights_clock(received_on=received, pauses=[early]).paused_days == 2
    assert rights_clock(received_on=received, pauses=[late]).paused_days == 0
    assert rights_clock(received_on=received, pauses=[Pause(date(2026, 12, 1))]).due_on == date(2026, 10, 5)


def test_a_question_after_the_notice_but_before_an_extended_end_moves_the_end_alone() -> None:
    clock = rights_clock(received_on=date(2026, 9, 3), extended=True, pauses=[Pause(date(2026, 11, 2), date(2026, 11, 3))])
    assert (clock.due_on, clock.notice_by_on) == (date(2026, 12, 7), date(2026, 10, 3))


def test_a_pause_cannot_end_before_it_began() -> None:
    with pytest.raises(ValueError, match="before it was asked"):
        Pause(date(2026, 9, 10), date(2026, 9, 9))


def test_one_month_for_every_start() -> None:
    for received in DAYS:
        clock = rights_clock(received_on=received)
        month_on = received + relativedelta(months=1)
        assert clock.due_on is not None and ENGLAND.works(clock.due_on)
        assert month_on <= clock.due_on <= month_on + timedelta(days=4)  # the longest run is Good Friday or Christmas to the next Tuesday
        assert clock.notice_by_on == month_on <= clock.due_on
        assert not any(ENGLAND.works(month_on + timedelta(days=i)) for i in range((clock.due_on - month_on).days))


@given(some_day, st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 20)), max_size=4), st.booleans())
def test_pauses_move_the_end_by_the_union_of_their_days(received: date, spans: list[tuple[int, int]], extended: bool) -> None:
    pauses = [Pause(received + timedelta(days=a), received + timedelta(days=a + n)) for a, n in spans]
    clock = rights_clock(received_on=received, extended=extended, pauses=pauses)
    end = received + relativedelta(months=3 if extended else 1)
    union: set[date] = set()
    for pause in sorted(pauses, key=lambda p: p.asked_on):
        if pause.asked_on <= end + timedelta(days=len(union)):
            span = (pause.answered_on - pause.asked_on).days + 1
            union |= {d for d in (pause.asked_on + timedelta(days=i) for i in range(span)) if d >= received}
    assert clock.paused_days == len(union)
    assert clock.due_on == days.working_day_from(end + timedelta(days=len(union)), ENGLAND)
    assert all(clock.due_on > d for d in union)


@pytest.mark.parametrize("moment", ["2026-03-28T12:00", "2026-10-24T12:00", "2026-11-22T10:31"])
def test_seventy_two_hours_are_elapsed_hours(moment: str) -> None:
    aware_at = datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    assert days.breach_due_at(aware_at).timestamp() - aware_at.timestamp() == 72 * 3600


@given(some_moment)
def test_seventy_two_hours_for_every_moment(moment: datetime) -> None:
    assert days.breach_due_at(moment) - moment.astimezone(UTC) == timedelta(hours=72)


def test_seventy_two_hours_over_the_spring_change_end_an_hour_later_by_the_wall() -> None:
    due = days.breach_due_at(datetime(2026, 3, 28, 12, tzinfo=LONDON)).astimezone(LONDON)
    assert due == datetime(2026, 3, 31, 13, tzinfo=LONDON)


def test_a_moment_without_a_zone_is_refused() -> None:
    for refused in (days.london_day, days.breach_due_at, CORE_HOURS.covers):
        with pytest.raises(ValueError, match="no time zone"):
            refused(datetime(2026, 6, 1, 9))


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-06-30T23:30+00:00", "2026-07-01"), ("2026-12-31T23:30+00:00", "2026-12-31"), ("2026-07-01T08:00+09:00", "2026-07-01")],
)
def test_the_day_in_london(moment: str, day: str) -> None:
    assert days.london_day(datetime.fromisoformat(moment)) == date.fromisoformat(day)


def test_core_hours_are_ten_by_the_london_clock_on_every_weekday() -> None:
    for day in DAYS:
        hours = CORE_HOURS.on(day)
        assert (hours is not None) == (day.weekday() < 5)
        if hours and hours.ends:
            assert hours.ends - hours.starts == timedelta(hours=10)
            assert hours.starts.astimezone(LONDON) == datetime(day.year, day.month, day.day, 8, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-07-01T06:59+00:00", False),
        ("2026-07-01T07:00+00:00", True),
        ("2026-07-01T17:00+00:00", False),
        ("2026-12-01T07:59+00:00", False),
        ("2026-12-01T17:59+00:00", True),
        ("2026-07-04T10:00+00:00", False),
    ],
)
def test_core_hours_follow_summer_time(moment: str, covered: bool) -> None:
    assert CORE_HOURS.covers(datetime.fromisoformat(moment)) is covered


def test_a_bank_holiday_is_core_unless_turned_off() -> None:
    noon = datetime(2026, 8, 31, 12, tzinfo=LONDON)
    assert CORE_HOURS.covers(noon) and not replace(CORE_HOURS, holidays_core=False).covers(noon)


def test_core_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="core hours end at 08:00, before they begin"):
        replace(CORE_HOURS, closes=time(8))


def test_a_window_over_a_weekend_and_the_spring_change_shares_the_hours_of_its_weekdays() -> None:
    friday, monday = datetime(2026, 3, 27, 17, tzinfo=LONDON), datetime(2026, 3, 30, 9, tzinfo=LONDON)
    assert CORE_HOURS.within(friday, monday) == timedelta(hours=2)
    assert CORE_HOURS.within(datetime(2026, 3, 27, 18, tzinfo=LONDON), datetime(2026, 3, 30, 8, tzinfo=LONDON)) == timedelta()


@given(some_moment, st.integers(0, 20_000))
def test_shared_core_hours_are_those_counted_minute_by_quarter_hour(start: datetime, minutes: int) -> None:
    start = start.replace(minute=0, second=0, microsecond=0)
    quarters = minutes // 15 % 200
    end = start.astimezone(UTC) + timedelta(minutes=15 * quarters)
    covered = sum(CORE_HOURS.covers(start.astimezone(UTC) + timedelta(minutes=15 * i)) for i in range(quarters))
    assert CORE_HOURS.within(start, end) == timedelta(minutes=15 * covered)


some_period = st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)).map(
    lambda p: Period(FIRST + timedelta(days=p[0]), None if p[1] is None else FIRST + timedelta(days=p[0] + p[1]))
)


@given(some_period, some_period)
def test_periods_overlap_exactly_when_a_day_lies_in_both(one: Period[date], other: Period[date]) -> None:
    shared_days = [d for d in DAYS[:60] if one.contains(d) and other.contains(d)]
    assert one.overlaps(other) == other.overlaps(one) == bool(shared_days)
    shared = one.shared(other)
    assert shared is None or [d for d in DAYS[:60] if shared.contains(d)] == shared_days


def test_a_period_leaves_out_its_last_day_and_may_be_open() -> None:
    stay = Period(date(2026, 1, 1), date(2026, 1, 3))
    assert [stay.contains(date(2026, 1, d)) for d in (1, 2, 3)] == [True, True, False]
    assert Period(date(2026, 1, 1)).contains(date(9999, 12, 31))
    assert not stay.overlaps(Period(date(2026, 1, 3)))
    assert Period(date(2026, 1, 1), date(2026, 1, 1)).empty and not stay.empty


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Period(date(2026, 1, 2), date(2026, 1, 1))
