"""What a signer has signed, kept outside the database in a file that only grows.

Each line is a signed note that states the SHA-256 of all that came into the file from the line before it on, and so, line by line, of
all that stands before: the last line alone vouches for the whole, and adding one costs the same however long the file is. A line counts
once it is whole. What a killed writer left of one is passed over, and the next line vouches for it like for everything before it.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from careward.seal.handing import chain_of, read_hand_over
from careward.seal.keys import LogKeys
from careward.seal.notes import NoteError, Signer, Verifier, is_signed_by, open_note

HANDED = "handed"  # in the facts of a line: the note by which the key that signs it hands over to the next
READ_AT_FIRST = 1 << 16  # from the end of the file: the last two lines lie in it as a rule


@dataclass(frozen=True, slots=True)
class SignedLine:
    """One thing that was signed; what it says is the log's own."""

    number: int
    facts: Mapping[str, Any]
    before: bytes  # the hash it states


@dataclass(frozen=True, slots=True)
class Tail:
    """The last two lines, and the hash that the next one states. `fault` says why the file cannot be gone on with; "" when it can."""

    newest: SignedLine | None
    previous: SignedLine | None
    digest: bytes
    ended: bool  # nothing stands after the last line end
    fault: str = ""


NOTHING = Tail(None, None, sha256().digest(), True)


