"""What every connector keeps to, whichever way it reaches a system: the worklist and files first, LDAP and SCIM to come."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.changes import STEPS, Came, Change, Observed, Proof, proof_of
from careward.core.packs.safety import Safety
from careward.core.ports import Connector
from careward.engines.connectors.csv.batches import Batches
from careward.engines.connectors.worklist.connector import Worklist
from tests.make.connectors import Chaos, InMemory

SAFETY = Safety(10, 10, 50, 10, 20)
KINDS = ("worklist", "csv", "memory", "chaos")
words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
listed = st.none() | st.lists(words, max_size=3).map(tuple)
drawn = st.builds(Change, words, st.sampled_from(["paris", "rio"]), st.just("live"), words, st.sampled_from(STEPS), words, listed, listed)
wanted_changes = st.lists(drawn, max_size=12)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


def made(kind: str, out: Path) -> Connector:
    return {"worklist": Worklist, "csv": lambda: Batches(out), "memory": InMemory, "chaos": lambda: Chaos(7)}[kind]()


@pytest.mark.parametrize("kind", KINDS)
@given(wanted=wanted_changes)
def test_every_wanted_change_of_the_system_is_planned_or_named_as_impossible(kind, out, wanted):
    plan = made(kind, out).plan("paris", wanted, open_accounts=10)
    here = {c.key for c in wanted if c.system == "paris"}
    assert {c.key for c in (*plan.changes, *plan.cannot)} == here
    assert len(plan.changes) + len(plan.cannot) == len(here)
    assert all(c.system == "paris" for c in plan.changes)


@pytest.mark.parametrize("kind", KINDS)
@given(wanted=wanted_changes)
def test_each_change_has_one_outcome_in_the_order_of_the_plan_and_words_where_somebody_must_act(kind, out, wanted):
    connector = made(kind, out)
    plan = connector.plan("paris", wanted, open_accounts=10)
    came = list(connector.apply(plan))
    assert [o.change for o in came] == list(plan.changes)
    assert all(o.words for o in came if o.came is not Came.MADE)


@pytest.mark.parametrize("kind", ["memory", "chaos"])
@given(wanted=wanted_changes)
def test_a_plan_applied_again_makes_each_change_once(kind, out, wanted):
    connector = made(kind, out)
    plan = connector.plan("paris", wanted, open_accounts=10)
    for _ in range(3):
        list(connector.apply(plan))
    assert len(connector.done) == len(set(connector.done))


@given(wanted=wanted_changes, seed=st.integers(0, 999))
def test_behind_a_bad_line_only_reading_back_is_believed(wanted, seed):
    system = Chaos(seed)
    once = [c for c in {c.account: c for c in wanted}.values() if c.system == "paris"]
    came = list(system.apply(system.plan("paris", once, open_accounts=10)))
    proofs = dict(system.read_back([o.change for o in came], system.accounts, whole_list=True))
    for outcome in came:
        if outcome.came is Came.MADE:
            assert proofs[outcome.change] is Proof.PROVED
        if outcome.came is Came.FAILED and outcome.change.step not in ("lock", "close"):
            assert proofs[outcome.change] is Proof.NOT_SO


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_nobody_knows_is_an_error(kind, out):
    with pytest.raises(ValueError, match="erase"):
        made(kind, out).plan("paris", [Change("1", "paris", "live", "jo", "erase")], open_accounts=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("shut", "open_accounts", "safe"), [(3, 3, True), (4, 4, False), (5, 50, True), (6, 50, False), (5, 0, False)])
def test_a_plan_that_shuts_too_many_is_not_safe(kind, out, shut, open_accounts, safe):
    steps = [("lock", "close")[n % 2] for n in range(shut)]
    wanted = [Change(f"k{n}", "paris", "live", f"u{n}", step) for n, step in enumerate(steps)]
    wanted += [Change(f"a{n}", "paris", "live", f"a{n}", "amend") for n in range(40)]  # rights put right shut nobody out
    decision = made(kind, out).plan("paris", wanted, open_accounts=open_accounts).safe(SAFETY)
    assert bool(decision) is safe
    if not safe:
        assert f"{shut} of {open_accounts}" in decision.reasons[0].detail


@pytest.mark.parametrize(
    ("step", "status", "proof"),
    [
        ("lock", "locked", Proof.PROVED), ("lock", "closed", Proof.PROVED), ("lock", "active", Proof.NOT_SO),
        ("close", "closed", Proof.PROVED), ("close", "locked", Proof.NOT_SO), ("reopen", "active", Proof.PROVED),
        ("reopen", "locked", Proof.NOT_SO),
    ],
)  # fmt: skip
def test_what_the_next_reading_shows_is_the_proof(step, status, proof):
    assert proof_of(Change("1", "paris", "live", "jo", step), {("live", "jo"): Observed(status)}, whole_list=True) is proof


def test_an_account_that_is_missing_proves_a_closing_only_from_a_whole_list():
    change = Change("1", "paris", "live", "jo", "close")
    assert proof_of(change, {}, whole_list=True) is Proof.PROVED
    assert proof_of(change, {}, whole_list=False) is Proof.UNTOLD
    assert proof_of(Change("1", "paris", "live", "jo", "create"), {}, whole_list=True) is Proof.NOT_SO


def test_rights_are_proved_by_being_the_same_whatever_their_case_and_order_and_untold_where_the_list_does_not_say():
    change = Change("1", "paris", "live", "jo", "amend", roles=("Nurse", "View"))
    assert proof_of(change, {("live", "jo"): Observed("active", ("view", "NURSE"))}, whole_list=True) is Proof.PROVED
    assert proof_of(change, {("live", "jo"): Observed("active", ("view",))}, whole_list=True) is Proof.NOT_SO
    assert proof_of(change, {("live", "jo"): Observed("active")}, whole_list=True) is Proof.UNTOLD


def test_a_batch_is_one_file_that_only_its_owner_reads_and_the_same_plan_writes_none_again(tmp_path: Path):
    batches = Batches(tmp_path / "changes")
    plan = batches.plan("paris", [Change("k1", "paris", "live", "jo", "amend", "PA-025", ("Nurse", "View"))], open_accounts=3)
    for _ in range(2):
        (came,) = batches.apply(plan)
    (path,) = (tmp_path / "changes").iterdir()
    assert path.name in came.words and path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8", newline="") as lines:
        assert list(csv.DictReader(lines)) == [
            {"key": "k1", "environment": "live", "username": "jo", "step": "amend", "roles": "Nurse;View", "teams": "", "clause": "PA-025"}
        ]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-jo", "@jo", " =x", "\uff1dx"])
def test_what_a_spreadsheet_would_run_goes_in_no_file(tmp_path: Path, name):
    plan = Batches(tmp_path).plan("paris", [Change("k1", "paris", "live", name, "lock")], open_accounts=3)
    assert plan.changes == () and [c.username for c in plan.cannot] == [name]
