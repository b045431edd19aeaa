"""Signed checkpoints and the keys that sign them: as published, and nothing that was touched opens."""

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.seal import notes
from careward.seal.keys import KeyLost, LogKeys

# The example of the C2SP signed-note document.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def test_the_published_note_opens_with_the_published_key() -> None:
    verifier = notes.Verifier.read(EXAMPLE_KEY)
    assert notes.open_note(EXAMPLE_NOTE, verifier) == "This is an example message.\n"
    assert verifier.vkey() == EXAMPLE_KEY


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda n: n.replace("example message", "exemplary message"), "not good"),
        (lambda n: n.replace("Uw2QOkn8", "Uw2QOkn9"), "not good"),
        (lambda n: n.replace("Uw2QOkn8", "Ux2QOkn8"), "no signature of this"),
        (lambda n: n.replace("\u2014", "-"), "broken"),
        (lambda n: n.replace("\u2014 example.com/foo ", "\u2014 example.com/other "), "no signature of this"),
        (lambda n: n.rstrip("\n"), "not a signed note"),
        (lambda n: n.replace("\n\n", "\n"), "not a signed note"),
        (lambda n: n.replace("yaQM=", "****"), "broken"),
        (lambda n: "", "not a signed note"),
    ],
)
def test_a_note_that_was_touched_does_not_open(spoil: Callable[[str], str], why: str) -> None:
    with pytest.raises(notes.NoteError, match=why):
        notes.open_note(spoil(EXAMPLE_NOTE), notes.Verifier.read(EXAMPLE_KEY))


def test_signatures_of_witnesses_beside_ours_are_passed_over() -> None:
    witness = "\u2014 witness.example/w " + base64.b64encode(b"\1\2\3\4" + bytes(64)).decode() + "\n"
    head, tail = EXAMPLE_NOTE.split("\n\n")
    assert notes.open_note(f"{head}\n\n{witness}{tail}{witness}", notes.Verifier.read(EXAMPLE_KEY)) == "This is an example message.\n"


@pytest.mark.parametrize(
    "vkey",
    ["", "a+b", EXAMPLE_KEY.replace("530d903a", "530d903b"), EXAMPLE_KEY[:-4], "x y+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
)
def test_a_broken_public_key_is_refused(vkey: str) -> None:
    with pytest.raises(notes.NoteError):
        notes.Verifier.read(vkey)


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    keys = LogKeys(tmp_path / "keys", "ledger")
    first, second = keys.signer(may_make=True), keys.signer(may_make=False)
    assert first.verifier() == second.verifier() == keys.verifier()
    assert stat.S_IMODE(keys.private.stat().st_mode) == 0o600
    assert sorted(p.name for p in keys.folder.iterdir()) == ["ledger.key", "ledger.vkey"]
    assert first.name.startswith("careward.ledger/")


def test_a_lost_public_key_is_written_again_from_the_private_one(tmp_path: Path) -> None:
    keys = LogKeys(tmp_path, "openings")
    before = keys.signer(may_make=True).verifier()
    keys.public.unlink()
    keys.signer(may_make=False)
    assert keys.verifier() == before


def test_a_lost_key_is_not_made_again_and_what_is_lost_is_named(tmp_path: Path) -> None:
    keys = LogKeys(tmp_path, "openings")
    with pytest.raises(KeyLost, match=r"openings\.key is gone"):
        keys.signer(may_make=False)
    with pytest.raises(notes.NoteError, match=r"openings\.vkey is not there"):
        keys.verifier()


@given(st.integers(0, 10**12), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back_as_it_was_signed(size: int, root: bytes) -> None:
    signer = SIGNER
    said = notes.TreeHead(signer.name, size, root)
    assert notes.read_checkpoint(signer.sign(said.text()), signer.verifier()) == said


SIGNER = notes.Signer("ledger.example/1", notes.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("other.example/1\n1\n" + base64.b64encode(bytes(32)).decode() + "\n", "another log"),
        ("ledger.example/1\n01\n" + base64.b64encode(bytes(32)).decode() + "\n", "size or root"),
        ("ledger.example/1\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n", "size or root"),
        ("ledger.example/1\n1\n" + base64.b64encode(bytes(31)).decode() + "\n", "size or root"),
        ("ledger.example/1\n1\n", "three lines|size or root"),
        ("ledger.example/1\n", "three lines"),
    ],
)
def test_what_is_signed_but_no_checkpoint_is_refused(text: str, why: str) -> None:
    with pytest.raises(notes.NoteError, match=why):
        notes.read_checkpoint(SIGNER.sign(text), SIGNER.verifier())
