"""The signing key is handed over to a new one by a named person: the old key signs the new, and signs nothing after.

The new key lies ready, then the hand-over is signed into the file beside the keys, then the new key takes the old one's place. Killed at
any point, the next sealer brings it to its end, or it never began.
"""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from careward.core.decision import Refused, refuse
from careward.evidence.ledger import links, sealing, signed
from careward.evidence.ledger.actions import record
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry
from careward.evidence.ledger.rules import SHORTEST_REASON
from careward.evidence.ledger.sealing import Broken, Turn
from careward.seal.handing import HandOver, chain_of, hand_over
from careward.seal.notes import TreeHead
from careward.seal.outside import HANDED, SignedFile


def rotate_key(*, why: str, now: datetime, by: str, keys_folder: Path | None = None) -> Entry:
    """Hands the ledger over to a new key and writes down who did it and why.

    Raises Refused without a reason, while an alarm stands and before anything was signed, and SealingStopped where sealing stops.
    """
    sealing.seal(now=now, keys_folder=keys_folder)  # what waits is still the old key's
    turn = Turn(SignedFile(ledger_keys(keys_folder)), now)
    with sealing.alone(turn):
        _must_be_allowed(turn, why.strip())
        try:
            handed = _hand_over(turn, why.strip(), by)
        except Broken as broken:
            raise sealing.SealingStopped(broken.problems) from broken
    entry = _written_down(handed, why.strip(), now, by)
    sealing.seal(now=now, keys_folder=keys_folder)  # the new key's first
    return entry


def _must_be_allowed(turn: Turn, why: str) -> None:
    if len(why) < SHORTEST_REASON:
        raise Refused(refuse("reason.too_short", "house", "the reason says too little", "Say why the key is handed over."))
    if sealing.alarms(keys_folder=turn.keys.folder):
        raise Refused(refuse("alarm.stands", "house", "an alarm stands", "Explain it first: careward ledger explain."))
    if turn.file.tail().newest is None:
        raise Refused(refuse("key.unused", "house", "nothing was signed yet", "Seal something first: careward ledger seal."))


def _hand_over(turn: Turn, why: str, by: str) -> HandOver:
    tail = turn.file.tail()
    head = signed.head_of(tail.newest, chain_of(turn.keys))
    old, new = turn.signer(), turn.keys.make_next()
    handed = hand_over(old, new.verifier(), TreeHead(old.name, head.size, head.root), turn.now)
    facts = {"kind": signed.HANDED_OVER, "at": signed.moment(turn.now), "by": by, "why": why, HANDED: handed.note}
    turn.file.append(tail, old, {**head.facts(), **facts})
    sealing.bring_hand_over_to_its_end(turn, turn.file.tail())
    return handed


def _written_down(handed: HandOver, why: str, now: datetime, by: str) -> Entry:
    with transaction.atomic():
        entry = record(
            at=now, actor=by, verb="ledger.key_rotated", subject="ledger", organisation="", why=why, entries=handed.size,
            old_key=handed.old.vkey(), new_key=handed.new.vkey(),
        )  # fmt: skip
        links.bind_now()
    return entry
