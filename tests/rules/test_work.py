"""Whose a task is, when it may be said to be done, and where it stands in the inbox."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careward.core.rights import EVERYWHERE, Rights, united
from careward.work.tasks import rules
from careward.work.tasks.rules import DO, READ_BACK, TASK, Doer

PEOPLE = st.integers(1, 4)
ROLES = st.sampled_from(["line_manager", "system_administrator", "head_of_ig"])
SYSTEMS = st.sampled_from(["paris", "rio", "epma"])
REACH = st.just(EVERYWHERE) | st.frozensets(SYSTEMS, min_size=1)
RIGHTS = st.builds(Rights, st.dictionaries(st.just(DO), REACH), st.dictionaries(ROLES, REACH))
DOERS = st.builds(Doer, st.none() | PEOPLE, st.frozensets(PEOPLE), RIGHTS)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(doer=DOERS, role=ROLES, system=SYSTEMS | st.just(""), assignee=PEOPLE)
def test_a_named_task_belongs_to_its_person_and_who_stands_in_for_them_whatever_their_roles(doer, role, system, assignee):
    assert rules.is_theirs(role=role, system_code=system, assignee_id=assignee, doer=doer) == (
        assignee in doer.stands_in_for | {doer.person_id}
    )


@given(doer=DOERS, role=ROLES, system=SYSTEMS | st.just(""))
def test_a_task_of_a_role_belongs_to_who_holds_it_for_that_system(doer, role, system):
    mine = rules.is_theirs(role=role, system_code=system, assignee_id=None, doer=doer)
    held = doer.rights.roles.get(role, frozenset())
    assert mine == (bool(held) and (not system or system in held))


@given(doer=DOERS, role=ROLES, system=SYSTEMS | st.just(""), also=ROLES, reach=REACH)
def test_one_more_role_never_takes_a_task_away(doer, role, system, also, reach):
    roles = {**doer.rights.roles, also: united(doer.rights.roles.get(also, frozenset()), reach)}
    more = Doer(doer.person_id, doer.stands_in_for, Rights(doer.rights.permissions, roles))
    before = rules.is_theirs(role=role, system_code=system, assignee_id=None, doer=doer)
    assert rules.is_theirs(role=role, system_code=system, assignee_id=None, doer=more) >= before


@given(doer=DOERS, system=SYSTEMS, assignee=st.none() | PEOPLE)
def test_a_task_of_a_system_is_done_by_a_right_to_that_system_or_by_its_name(doer, system, assignee):
    may = DO in doer.holds(system_code=system, assignee_id=assignee)
    assert may == doer.rights.may(DO, system=None if doer.named(assignee) else system)


@given(theirs=st.booleans(), own=st.booleans(), evidence=st.sampled_from(["", " ", "\t\n", "Locked"]))
def test_done_is_said_of_one_s_own_task_about_another_with_what_was_done(theirs, own, evidence):
    decision = rules.may_say_done(theirs=theirs, about_themselves=own, evidence=evidence, clause="EL-023")
    wrong = {"task.not_yours": not theirs, "task.about_yourself": own, "evidence.missing": not evidence.strip()}
    assert [r.code for r in decision.reasons] == [code for code, is_so in wrong.items() if is_so]
    assert bool(decision) == (not any(wrong.values()))
    assert all(r.clause and r.detail for r in decision.reasons)


def test_only_reading_back_closes_a_task_and_a_closed_one_stays_closed():
    assert TASK.dead_ends == {"closed"} and TASK.reachable() == set(TASK.states)
    for state in TASK.states:
        assert not TASK.may("close", state=state, holds={DO}, gates={})
    assert TASK.may("close", state="open", holds=READ_BACK, gates={})
    assert not TASK.may("say_done", state="open", holds=READ_BACK, gates={})


@given(due=DAYS, today=DAYS)
def test_every_task_stands_in_one_group_and_later_is_never_before(due, today):
    ends = today + timedelta(days=6 - today.weekday())
    order = ["late", "today", "week", "later"]
    group = rules.group_of(due_on=due, today=today, week_ends_on=ends)
    assert (group == "late") == (due < today) and (group == "today") == (due == today)
    after = rules.group_of(due_on=due + timedelta(days=1), today=today, week_ends_on=ends)
    assert order.index(after) >= order.index(group)


def test_the_week_ends_on_the_day_it_is_given():
    friday = date(2026, 11, 27)
    assert rules.group_of(due_on=friday, today=date(2026, 11, 23), week_ends_on=friday) == "week"
    assert rules.group_of(due_on=friday + timedelta(days=1), today=date(2026, 11, 23), week_ends_on=friday) == "later"
