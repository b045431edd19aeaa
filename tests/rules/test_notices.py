"""Letters about what waits: none on a day off, none without work, each reminder once, and no word about anybody."""

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careward.core.days import Calendar, working_days_between
from careward.work.notices.rules import DIGEST, DUE_NEXT, KIND_WORDS, LATE, WHERE, body, letters, long_late

ENGLAND = Calendar()
MONDAY = date(2026, 11, 23)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31))
due = st.lists(st.integers(-40, 40), max_size=20)


@given(days, due)
def test_letters_come_on_working_days_with_work_only_and_the_digest_counts_all(on, offsets):
    tasks = [on + timedelta(days=n) for n in offsets]
    found = letters(due=tasks, on=on, calendar=ENGLAND)
    if not tasks or not ENGLAND.works(on):
        assert found == ()
        return
    by_kind = {each.kind: each for each in found}
    assert len(by_kind) == len(found) and by_kind.keys() <= KIND_WORDS.keys()
    assert by_kind[DIGEST].words.startswith(f"You have {len(tasks)} task")
    assert (LATE in by_kind) == any(n < 0 for n in offsets)
    assert all(re.fullmatch(r"[A-Za-z0-9 ,.]+", each.words) for each in found)


@given(st.lists(days, min_size=1, max_size=6), st.integers(0, 30))
def test_over_many_days_no_letter_of_a_kind_and_key_says_a_day_twice(tasks, many):
    """A due day is reminded of on the working day before it; with weekends between, still once."""
    begin = min(tasks) - timedelta(days=10)
    told = [each for n in range(many + 20) for each in letters(due=tasks, on=begin + timedelta(days=n), calendar=ENGLAND)]
    soon = [each.key for each in told if each.kind == DUE_NEXT]
    assert len(soon) == len(set(soon))
    digests = [each.key for each in told if each.kind == DIGEST]
    assert len(digests) == len(set(digests))


def test_friday_reminds_of_monday_and_of_the_weekend():
    friday = MONDAY - timedelta(days=3)
    (digest, soon) = letters(due=[MONDAY, MONDAY - timedelta(days=1)], on=friday, calendar=ENGLAND)
    assert (digest.words, soon.words) == ("You have 2 tasks.", "You have 2 tasks to do by the next working day.")
    assert letters(due=[MONDAY], on=MONDAY - timedelta(days=1), calendar=ENGLAND) == ()


def test_late_work_is_said_once_for_each_day_that_passed():
    first = letters(due=[MONDAY - timedelta(days=3)], on=MONDAY, calendar=ENGLAND)
    again = letters(due=[MONDAY - timedelta(days=3)], on=MONDAY + timedelta(days=1), calendar=ENGLAND)
    assert [each.words for each in first] == ["You have 1 task, 1 late.", "You have 1 task whose day has passed."]
    assert first[1] == again[1]  # the same kind and key: it is written once
    assert "https://careward.example" in body("x", address="https://careward.example")


@given(days, due, st.integers(1, 10))
def test_work_that_others_leave_late_is_told_of_from_so_many_working_days_on(on, offsets, after):
    tasks = [on + timedelta(days=n) for n in offsets]
    late = [day for day in tasks if day < on and working_days_between(day, on, ENGLAND) >= after]
    found = long_late(due=tasks, on=on, after=after, calendar=ENGLAND)
    if not late or not ENGLAND.works(on):
        assert found == ()
        return
    (letter,) = found
    assert letter.key == max(late).isoformat() and letter.words.startswith(f"{len(late)} task")
    assert re.fullmatch(r"[A-Za-z0-9 ,.]+", letter.words)


def test_each_day_on_which_more_becomes_late_for_long_is_told_of_once():
    tasks = [MONDAY, MONDAY + timedelta(days=1)]
    told = [each for n in range(20) for each in long_late(due=tasks, on=MONDAY + timedelta(days=n), after=5, calendar=ENGLAND)]
    assert [each.words for each in dict.fromkeys(told)] == [
        "1 task of others is late by 5 working days or more. " + WHERE,
        "2 tasks of others are late by 5 working days or more. " + WHERE,
    ]
    assert [each.key for each in dict.fromkeys(told)] == ["2026-11-23", "2026-11-24"]
