"""Sealing: each entry is given its place in the tree, and what the tree has become is signed, in the database and in the file outside it.

A signer never signs what does not continue the last thing it signed. The tree goes on from the hashes of the file's last line, never from
what the database says; and where the database no longer stands where that line left it, sealing refuses and an alarm stands, until a
named person writes down what happened. The line is on the disk before the commit: a sealer killed between the two leaves the file one line
ahead, and the next one gives the same entries their places again, which must lead to what was signed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from careward.evidence.ledger import links, proof, rows, signed
from careward.evidence.ledger.heard import name_witness
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.leaves import leaves_as_kept
from careward.evidence.ledger.models import Checkpoint
from careward.evidence.ledger.rules import CLOCKS_DIFFER
from careward.evidence.ledger.signed import LastSigned
from careward.evidence.rows.bulk import collector_off
from careward.seal.handing import chain_of, finish
from careward.seal.keys import KeyLost, LogKeys
from careward.seal.notes import KeyChain, NoteError, Signer, TreeHead
from careward.seal.outside import HANDED, SignedFile, SignedLine, Tail

_cannot_write: dict[Path, str] = {}  # of this process: where its last sealing could not be kept, and why

SEAL_AT_ONCE = 20_000  # leaves in one transaction: under half a second of SQLite's one writer


class SealingStopped(RuntimeError):
    """What stands in the database does not continue what was signed, or what was signed is gone. Its words are the problems."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Broken(Exception):
    """What was found before anything was signed."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Turn:
    """One sealer's turn: the file, and who signs."""

    file: SignedFile
    now: datetime
    found: list[str] = field(default_factory=list)  # what cannot be sealed, and stops nobody else

    @property
    def keys(self) -> LogKeys:
        return self.file.keys

    def signer(self, *, may_make: bool = False) -> Signer:
        return self.keys.signer(may_make=may_make)


def seal(*, now: datetime, keys_folder: Path | None = None) -> rows.CheckpointRow | None:
    """Gives every entry written so far its place in the tree and signs what the tree has become.

    Returns the newest checkpoint; None while the ledger is empty. Raises KeyLost when the signing key has gone, and SealingStopped where
    the ledger does not continue what was signed. Killed at any point, sealing again goes on from what was signed last.
    """
    turn = Turn(SignedFile(ledger_keys(keys_folder)), now)
    links.bind_now()
    try:
        with collector_off():
            _seal_all(turn)
    except (OSError, OperationalError) as error:  # a full disk, or a folder that cannot be written: no line can say so
        _cannot_write[turn.keys.folder] = f"what is sealed cannot be kept: {error}"
        raise SealingStopped([_cannot_write[turn.keys.folder]]) from error
    _cannot_write.pop(turn.keys.folder, None)
    return rows.newest_checkpoint()


def _seal_all(turn: Turn) -> None:
    with turn.file.alone(), rows.on_the_disk_at_commit():
        while _seal_some(turn):
            pass
        raise_alarm(turn, list(dict.fromkeys(turn.found)), stops=False)
        if turn.keys.private.exists():
            name_witness(turn.file, turn.signer(), now=turn.now)


def alarm_of_check(problems: Sequence[str], *, now: datetime, keys_folder: Path | None = None) -> None:
    """What a check of the whole ledger found wrong stands as an alarm; not inside a transaction, for sealers take the file first."""
    with alone(Turn(SignedFile(ledger_keys(keys_folder)), now)) as turn:
        raise_alarm(turn, problems, stops=False)


@contextmanager
def alone(turn: Turn) -> Iterator[Turn]:
    """For whoever adds a line that seals nothing: one that a sealer killed before its commit has left comes to its end first.

    Behind another line nobody would see any more that it was begun, and what it signed would seem to be gone.
    """
    with turn.file.alone():
        tail = turn.file.tail()
        with suppress(Broken, DatabaseError):  # then sealing says so, and the line is added all the same
            if not tail.fault and (line := _line_ahead(turn, tail, rows.newest_checkpoint())):
                with rows.on_the_disk_at_commit(), transaction.atomic():
                    rows.one_sealer_at_a_time()
                    _seal_again(turn, line, tail.previous)
        yield turn


def _seal_some(turn: Turn) -> bool:
    """Seals one batch; whether there may be more. What is found wrong is signed too, and stands as an alarm."""
    try:
        with transaction.atomic():
            rows.one_sealer_at_a_time()
            return _seal_batch(turn)
    except Broken as broken:
        problems = broken.problems
    except IntegrityError:
        problems = ("what is to be sealed next has a place already, which was never given",)
    raise_alarm(turn, problems, stops=True)
    raise SealingStopped(problems)


