"""Entries as bytes: many at once are as many one by one, and no body passes for two, nor two for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.evidence.ledger import rules
from careward.evidence.ledger.rules import Row

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(TEXTS, VALUES, max_size=4).map(json.dumps)
BENT = st.sampled_from(
    ["", "{", "{}, {}", '{"a": 1,"b": 2}', '{"a": 1, "a": 1}', "NaN", '{"a": 1e999}', '{"a": "\\ud800"}', " {}", "[[[", b"{}", None, 7]
)


def row(number: int, body: object, actor: object = "user/7 \u2028 \u00e9") -> Row:
    return Row(number, "RX3", "2026-11-22T10:31:00.000000Z", actor, "account.locked", f"account/{number}", body)  # type: ignore[arg-type]


def alone(one: Row) -> bytes:
    try:
        return rules.leaf_to_the_letter(one)
    except (ValueError, TypeError, RecursionError):
        return b""


@given(st.lists(BODIES, min_size=1, max_size=8))
def test_many_leaves_at_once_are_as_one_by_one(bodies):
    rows = [row(number, body) for number, body in enumerate(bodies)]
    assert rules.leaves_together(rows, to_the_letter=True) == [alone(one) for one in rows]
    assert rules.leaves_together(rows, to_the_letter=False) == [rules.leaf(one) for one in rows]


@given(st.lists(BODIES | BENT, min_size=1, max_size=6))
def test_where_one_is_bent_each_is_told_alone(bodies):
    rows = [row(number, body) for number, body in enumerate(bodies)]
    assert rules.leaves_together(rows, to_the_letter=True) in (None, [alone(one) for one in rows])


@pytest.mark.parametrize(
    "bodies",
    [
        ['{"a": 1}, {"b": 2}', '{"x": [{"k": 1}', '{"k": 2}]}'],  # together they would read as three good ones
        ['{"a": 1}, {"b": 2}', '{"x": {"k": 1}', '"y": {"k": 2}}'],
        ["", '{"a": 1}, {"b": 2}'],
        ['{"a": [1', "2]}", '{"b": 1}, {"c": 1}'],
    ],
)
def test_bodies_cut_elsewhere_are_not_those_that_were_written(bodies):
    assert rules.leaves_together([row(number, body) for number, body in enumerate(bodies)], to_the_letter=True) is None


@pytest.mark.parametrize("actor", [b"user/7", None, 7])
def test_a_column_that_is_no_text_never_has_the_leaf_of_the_text(actor):
    good = rules.leaves_together([row(1, "{}", "7" if actor == 7 else "user/7")], to_the_letter=True)
    assert rules.leaves_together([row(1, "{}", actor)], to_the_letter=True) != good


def test_a_link_that_keeps_its_leaves_binds_of_which_entries_they_are():
    said = {"lane": "RX3", "number": 1, "before": bytes(32), "leaves": [bytes(32)]}
    assert len({rules.link_hash(b"k", **said, ids=ids) for ids in ("", "[[1, 1]]", "[[2, 2]]")}) == 3
