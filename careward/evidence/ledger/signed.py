"""What the lines of the file beside the keys say of the ledger: the tree it goes on from, what was sealed, what alarms, what was explained.

Every line carries the whole state, so that the last one is all that a sealer reads.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from careward.seal.notes import KeyChain, NoteError
from careward.seal.outside import SignedLine
from careward.seal.tree import EMPTY_ROOT, CompactRange

TAKEN_OVER, SEALED, ALARM, EXPLAINED, HANDED_OVER, NAMED = "taken over", "sealed", "alarm", "explained", "handed over", "witness named"
MOST_TOLD = 10  # problems that a line tells in words


@dataclass(frozen=True, slots=True)
class LastSigned:
    """What was last signed: the tree, the checkpoint over it, and the alarm that stands."""

    note: str = ""  # of the newest checkpoint
    size: int = 0
    root: bytes = EMPTY_ROOT
    peaks: tuple[bytes, ...] = ()
    settled: int = 0  # an id up to which every entry had its place
    checkpoint: int = 0  # the line of that checkpoint; 0 for one of an earlier version, or none
    ends: tuple[int, int] | None = None  # the lowest and the highest place that is taken in the database
    alarm: Mapping[str, Any] | None = None
    witness: Mapping[str, str] | None = None  # the key of the one that is named, and since when it counts as silent

    def tree(self) -> CompactRange:
        """The tree, to be gone on with."""
        return CompactRange(self.size, self.peaks)

    def facts(self) -> dict[str, Any]:
        """As a line carries it."""
        return {
            "note": self.note,
            "peaks": [peak.hex() for peak in self.peaks],
            "settled": self.settled,
            "checkpoint": self.checkpoint,
            "ends": self.ends,
            "alarm": self.alarm,
            "witness": self.witness,
        }

    def alarmed(self, *, line: int, at: datetime, problems: Sequence[str], stops: bool) -> "LastSigned":
        """The same with an alarm that stands."""
        more = max(0, len(problems) - MOST_TOLD)
        told = {"line": line, "at": moment(at), "problems": list(problems[:MOST_TOLD]), "more": more, "stops": stops}
        return replace(self, alarm=told)


def head_of(line: SignedLine | None, chain: KeyChain | None) -> LastSigned:
    """What a line says of the ledger; an empty tree before the first. NoteError where its checkpoint and its hashes do not fit."""
    if line is None or chain is None:
        return LastSigned()
    facts = line.facts
    if not facts["note"]:
        return LastSigned(settled=facts["settled"], ends=_pair(facts["ends"]), alarm=facts["alarm"], witness=facts.get("witness"))
    said = chain.read(facts["note"])
    peaks = tuple(bytes.fromhex(peak) for peak in facts["peaks"])
    if CompactRange(said.size, peaks).root() != said.root:
        raise NoteError(f"the hashes of line {line.number} do not lead to its checkpoint")
    place = (facts["settled"], facts["checkpoint"], _pair(facts["ends"]))
    return LastSigned(facts["note"], said.size, said.root, peaks, *place, facts["alarm"], facts.get("witness"))


def _pair(ends: Sequence[int] | None) -> tuple[int, int] | None:
    return (ends[0], ends[1]) if ends else None


def moment(at: datetime) -> str:
    """A moment as lines and entries write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    """The moment that was written so."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def words_of(ids: Sequence[Sequence[int]]) -> str:
    """Ids in words: 'entry 5', 'entries 5 to 9 and 12'."""
    if not ids:
        return "entries that nobody can name"
    if len(ids) == 1 and ids[0][0] == ids[0][1]:
        return f"entry {ids[0][0]}"
    told = [str(first) if first == last else f"{first} to {last}" for first, last in ids[:MOST_TOLD]]
    return f"entries {', '.join(told)}{' and more' if len(ids) > MOST_TOLD else ''}"


def runs(ids: Sequence[int]) -> list[list[int]]:
    """Ids in the order given, as runs [first, last], so that twenty thousand are a few numbers."""
    found: list[list[int]] = []
    for number in ids:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def digest(rows: Sequence[tuple[Any, ...]]) -> str:
    """What binds rows without holding them."""
    found = sha256()
    for row in rows:
        found.update(json.dumps([cell.hex() if isinstance(cell, bytes) else cell for cell in row]).encode() + b"\n")
    return found.hexdigest()
