"""A lock for disuse waits for its notice, and for nothing else (EL-037)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.keeping.notice import with_notice
from careward.access.accounts.keeping.shapes import Judged, KnownFinding, Told, trouble_of
from careward.access.accounts.rules.states import inactivity_step
from careward.core.packs.pack import load
from careward.core.ports import Found

DAY, USED = timedelta(days=1), date(2026, 1, 5)
PACKS = {"paris": load("tewv"), "rio": load("elft"), "epma": load("base")}


def lines(system: str, on: date) -> list[Judged]:
    """What the figures say on a day of an account that nobody has used since."""
    rule = PACKS[system].inactivity_for(system)
    step = inactivity_step(status="active", last_used_on=USED, created_on=USED, on=on, rule=rule)
    clause = {"warn": rule.warn_clause, "lock": rule.lock_clause, "close": rule.close_clause}.get(step, "")
    return [Judged(Found(system, "live", "u1", "E1", "account.inactive", step, clause, "Unused"), 7, 1)] if step != "nothing" else []


def kept(found: list[Judged], was: list[KnownFinding], on: date) -> list[KnownFinding]:
    """A finding keeps the day it was asked while its step stays."""
    asked_on = was[0].told.asked_on if was and was[0].told.step == found[0].found.step else on
    told = (Told(f.found.step, f.found.clause, f.found.detail, False, 1, "E1", 7, None, "line_manager", asked_on, asked_on) for f in found)
    return [KnownFinding(1, trouble_of(f), t, on) for f, t in zip(found, told, strict=True)]


@pytest.mark.clause("EL-037")
@given(st.sampled_from(sorted(PACKS)), st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_a_lock_is_asked_for_once_its_figure_is_reached_and_its_notice_has_run(system, gaps):
    rule, known, on, told_on = PACKS[system].inactivity_for(system), [], USED, None
    for gap in gaps:  # comparisons may miss nights
        on += timedelta(days=gap)
        raw = lines(system, on)
        found = with_notice(raw, known, packs=PACKS, not_needed=(), on=on).judged
        if raw and raw[0].found.step in ("warn", "lock") and told_on is None:
            told_on = on
        if raw and raw[0].found.step == "lock":
            waits = rule.notice_days > 0 and on < told_on + timedelta(days=rule.notice_days)
            assert found[0].found.step == ("warn" if waits else "lock")
            assert found[0].found.clause == rule.lock_clause
        else:
            assert found == raw
        known = kept(found, known, on) if found else []


@pytest.mark.clause("EL-037")
def test_what_is_held_back_says_until_when_and_for_how_long_it_was_told():
    on = USED + timedelta(days=70)
    noticed = with_notice(lines("rio", on), [], packs=PACKS, not_needed=(), on=on)
    assert noticed.locks_on == {7: on + timedelta(days=7)}
    assert noticed.judged[0].found.detail == "Unused; told of on 2026-03-16, so it locks on 2026-03-23 unless it is used"


def test_what_follows_an_answer_or_was_asked_for_before_or_is_no_disuse_needs_no_notice():
    on = USED + timedelta(days=70)
    raw = lines("rio", on)
    asked = kept(raw, [], on - DAY)
    assert with_notice(raw, [], packs=PACKS, not_needed={7}, on=on).judged == raw
    assert with_notice(raw, asked, packs=PACKS, not_needed=(), on=on).judged == raw
    other = [replace(raw[0], found=replace(raw[0].found, code="authorisation.expired"))]
    assert with_notice(other, [], packs=PACKS, not_needed=(), on=on).judged == other
    assert with_notice(lines("paris", USED + timedelta(days=90)), [], packs=PACKS, not_needed=(), on=on).locks_on == {}
