"""A witness cosigns only what goes on from the newest it has seen; what went wrong elsewhere in public cannot happen here.

The request, its answers and their statuses are those of https://c2sp.org/tlog-witness; cosignatures are those of c2sp.org/tlog-cosignature.
"""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.seal import handing, proofs, tree
from careward.seal.keys import LogKeys
from careward.seal.notes import NoteError, Signer, TreeHead, Verifier
from careward.seal.witness import Witness, WitnessAnswer, WitnessKey, request

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
LEAVES = [tree.leaf_hash(bytes([n])) for n in range(40)]
FORKED = [*LEAVES[:3], tree.leaf_hash(b"forged"), *LEAVES[4:]]


@pytest.fixture
def log(tmp_path: Path) -> Signer:
    return LogKeys(tmp_path / "log", "ledger").signer(may_make=True)


@pytest.fixture
def witness(tmp_path: Path, log: Signer) -> Witness:
    keeper = Witness(tmp_path / "witness")
    keeper.know(log.verifier().vkey())
    return keeper


def note_of(log: Signer, size: int, leaves: list[bytes] = LEAVES) -> str:
    return log.sign(TreeHead(log.name, size, tree.root(leaves[:size])).text())


def asked(log: Signer, old: int, size: int, leaves: list[bytes] = LEAVES) -> str:
    return request(old_size=old, path=proofs.continuation(leaves[:size], old_size=old, size=size), note=note_of(log, size, leaves))


def add(witness: Witness, text: str) -> WitnessAnswer:
    return witness.add_checkpoint(text, NOW)


def test_it_cosigns_what_goes_on_and_keeps_it(witness: Witness, log: Signer) -> None:
    for old, size in ((0, 5), (5, 5), (5, 9), (9, 40)):
        answer = add(witness, asked(log, old, size))
        assert answer.status == 200, answer
        cosigned = note_of(log, size) + answer.body
        assert witness.newest(log.name) == cosigned
        assert witness.key().cosigned_at(cosigned) == int(NOW.timestamp())
        assert WitnessKey.read(witness.key().vkey()) == witness.key()


@pytest.mark.parametrize("size", [3, 5, 6, 9])
def test_a_roll_back_and_a_fork_are_refused_and_change_nothing(size: int, witness: Witness, log: Signer) -> None:
    add(witness, asked(log, 0, 5))
    kept = witness.newest(log.name)
    for old in (0, 3):
        assert add(witness, asked(log, min(old, size), size)) == WitnessAnswer(409, "5\n", size=True)  # whoever says that it has seen less
    if size < 5:
        assert add(witness, request(old_size=5, path=(), note=note_of(log, size))).status == 400
    else:
        assert add(witness, asked(log, 5, size, FORKED)).status == (409 if size == 5 else 422)
    assert witness.newest(log.name) == kept


def test_a_key_or_a_log_that_is_not_known_is_refused(witness: Witness, log: Signer, tmp_path: Path) -> None:
    other = LogKeys(tmp_path / "other", "ledger").signer(may_make=True)
    assert add(witness, asked(other, 0, 5)).status == 404
    thief = Signer(log.name, other.private)  # under the log's name
    assert add(witness, asked(thief, 0, 5)).status == 403
    with pytest.raises(NoteError, match="is known here by another key"):
        witness.know(thief.verifier().vkey())
    assert witness.newest(log.name) == ""


