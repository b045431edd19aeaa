"""Walking a log of whatever kind: an honest one is in order at every checkpoint, and no touch of it goes unseen."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.seal import notes, proofs, tree, walk
from careward.seal.keys import LogKeys
from careward.seal.walk import KeptCheckpoint, LogFaults, Report, Stood


def leaf(number: int) -> Stood:
    """The opening with id 10 x place + 10, as it was sealed."""
    hashed = tree.leaf_hash(f"opening {number}".encode())
    return Stood(number, 10 * number + 10, hashed, hashed)


def signed(signer: notes.Signer, leaves: Iterable[Stood]) -> KeptCheckpoint:
    """The checkpoint over leaves."""
    grown = tree.CompactRange()
    grown.extend(one.hash for one in leaves)
    note = signer.sign(notes.TreeHead(signer.name, grown.size, grown.root()).text())
    return KeptCheckpoint(grown.size, grown.root(), tuple(p.hex() for p in grown.peaks), note)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> LogKeys:
    made = LogKeys(tmp_path_factory.mktemp("keys"), "openings")
    made.signer(may_make=True)
    return made


def walked(leaves: list[Stood], kept: list[KeptCheckpoint], keys: LogKeys, outside: Iterable[tuple[str, str]] = ()) -> Report:
    found = LogFaults("opening", "openings")
    under: Callable[[int], list[Stood]] = lambda size: [one for one in leaves if one.number < size]  # noqa: E731
    checked = walk.walk(leaves=under, kept=kept, outside=outside, keys=keys, found=found)
    return found.report(checked=checked, unsealed=0)


sizes = st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(1, size), max_size=4)))


@given(sizes)
def test_an_honest_log_is_in_order(keys: LogKeys, drawn: tuple[int, set[int]]) -> None:
    size, between = drawn
    leaves = [leaf(n) for n in range(size)]
    kept = [signed(keys.signer(may_make=False), leaves[:n]) for n in sorted(between | {size})]
    assert walked(leaves, kept, keys, [("a copy", kept[0].note), ("nothing", "")]) == Report(True, size, None, (), 0)


TOUCHES: dict[str, tuple[Callable[[list[Stood], int], object], str]] = {
    "changed": (lambda ls, n: ls.__setitem__(n, ls[n]._replace(again=bytes(32))), "is not what was sealed at place"),
    "no longer to be hashed": (lambda ls, n: ls.__setitem__(n, ls[n]._replace(again=b"")), "is not what was sealed at place"),
    "gone": (lambda ls, n: ls.__setitem__(n, ls[n]._replace(again=None)), "is gone"),
    "gone with its leaf": (lambda ls, n: ls.pop(n), "gone|are here"),
    "changed with its hash": (lambda ls, n: ls.__setitem__(n, ls[n]._replace(hash=bytes(32), again=bytes(32))), "does not fit"),
}


@pytest.mark.parametrize("name", TOUCHES)
@given(drawn=sizes, which=st.integers(0, 39))
def test_whatever_is_touched_is_found_and_nothing_before_the_last_good_checkpoint_is_blamed(
    name: str, keys: LogKeys, drawn: tuple[int, set[int]], which: int
) -> None:
    size, between = drawn
    number = which % size
    leaves = [leaf(n) for n in range(size)]
    kept = [signed(keys.signer(may_make=False), leaves[:n]) for n in sorted(between | {size})]
    TOUCHES[name][0](leaves, number)
    report = walked(leaves, kept, keys)
    assert not report.ok and any(any(w in p for w in TOUCHES[name][1].split("|")) for p in report.problems)
    good = max([n for n in between if n <= number], default=0)  # the checkpoints up to here still hold
    assert report.first_bad is not None and 10 * good < report.first_bad <= 10 * number + 10


def test_the_words_are_those_of_the_log(keys: LogKeys) -> None:
    leaves = [leaf(n) for n in range(6)]
    kept = [signed(keys.signer(may_make=False), leaves)]
    assert walked([*leaves[:2], leaves[2]._replace(again=None), leaves[4]], kept, keys).problems == (
        "opening 30 is gone",
        "the openings at places 3 to 3 are gone",
        "6 openings were signed and 5 are here: those missing came after opening 0",
    )


def test_a_checkpoint_that_says_something_else_than_its_note_or_its_tree_is_found(keys: LogKeys) -> None:
    leaves = [leaf(n) for n in range(5)]
    good = signed(keys.signer(may_make=False), leaves)
    other = signed(notes.Signer("another/1", notes.Ed25519PrivateKey.from_private_bytes(bytes(32))), leaves)
    for bad, why in (
        (replace(good, root=bytes(32)), "the checkpoint at 5 was changed: its signed note says something else"),
        (replace(good, peaks=("00" * 32,)), "the hashes kept with the checkpoint at 5 for going on were changed"),
        (replace(good, note=other.note), "the checkpoint at 5 cannot be trusted: it carries no signature of this key"),
    ):
        assert why in walked(leaves, [bad], keys).problems
    assert walked(leaves, [good], keys, [("a copy", other.note)]).problems == (
        "a copy cannot be trusted: it carries no signature of this key",
    )


def test_without_a_key_nothing_is_trusted_and_with_nothing_signed_none_is_needed(tmp_path: Path, keys: LogKeys) -> None:
    leaves = [leaf(n) for n in range(3)]
    kept = signed(keys.signer(may_make=False), leaves)
    nobody = LogKeys(tmp_path, "openings")
    assert walked(leaves, [kept], nobody).problems == (
        "no checkpoint can be trusted: openings.vkey is not there; put it back from your backup",
    )
    assert walked(leaves, [], nobody) == Report(True, 0, None, (), 0)


def test_what_only_others_kept_must_still_hold(keys: LogKeys) -> None:
    leaves = [leaf(n) for n in range(8)]
    before, after = signed(keys.signer(may_make=False), leaves[:5]), signed(keys.signer(may_make=False), leaves)
    assert walked(leaves, [after], keys, [("a witness", before.note)]).ok
    cut = walked(leaves[:5], [before], keys, [("a witness", after.note)])
    assert not cut.ok and cut.first_bad is not None and cut.first_bad <= 60


@given(size=st.integers(1, 60), data=st.data())
def test_evidence_of_one_leaf_and_of_going_on_is_made_in_one_pass(keys: LogKeys, size: int, data: st.DataObject) -> None:
    leaves = [leaf(n) for n in range(size)]
    hashes = [one.hash for one in leaves]
    number, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    signer = keys.signer(may_make=False)
    note, before = signed(signer, leaves).note, signed(signer, leaves[:old]).note
    found = proofs.include(iter(hashes), number=number, size=size, leaf=hashes[number], note=note)
    assert found.path == tree.inclusion_proof(hashes, number)
    assert found.holds(hashes[number], notes.KeyChain(keys.verifier()))
    assert not found.holds(tree.leaf_hash(b"another"), notes.KeyChain(keys.verifier()))
    path = proofs.continuation(iter(hashes), old_size=old, size=size)
    assert path == tree.consistency_proof(hashes, old)
    assert proofs.goes_on(old_note=before, new_note=note, path=path, verifier=keys.verifier())
    if 0 < old < size:
        assert not proofs.goes_on(old_note=note, new_note=before, path=path, verifier=keys.verifier())
        assert not proofs.goes_on(old_note="", new_note=note, path=path, verifier=keys.verifier())


@given(size=st.integers(1, 70), data=st.data())
def test_evidence_of_several_leaves_is_made_of_one_reading(size: int, data: st.DataObject) -> None:
    hashes = [leaf(n).hash for n in range(size)]
    wanted = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    found = proofs.include_several(iter(hashes), numbers=wanted, size=size)
    assert found == {number: tree.inclusion_proof(hashes, number) for number in wanted}
    with pytest.raises(IndexError, match=f"the log has {size} leaves and not {size + 1}"):
        proofs.include_several(iter(hashes), numbers=wanted, size=size + 1)


def test_evidence_is_not_made_from_a_log_with_leaves_missing() -> None:
    hashes = [leaf(n).hash for n in range(6)]
    for number in (0, 6):
        with pytest.raises(IndexError, match="the log ends before leaf"):
            proofs.include(iter(hashes), number=number, size=8, leaf=hashes[0], note="")
    with pytest.raises(IndexError, match="the log ends before leaf"):
        proofs.continuation(iter(hashes), old_size=5, size=8)


def test_a_proof_signed_by_someone_else_proves_nothing(keys: LogKeys) -> None:
    leaves = [leaf(n) for n in range(4)]
    other = signed(notes.Signer("another/1", notes.Ed25519PrivateKey.from_private_bytes(bytes(32))), leaves)
    found = proofs.include((one.hash for one in leaves), number=2, size=4, leaf=leaves[2].hash, note=other.note)
    assert not found.holds(leaves[2].hash, notes.KeyChain(keys.verifier()))
    assert found.text().splitlines()[:2] == ["c2sp.org/tlog-proof@v1", "index 2"] and found.text().endswith(other.note)
