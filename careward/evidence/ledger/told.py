"""What the file beside the keys tells of the ledger, read whole: every tree that was signed, and what was explained."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from careward.evidence.ledger import signed
from careward.evidence.ledger.links import EARLIER, FIRST, gap, torn
from careward.evidence.ledger.rows import CheckpointRow
from careward.evidence.ledger.rules import CLOCKS_DIFFER
from careward.evidence.ledger.signed import LastSigned
from careward.seal.handing import chain_of
from careward.seal.notes import KeyChain, NoteError
from careward.seal.outside import SignedFile, SignedLine
from careward.seal.walk import SignedTree


@dataclass(frozen=True, slots=True)
class Ahead:
    """The last line, where the database is one behind it: a sealer was killed between its line and its commit."""

    number: int
    first: int  # the first place
    ids: Sequence[Sequence[int]]


@dataclass(slots=True)
class Outside:
    """All of it. `fault` says why the file cannot be believed; what stands before the break is told all the same."""

    lines: int = 0
    fault: str = ""
    head: LastSigned = field(default_factory=LastSigned)
    newest: SignedLine | None = None
    trees: list[SignedTree] = field(default_factory=list)
    sealed: dict[int, CheckpointRow] = field(default_factory=dict)  # what the row of each sealed line must be
    earlier: str = signed.digest([])  # what binds the checkpoints that were taken over
    taken_over: int = -1  # the size of the last of those
    explained: dict[str, str] = field(default_factory=dict)
    lanes: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # how far each lane is sealed
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, line: SignedLine, chain: KeyChain) -> None:
        """Takes in the next line."""
        facts = line.facts
        if self.newest and signed.read_moment(self.newest.facts["at"]) - signed.read_moment(facts["at"]) > CLOCKS_DIFFER:
            when = f"from {self.newest.facts['at'][:19]} to {facts['at'][:19]}"
            self.notes.append(f"the clock was set back {when} before line {line.number} of what was signed")
        before, self.lines, self.newest = self.newest, line.number, line
        if facts["kind"] == signed.SEALED:
            said = chain.read(facts["note"])
            peaks = tuple(facts["peaks"])
            self.trees.append(SignedTree(said.size, said.root, tuple(map(bytes.fromhex, peaks)), f"line {line.number} of what was signed"))
            row = CheckpointRow(said.size, said.root, peaks, facts["settled"], facts["note"], facts["at"], line.number)
            self.sealed[line.number] = row
            self._take_lanes(line)
        elif facts["kind"] == signed.TAKEN_OVER:
            self.earlier = facts["earlier"]
            self.trees.append(_taken_over(line, chain))
            self.taken_over = self.trees[-1].size
        elif facts["kind"] == signed.HANDED_OVER:
            self.notes.append(
                f"the key was handed over on {facts['at'][:10]} by {facts['by']} ({facts['why']}), as line {line.number} says"
            )
        elif facts["kind"] == signed.NAMED and before and (was := before.facts.get("witness")):
            names = [key.partition("+")[0] for key in (facts["witness"]["key"], was["key"])]
            self.notes.append(f"the witness {names[0]} was named on {facts['at'][:10]} in place of {names[1]}, as line {line.number} says")
        if "marks" in facts:
            words = f"explained on {facts['at'][:10]} by {facts['by']}"
            self.explained |= dict.fromkeys(facts["marks"], words)
            self.notes.append(f"what was wrong until {facts['at'][:10]} is in entry {facts['entry']}, {words}")

    def _take_lanes(self, line: SignedLine) -> None:
        """Each lane goes on where the last line of it ended: what was taken out before it was sealed leaves a gap for ever."""
        for lane, taken in line.facts.get("lanes", {}).items():
            if lane == EARLIER:
                ids = f"among {signed.words_of(line.facts['ids'])}"
                self.notes.append(f"what an earlier version left unsealed, {ids}, is sealed as it stood on {line.facts['at'][:10]}")
            self.gaps += [f"{words}, as line {line.number} shows" for words in self._not_going_on(lane, taken)]
            self.lanes[lane] = (taken["numbers"][-1][1], bytes.fromhex(taken["hash"]))

    def _not_going_on(self, lane: str, taken: Mapping[str, Any]) -> Iterator[str]:
        """Where a lane does not go on from where it had got to; lines of an earlier version do not say after which hash they come."""
        reached, hashed = self.lanes.get(lane, (0, FIRST))
        after = taken.get("after", hashed.hex())
        for first, last in taken["numbers"]:
            if first != reached + 1:
                yield gap(lane, reached, first)
            elif after != hashed.hex():
                yield torn(lane, first)
            reached, after = last, hashed.hex()
        yield from (torn(lane, number) for number in taken.get("torn", ()))

    def ahead(self, kept: Sequence[CheckpointRow]) -> Ahead | None:
        """The last line, where its checkpoint is the only one that is missing here."""
        line = self.newest
        if line is None or line.facts["kind"] != signed.SEALED or any(c.line == line.number for c in kept):
            return None
        if self.sealed.keys() - {c.line for c in kept} != {line.number}:
            return None
        ids = line.facts["ids"]
        first = self.head.size - sum(last - low + 1 for low, last in ids)
        return Ahead(line.number, first, ids)


def _taken_over(line: SignedLine, chain: KeyChain) -> SignedTree:
    head = signed.head_of(line, chain)
    return SignedTree(head.size, head.root, head.peaks, "the checkpoint that was taken over")


def read_outside(file: SignedFile) -> Outside:
    """Reads the whole file."""
    told = Outside()
    try:
        chain = chain_of(file.keys) if file.path.exists() and file.path.stat().st_size else None
        for line in file.lines():
            told.add(line, chain or chain_of(file.keys))
        told.head = signed.head_of(told.newest, chain)
    except (NoteError, KeyError, ValueError, TypeError) as error:
        told.fault = str(error) if isinstance(error, NoteError) else f"{file.path.name} cannot be read"
    return told