def test_it_follows_a_hand_over_that_the_old_key_signed_and_no_other(witness: Witness, log: Signer, tmp_path: Path) -> None:
    add(witness, asked(log, 0, 5))
    new = Signer(log.name, LogKeys(tmp_path / "new", "ledger").signer(may_make=True).private)
    assert add(witness, asked(new, 5, 9)).status == 403
    head = TreeHead(log.name, 5, tree.root(LEAVES[:5]))
    with pytest.raises(NoteError, match="does not go on from the key that is known here"):
        witness.follow(handing.hand_over(new, log.verifier(), head, NOW).note)
    witness.follow(handing.hand_over(log, new.verifier(), head, NOW).note)
    assert add(witness, asked(new, 5, 9)).status == 200
    assert add(witness, asked(log, 9, 12)).status == 403  # the old key signs nothing any more


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 5",
        "old 05\n\nx",
        "old -1\n\nx",
        "old x\n\nx",
        "new 0\n\nx",
        "old 0\n???\n\nx",
        "old 0\nAAAA\n\nx",
        "old 0\n" + "A" * 44 + "\n",
    ],
)
def test_what_is_no_request_is_told_so(text: str, witness: Witness) -> None:
    assert add(witness, text).status in (400, 404)


@given(st.text(max_size=200))
def test_no_request_brings_it_down(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    keeper = Witness(tmp_path_factory.mktemp("w"))
    assert add(keeper, text).status in (400, 403, 404)


# --- the peers' mistakes that are public ------------------------------------------------------------------------------


def test_immudb_644_a_first_checkpoint_is_no_reason_to_skip_the_proof(witness: Witness, log: Signer) -> None:
    """There a client without an earlier state took the proof as given: here nothing is proved from nothing, and from anything all is."""
    bogus = request(old_size=0, path=[bytes(32)], note=note_of(log, 5))
    assert add(witness, bogus).status == 422 and witness.newest(log.name) == ""
    add(witness, asked(log, 0, 5))
    assert add(witness, request(old_size=5, path=(), note=note_of(log, 9))).status == 422


def test_a_proof_for_two_trees_of_one_size_is_no_proof(witness: Witness, log: Signer) -> None:
    """Equal sizes with other roots: a check of the sizes alone would pass."""
    add(witness, asked(log, 0, 8))
    assert add(witness, asked(log, 8, 8, FORKED)) == WitnessAnswer(409, "8\n", size=True)
    assert add(witness, request(old_size=8, path=[LEAVES[0]], note=note_of(log, 8))).status == 422


def test_two_who_ask_at_once_never_roll_it_back(witness: Witness, log: Signer) -> None:
    """The race that c2sp.org/tlog-witness spells out: the check and the keeping are one."""
    add(witness, asked(log, 0, 5))
    texts = [asked(log, 5, size) for size in range(6, 30)]
    answers: list[int] = []
    threads = [threading.Thread(target=lambda text=text: answers.append(add(witness, text).status)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 23
    assert add(witness, asked(log, 0, 5)).status == 409


def test_what_was_kept_and_changed_is_never_taken_for_nothing(witness: Witness, log: Signer) -> None:
    """A witness whose note was spoilt must not begin again from an empty tree and cosign a fork."""
    add(witness, asked(log, 0, 5))
    path = witness.folder / "witness.json"
    path.write_text(path.read_text(encoding="utf-8").replace("\\n5\\n", "\\n4\\n"), encoding="utf-8")
    with pytest.raises(NoteError, match="was changed"):
        add(witness, asked(log, 0, 9, FORKED))


def test_a_cosignature_of_another_note_or_key_is_none(witness: Witness, log: Signer, tmp_path: Path) -> None:
    line = add(witness, asked(log, 0, 5)).body
    for text, key in (
        (note_of(log, 9) + line, witness.key()),
        (note_of(log, 5) + line, Witness(tmp_path / "other").key()),
        (note_of(log, 5), witness.key()),
        (note_of(log, 5) + line[:-12] + "AAAAAAAAAA=\n", witness.key()),
    ):
        with pytest.raises(NoteError, match="no cosignature of this witness"):
            key.cosigned_at(text)
    for vkey in ("", "a+b+c", log.verifier().vkey()):
        with pytest.raises(NoteError):
            WitnessKey.read(vkey)
    assert Verifier.read(log.verifier().vkey()) == log.verifier()
