"""A signer never signs what does not extend the last thing it signed; the alarm stands until a named person says what happened."""

import sqlite3
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, transaction

from careward.core.decision import Refused
from careward.evidence.ledger import actions, errands, explaining, links, proof, sealing
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry, Leaf
from careward.evidence.ledger.sealing import SealingStopped
from careward.seal.keys import KeyLost
from careward.seal.outside import SignedFile
from careward.web.house import house
from tests.make.people import ready, signed_in

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
WHAT = "The disk failed and last night's backup was put back."

pytestmark = pytest.mark.django_db


def write(count: int = 1) -> list[int]:
    out = []
    for number in range(count):
        with transaction.atomic():
            out.append(
                actions.record(at=NOW, actor="user/7", verb="account.locked", subject=f"account/{number}", organisation="RX3", n=number).pk
            )
        links.bind_now()  # as the commit does, which a test has none of
    return out


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def seal() -> Checkpoint | None:
    return sealing.seal(now=NOW)


def kinds() -> list[str]:
    return [line.facts["kind"] for line in SignedFile(ledger_keys()).lines()]


@pytest.fixture
def ids() -> list[int]:
    """Ten entries under checkpoints at 4 and 10."""
    found = write(4)
    seal()
    found += write(6)
    seal()
    return found


def forge(ids: list[int]) -> None:
    """What a review did: an entry edited, and every trace of sealing deleted."""
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[1])
    sql("DELETE FROM ledger_leaf")
    sql("DELETE FROM ledger_checkpoint")


def cut(ids: list[int]) -> None:
    """Yesterday's copy of the database put back."""
    for entry_id in ids[4:]:
        sql("DELETE FROM ledger_entry WHERE id = %s", entry_id)
    sql("DELETE FROM ledger_leaf WHERE number >= 4")
    sql("DELETE FROM ledger_checkpoint WHERE size = 10")


BREAKS: dict[str, Callable[[list[int]], object]] = {
    "leaves and checkpoints cleared": forge,
    "an earlier copy put back": cut,
    "the newest checkpoint taken out": lambda ids: sql("DELETE FROM ledger_checkpoint WHERE size = 10"),
    "the newest checkpoint changed": lambda ids: sql("UPDATE ledger_checkpoint SET note = 'x' WHERE size = 10"),
    "said to be of an earlier version": lambda ids: sql("UPDATE ledger_checkpoint SET line = 0"),
    "the last leaf taken out": lambda ids: sql("DELETE FROM ledger_leaf WHERE number = 9"),
    "the first leaf taken out": lambda ids: sql("DELETE FROM ledger_leaf WHERE number = 0"),
    "a leaf put in at the end": lambda ids: sql("INSERT INTO ledger_leaf (number, entry_id, hash) VALUES (10, -5, %s)", bytes(32)),
    "a checkpoint put in": lambda ids: sql(
        "INSERT INTO ledger_checkpoint (size, root, frontier, note, sealed_at, line) "
        "SELECT 11, root, frontier, note, sealed_at, 3 FROM ledger_checkpoint WHERE size = 10"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_does_not_extend_what_was_signed_is_refused_and_alarms_until_it_is_explained(name: str, ids: list[int]) -> None:
    BREAKS[name](ids)
    write(2)
    for _ in range(3):  # as often as it is tried
        with pytest.raises(SealingStopped):
            seal()
    assert kinds() == ["sealed", "sealed", "alarm"] and sealing.alarms()
    report = proof.verify()
    assert not report.ok and any("an alarm stands since" in p for p in report.problems)
    entry = explaining.explain(what=WHAT, now=NOW, by="user/7")
    assert not sealing.alarms() and entry.body["what"] == WHAT and entry.actor == "user/7"
    assert kinds() == ["sealed", "sealed", "alarm", "explained"]
    seal()
    write()
    assert seal()
    after = proof.verify()
    assert after.ok, after.problems
    assert Leaf.objects.filter(entry_id=entry.pk).exists()
    BREAKS["the newest checkpoint taken out"](ids)  # the same again is new
    sql("DELETE FROM ledger_leaf WHERE number = (SELECT max(number) FROM ledger_leaf)")
    with pytest.raises(SealingStopped):
        seal()
    assert not proof.verify().ok


def test_what_was_explained_stays_visible_and_a_further_change_is_a_new_problem(ids: list[int]) -> None:
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[1])
    assert proof.verify().problems == (f"entry {ids[1]} is not what was sealed at place 1",)
    explaining.explain(what=WHAT, now=NOW, by="user/7")
    report = proof.verify()
    words = "explained on 2026-11-22 by user/7"
    assert report.ok and report.explained[0] == f"entry {ids[1]} is not what was sealed at place 1 ({words})"
    assert report.explained[1].endswith(f"is in entry {Entry.objects.latest('id').pk}, {words}")
    sql("UPDATE ledger_entry SET actor = 'user/9' WHERE id = %s", ids[1])
    assert not proof.verify().ok
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[1])
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[7])
    assert proof.verify().problems == (f"entry {ids[7]} is not what was sealed at place 7",)


