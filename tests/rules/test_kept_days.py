"""As at which days a comparison may be kept."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.rules.kept_days import may_keep

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(on=DAYS, today=DAYS, last=st.none() | DAYS)
def test_a_day_is_kept_from_the_last_kept_to_today_and_no_other(on, today, last):
    decision = may_keep(on, today=today, last_kept=last)
    assert bool(decision) == (on <= today and (last is None or on >= last))
    assert {r.code for r in decision.reasons} == {c for c, so in (("run.ahead", on > today), ("run.behind", last and on < last)) if so}


@given(nights=st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), max_size=12))
def test_kept_days_never_go_back(nights):
    """Whoever asks for which day, on whichever day: what is kept follows the calendar."""
    today, kept = date(2026, 11, 1), []
    for ahead, later in nights:
        today += timedelta(days=later)
        on = today + timedelta(days=ahead)
        if may_keep(on, today=today, last_kept=kept[-1] if kept else None):
            kept.append(on)
    assert kept == sorted(kept) and all(day <= today for day in kept)