@dataclass(frozen=True, slots=True)
class SignedFile:
    """The file of one log, beside its keys."""

    keys: LogKeys

    @property
    def path(self) -> Path:
        return self.keys.folder / f"{self.keys.log}.signed"

    def tail(self) -> Tail:
        """Reads the end of the file; writes nothing."""
        if not self.path.exists():
            return NOTHING
        try:
            with self.path.open("rb") as kept:
                return _tail(kept, self.keys)
        except NoteError as error:
            return Tail(None, None, b"", True, f"{self.path.name} cannot be trusted: {error}")

    def lines(self) -> Iterator[SignedLine]:
        """Every line, oldest first, each held against what the next states. NoteError where they do not fit, or the last is not signed."""
        tail = self.tail()
        if tail.fault:
            raise NoteError(tail.fault)
        if tail.newest is None:
            return
        keys = _KeysInTurn(chain_of(self.keys).verifiers())
        with self.path.open("rb") as kept:
            for number, (line, note) in enumerate(_whole(kept, sha256()), 1):
                if line.number != number:
                    raise NoteError(f"{self.path.name} has line {line.number} where line {number} was")
                keys.follow(line, note)
                yield line

    def append(self, tail: Tail, signer: Signer, facts: Mapping[str, Any]) -> SignedLine:
        """Adds one line at the end, on the disk before this returns. `tail` is what was read while nobody else could write."""
        number = tail.newest.number + 1 if tail.newest else 1
        told = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        note = signer.sign(f"{_origin(signer.name)}\n{number}\n{b64encode(tail.digest).decode()}\n{told}\n")
        self._write((b"" if tail.ended else b"\n") + json.dumps({"note": note}).encode() + b"\n")
        return SignedLine(number, facts, tail.digest)

    def _write(self, data: bytes) -> None:
        out = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            while data:
                data = data[os.write(out, data) :]
            os.fsync(out)
        finally:
            os.close(out)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One signer at a time on this machine; a killed one gives its turn back."""
        self.keys.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX):
            yield

    @contextmanager
    def still(self) -> Iterator[None]:
        """While nobody signs; needs no right to write."""
        if not self.path.exists():
            yield
            return
        with _locked(os.open(self.path, os.O_RDONLY), fcntl.LOCK_SH):
            yield


@contextmanager
def _locked(number: int, how: int) -> Iterator[None]:
    try:
        fcntl.flock(number, how)
        yield
    finally:
        os.close(number)


def _origin(name: str) -> str:
    """What a line's first says: never what a checkpoint's does, so that neither is taken for the other."""
    return f"{name}/signed"


def _tail(kept: Any, keys: LogKeys) -> Tail:
    size = os.fstat(kept.fileno()).st_size
    reach = READ_AT_FIRST
    while True:
        start = max(0, size - reach)
        kept.seek(start)
        data = kept.read(size - start)
        found = _last_two(data, keys, whole=start == 0)
        if found is not None:
            return found
        reach *= 8


def _last_two(data: bytes, keys: LogKeys, *, whole: bool) -> Tail | None:
    """None when the end of the file that was read is too short to tell."""
    places = _places(data, whole=whole)
    for number in range(len(places) - 1, -1, -1):
        begins, ends = places[number]
        if not _is_json(data[begins:ends]):
            continue
        newest = _read_line(data[begins:ends], keys)
        ended = data.endswith(b"\n")
        digest = sha256(data[begins:] if ended else data[begins:] + b"\n").digest()
        for before in range(number - 1, -1, -1):
            first, last = places[before]
            if not _is_json(data[first:last]):
                continue
            if sha256(data[first:begins]).digest() != newest.before:
                raise NoteError("what stands before its last line is not what stood there")
            return Tail(newest, _parse(data[first:last]), digest, ended)
        if not whole:
            return None
        if newest.number != 1 or sha256(data[:begins]).digest() != newest.before:
            raise NoteError("what stood before its last line is gone")
        return Tail(newest, None, digest, ended)
    if not whole:
        return None
    ended = not data or data.endswith(b"\n")
    return Tail(None, None, sha256(data if ended else data + b"\n").digest(), ended)


def _places(data: bytes, *, whole: bool) -> list[tuple[int, int]]:
    """Where each line begins and ends; the first is left out where it may have begun earlier."""
    found, begins = [], 0
    for piece in data.split(b"\n"):
        found.append((begins, begins + len(piece)))
        begins += len(piece) + 1
    return found if whole else found[1:]


@dataclass(slots=True)
class _KeysInTurn:
    """Which key signed where: the first line of each key and the one that hands over are looked at, for each states those between."""

    keys: Sequence[Verifier]
    place: int = 0
    before: str = ""  # the note of the line before
    begins: bool = True  # the first line of a key comes

    def follow(self, line: SignedLine, note: str) -> None:
        key = self.keys[min(self.place, len(self.keys) - 1)]
        if HANDED in line.facts:
            handed = read_hand_over(line.facts[HANDED])
            if handed.old != key or not all(is_signed_by(each, key) for each in (self.before, note)):
                raise NoteError(f"line {line.number} hands the key over, and is not signed with the key before it")
            self.place, self.begins = self.place + 1, True
        elif self.begins:
            if not is_signed_by(note, key):
                raise NoteError(f"line {line.number} is signed with another key than the hand-overs lead to")
            self.begins = False
        self.before = note


def _whole(kept: Any, since: Any) -> Iterator[tuple[SignedLine, str]]:
    """Each line in turn with its note, when all from the line before it on has the hash that it states."""
    for raw in kept:
        if not _is_json(raw):  # what a killed writer left
            since.update(raw)
            continue
        line = _parse(raw)
        if since.digest() != line.before:
            raise NoteError(f"what stands before line {line.number} of what was signed is not what stood there")
        yield line, json.loads(raw)["note"]
        since = sha256(raw)


def _is_json(raw: bytes) -> bool:
    """No beginning of a line is JSON unless it is the whole line."""
    try:
        return isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return False


def _read_line(raw: bytes, keys: LogKeys) -> SignedLine:
    verifier = keys.verifier()
    try:
        note = json.loads(raw)["note"]
        text = _opened(raw, note, keys, verifier)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NoteError(str(error) if isinstance(error, NoteError) else "its last line cannot be read") from error
    if text.split("\n", 1)[0] != _origin(verifier.name):
        raise NoteError("its last line is of another log")
    return _parse(raw)


def _opened(raw: bytes, note: str, keys: LogKeys, verifier: Verifier) -> str:
    """The last line is signed with the key that is in force; where it hands over to that key, with the one before."""
    handed = _parse(raw).facts.get(HANDED)
    if not handed or is_signed_by(note, verifier):
        return open_note(note, verifier)
    chain = chain_of(keys)
    if not chain.earlier or read_hand_over(handed).old != chain.earlier[-1][0]:
        raise NoteError(f"its last line hands the key over, and leads to another key than {keys.public.name}")
    return open_note(note, chain.earlier[-1][0])


def _parse(raw: bytes) -> SignedLine:
    try:
        _, number, before, told = json.loads(raw)["note"].split("\n")[:4]
        facts = json.loads(told)
        found = SignedLine(int(number), facts, b64decode(before, validate=True))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, Base64Error) as error:
        raise NoteError("a line of it cannot be read") from error
    if not isinstance(facts, dict):
        raise NoteError("a line of it cannot be read")
    return found
