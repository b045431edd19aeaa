"""Roles, deputies, terms and employment: what the rules of the people room decide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.config.rooms import house
from careward.core import roles
from careward.people.signin import rules
from careward.people.signin.rules import Arrival, Gift, Holding, Step
from careward.people.staff import rules as staff_rules
from careward.people.staff.rules import Deputising, Post

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 10, 1), date(2027, 2, 28))
ENDS = st.none() | DAYS
DONE = Arrival(
    organisations=1, chosen=True, terms_accepted=True, factor_needed=True, factor_known=True, factor_proved=True, demonstration=False
)


def codes(decision: rules.Decision) -> set[str]:
    return {r.code for r in decision.reasons}


@st.composite
def holdings(draw, user_id=st.integers(1, 9)):
    from_on = draw(DAYS)
    to_on = draw(st.none() | st.dates(from_on, date(2027, 3, 31)))
    return Holding(draw(user_id), from_on, to_on)


@st.composite
def deputies(draw):
    from_on = draw(DAYS)
    return Deputising(draw(st.integers(1, 3)), draw(st.integers(4, 6)), from_on, draw(st.none() | st.dates(from_on, date(2027, 3, 31))))


ARRIVALS = st.builds(
    Arrival,
    organisations=st.integers(0, 3),
    chosen=st.booleans(),
    terms_accepted=st.booleans(),
    factor_needed=st.booleans(),
    factor_known=st.booleans(),
    factor_proved=st.booleans(),
    demonstration=st.booleans(),
)


@pytest.mark.clause("PA-003")
@given(ARRIVALS)
def test_nobody_reaches_the_pages_before_accepting_the_terms(arrival):
    assert arrival.terms_accepted or rules.next_step(arrival) is not Step.PAGES


@pytest.mark.clause("LR-027")
@given(ARRIVALS)
def test_a_password_alone_never_opens_a_role_that_needs_a_second_factor(arrival):
    alone = replace(arrival, demonstration=False, factor_needed=True, factor_proved=False)
    assert rules.next_step(alone) is not Step.PAGES or (alone.factor_known and alone.factor_proved)


@given(ARRIVALS)
def test_a_factor_once_held_is_proved_in_every_session(arrival):
    stale = replace(arrival, demonstration=False, factor_known=True, factor_proved=False)
    assert rules.next_step(stale) is Step.PROVE_FACTOR


@given(ARRIVALS)
def test_nobody_without_a_role_reaches_the_pages(arrival):
    assert rules.next_step(replace(arrival, organisations=0)) in (Step.OWN_DATA, Step.PROVE_FACTOR)


def test_the_steps_come_one_after_another():
    assert rules.next_step(DONE) is Step.PAGES
    assert rules.next_step(replace(DONE, chosen=False, organisations=2)) is Step.CHOOSE
    assert rules.next_step(replace(DONE, terms_accepted=False, factor_known=False)) is Step.TERMS
    assert rules.next_step(replace(DONE, factor_known=False, factor_proved=False)) is Step.SET_UP_FACTOR
    assert rules.next_step(replace(DONE, factor_known=False, factor_proved=False, demonstration=True)) is Step.PAGES
    assert rules.next_step(replace(DONE, factor_known=False, factor_needed=False, factor_proved=False)) is Step.PAGES


def gift(**more) -> Gift:
    return Gift(**{"role_title": "Auditor", "known": True, "giver": "user/1", "user_id": 2, "from_on": TODAY, "to_on": None, **more})


def test_a_role_is_given_from_today_to_somebody_else():
    assert rules.may_give_role(gift(), today=TODAY)
    assert rules.may_give_role(gift(giver="cli/root"), today=TODAY)


def test_every_reason_against_giving_is_told_at_once():
    wrong = gift(known=False, giver="user/2", from_on=TODAY - timedelta(2), to_on=TODAY - timedelta(3))
    decision = rules.may_give_role(wrong, today=TODAY)
    assert codes(decision) == {"role.unknown", "role.own", "role.backdated", "role.period_backward"}
    assert all(r.remedy and r.detail for r in decision.reasons)


@given(DAYS, ENDS, st.lists(holdings(user_id=st.just(2)), max_size=4))
def test_a_role_given_never_overlaps_one_held(from_on, to_on, already):
    wanted = gift(from_on=from_on, to_on=to_on, already=tuple(already))
    if rules.may_give_role(wanted, today=date(2026, 10, 1)):
        new = Holding(2, from_on, to_on)
        assert not any(new.covers(d) and h.covers(d) for h in already for d in days())


def days():
    return [date(2026, 10, 1) + timedelta(n) for n in range(200)]


@given(st.sampled_from(sorted(rules.KEPT)), holdings(), DAYS, st.lists(holdings(), max_size=4))
def test_ending_never_leaves_a_day_without_a_role_that_must_be_kept(role, already, end_on, others):
    if rules.may_end_role(role, already, end_on=end_on, today=date(2026, 10, 1), others=others):
        assert all(h_covers(others, d) for d in days() if already.covers(d) and d >= end_on)


def h_covers(others, day):
    return any(o.covers(day) for o in others)


@given(holdings(), DAYS, st.lists(holdings(), max_size=4))
def test_other_roles_end_whenever_they_are_held(already, end_on, others):
    decision = rules.may_end_role("auditor", already, end_on=end_on, today=date(2026, 10, 1), others=others)
    assert bool(decision) == (already.from_on <= end_on and (already.to_on is None or end_on < already.to_on))


def test_the_last_privacy_officer_stays():
    alone = Holding(1, date(2026, 1, 1))
    refused = rules.may_end_role("privacy_officer", alone, end_on=TODAY, today=TODAY, others=[])
    assert codes(refused) == {"role.last_kept"}
    assert "23 November 2026" in refused.reasons[0].detail
    second = Holding(2, date(2026, 6, 1))
    assert rules.may_end_role("privacy_officer", alone, end_on=TODAY, today=TODAY, others=[second])
    leaving = replace(second, to_on=date(2027, 1, 1))
    assert codes(rules.may_end_role("privacy_officer", alone, end_on=TODAY, today=TODAY, others=[leaving])) == {"role.last_kept"}


def test_a_role_is_not_ended_in_the_past():
    assert codes(rules.may_end_role("auditor", Holding(1, date(2026, 1, 1)), end_on=date(2026, 11, 22), today=TODAY, others=[])) == {
        "role.backdated"
    }


@pytest.mark.clause("PA-021")
@given(st.lists(deputies(), max_size=5), st.integers(1, 3), st.integers(4, 6), DAYS)
def test_a_deputy_acts_exactly_within_their_dates(known, manager, actor, on):
    within = any(d.manager_id == manager and d.deputy_id == actor and d.from_on <= on and (d.to_on is None or on < d.to_on) for d in known)
    assert bool(staff_rules.may_act_for(manager, actor, deputies=known, on=on, clause="PA-021")) == within


@pytest.mark.clause("PA-021")
def test_an_expired_deputy_is_refused_and_told_until_when():
    known = [Deputising(1, 2, date(2026, 11, 1), date(2026, 11, 23))]
    assert staff_rules.may_act_for(1, 2, deputies=known, on=date(2026, 11, 22), clause="PA-021")
    refused = staff_rules.may_act_for(1, 2, deputies=known, on=TODAY, clause="PA-021")
    assert codes(refused) == {"deputy.expired"}
    assert refused.reasons[0].clause == "PA-021"
    assert "until 22 November 2026" in refused.reasons[0].detail


def test_a_manager_acts_for_themselves_and_a_deputy_to_come_does_not_yet():
    assert staff_rules.may_act_for(1, 1, deputies=[], on=TODAY, clause="PA-021")
    assert codes(staff_rules.may_act_for(1, 2, deputies=[], on=TODAY, clause="PA-021")) == {"deputy.missing"}
    assert codes(staff_rules.may_act_for(1, 2, deputies=[Deputising(1, 2, date(2026, 12, 1))], on=TODAY, clause="PA-021")) == {
        "deputy.not_begun"
    }


def test_the_terms_seen_must_be_the_terms_in_force():
    assert rules.may_accept_terms(shown="a", in_force="a", clause="PA-003")
    assert codes(rules.may_accept_terms(shown="a", in_force="b", clause="PA-003")) == {"terms.changed"}


@pytest.mark.parametrize(
    ("on", "persona", "expected"), [(True, True, set()), (False, True, {"demonstration.off"}), (True, False, {"persona.missing"})]
)
def test_a_persona_is_entered_only_in_a_demonstration(on, persona, expected):
    assert codes(rules.may_enter_as_persona(demonstration=on, persona=persona)) == expected


def post(**more) -> Post:
    facts = {
        "team_id": 1, "team": "Crisis team", "job": "Nurse", "person_type": "employee", "status": "active", "is_primary": True,
        "start_on": date(2020, 1, 1), "end_on": None, "gone_on": None, "supervisor": "",
    }  # fmt: skip
    return Post(**{**facts, **more})


@pytest.mark.parametrize(
    ("posts", "state", "words"),
    [
        ([post()], "here", "Works here"),
        ([post(end_on=TODAY)], "here", "Works here"),
        ([post(end_on=date(2026, 11, 22))], "left", "Left on 22 November 2026"),
        ([post(gone_on=TODAY)], "left", "Left on 23 November 2026"),
        ([post(status="terminated")], "left", "Left"),
        ([post(status="maternity")], "away", "On maternity leave"),
        ([post(status="maternity"), post(is_primary=False)], "here", "Works here"),
        ([post(start_on=date(2026, 12, 1))], "coming", "Begins on 1 December 2026"),
        ([], "left", "Left"),
    ],
)
def test_employment_is_told_from_all_posts(posts, state, words):
    assert staff_rules.employment(posts, TODAY) == staff_rules.Employment(state, words)


def test_the_post_that_stands_for_someone_is_held_then_primary_then_latest():
    ended, second, first = post(end_on=date(2021, 1, 1)), post(is_primary=False, start_on=date(2026, 1, 1)), post(start_on=date(2025, 1, 1))
    assert staff_rules.main_post([ended, second, first], TODAY) is first
    assert staff_rules.main_post([ended, second], TODAY) is second
    assert staff_rules.main_post([], TODAY) is None


@pytest.mark.clause("LR-003")
def test_roles_cover_professionals_administrators_and_support_staff():
    assert {"clinician", "trust_administrator", "service_desk"} <= roles.ROLES.keys()


def test_national_codes_stand_for_one_role_each():
    known = [code for role in roles.ROLES.values() for code in role.rbac]
    assert len(known) == len(set(known))


def test_every_role_that_sees_more_than_its_own_data_needs_a_second_factor():
    assert [name for name, role in roles.ROLES.items() if house().permissions_of([name]) and not role.second_factor] == []
    assert roles.second_factor_needed(["gone"])
    assert not roles.second_factor_needed(["clinician"])
    assert not roles.second_factor_needed([])


def test_every_role_says_what_it_sees():
    assert all(role.sees and role.title for role in roles.ROLES.values())
    assert house().who_may("signin:roles:give") == ("Trust administrator",)
    assert house().permissions_of(["gone"]) == frozenset()
