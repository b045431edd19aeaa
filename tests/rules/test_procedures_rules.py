"""How clauses stand, what figures say, when a review is late, and what may be adopted."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.ports import Measured
from careward.governance.procedures import rules
from careward.governance.procedures.rules import Running

TODAY = date(2026, 11, 23)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
measured = st.integers(0, 50).flatmap(lambda total: st.integers(0, total).map(lambda complies: Measured(total, complies)))


@dataclass(frozen=True)
class D:
    mark: str
    to_put_right: int = 0
    late: int = 0


said = st.sampled_from(["", "requests are not taken yet"])
few = st.integers(0, 2)


@given(st.sampled_from("HTD"), st.sampled_from(["", *rules.LEVELS]), said, few, few)
def test_nothing_is_done_below_its_level_without_a_test_and_a_break_or_with_a_part_missing(
    kind: str, level: str, partly: str, tests: int, breaks: int
):
    lacking = rules.lacking(kind=kind, level=level, partly=partly, tests=tests, breaks=breaks)
    state = rules.clause_state(kind=kind, level=level, lacking=lacking)
    least = {"D": "shown", "T": "asked", "H": "prevented"}[kind]
    enough = level != "" and rules.LEVELS.index(level) >= rules.LEVELS.index(least)
    assert (state == "done") == (enough and not partly and tests > 0 and breaks > 0)
    assert (state == "missing") == (level == "")
    assert (lacking != "") == (state == "partly") or not level


def test_how_far_a_clause_is_carried_is_said_in_whole_sentences():
    assert tuple(rules.CARRIED_WORDS) == rules.LEVELS
    assert all(told.startswith("Careward ") and told.endswith(".") for told in rules.CARRIED_WORDS.values())


@given(st.sampled_from(["done", "partly", "missing"]), st.booleans(), st.none() | measured, st.integers(0, 3))
def test_every_clause_stands_in_one_place_and_trouble_comes_first(state: str, countable: bool, counted: Measured | None, late: int):
    mark = rules.mark_of(state=state, countable=countable, measured=counted, late=late)
    assert mark in rules.MARKS
    assert (mark in ("fix", "late")) == (counted is not None and counted.complies < counted.total)
    if mark == "kept":
        assert state == "done" and (counted is None or counted.complies == counted.total > 0)


def test_no_cases_is_never_called_kept():
    assert rules.mark_of(state="done", countable=True, measured=Measured(0, 0), late=0) == "uncounted"
    assert rules.mark_of(state="done", countable=True, measured=None, late=0) == "uncounted"
    assert rules.mark_of(state="done", countable=False, measured=None, late=0) == "kept"
    assert rules.mark_of(state="partly", countable=True, measured=Measured(4, 4), late=0) == "part"
    assert rules.mark_of(state="missing", countable=False, measured=None, late=0) == "absent"


duties = st.lists(st.builds(D, st.sampled_from(rules.MARKS), st.integers(0, 9), st.integers(0, 9)))


@given(duties)
def test_the_figures_account_for_every_duty_once(known: list[D]):
    f = rules.figures(known)
    assert f.duties == f.kept + f.to_put_right + f.part + f.uncounted + f.absent == len(known)
    assert f.late <= f.to_put_right


@given(duties)
def test_the_worst_duty_is_one_to_put_right_and_none_has_more_cases(known: list[D]):
    found = rules.worst(known)
    wanting = [d for d in known if d.mark in ("fix", "late")]
    assert (found is None) == (not wanting)
    if found:
        assert found in wanting and found.to_put_right == max(d.to_put_right for d in wanting)


def test_every_standing_has_a_view():
    assert {s for view in rules.VIEWS.values() for s in view} == set(rules.MARKS)


@pytest.mark.clause("PA-096", "LR-001")
@pytest.mark.parametrize(
    ("due", "name", "words"),
    [
        (date(2026, 11, 22), "late", "Its review was due on 22 November 2026, 1 day ago"),
        (date(2024, 5, 12), "late", "Its review was due on 12 May 2024, 925 days ago"),
        (date(2026, 11, 23), "wait", "Its review is due on 23 November 2026, today"),
        (date(2027, 2, 21), "wait", "Its review is due on 21 February 2027, in 90 days"),
        (date(2027, 2, 22), "ok", "Next review 22 February 2027"),
        (None, "none", "No review date is given"),
    ],
)
def test_a_review_is_late_the_day_after_it_was_due_and_near_ninety_days_before(due: date | None, name: str, words: str):
    assert (rules.review_state(due, today=TODAY, warn_days=90).name, rules.review_state(due, today=TODAY, warn_days=90).words) == (
        name,
        words,
    )


@pytest.mark.clause("PA-096", "LR-054")
@given(days, days, st.integers(0, 400))
def test_a_review_once_late_stays_late(due: date, today: date, later: int):
    now, then = (
        rules.review_state(due, today=today, warn_days=90),
        rules.review_state(due, today=today + timedelta(days=later), warn_days=90),
    )
    assert now.late == (due < today)
    assert then.late or not now.late


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), days, st.none() | days)), st.sampled_from(["a", "b"]), days)
def test_a_document_runs_at_most_once_on_any_day(held: list[tuple[str, date, date | None]], document: str, from_on: date):
    others = [Running(*h) for h in held if h[2] is None or h[2] > h[1]]
    wanted = Running(document, from_on)
    decision = rules.may_adopt(wanted, known=True, others=others, clause="PA-001")
    clash = any(o.document == document and (o.to_on is None or o.to_on > from_on) for o in others)
    assert bool(decision) == (not clash)


@given(days, days, st.none() | days)
def test_an_adoption_ends_only_after_it_began_and_never_later_than_it_did(from_on: date, to_on: date, ended: date | None):
    decision = rules.may_end(Running("a", from_on, ended), to_on=to_on, clause="PA-001")
    assert bool(decision) == (to_on > from_on and (ended is None or to_on < ended))
    assert all(r.remedy and r.detail for r in decision.reasons)