def raise_alarm(turn: Turn, problems: Sequence[str], *, stops: bool) -> None:
    """Signs that something is wrong, once, where there is a file and a key to do it with. One that stops sealing outweighs others."""
    if not problems:
        return
    tail = turn.file.tail()
    if tail.fault or tail.newest is None:  # nothing to go on from: then sealing and `alarms` say so each time
        return
    try:
        signer = turn.signer()
    except KeyLost:  # then sealing says so each time
        return
    head = signed.head_of(tail.newest, chain_of(turn.keys))
    if head.alarm and (head.alarm["stops"] or not stops):
        return
    number = tail.newest.number + 1
    alarmed = head.alarmed(line=number, at=turn.now, problems=problems, stops=stops)
    turn.file.append(tail, signer, {"kind": signed.ALARM, "at": signed.moment(turn.now), **alarmed.facts()})


def alarms(*, keys_folder: Path | None = None, now: datetime | None = None) -> tuple[str, ...]:
    """What stands as an alarm, from the file beside the keys; the database is asked only where there is no file.

    `now` is held against the last line: a clock that was set back is said until something is sealed by it.
    """
    keys = ledger_keys(keys_folder)
    file = SignedFile(keys)
    tail = file.tail()
    if tail.fault:
        return (tail.fault,)
    if tail.newest is None:
        return _without_file(file) if keys.public.exists() else ()
    found = [] if keys.private.exists() else [f"{keys.private.name} is gone, so nothing more can be sealed; put it back from your backup"]
    if keys.folder in _cannot_write:
        found.append(_cannot_write[keys.folder])
    at = signed.read_moment(tail.newest.facts["at"])
    if now is not None and at - now > CLOCKS_DIFFER:
        found.append(f"the clock says {signed.moment(now)[:19]}, and the last sealing was at {signed.moment(at)[:19]}: it was set back")
    alarm = tail.newest.facts["alarm"]
    return (*found, *(alarm["problems"] if alarm else ()))


def _without_file(file: SignedFile) -> tuple[str, ...]:
    try:
        newest = rows.newest_checkpoint()
    except DatabaseError:  # it does not answer: then that is what is wrong, and others say so
        return ()
    if newest is None:
        return ()
    return (_gone(file) if newest.line else "the ledger of an earlier version is not taken over yet; `careward ledger verify` says why",)


def _gone(file: SignedFile) -> str:
    return f"{file.path.name} is gone, and the ledger has checkpoints that stand in it; put it back from your backup"


def _seal_batch(turn: Turn) -> bool:
    if turn.keys.private.exists():
        turn.signer()  # the public key follows from it, and is needed to read what was signed
    tail = turn.file.tail()
    if tail.fault:
        raise Broken(tail.fault)
    bring_hand_over_to_its_end(turn, tail)
    newest = rows.newest_checkpoint()
    if tail.newest is None:
        _must_be_first(turn, newest)
        links.take_up_earlier()
        if newest is not None:
            take_over(turn, tail, newest)
            return True
        head = LastSigned()
    else:
        head = _head(turn, tail.newest)
        if head.alarm and head.alarm["stops"]:
            raise SealingStopped([*head.alarm["problems"]])
        if line := _line_ahead(turn, tail, newest):
            _seal_again(turn, line, tail.previous)
            return True
        _must_stand_at(head, newest)
    return _seal_new(turn, tail, head)


def bring_hand_over_to_its_end(turn: Turn, tail: Tail) -> None:
    """Where the last line hands the key over, the new one signs from now on, also when the one who did it was killed."""
    if tail.newest is None or HANDED not in tail.newest.facts:
        return
    try:
        finish(turn.keys, tail.newest.facts[HANDED])
    except NoteError as error:
        raise Broken(f"the key cannot be handed over: {error}") from error


def _head(turn: Turn, line: SignedLine | None) -> LastSigned:
    try:
        return signed.head_of(line, chain_of(turn.keys) if line else None)
    except NoteError as error:
        raise Broken(f"{turn.file.path.name} cannot be gone on with: {error}") from error


def _must_be_first(turn: Turn, newest: rows.CheckpointRow | None) -> None:
    """Only an earlier version left checkpoints and no file."""
    if newest is not None and newest.line != 0:
        raise Broken(_gone(turn.file))
    if newest is None and rows.leaf_ends() is not None:
        raise Broken("places of the tree are taken, and nothing was ever signed")


def _must_stand_at(head: LastSigned, newest: rows.CheckpointRow | None) -> None:
    """The database stands where the last line left it: then what is added continues what was signed."""
    if not _stands_at(head, newest):
        said = f"a ledger of {head.size:,} entries, and the newest checkpoint here is "
        raise Broken(f"what was last signed is {said}{f'another, at {newest.size:,}' if newest else 'gone'}")
    _must_have_places(head)


