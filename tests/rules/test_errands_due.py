"""What is due by the clock: once for each time of day or interval, over changes of the clocks, missed nights and clocks set wrong."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.days import LONDON
from careward.core.room import TimedJob
from careward.evidence.errands import rules
from careward.evidence.errands.rules import AGAIN, GRACE, LEASE, SKEW, Last, day_of, due, first_after, latest, next_due

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
NIGHT = time(4, 10)


def nothing(*, now: datetime) -> None:
    """A job's run."""


def daily(at: time = NIGHT, *, catch_up: bool = True) -> TimedJob:
    return TimedJob("test.daily", "Test", nothing, at=at, catch_up=catch_up)


def every(interval: timedelta) -> TimedJob:
    return TimedJob("test.every", "Test", nothing, every=interval)


def done(at: datetime) -> Last:
    return Last(at, at)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


times = st.times().map(lambda t: t.replace(microsecond=0))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)).map(lambda m: m.replace(microsecond=0))
changes = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2031, 10, 26), date(2040, 3, 25)])


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-23T04:09:59", date(2026, 11, 22)),
        ("2026-11-23T04:10:00", date(2026, 11, 23)),
        ("2026-07-01T03:09:59", date(2026, 6, 30)),  # summer: 04:09:59 in London
        ("2026-07-01T03:10:00", date(2026, 7, 1)),
        ("2026-03-29T03:09:59", date(2026, 3, 28)),  # the clocks went forward at 01:00
        ("2026-03-29T03:10:00", date(2026, 3, 29)),
        ("2026-10-25T04:09:59", date(2026, 10, 24)),  # the clocks went back at 01:00
        ("2026-10-25T04:10:00", date(2026, 10, 25)),
    ],
)
@pytest.mark.clause("PA-032")
def test_the_night_begins_at_ten_past_four_in_london(now: str, day: date) -> None:
    assert day_of(NIGHT, at(now)) == day


@given(times, moments)
def test_a_time_of_day_comes_once_a_day_and_the_last_is_never_ahead(clock: time, now: datetime) -> None:
    last, following = latest(clock, now), first_after(clock, now)
    assert last <= now < following
    assert timedelta(hours=22) < following - last < timedelta(hours=26)
    assert latest(clock, following) == following and first_after(clock, last) == following
    assert latest(clock, following - SECOND) == last


@given(times, changes)
def test_around_a_change_of_the_clocks_each_day_has_its_own_moment(clock: time, day: date) -> None:
    began, found = datetime.combine(day - 3 * DAY, time(12), UTC), []
    moment = began
    for _ in range(6):
        moment = first_after(clock, moment)
        found.append(moment.astimezone(LONDON).date())
    assert found == [found[0] + n * DAY for n in range(6)]


@given(clock=times, start=st.one_of(moments, changes.map(lambda d: datetime.combine(d - 2 * DAY, time(), UTC))), data=st.data())
def test_looked_at_now_and_then_a_daily_job_begins_once_for_each_time_that_was_not_missed(
    clock: time, start: datetime, data: st.DataObject
) -> None:
    job, last, now, begun = daily(clock), Last(), start, []
    for gap in data.draw(st.lists(st.integers(1, 4 * 86_400), min_size=5, max_size=40)):
        if due(job, last, now):
            begun.append(latest(clock, now))
            last = done(now)
            assert not due(job, last, now)
        assert last.began_at is not None and last.began_at >= latest(clock, now)  # nothing that came is left undone
        now += timedelta(seconds=gap)
    assert len(set(begun)) == len(begun)  # and nothing is done twice


def test_nights_that_nobody_worked_are_caught_up_once() -> None:
    job, monday = daily(), at("2026-11-23T04:10:00")
    late = monday + 3 * DAY + 5 * HOUR
    assert due(job, done(monday), late)
    assert next_due(job, done(monday), late) == monday + DAY
    assert next_due(job, done(late), late) == monday + 4 * DAY


@given(now=moments, began=st.none() | moments)
def test_a_job_that_is_not_caught_up_begins_only_soon_after_its_time(now: datetime, began: datetime | None) -> None:
    job = daily(catch_up=False)
    if due(job, done(began) if began else Last(), now):
        assert now - latest(NIGHT, now) <= GRACE


def test_a_job_that_is_not_caught_up_waits_for_its_next_time() -> None:
    job, moment = daily(catch_up=False), at("2026-11-23T04:10:00")
    assert due(job, done(moment - DAY), moment + GRACE)
    assert next_due(job, done(moment - DAY), moment + GRACE + SECOND) == moment + DAY
    assert next_due(job, Last(), moment + HOUR) == moment + DAY


@given(st.integers(1, 10**6), moments, st.integers(0, 10**7))
def test_an_interval_is_due_when_it_has_passed(length: int, began: datetime, since: int) -> None:
    job = every(timedelta(seconds=length))
    assert due(job, Last(), began)
    assert due(job, done(began), began + timedelta(seconds=since)) is (since >= length)


@given(moments, st.integers(31, 10**8))
def test_a_clock_that_was_set_back_stops_nothing(began: datetime, back: int) -> None:
    now = began - timedelta(seconds=back)
    for job in (every(timedelta(minutes=1)), daily()):
        assert due(job, done(began), now)
        assert not due(job, done(now), now)


def test_two_machines_whose_clocks_differ_a_little_do_not_begin_it_twice() -> None:
    began = at("2026-11-23T10:00:00")
    assert not due(every(timedelta(minutes=1)), done(began), began - SKEW)


@pytest.mark.parametrize(
    ("job", "lease"),
    [
        (daily(), LEASE),
        (every(timedelta(minutes=1)), timedelta(minutes=2)),
        (every(timedelta(seconds=10)), timedelta(minutes=2)),
        (every(timedelta(days=7)), LEASE),
    ],
)
def test_what_runs_is_left_alone_until_its_worker_is_taken_for_dead(job: TimedJob, lease: timedelta) -> None:
    began = at("2026-11-23T04:10:00")
    assert not due(job, Last(began, None), began + lease - SECOND)
    assert due(job, Last(began, None), began + lease)


def test_what_failed_is_tried_again_soon_and_not_at_once() -> None:
    began = at("2026-11-23T04:10:00")
    failed = Last(began, began, failed=True)
    for job in (daily(), every(timedelta(days=7))):
        assert not due(job, failed, began + AGAIN - SECOND)
        assert due(job, failed, began + AGAIN)
    minute = every(timedelta(minutes=1))
    assert not due(minute, failed, began + 59 * SECOND) and due(minute, failed, began + 60 * SECOND)


@given(moments, st.sampled_from([daily(), daily(catch_up=False), every(HOUR), every(timedelta(days=7))]), st.booleans())
def test_what_has_just_ended_is_next_due_later(now: datetime, job: TimedJob, failed: bool) -> None:
    assert next_due(job, Last(now, now, failed), now) > now
    assert rules.lease_of(job) >= timedelta(minutes=2)
