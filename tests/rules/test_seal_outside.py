"""The file of what was signed: it only grows, its last line vouches for all of it, and a writer killed at any byte leaves it whole."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.seal import outside
from careward.seal.keys import LogKeys
from careward.seal.notes import NoteError
from careward.seal.outside import SignedFile


@pytest.fixture
def file(tmp_path: Path) -> SignedFile:
    made = SignedFile(LogKeys(tmp_path, "ledger"))
    made.keys.signer(may_make=True)
    return made


def add(file: SignedFile, count: int = 1, word: str = "x") -> None:
    for number in range(count):
        with file.alone():
            file.append(file.tail(), file.keys.signer(may_make=False), {"n": number, "word": word})


def told(file: SignedFile) -> list[int]:
    return [line.number for line in file.lines()]


def test_each_line_states_the_hash_of_what_stands_before_it(file: SignedFile) -> None:
    assert file.tail() == outside.NOTHING and told(file) == []
    add(file, 3)
    raw = file.path.read_bytes().splitlines(keepends=True)
    assert [line.before for line in file.lines()] == [sha256(b"").digest(), sha256(raw[0]).digest(), sha256(raw[1]).digest()]
    tail = file.tail()
    assert tail.newest and tail.previous and (tail.newest.number, tail.previous.number, tail.newest.facts["n"]) == (3, 2, 2)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_writer_killed_at_any_byte_leaves_a_file_that_goes_on(file: SignedFile) -> None:
    add(file, 2)
    whole = file.path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole) + 1, 7):
        file.path.write_bytes(whole[:cut])
        tail = file.tail()
        there = 1 if cut < len(whole) - 1 else 2
        assert not tail.fault and tail.newest and tail.newest.number == there
        add(file, 2)
        assert told(file) == list(range(1, there + 3))
    file.path.write_bytes(whole[: first - 9])  # in the very first line
    add(file, 2)
    assert told(file) == [1, 2]


def test_a_tail_that_begins_far_back_is_read_all_the_same(file: SignedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "READ_AT_FIRST", 64)
    add(file, 4, word="long" * 500)
    tail = file.tail()
    assert not tail.fault and tail.newest and tail.previous and (tail.newest.number, tail.previous.number) == (4, 3)
    assert told(file) == [1, 2, 3, 4]


@given(st.data())
def test_no_byte_before_the_end_can_be_changed_unseen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    file = SignedFile(LogKeys(tmp_path_factory.mktemp("keys"), "ledger"))
    file.keys.signer(may_make=True)
    add(file, 4)
    raw = bytearray(file.path.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 2))
    raw[place] ^= data.draw(st.integers(1, 255))
    file.path.write_bytes(bytes(raw))
    try:
        numbers = told(file)
    except NoteError:
        return
    assert numbers in ([1, 2, 3], [1, 2])  # the last line was torn: then the database is ahead of the file, which its reader finds


@pytest.mark.parametrize("which", range(4))
def test_no_line_can_be_taken_out_unseen(which: int, file: SignedFile) -> None:
    add(file, 4)
    lines = file.path.read_bytes().splitlines(keepends=True)
    file.path.write_bytes(b"".join(lines[:which] + lines[which + 1 :]))
    if which == 3:
        assert told(file) == [1, 2, 3]  # only who holds more can say so: the database, or whoever kept a note
    else:
        with pytest.raises(NoteError, match=r"before|was"):
            told(file)


def test_a_file_of_another_key_or_log_is_not_believed(file: SignedFile, tmp_path: Path) -> None:
    add(file)
    other = SignedFile(LogKeys(tmp_path / "other", "ledger"))
    other.keys.signer(may_make=True)
    add(other)
    file.path.write_bytes(other.path.read_bytes())
    assert "carries no signature of this key" in file.tail().fault
    head = file.keys.signer(may_make=False).sign("another/1\n5\nAA==\n")
    file.path.write_text('{"note": ' + repr(head).replace("'", '"') + "}\n")
    assert "of another log" in file.tail().fault or "cannot be read" in file.tail().fault
    file.keys.public.unlink()
    assert "ledger.vkey is not there" in file.tail().fault
