"""When a load is held, refused, applied and taken back; and whom a leavers report may mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds import rules
from careward.access.feeds.rules import (
    LOADS,
    STATE_WORDS,
    FileFigures,
    fitting,
    judge,
    name_words,
    too_late,
    untouched,
    usable,
    waited_too_long,
)
from careward.core.decision import ALLOWED
from careward.core.packs.pack import load

SAFETY = load("base").safety
counts = st.integers(0, 5_000)


@st.composite
def figures(draw):
    added, changed, unchanged, gone, refused = (draw(counts) for _ in range(5))
    had = draw(counts)
    blanked = {"email": (had, draw(st.integers(0, had)))}
    passing = draw(st.integers(0, changed))
    return FileFigures(
        "staff.csv", added + changed + unchanged, refused, changed + unchanged + gone, added, changed, unchanged, gone, passing, blanked
    )


def codes(decision):
    return [r.code for r in decision.reasons]


@given(figures())
def test_each_reason_is_there_exactly_when_its_figure_is_over(one):
    expected = []
    if one.rows == 0 and one.standing:
        expected.append("feed.empty")
    if one.rows and one.gone > 3 and one.gone / one.standing > SAFETY.most_dropped_percent / 100:
        expected.append("feed.dropped")
    known = one.changed + one.unchanged
    if known >= SAFETY.least_rows and (one.changed - one.passing) / known > SAFETY.most_changed_percent / 100:
        expected.append("feed.shifted")
    whole = one.rows + one.refused
    if whole >= SAFETY.least_rows and one.refused / whole > SAFETY.most_refused_percent / 100:
        expected.append("feed.unreadable")
    had, lost = one.blanked["email"]
    if lost > 3 and lost / had > 0.5:
        expected.append("feed.blanked")
    assert codes(judge([one], SAFETY)) == expected


@given(figures())
def test_files_are_judged_each_for_itself(one):
    alone = judge([one], SAFETY)
    assert judge([one, one], SAFETY).reasons == alone.reasons * 2
    assert all(r.clause == "house" and r.detail and r.remedy for r in alone.reasons)


@given(figures())
def test_fewer_rows_than_the_least_are_never_held_for_the_share_that_changed_or_was_refused(one):
    patient = replace(SAFETY, least_rows=1_000_000)
    assert set(codes(judge([one], patient))) <= {"feed.empty", "feed.dropped", "feed.blanked"}


@given(st.integers(0, 12), st.integers(0, 12))
def test_of_a_list_however_short_three_may_go_and_four_only_within_the_share(stay, gone):
    held = judge([FileFigures("f", max(stay, 1), standing=stay + gone, gone=gone)], SAFETY)
    assert bool(held) == (gone <= 3 or gone * 100 <= SAFETY.most_dropped_percent * (stay + gone))


@given(st.integers(20, 200), st.data())
def test_what_changes_from_day_to_day_alone_never_holds_a_list(rows, data):
    passing = data.draw(st.integers(0, rows))
    assert judge([FileFigures("f", rows, standing=rows, changed=passing, unchanged=rows - passing, passing=passing)], SAFETY)


@given(counts, counts)
def test_losing_more_never_makes_it_safer(standing, more):
    gone = min(standing, more)
    held = [not judge([FileFigures("f", 1, standing=standing, gone=n)], SAFETY) for n in (gone, standing)]
    assert held[1] >= held[0]


def test_an_empty_file_is_held_even_when_little_stood():
    assert codes(judge([FileFigures("f", 0, standing=1)], SAFETY)) == ["feed.empty"]
    assert judge([FileFigures("f", 0)], SAFETY)


def test_a_load_is_usable_when_any_file_is():
    nothing, bad = FileFigures("f", 0), FileFigures("f", 0, refused=3)
    assert usable([nothing, FileFigures("g", 1)], whole_problems=5)
    assert usable([FileFigures("f", 0, standing=4)], whole_problems=0)
    assert codes(usable([nothing], whole_problems=0)) == ["load.empty"]
    assert codes(usable([nothing, bad], whole_problems=0)) == ["load.unusable"]
    assert codes(usable([], whole_problems=1)) == ["load.unusable"]
    assert codes(usable([replace(nothing, usable=False)], whole_problems=0)) == ["load.unusable"]


def test_every_state_is_reached_and_undone_is_the_end():
    assert LOADS.reachable() == set(LOADS.states) == {"waiting", "examined", "held", "refused", "applied", "undone"}
    assert LOADS.dead_ends == {"undone"}
    assert set(rules.STATE_WORDS) == set(LOADS.states)


@given(st.sampled_from(sorted(LOADS.states)), st.sampled_from([m.name for m in LOADS.moves]), st.booleans())
def test_a_move_needs_its_state_and_its_permission(state, name, allowed):
    move = LOADS.move(name)
    held = frozenset({move.needs}) if allowed else frozenset()
    decision = LOADS.may(name, state=state, holds=held, gates=dict.fromkeys(move.gates, ALLOWED))
    assert bool(decision) == (allowed and state in move.sources)


def test_only_someone_with_its_own_permission_allows_what_is_held():
    assert LOADS.move("allow").needs == "feeds:loads:allow"
    by_people = {m.name: m.needs for m in LOADS.moves if ":" in m.needs}
    assert {needs for name, needs in by_people.items() if name not in ("allow", "vouch")} == {"feeds:loads:run"}
    assert {m.name for m in LOADS.moves} - by_people.keys() == {"hold", "refuse", "expire"}


@given(st.booleans(), st.booleans())
def test_what_moved_is_named(files, rows):
    decision = rules.unmoved(same_files=files, same_rows=rows)
    assert codes(decision) == ["file.changed"] * (not files) + ["load.moved"] * (not rows)


def test_every_later_load_is_named():
    decision = untouched([(9, "2026-11-23", 1), (8, "2026-11-22", 1_200)])
    assert codes(decision) == ["rows.touched_later"] * 2
    assert "1 of the same rows" in decision.reasons[0].detail
    assert "1,200 of the same rows" in decision.reasons[1].detail
    assert untouched([])


def test_a_load_whose_rows_a_later_list_names_again_stays():
    decision = untouched([(9, "2026-11-23", 1)], [(9, "2026-11-23", ("staff.csv",)), (8, "2026-11-22", ("staff.csv", "training.csv"))])
    assert [(r.code, r.remedy) for r in decision.reasons] == [
        ("rows.touched_later", "Take back load 9 first"),
        ("rows.named_later", "Take back load 8 first"),
    ]
    assert "staff.csv and training.csv" in decision.reasons[1].detail


TEAM = [(1, "Carol", "", "Dewhurst"), (2, "Samuel", "Sam", "Lee"), (3, "Sam", "", "Lee"), (4, "Zoë", "", "O’Neill-Smith")]


@pytest.mark.clause("EL-048")
@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Carol Dewhurst", [1]),
        ("Dewhurst, Carol", [1]),
        ("MRS CAROL DEWHURST", [1]),
        ("Carol Dewhirst", [1]),
        ("C Dewhurst", [1]),
        ("Sam Lee", [2, 3]),
        ("Samuel Lee", [2]),
        ("zoe oneill smith", [4]),
        ("Carol", []),
        ("", []),
        ("Someone Else", []),
    ],
)
def test_a_name_fits_those_called_so_else_those_called_nearly_so(name, who):
    assert fitting(name, TEAM) == who


names = st.text(st.sampled_from("abcdefgÀéö'-"), min_size=2, max_size=8).filter(lambda t: name_words(t))


@pytest.mark.clause("EL-048")
@given(names, names)
def test_a_person_always_fits_their_own_name_in_either_order(first, last):
    person = [(7, first, "", last)]
    assert fitting(f"{first} {last}", person) == fitting(f"{last}, {first}", person) == [7]


@given(st.sampled_from(sorted(STATE_WORDS)), st.timedeltas(timedelta(0), timedelta(days=30)), st.booleans())
def test_only_files_that_nobody_asked_for_wait_too_long(state, waited, asked_for):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    waits = state in ("waiting", "examined", "held") and not asked_for
    assert waited_too_long(state, since=now - waited, now=now, asked_for=asked_for) == (waits and waited > timedelta(days=7))


def test_a_load_that_waited_too_long_says_what_to_do():
    assert [(r.code, r.remedy) for r in too_late().reasons] == [("load.expired", "Choose the files again")]


@given(st.lists(st.sampled_from(["email", "last_used_at", "end_on", "team"]), unique=True))
def test_a_column_that_the_last_load_had_holds_the_load_and_is_named(gone):
    held = judge([FileFigures("accounts/paris.csv", 1, columns_gone=tuple(gone))], SAFETY)
    assert codes(held) == (["feed.column_gone"] if gone else [])
    assert all(name in held.reasons[0].detail and "accounts/paris.csv" in held.reasons[0].detail for name in gone)
