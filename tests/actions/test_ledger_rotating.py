"""The signing key is handed over by a named person: the old key signs the new, and nobody else can."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from careward.core.decision import Refused
from careward.evidence.ledger import actions, links, proof, rotating, sealing
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry
from careward.evidence.ledger.sealing import SealingStopped
from careward.seal import handing, keys
from careward.seal.notes import NoteError, TreeHead
from careward.seal.outside import SignedFile
from tests.actions.test_ledger import standalone

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
WHY = "The old key lay on a lost laptop."
pytestmark = pytest.mark.django_db


def write(count: int = 2) -> None:
    with transaction.atomic():
        for number in range(count):
            actions.record(at=NOW, actor="user/7", verb="account.locked", subject=f"account/{number}", organisation="RX3")
        links.bind_now()


def rotate() -> Entry:
    return rotating.rotate_key(why=WHY, now=NOW, by="user/7")


def newest_note() -> str:
    return str([*SignedFile(ledger_keys()).lines()][-1].facts["note"])


@pytest.fixture
def first() -> str:
    """The key before anything is handed over; two checkpoints are signed with it."""
    write()
    sealing.seal(now=NOW)
    write()
    sealing.seal(now=NOW)
    return ledger_keys().verifier().vkey()


def check(folder: Path, *given: str) -> int:
    return int(standalone().main([str(folder), *given]))


def test_verify_and_the_script_follow_the_keys_from_any_of_them(first: str, tmp_path: Path) -> None:
    kept = [tmp_path / "before.txt", tmp_path / "after.txt"]
    kept[0].write_text(newest_note(), encoding="utf-8")
    write()  # waits, and is sealed with the old key
    entry = rotate()
    second = ledger_keys().verifier().vkey()
    assert second != first and entry.verb == "ledger.key_rotated" and entry.actor == "user/7"
    assert (entry.body["why"], entry.body["old_key"], entry.body["new_key"], entry.body["entries"]) == (WHY, first, second, 6)
    write()
    rotate()
    write()
    sealing.seal(now=NOW)
    kept[1].write_text(newest_note(), encoding="utf-8")
    report = proof.verify(witnessed=[path.read_text(encoding="utf-8") for path in kept])
    assert report.ok and report.unsealed == 0, report.problems
    assert sum(WHY in words and "by user/7" in words for words in report.explained) == 2
    proof.export(tmp_path / "out")
    third = ledger_keys().verifier().vkey()
    known = [word for path in kept for word in ("--known", str(path))]
    assert [check(tmp_path / "out", "--vkey", key, *known) for key in (first, second, third)] == [0, 0, 0]
    assert not ledger_keys().next.exists() and not sealing.alarms()


def test_who_says_nothing_or_has_an_alarm_standing_hands_nothing_over(first: str) -> None:
    with pytest.raises(Refused, match=r"reason\.too_short"):
        rotating.rotate_key(why=" old ", now=NOW, by="user/7")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_leaf")
    write()
    with pytest.raises(SealingStopped):
        rotate()
    assert ledger_keys().verifier().vkey() == first and not ledger_keys().handed.exists()


def test_a_key_put_in_without_a_hand_over_is_refused_and_named(first: str) -> None:
    ledger_keys().private.unlink()
    ledger_keys().public.unlink()
    ledger_keys().signer(may_make=True)
    write()
    with pytest.raises(SealingStopped, match=r"ledger\.signed cannot be trusted"):
        sealing.seal(now=NOW)
    assert "ledger.signed cannot be trusted" in sealing.alarms()[0]
    assert not proof.verify().ok


def forged(old: keys.LogKeys) -> handing.HandOver:
    """What somebody makes who can write beside the keys and has not the old one."""
    honest = ledger_keys()
    thief = honest.make_next()
    made = handing.hand_over(old.signer(may_make=True), thief.verifier(), TreeHead(thief.name, 4, bytes(32)), NOW)
    honest.next.replace(honest.private)
    keys.replace_file(honest.public, thief.verifier().vkey() + "\n", mode=0o644)
    return made


def test_a_hand_over_that_the_old_key_did_not_sign_is_refused_and_named(first: str, tmp_path: Path) -> None:
    folder, name = ledger_keys().folder, ledger_keys().verifier().name
    shutil.copytree(folder, tmp_path / "kept")
    other = keys.LogKeys(tmp_path / "other", "ledger")
    other.folder.mkdir()
    other.private.write_text(f"{name}+{keys._new_seed()}\n", encoding="utf-8")
    made = forged(other)  # signed well, with a key that never was the ledger's
    ledger_keys().handed.write_text(json.dumps({"note": made.note}) + "\n", encoding="utf-8")
    file = SignedFile(ledger_keys())
    report = proof.verify()
    assert not report.ok and any("cannot be trusted" in p for p in report.problems)
    with file.alone():
        tail = SignedFile(keys.LogKeys(tmp_path / "kept", "ledger")).tail()
        facts = {**tail.newest.facts, "kind": "handed over", "handed": made.note, "by": "user/7", "why": WHY}  # type: ignore[union-attr]
        file.append(tail, other.signer(may_make=False), facts)
    report = proof.verify()
    assert any("is signed with another key than the hand-overs lead to" in p for p in report.problems), report.problems
    proof.export(tmp_path / "out")
    assert check(tmp_path / "out", "--vkey", first) == 1
    _, problems = standalone().check(tmp_path / "out", first, [])
    assert "no hand-over leads from yours to it" in problems[0][1]


def test_a_hand_over_whose_signature_is_not_good_is_named(first: str, tmp_path: Path) -> None:
    rotate()
    handed = ledger_keys().handed
    line = json.loads(handed.read_text(encoding="utf-8"))
    line["note"] = line["note"].replace("\n6\n", "\n9\n").replace("\n4\n", "\n9\n")
    handed.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(NoteError, match="is not signed with the old key"):
        handing.chain_of(ledger_keys())
    assert any("not signed with the old key" in p for p in proof.verify().problems)
    proof.export(tmp_path / "out")
    _, problems = standalone().check(tmp_path / "out", None, [])
    assert "hand-over 1 of the key is not signed with the old key" in problems[0][1]


def test_the_old_key_signs_nothing_after_it_was_handed_over(first: str, tmp_path: Path) -> None:
    old = ledger_keys().signer(may_make=False)
    write()
    rotate()
    write()
    last = sealing.seal(now=NOW)
    assert last
    late = tmp_path / "late.txt"
    late.write_text(old.sign(TreeHead(old.name, last.size, last.root).text()), encoding="utf-8")
    assert any("was handed over when the log had 6" in p for p in proof.verify(witnessed=[late.read_text(encoding="utf-8")]).problems)
    proof.export(tmp_path / "out")
    assert check(tmp_path / "out", "--known", str(late)) == 1


@pytest.mark.parametrize("step", ["make_next", "append", "_append", "replace", "replace_file"])
def test_killed_at_any_step_the_next_sealer_brings_it_to_its_end_or_it_never_began(
    step: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    places = {"make_next": keys.LogKeys, "append": SignedFile, "_append": handing, "replace": Path, "replace_file": handing}
    real = getattr(places[step], step)

    def dies(*given: object, **named: object) -> object:
        if step == "replace" and not str(given[0]).endswith(".next"):
            return real(*given, **named)
        real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(places[step], step, dies)
        with pytest.raises(Killed):
            rotate()
    assert proof.verify().ok, proof.verify().problems  # before anybody went on
    write()
    sealing.seal(now=NOW)
    report = proof.verify()
    assert report.ok and report.unsealed == 0 and not sealing.alarms(), report.problems
    assert (ledger_keys().verifier().vkey() == first) == (step == "make_next")
    assert ledger_keys().signer(may_make=False).verifier() == ledger_keys().verifier()
    rotate()
    assert proof.verify().ok and not sealing.alarms()
