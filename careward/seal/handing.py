"""Handing a log over from one key to the next: the old key signs the new one, so that whoever holds either can follow to the newest."""

import json
import os
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from careward.seal.keys import LogKeys, replace_file
from careward.seal.notes import KeyChain, NoteError, Signer, TreeHead, Verifier, open_note


@dataclass(frozen=True, slots=True)
class HandOver:
    """From which key to which, and what the log was then."""

    old: Verifier
    new: Verifier
    size: int
    note: str  # signed with the old key


def hand_over(old: Signer, new: Verifier, head: TreeHead, at: datetime) -> HandOver:
    """The old key signs: from this tree on the new one signs for the log."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [_origin(old.name), str(head.size), b64encode(head.root).decode(), old.verifier().vkey(), new.vkey(), moment]
    return HandOver(old.verifier(), new, head.size, old.sign("\n".join(lines) + "\n"))


def read_hand_over(note: str) -> HandOver:
    """A hand-over that the key it names as the old one has signed; raises NoteError."""
    lines = note.split("\n")
    try:
        old, new, size = Verifier.read(lines[3]), Verifier.read(lines[4]), int(lines[1])
    except (IndexError, ValueError) as error:
        raise NoteError("a hand-over of the key cannot be read") from error
    if lines[0] != _origin(old.name) or new.name != old.name:
        raise NoteError("a hand-over of the key is of another log")
    try:
        open_note(note, old)
    except NoteError as error:
        raise NoteError("a hand-over is not signed with the old key") from error
    return HandOver(old, new, size, note)


def _origin(name: str) -> str:
    """Never what a checkpoint begins with."""
    return f"{name}/handed-over"


def read_hand_overs(keys: LogKeys) -> list[HandOver]:
    """Those of a log, in order, each from the key to which the one before it led; raises NoteError."""
    if not keys.handed.exists():
        return []
    try:
        found = [read_hand_over(json.loads(line)["note"]) for line in keys.handed.read_text(encoding="utf-8").splitlines()]
    except NoteError as error:
        raise NoteError(f"{keys.handed.name} cannot be trusted: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoteError(f"{keys.handed.name} cannot be read") from error
    if any(one.new != other.old for one, other in pairwise(found)):
        raise NoteError(f"{keys.handed.name} cannot be trusted: a hand-over does not go on from the key before it")
    return found


def chain_of(keys: LogKeys) -> KeyChain:
    """The keys of a log, to the one that signs now; raises NoteError where no hand-over leads to it."""
    newest, handed = keys.verifier(), read_hand_overs(keys)
    if handed and handed[-1].old == newest:  # killed in the middle of it: the next sealer brings it to its end
        handed = handed[:-1]
    if handed and handed[-1].new != newest:
        raise NoteError(f"no hand-over leads to the key in {keys.public.name}")
    return KeyChain(newest, tuple((each.old, each.size) for each in handed))


def finish(keys: LogKeys, note: str) -> None:
    """Puts the new key in the place of the old one, once the hand-over stands in what was signed; again after a crash."""
    handed = read_hand_over(note)
    if note not in (each.note for each in read_hand_overs(keys)):
        _append(keys, note)
    if keys.next.exists() and keys.read(keys.next).verifier() == handed.new:
        keys.next.replace(keys.private)
    if keys.verifier() != handed.new:
        replace_file(keys.public, handed.new.vkey() + "\n", mode=0o644)


def _append(keys: LogKeys, note: str) -> None:
    out = os.open(keys.handed, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(out, json.dumps({"note": note}).encode() + b"\n")
        os.fsync(out)
    finally:
        os.close(out)
