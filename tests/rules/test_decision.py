"""Decisions: truthy when allowed, and no reason ever hides another."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.decision import ALLOWED, Decision, Reason, Refused, refuse

reason = st.builds(
    Reason,
    code=st.sampled_from(["a.missing", "b.expired", "c.wrong"]),
    clause=st.sampled_from(["PA-001", "EL-002"]),
    detail=st.text(max_size=5),
)
decision = st.lists(reason, max_size=4).map(lambda reasons: Decision(tuple(reasons)))


@given(decision, decision, decision)
def test_joining_keeps_every_reason_in_order(one: Decision, two: Decision, three: Decision) -> None:
    assert ((one & two) & three).reasons == (one & (two & three)).reasons == one.reasons + two.reasons + three.reasons
    assert bool(one & two) == (bool(one) and bool(two))
    assert one & ALLOWED == one == ALLOWED & one


def test_allowed_is_true_and_a_refusal_is_not() -> None:
    assert ALLOWED and not refuse("training.missing", "PA-011")


def test_a_refusal_carries_its_words() -> None:
    (only,) = refuse("training.missing", "PA-011", "no data security course", "book the course").reasons
    assert (only.code, only.clause, only.detail, only.remedy) == (
        "training.missing",
        "PA-011",
        "no data security course",
        "book the course",
    )


def test_a_decision_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ALLOWED.reasons = ()  # type: ignore[misc]


def test_the_error_carries_the_whole_decision() -> None:
    against = refuse("training.missing", "PA-011", "no course") & refuse("approval.missing", "PA-008")
    error = Refused(against)
    assert error.decision is against
    assert str(error) == "training.missing (PA-011) no course; approval.missing (PA-008)"
