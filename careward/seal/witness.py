"""A witness: somebody else who keeps the newest checkpoint of a log that they have seen, and cosigns only what goes on from it.

After https://c2sp.org/tlog-witness (the request, its answers and their statuses) and https://c2sp.org/tlog-cosignature (what is signed).
It holds no more of a log than one note, and takes nothing on trust from it but the public key it was given.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from careward.seal.handing import read_hand_over
from careward.seal.keys import LogKeys, replace_file
from careward.seal.notes import DASH, NoteError, Signer, TreeHead, Verifier, is_signed_by, open_note, read_checkpoint
from careward.seal.tree import EMPTY_ROOT, continues

COSIGNATURE = b"\x04"
MOST_HASHES = 63
LONGEST_REQUEST = 64 * 1024

DONE, WRONGLY_WRITTEN, NOT_SIGNED, UNKNOWN, CONFLICT, NOT_A_CONTINUATION = 200, 400, 403, 404, 409, 422


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What a witness answers: a status of HTTP, and a body that says the rest."""

    status: int
    body: str
    size: bool = False  # the body is the size of the newest tree it has seen


class _Refused(Exception):
    def __init__(self, answer: WitnessAnswer) -> None:
        self.answer = answer


def request(*, old_size: int, path: Sequence[bytes], note: str) -> str:
    """A checkpoint with the hashes that show it to go on from the tree at an older size."""
    return "".join([f"old {old_size}\n", *(f"{b64encode(step).decode()}\n" for step in path), "\n", note])


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness: it is used for cosignatures and for nothing else."""

    name: str
    public: bytes

    @classmethod
    def of(cls, signer: Signer) -> "WitnessKey":
        return cls(signer.name, signer.verifier().public)

    @classmethod
    def read(cls, vkey: str) -> "WitnessKey":
        """Reads `name+hash+base64`; raises NoteError."""
        try:
            name, stated, encoded = vkey.strip().split("+", 2)
            raw = b64decode(encoded, validate=True)
        except (ValueError, Base64Error) as error:
            raise NoteError("a witness's key is written name+hash+base64") from error
        found = cls(name, raw[1:])
        if raw[:1] != COSIGNATURE or len(raw) != 33 or found.id.hex() != stated:
            raise NoteError("this is not the public key of a witness")
        return found

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(COSIGNATURE + self.public).decode()}"

    def cosigned_at(self, note: str) -> int:
        """The second at which this witness cosigned a checkpoint; raises NoteError where it did not."""
        head, _, lines = note.rpartition("\n\n")
        for line in lines.splitlines():
            name, _, encoded = line.removeprefix(DASH).partition(" ")
            if name == self.name and (at := self._signed_at(encoded, f"{head}\n")) is not None:
                return at
        raise NoteError("it carries no cosignature of this witness")

    def _signed_at(self, encoded: str, text: str) -> int | None:
        try:
            raw = b64decode(encoded, validate=True)
            at = int.from_bytes(raw[4:12], "big")
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw[12:], cosigned_text(text, at))
        except (ValueError, Base64Error, InvalidSignature):
            return None
        return at if raw[:4] == self.id else None


def cosigned_text(text: str, at: int) -> bytes:
    """What a cosignature signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Witness:
    """What one witness keeps in a folder: its key, and for each log the keys it knows and the newest note it has cosigned."""

    folder: Path

    @property
    def keys(self) -> LogKeys:
        return LogKeys(self.folder, "witness")

    def key(self) -> WitnessKey:
        """Its public key, made at first use."""
        return WitnessKey.of(self.keys.signer(may_make=True))

    def know(self, vkey: str) -> None:
        """Takes a log on by the public key that its keeper gave by hand; NoteError for what is none, or a log known by another key."""
        with self._alone() as kept:
            verifier = Verifier.read(vkey)
            known = kept.setdefault(verifier.name, {"vkeys": [], "note": ""})
            if known["vkeys"] and vkey.strip() not in known["vkeys"]:
                raise NoteError(f"{verifier.name} is known here by another key; give the hand-over that its old key signed")
            known["vkeys"] = known["vkeys"] or [vkey.strip()]

    def follow(self, note: str) -> None:
        """Goes on to the key to which the one known here was handed over; raises NoteError where another signed that."""
        handed = read_hand_over(note)
        with self._alone() as kept:
            known = kept.get(handed.old.name)
            if known is None or known["vkeys"][-1] != handed.old.vkey():
                raise NoteError("this hand-over does not go on from the key that is known here")
            known["vkeys"].append(handed.new.vkey())

    def newest(self, origin: str) -> str:
        """The newest note it has cosigned of a log; "" before the first."""
        with self._alone() as kept:
            return str(kept.get(origin, {}).get("note", ""))

    def add_checkpoint(self, asked: str, now: datetime) -> WitnessAnswer:
        """Cosigns a checkpoint that goes on from the newest it has seen, and keeps it before it answers."""
        try:
            old_size, path, note = _read_request(asked)
            with self._alone() as kept:
                return self._cosigned(kept, old_size, path, note, now)
        except _Refused as refused:
            return refused.answer

    def _cosigned(self, kept: dict[str, dict[str, Any]], old_size: int, path: Sequence[bytes], note: str, now: datetime) -> WitnessAnswer:
        known = kept.get(note.split("\n", 1)[0])
        if known is None:
            raise _Refused(WitnessAnswer(UNKNOWN, "this log is not known here\n"))
        keys = [Verifier.read(vkey) for vkey in known["vkeys"]]
        said, verifier = _said(note, keys[-1])
        if old_size > said.size:
            raise _Refused(WitnessAnswer(WRONGLY_WRITTEN, "the old size is larger than the checkpoint's\n"))
        _must_go_on(_kept_head(str(known["note"]), keys), said, old_size, path)
        text = open_note(note, verifier)
        line = self._cosignature(text, int(now.timestamp()))
        signature = next(each for each in note[len(text) + 1 :].splitlines() if is_signed_by(f"{text}\n{each}\n", verifier))
        known["note"] = f"{text}\n{signature}\n{line}"
        return WitnessAnswer(DONE, line)

    def _cosignature(self, text: str, at: int) -> str:
        signer, key = self.keys.signer(may_make=True), self.key()
        signature = signer.private.sign(cosigned_text(text, at))
        return f"{DASH}{key.name} {b64encode(key.id + at.to_bytes(8, 'big') + signature).decode()}\n"

    @contextmanager
    def _alone(self) -> Iterator[dict[str, dict[str, Any]]]:
        """What is kept, one asker at a time; what was changed is on the disk before this ends, and nothing is after an error."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / "witness.json"
        with (self.folder / "witness.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = path.read_text(encoding="utf-8") if path.exists() else "{}"
            kept = json.loads(before)
            yield kept
            after = json.dumps(kept, indent=1)
            if after != before:
                replace_file(path, after, mode=0o600)
                _on_the_disk(self.folder)


def _on_the_disk(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _read_request(asked: str) -> tuple[int, list[bytes], str]:
    head, gap, note = asked.partition("\n\n")
    first, *steps = head.split("\n")
    word, _, size = first.partition(" ")
    try:
        path = [b64decode(step, validate=True) for step in steps]
    except (ValueError, Base64Error) as error:
        raise _Refused(WitnessAnswer(WRONGLY_WRITTEN, "a hash is not written in base64\n")) from error
    is_size = size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size
    if not gap or word != "old" or not is_size or len(path) > MOST_HASHES or any(len(step) != 32 for step in path):
        raise _Refused(WitnessAnswer(WRONGLY_WRITTEN, "a request is an old size, hashes, an empty line and a checkpoint\n"))
    return int(size), path, note


def _said(note: str, verifier: Verifier) -> tuple[TreeHead, Verifier]:
    try:
        return read_checkpoint(note, verifier), verifier
    except NoteError as error:
        raise _Refused(WitnessAnswer(NOT_SIGNED, f"{error}\n")) from error


def _kept_head(note: str, keys: Sequence[Verifier]) -> TreeHead:
    """What was kept of the log, an empty tree at first; what no known key signed was put in, and is never taken for nothing."""
    if not note:
        return TreeHead(keys[-1].name, 0, EMPTY_ROOT)
    for verifier in keys:
        if is_signed_by(note, verifier):
            return read_checkpoint(note, verifier)
    raise NoteError("the note that is kept here was changed")


def _must_go_on(known: TreeHead, said: TreeHead, old_size: int, path: Sequence[bytes]) -> None:
    """A log that went back, or went another way, is refused; so is a proof of nothing."""
    if old_size != known.size:
        raise _Refused(WitnessAnswer(CONFLICT, f"{known.size}\n", size=True))
    if said.size == known.size and said.root != known.root:
        raise _Refused(WitnessAnswer(CONFLICT, f"{known.size}\n", size=True))
    if not continues(old_root=known.root, old_size=known.size, new_root=said.root, new_size=said.size, proof=path):
        raise _Refused(WitnessAnswer(NOT_A_CONTINUATION, "the hashes do not show that the log goes on from what it was\n"))