def test_nothing_is_explained_where_nothing_is_wrong_or_nothing_is_said(ids: list[int]) -> None:
    with pytest.raises(Refused, match=r"alarm\.missing"):
        explaining.explain(what=WHAT, now=NOW, by="user/7")
    with pytest.raises(Refused, match="too_short"):
        explaining.explain(what=" well ", now=NOW, by="user/7")
    assert kinds() == ["sealed", "sealed"]


def test_a_lost_file_is_no_earlier_home(ids: list[int]) -> None:
    SignedFile(ledger_keys()).path.unlink()
    assert any("ledger.signed is gone" in p for p in proof.verify().problems)
    write()
    with pytest.raises(SealingStopped, match=r"ledger\.signed is gone"):
        seal()
    assert "ledger.signed is gone" in sealing.alarms()[0]
    explaining.explain(what="The folder of keys was not in the backup.", now=NOW, by="user/7")
    seal()
    assert proof.verify().ok and not sealing.alarms() and kinds() == ["taken over", "explained", "sealed"]


def test_a_file_that_was_changed_is_set_aside_when_it_is_explained(ids: list[int]) -> None:
    path = SignedFile(ledger_keys()).path
    path.write_bytes(path.read_bytes().replace(b"sealed", b"SEALED", 1))
    with pytest.raises(SealingStopped, match=r"ledger\.signed cannot be trusted"):
        seal()
    assert not proof.verify().ok and sealing.alarms()
    explaining.explain(what="Somebody edited the file by mistake.", now=NOW, by="user/7")
    seal()
    assert proof.verify().ok and len([p for p in path.parent.iterdir() if p.name.startswith("ledger.signed.")]) == 1


def test_a_lost_key_is_an_alarm_and_ends_when_it_is_back(ids: list[int]) -> None:
    key = ledger_keys().private.read_bytes()
    ledger_keys().private.unlink()
    write()
    with pytest.raises(KeyLost):
        seal()
    assert "ledger.key is gone" in sealing.alarms()[0] and "ledger.key is gone" in proof.verify().problems[0]
    ledger_keys().private.write_bytes(key)
    assert seal() and proof.verify().ok and not sealing.alarms()