def _must_have_places(head: LastSigned) -> None:
    if rows.leaf_ends() != head.ends:
        raise Broken(f"{head.size:,} entries were signed, and the places taken here are not those of {head.size:,} entries")


def _stands_at(head: LastSigned, newest: rows.CheckpointRow | None) -> bool:
    if newest is None:
        return head.size == 0
    return (newest.size, newest.root, newest.note, newest.line) == (head.size, head.root, head.note, head.checkpoint)


def _line_ahead(turn: Turn, tail: Tail, newest: rows.CheckpointRow | None) -> SignedLine | None:
    """The last line, where the sealer that wrote it was killed before its commit."""
    line = tail.newest
    if line is None or line.facts["kind"] != signed.SEALED or _stands_at(_head(turn, line), newest):
        return None
    return line if _stands_at(_head(turn, tail.previous), newest) else None


def _seal_again(turn: Turn, line: SignedLine, previous: SignedLine | None) -> None:
    """Gives the entries of a line their places again; raises Broken unless they lead to what was signed."""
    head, before = _head(turn, line), _head(turn, previous)
    _must_have_places(before)
    batch = list(rows.by_ranges(line.facts["ids"]))
    leaves = leaves_as_kept(batch)
    tree = before.tree()
    tree.extend(leaves)
    if tree.size != head.size or tree.root() != head.root:
        raise Broken(f"entries that were signed in line {line.number} were changed or taken out before they had their places")
    rows.place(before.size, [row.id for row in batch], leaves)
    keep(line, head)


def _seal_new(turn: Turn, tail: Tail, head: LastSigned) -> bool:
    batch = links.next_batch(SEAL_AT_ONCE)
    turn.found.extend([*map(links.told, batch.bad), *batch.gaps()])
    if not batch.taken:
        return False
    signer = turn.signer(may_make=tail.newest is None)
    tree = head.tree()
    ids = [number for one in batch.taken for number in one.ids]
    leaves = [leaf for one in batch.taken for leaf in one.leaves]
    rows.place(tree.size, ids, leaves)
    tree.extend(leaves)
    said = TreeHead(signer.name, tree.size, tree.root())
    number = tail.newest.number + 1 if tail.newest else 1
    ends = (head.ends[0] if head.ends else head.size, tree.size - 1)
    grown = LastSigned(
        signer.sign(said.text()), said.size, said.root, tree.peaks, max(head.settled, *ids), number, ends, head.alarm, head.witness,
    )  # fmt: skip
    facts = {"kind": signed.SEALED, "at": signed.moment(turn.now), "ids": signed.runs(ids), "lanes": batch.lanes(), **grown.facts()}
    keep(turn.file.append(tail, signer, facts), grown)
    return batch.more


def keep(line: SignedLine, head: LastSigned) -> None:
    """The row of a checkpoint, as its line says it."""
    frontier = {"peaks": [peak.hex() for peak in head.peaks], "settled": head.settled}
    at = signed.read_moment(line.facts["at"])
    for lane, taken in line.facts["lanes"].items():
        for first, last in taken["numbers"]:
            rows.drop_links(lane, first, last)
    Checkpoint.objects.create(size=head.size, root=head.root, frontier=frontier, note=head.note, sealed_at=at, line=line.number)


def take_over(turn: Turn, tail: Tail, newest: rows.CheckpointRow) -> None:
    """Begins the file of a home that an earlier version made, when its whole ledger is as it was written."""
    report, _ = proof.look(turn.keys)
    if not report.ok:
        raise Broken(*report.problems[: signed.MOST_TOLD])
    begin(turn, tail, newest)


def begin(turn: Turn, tail: Tail, newest: rows.CheckpointRow, **facts: object) -> None:
    """Writes a first line over what stands in the database: where it stands, and what all its checkpoints say."""
    head = taken_over(newest, turn.signer())
    told = {"kind": signed.TAKEN_OVER, "at": signed.moment(turn.now), "earlier": signed.digest(rows.checkpoints()), **facts}
    turn.file.append(tail, turn.signer(), {**head.facts(), **told})


def taken_over(newest: rows.CheckpointRow, signer: Signer) -> LastSigned:
    """The tree of a checkpoint of an earlier version; its hashes are believed because they lead to what was signed."""
    head = LastSigned(newest.note, newest.size, newest.root, tuple(_hashes(newest.peaks)), newest.settled, newest.line, rows.leaf_ends())
    try:
        return signed.head_of(SignedLine(0, head.facts(), b""), KeyChain(signer.verifier()))
    except (NoteError, ValueError) as error:
        raise Broken(f"the newest checkpoint, at {newest.size:,}, cannot be gone on with: {error}") from error


def _hashes(peaks: Sequence[str]) -> Iterator[bytes]:
    for peak in peaks:
        try:
            yield bytes.fromhex(peak)
        except ValueError:
            yield b""
