"""A named person writes down what happened to the ledger: the alarm ends, sealing goes on, and all of it stays visible in the evidence.

Nothing is made good that was bent. Each problem keeps standing in every report, with who explained it and when; what is bound is what
stands there now, so that a further change is a new problem. What must stand right for sealing to go on is put right from what was
signed, and what stood there instead is kept in the entry.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from careward.core.decision import Refused, refuse
from careward.evidence.ledger import links, proof, rows, sealing, signed
from careward.evidence.ledger.actions import record
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry
from careward.evidence.ledger.rules import SHORTEST_REASON
from careward.evidence.ledger.sealing import Broken, Turn
from careward.evidence.ledger.signed import LastSigned
from careward.evidence.ledger.told import Outside, read_outside
from careward.evidence.ledger.witnessed import witness_alarm
from careward.seal.handing import chain_of
from careward.seal.outside import NOTHING, SignedFile, Tail

MOST_KEPT = 200  # rows set aside that the entry holds; beyond these it holds their digest


def explain(*, what: str, now: datetime, by: str, keys_folder: Path | None = None) -> Entry:
    """Writes down what happened to the ledger, in an entry and in the file beside the keys, and ends the alarm.

    Raises Refused where nothing is wrong or nothing is said, and SealingStopped where nothing is left that could be gone on with.
    """
    _must_say(what)
    turn = Turn(SignedFile(ledger_keys(keys_folder)), now)
    links.bind_now()
    with sealing.alone(turn), rows.on_the_disk_at_commit():
        try:
            with transaction.atomic():
                rows.one_sealer_at_a_time()
                return _explain(turn, what.strip(), by)
        except Broken as broken:
            raise sealing.SealingStopped(broken.problems) from broken


def _must_say(what: str) -> None:
    if len(what.strip()) < SHORTEST_REASON:
        raise Refused(refuse("explanation.too_short", "house", "the explanation says too little", "Say what happened, and how you know."))


def explain_silence(*, what: str, now: datetime, by: str, keys_folder: Path | None = None) -> Entry:
    """Writes down why the witness cosigned nothing, and ends the alarm: no witness is named from here on.

    One that the settings still name is named anew as something is sealed next, and has another day. Raises Refused as `explain` does.
    """
    _must_say(what)
    turn = Turn(SignedFile(ledger_keys(keys_folder)), now)
    links.bind_now()
    with sealing.alone(turn), rows.on_the_disk_at_commit(), transaction.atomic():
        rows.one_sealer_at_a_time()
        if not (alarm := witness_alarm(now=now)):
            raise Refused(refuse("alarm.missing", "house", "no witness is silent", "There is nothing to explain."))
        tail = turn.file.tail()
        head = replace(signed.head_of(tail.newest, chain_of(turn.keys)), witness=None)
        entry = record(at=now, actor=by, verb="ledger.explained", subject="ledger", organisation="", what=what.strip(), problems=[alarm])
        links.bind_now()
        facts = {"kind": signed.EXPLAINED, "at": signed.moment(now), "by": by, "entry": entry.pk, "marks": []}
        turn.file.append(tail, turn.signer(), {**head.facts(), **facts})
    return entry


def _explain(turn: Turn, what: str, by: str) -> Entry:
    report, marks = proof.look(turn.keys)
    if report.ok:
        raise Refused(refuse("alarm.missing", "house", "nothing is wrong with the ledger", "There is nothing to explain."))
    tail = turn.file.tail()
    if tail.fault or tail.newest is None:
        tail, told, head, aside = _begin_again(turn, tail)
    else:
        told = read_outside(turn.file)
        head = told.head
        aside = _mend(told)
    aside["links"] = _bind_again(told)
    head = replace(head, alarm=None, ends=rows.leaf_ends())
    shown = report.problems[: signed.MOST_TOLD]
    entry = record(
        at=turn.now, actor=by, verb="ledger.explained", subject="ledger", organisation="", what=what, problems=shown,
        more_problems=len(marks) - len(shown), set_aside=aside,
    )  # fmt: skip
    links.bind_now()
    _sign(turn, tail, head, by, entry.pk)
    return entry


def _sign(turn: Turn, tail: Tail, head: LastSigned, by: str, entry_id: int) -> None:
    """The line ends the alarm first in what is looked at, so that what is still wrong then is what it explains."""
    marks = proof.marks_after(turn.keys, head)
    facts = {"kind": signed.EXPLAINED, "at": signed.moment(turn.now), "by": by, "entry": entry_id, "marks": marks}
    turn.file.append(tail, turn.signer(), {**head.facts(), **facts})


def _mend(told: Outside) -> dict[str, Any]:
    """The checkpoints as they were signed, and no place taken past them; returns what stood there instead."""
    wanted = {row.size: row for row in told.sealed.values()}
    here = {row.size: row for row in rows.checkpoints() if row.size > told.taken_over}
    wrong = [row for size, row in here.items() if wanted.get(size) != row]
    for row in wrong:
        _delete("ledger_checkpoint", "size = %s", row.size)
    for row in wanted.values():
        if here.get(row.size) != row:
            _put_back(row)
    strays = rows.places_outside(told.head.size)
    _delete("ledger_leaf", "number < 0 OR number >= %s", told.head.size)
    return {"checkpoints": _kept(wrong), "places": _kept(strays)}


def _bind_again(told: Outside) -> list[Any]:
    """Each lane goes on from what was sealed of it with what is good of what waits; returns what is not."""
    waiting = list(links.waiting())
    rows.clear_lanes()
    for lane, (number, hashed) in told.lanes.items():
        rows.take_lane(lane)
        rows.leave_lane(lane, number, hashed)
    for one in waiting:
        if one.good:
            links.add(one.link.lane, one.rows)
    return _kept([_set_aside(one.link) for one in waiting if not one.good])


def _set_aside(link: links.Waiting) -> tuple[Any, ...]:
    """All that stood there; of leaf hashes that it kept, their digest."""
    return (*link[:-1], *([signed.digest([link.kept])] if link.kept else []))


def _put_back(row: rows.CheckpointRow) -> None:
    Checkpoint.objects.create(
        size=row.size, root=row.root, frontier={"peaks": list(row.peaks), "settled": row.settled}, note=row.note,
        sealed_at=signed.read_moment(row.sealed_at), line=row.line,
    )  # fmt: skip


def _begin_again(turn: Turn, tail: Tail) -> tuple[Tail, Outside, LastSigned, dict[str, Any]]:
    """Where the file is gone or was changed: what is left of it is set aside, and a new one goes on from the last checkpoint that holds."""
    if tail.fault:
        kept = turn.file.path.with_name(f"{turn.file.path.name}.{turn.now:%Y%m%dT%H%M%S}")
        shutil.copy2(turn.file.path, kept)
        turn.file.path.write_bytes(b"")
    head, wrong = _last_that_holds(turn)
    for row in wrong:
        _delete("ledger_checkpoint", "size = %s", row.size)
    strays = rows.places_outside(head.size)
    _delete("ledger_leaf", "number < 0 OR number >= %s", head.size)
    newest = rows.newest_checkpoint()
    if newest is not None:
        sealing.begin(turn, NOTHING, newest)
    tail = turn.file.tail()
    return tail, read_outside(turn.file), head, {"checkpoints": _kept(wrong), "places": _kept(strays)}


def _last_that_holds(turn: Turn) -> tuple[LastSigned, list[rows.CheckpointRow]]:
    wrong: list[rows.CheckpointRow] = []
    for row in reversed(rows.checkpoints()):
        try:
            return sealing.taken_over(row, turn.signer()), wrong
        except Broken:
            wrong.append(row)
    if wrong:
        raise Broken("no checkpoint here can be gone on with; put the keys and the database back from your backup")
    return LastSigned(), wrong


def _kept(found: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Rows as an entry holds them; of very many, their number and digest."""
    if len(found) > MOST_KEPT:
        return [len(found), signed.digest(found)]
    return [[cell.hex() if isinstance(cell, bytes) else cell for cell in row] for row in found]


def _delete(table: str, where: str, value: int) -> None:
    """Past the objects, which let nothing be taken out: what is taken out here was never signed, and the entry holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {where}", [value])  # noqa: S608