def test_a_sealer_killed_between_its_line_and_its_commit_is_gone_on_from(ids: list[int]) -> None:
    new = write(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seal()
        1 / 0
    assert kinds() == ["sealed"] * 3 and Leaf.objects.count() == 10
    assert proof.verify().ok and not sealing.alarms()  # what was signed and has no place yet is as it was signed
    later = write(2)
    last = seal()
    assert last and last.size == 15 and kinds() == ["sealed"] * 4
    assert list(Leaf.objects.order_by("number").values_list("entry_id", flat=True)) == [*ids, *new, *later]
    assert proof.verify().ok


def test_an_alarm_raised_after_a_sealer_was_killed_does_not_hide_what_it_had_begun(ids: list[int]) -> None:
    """Its line then stands behind that of the alarm, and what it signed would seem to be gone."""
    new = write(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seal()
        1 / 0
    sealing.alarm_of_check(["people_person: row 7 is another"], now=NOW)
    assert kinds() == ["sealed"] * 3 + ["alarm"] and sealing.alarms() == ("people_person: row 7 is another",)
    assert list(Leaf.objects.order_by("number").values_list("entry_id", flat=True)) == [*ids, *new]
    write(2)
    assert seal() and sealing.alarms() == ("people_person: row 7 is another",)  # and nothing else
    explaining.explain(what=WHAT, now=NOW, by="user/7")
    assert proof.verify().ok and not sealing.alarms()


@pytest.mark.parametrize("change", ["UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", "DELETE FROM ledger_entry WHERE id = %s"])
def test_what_was_changed_meanwhile_does_not_lead_to_what_was_signed(change: str, ids: list[int]) -> None:
    new = write(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seal()
        1 / 0
    sql(change, new[1])
    assert not proof.verify().ok
    with pytest.raises(SealingStopped, match="changed or taken out before they had their places"):
        seal()
    explaining.explain(what="Somebody did this to try us.", now=NOW, by="user/7")
    seal()
    assert proof.verify().ok


def test_an_earlier_home_is_taken_over_and_one_that_was_bent_is_not(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    (packed,) = (Path(__file__).parents[1] / "contracts" / "homes").glob("careward-0.1-136ec71.tar.gz")
    with tarfile.open(packed) as home:
        home.extractall(tmp_path, filter="data")
    settings.CAREWARD_HOME = tmp_path
    for table, columns in (
        ("ledger_entry", "id, organisation, at, actor, verb, subject, body"),
        ("ledger_leaf", "number, entry_id, hash"),
        ("ledger_checkpoint", "size, root, frontier, note, sealed_at"),
    ):
        with sqlite3.connect(tmp_path / "careward.sqlite3") as old:
            for row in old.execute(f"SELECT {columns} FROM {table}"):
                held = [
                    "%s::jsonb" if name in ("body", "frontier") and connection.vendor == "postgresql" else "%s"
                    for name in columns.split(", ")
                ]
                values = [
                    cell + "+00" if name in ("at", "sealed_at") and connection.vendor == "postgresql" else cell
                    for name, cell in zip(columns.split(", "), row, strict=True)
                ]
                extra = (", line", ", 0") if table == "ledger_checkpoint" else ("", "")
                sql(f"INSERT INTO {table} ({columns}{extra[0]}) VALUES ({', '.join(held)}{extra[1]})", *values)
    import_module("careward.evidence.ledger.migrations.0005_links").tell_apart(apps, None)
    size = Checkpoint.objects.latest("size").size
    waiting = Entry.objects.count() - size
    assert proof.verify().ok and waiting
    bent = Leaf.objects.order_by("number").first()
    assert bent
    with pytest.raises(SealingStopped), transaction.atomic():
        sql("UPDATE ledger_entry SET actor = 'x' WHERE id = %s", bent.entry_id)
        seal()
    assert kinds() == [] and "not taken over yet" in sealing.alarms()[0]
    assert seal() and kinds() == ["taken over", "sealed"]
    report = proof.verify()
    assert report.ok and report.checked == size + waiting
    assert "left unsealed" in report.explained[0]  # and said to be so
    sql("UPDATE ledger_checkpoint SET sealed_at = %s WHERE line = 0", NOW)
    assert "the checkpoints of before the taking over are not as they were taken over" in proof.verify().problems


def test_an_alarm_stands_on_the_pages_of_who_may_see_to_it_and_in_healthz(ids: list[int], client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    auditor, nurse = signed_in(ready("auditor")), signed_in(ready("line_manager"))
    assert client.get("/healthz").status_code == 200
    BREAKS["the last leaf taken out"](ids)
    with pytest.raises(SealingStopped):
        seal()
    answer = client.get("/healthz")
    assert answer.status_code == 503 and b"careward ledger explain" in answer.content
    stranger = client.get("/healthz", REMOTE_ADDR="192.0.2.7")
    assert stranger.status_code == 503 and b"careward ledger explain" not in stranger.content
    assert b"careward ledger explain" in auditor.get("/ledger/").content
    assert b"careward ledger explain" not in nurse.get("/", follow=True).content


def test_a_clock_that_was_set_back_is_said_until_it_is_sealed_by_and_stays_in_every_report(ids: list[int], settings) -> None:  # type: ignore[no-untyped-def]
    back = NOW - timedelta(hours=2)
    assert not sealing.alarms(now=NOW) and not sealing.alarms(now=NOW + timedelta(days=9))
    assert "it was set back" in sealing.alarms(now=back)[0]
    settings.CLOCK = lambda: back
    assert "it was set back" in house().alarms()[0].words
    write()
    assert sealing.seal(now=back)
    assert not sealing.alarms(now=back) and not house().alarms()
    report = proof.verify()
    assert report.ok and "the clock was set back from 2026-11-22T10:31:00 to 2026-11-22T08:31:00 before line 3" in report.explained[0]


def test_what_a_check_from_a_page_or_the_worker_finds_stands_as_an_alarm(ids: list[int]) -> None:
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[1])
    assert not sealing.alarms()
    report = errands.check(now=NOW, by="user/7", organisation="RX3")
    assert report and not report.ok and sealing.alarms() == (f"entry {ids[1]} is not what was sealed at place 1",)
    assert kinds() == ["sealed", "sealed", "alarm"]
    write()
    assert seal()  # what is good is sealed meanwhile
    explaining.explain(what=WHAT, now=NOW, by="user/7")
    assert not sealing.alarms()
    assert errands.look(SimpleNamespace(claimed_at=NOW)).ok and not sealing.alarms()
