"""State tables: what may be done, by whom, and why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.decision import ALLOWED, refuse
from careward.core.machine import Machine, Move

ACCOUNT = Machine(
    name="account",
    start="asked",
    moves=(
        Move("open", frozenset({"asked"}), "active", "accounts:accounts:open", gates=("training", "approval")),
        Move("lock", frozenset({"active"}), "locked", "accounts:accounts:shut"),
        Move("close", frozenset({"active", "locked"}), "closed", "read_back"),
        Move("refuse", frozenset({"asked"}), "refused", "accounts:accounts:open"),
    ),
    ends=frozenset({"closed", "refused"}),
)


def test_states_ends_and_what_can_be_reached() -> None:
    assert ACCOUNT.states == ("asked", "active", "locked", "closed", "refused")
    assert ACCOUNT.dead_ends == ACCOUNT.ends == {"closed", "refused"}
    assert ACCOUNT.reachable() == set(ACCOUNT.states)
    assert ACCOUNT.reachable("locked") == {"locked", "closed"}


def test_a_state_nothing_leads_to_is_seen() -> None:
    broken = Machine("broken", "a", (Move("go", frozenset({"b"}), "c", "x"), Move("round", frozenset({"a"}), "a", "x")))
    assert broken.reachable() == {"a"} and broken.states == ("a", "c", "b")
    assert broken.dead_ends == {"a", "c"}


def test_a_move_is_allowed_from_its_state_by_who_holds_what_it_needs_when_its_gates_hold() -> None:
    gates = {"training": ALLOWED, "approval": ALLOWED}
    assert ACCOUNT.may("open", state="asked", holds=frozenset({"accounts:accounts:open"}), gates=gates)


def test_a_refusal_gives_every_reason_at_once() -> None:
    gates = {"training": refuse("training.missing", "PA-011"), "approval": refuse("approval.missing", "PA-008")}
    decision = ACCOUNT.may("open", state="closed", holds=frozenset(), gates=gates)
    assert [r.code for r in decision.reasons] == ["state.wrong", "permission.missing", "training.missing", "approval.missing"]


def test_a_gate_nobody_looked_at_is_an_error_and_never_a_yes() -> None:
    with pytest.raises(KeyError, match="approval"):
        ACCOUNT.may("open", state="asked", holds=frozenset({"accounts:accounts:open"}), gates={"training": ALLOWED})


def test_an_unknown_move_is_named() -> None:
    with pytest.raises(KeyError, match="'reopn'"):
        ACCOUNT.may("reopn", state="closed", holds=frozenset(), gates={})


def test_two_moves_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two moves"):
        Machine("m", "a", (Move("go", frozenset({"a"}), "b", "x"), Move("go", frozenset({"b"}), "c", "x")))


def test_the_diagram_names_every_move() -> None:
    drawn = ACCOUNT.mermaid().splitlines()
    assert drawn[:2] == ["stateDiagram-v2", "    [*] --> asked"] and drawn[-2:] == ["    closed --> [*]", "    refused --> [*]"]
    assert "    locked --> closed: close (read_back)" in drawn and len(drawn) == 2 + 5 + 2


@given(
    st.sampled_from(sorted(ACCOUNT.states)),
    st.sampled_from(ACCOUNT.moves),
    st.sampled_from(["accounts:accounts:open", "accounts:accounts:shut", "read_back", "nobody"]),
)
def test_allowed_exactly_when_state_and_what_is_held_fit(state: str, move: Move, held: str) -> None:
    decision = ACCOUNT.may(move.name, state=state, holds=frozenset({held}), gates=dict.fromkeys(move.gates, ALLOWED))
    assert bool(decision) == (state in move.sources and held == move.needs)


@pytest.mark.parametrize("needs", ["", "Administrator", "tasks:do", "a:b:c:d", "read back"])
def test_what_a_move_needs_is_a_permission_or_a_mark_and_nothing_else(needs: str) -> None:
    with pytest.raises(ValueError, match="neither a permission nor a mark"):
        Move("go", frozenset({"a"}), "b", needs)
