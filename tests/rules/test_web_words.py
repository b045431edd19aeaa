"""The words of days, counts and clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.days import ENGLAND, add_working_days, working_days_between
from careward.core.packs.calendar import WorkingTimes
from careward.web import words

DAYS = st.dates(date(2020, 1, 1), date(2039, 12, 31))
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("due", "said", "mark"),
    [
        (date(2026, 11, 23), "Due today", "fix"),
        (date(2026, 11, 24), "Tomorrow", ""),
        (date(2026, 11, 25), "In 2 working days", ""),
        (date(2026, 11, 26), "In 3 working days", ""),
        (date(2026, 11, 30), "In 5 working days", ""),
        (date(2026, 11, 20), "1 working day late", "late"),
        (date(2026, 11, 19), "2 working days late", "late"),
        (date(2026, 11, 22), "Due now", "fix"),
    ],
)
def test_a_clock_says_how_far(due, said, mark):
    assert (words.distance(due, MONDAY, ENGLAND), words.urgency(due, MONDAY, ENGLAND)) == (said, mark)


def test_a_sunday_seen_on_friday_is_told_by_its_name():
    assert words.distance(date(2026, 11, 29), date(2026, 11, 27), ENGLAND) == "On Sunday"


def test_christmas_does_not_count():
    assert words.distance(date(2026, 12, 29), date(2026, 12, 24), ENGLAND) == "In 1 working day"


@given(DAYS, st.integers(2, 60))
def test_so_many_working_days_ahead_is_said_so(today, count):
    due = add_working_days(today, count, ENGLAND)
    assert words.distance(due, today, ENGLAND) == f"In {count} working days"
    assert words.urgency(due, today, ENGLAND) == ""


@given(DAYS, DAYS)
def test_a_clock_is_late_only_when_a_working_day_has_gone(due, today):
    late = today > due and working_days_between(due, today, ENGLAND) > 0
    assert (words.urgency(due, today, ENGLAND) == "late") == late
    assert words.distance(due, today, ENGLAND)[0].isupper() or words.distance(due, today, ENGLAND)[0].isdigit()


@given(st.datetimes(datetime(2020, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC)))
def test_a_moment_reads_as_london_clocks_show_it(moment):
    shown = datetime.strptime(words.moment(moment), "%d %B %Y, %H:%M")
    assert shown == words.in_london(moment).replace(tzinfo=None, second=0, microsecond=0)
    assert shown - moment.replace(tzinfo=None, second=0, microsecond=0) in (timedelta(0), timedelta(hours=1))


def test_days_are_spelled_out():
    assert words.day(date(2026, 11, 2)) == "2 November 2026"
    assert words.weekday(date(2026, 11, 26)) == "Thursday 26 November 2026"
    assert words.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026, 00:30"
    assert words.machine(date(2026, 11, 2)) == "2026-11-02"
    assert words.machine(datetime(2026, 11, 2, 4, 10, tzinfo=UTC)) == "2026-11-02T04:10"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        words.moment(datetime(2026, 11, 2, 4, 10))


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_counts_are_whole_or_out_of(a, b):
    count, total = sorted((a, b))
    said = words.out_of(count, total)
    if total == 0:
        assert said == "None"
    elif count == total:
        assert said == f"All {total:,}"
    elif count:
        assert [int(n.replace(",", "")) for n in said.split(" of ")] == [count, total]
    else:
        assert said == f"None of {total:,}"


@given(st.integers(0, 10**7))
def test_one_is_singular_and_all_else_plural(n):
    assert words.plural(n, "account").endswith("account" if n == 1 else "accounts")
    assert words.plural(n, "entry", "entries").endswith("entry" if n == 1 else "entries")
    assert int(words.number(n).replace(",", "")) == n


@given(st.text(alphabet="0123456789", min_size=10, max_size=10))
def test_an_nhs_number_stays_on_one_line(digits):
    shown = words.nhs_number(digits)
    assert shown.replace(words.HARD_SPACE, "") == digits
    assert [len(part) for part in shown.split(words.HARD_SPACE)] == [3, 3, 4]
    assert words.nhs_number(shown) == shown


@given(st.text(max_size=9))
def test_what_is_no_nhs_number_is_left_alone(value):
    assert words.nhs_number(value) == value


def test_hours():
    now = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert words.hours_left(now + timedelta(hours=6), now) == "17:00, in 6 hours"
    assert words.hours_left(now + timedelta(minutes=1), now) == "11:01, in 1 minute"
    assert words.hours_left(now - timedelta(hours=2), now) == "09:00, 2 hours ago"


@given(st.lists(st.text(alphabet="abc", min_size=1), max_size=6))
def test_a_list_in_words_holds_each_once(items):
    said = words.listed(items)
    assert said.replace(" and ", ", ").split(", ") == items if items else said == ""


def test_the_first_letter_only():
    assert words.first_upper("eSR told us") == "ESR told us"
    assert words.first_upper("") == ""


def test_working_days_name_an_organisations_own_days_that_are_to_come():
    def of(closed: tuple[date, ...] = (), opened: tuple[date, ...] = ()) -> str:
        return words.working_days(WorkingTimes(closed, opened, time(8), time(18), False), date(2026, 11, 23))

    every = "Working days leave out weekends and the bank holidays of England"
    assert of() == of(closed=(date(2026, 11, 20),)) == f"{every}."
    assert of(closed=(date(2026, 12, 29), date(2026, 12, 24))) == f"{every}. 24 December 2026 and 29 December 2026 are not worked either."
    assert of((date(2026, 12, 24),), (date(2026, 11, 28),)) == (
        f"{every}. 24 December 2026 is not worked either. 28 November 2026 is worked."
    )
