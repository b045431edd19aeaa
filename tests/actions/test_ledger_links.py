"""Between act and seal: what was written waits bound to what came before it, so that nothing can be changed, dropped or put in unseen."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from careward.cli import main as command
from careward.cli import ready
from careward.cli.main import app
from careward.evidence.ledger import actions, explaining, links, proof, rows, sealing
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.leaves import leaf_as_kept
from careward.evidence.ledger.models import Checkpoint, Entry, Lane, Leaf, Link
from careward.evidence.ledger.rules import Deed, WaitsToBeSealed
from careward.jobs import sealing as background
from careward.seal.outside import SignedFile

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def act(subject: str = "account/1", organisation: str = "RX3", at: datetime = NOW) -> int:
    with transaction.atomic():
        return actions.record(at=at, actor="user/7", verb="account.locked", subject=subject, organisation=organisation, why="left").pk


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def alarms() -> tuple[str, ...]:
    return sealing.alarms()


def test_each_act_is_bound_to_the_one_before_it_in_its_lane() -> None:
    first, second, other, load = act(), act(), act(organisation="RX4"), act(subject="load/3")
    found = {(link.lane, link.number): link for link in Link.objects.all()}
    assert set(found) == {("RX3", 1), ("RX3", 2), ("RX4", 1), ("RX3/load/3", 1)}
    assert bytes(found["RX3", 1].before) == links.FIRST and bytes(found["RX3", 2].before) == bytes(found["RX3", 1].hash)
    assert [found[key].ids for key in (("RX3", 1), ("RX3", 2), ("RX4", 1), ("RX3/load/3", 1))] == [
        f"[[{n}, {n}]]" for n in (first, second, other, load)
    ]
    assert proof.verify().ok and proof.verify().unsealed == 4


def test_what_a_transaction_takes_back_is_bound_nowhere() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/1", organisation="RX3")
        1 / 0
    with transaction.atomic():
        kept = actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/2", organisation="RX3")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/3", organisation="RX3")
            1 / 0
    assert Link.objects.get().ids == f"[[{kept.pk}, {kept.pk}]]" and Lane.objects.get().number == 1
    assert proof.verify().ok


def test_many_entries_of_one_act_are_a_few_links() -> None:
    with transaction.atomic():
        deeds = [Deed("account.locked", f"account/{n}", {"n": n}) for n in range(2_500)]
        actions.record_many(at=NOW, actor="job/reconcile", organisation="RX3", deeds=deeds)
    assert Link.objects.count() == 3
    assert sealing.seal(now=NOW) and not Link.objects.exists() and proof.verify().checked == 2_500


def _many(count: int = 150) -> list[int]:
    with transaction.atomic():
        deeds = [Deed("account.locked", f"account/{n}", {"n": n, "why": "left"}) for n in range(count)]
        actions.record_many(at=NOW, actor="job/reconcile", organisation="RX3", deeds=deeds)
    return list(Entry.objects.order_by("-id").values_list("id", flat=True)[:count])[::-1]


OF_MANY: dict[str, Callable[[list[int]], object]] = {
    "changed": lambda ids: sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[7]),
    "dropped": lambda ids: _drop(ids[7]),
    "put in above": lambda ids: _put_in(ids[7], ids[-1] + 50),
    "its link taken out": lambda ids: sql("DELETE FROM ledger_link WHERE number = 3"),
    "moved on by one": lambda ids: sql(f"UPDATE ledger_link SET ids = '[[{ids[1]}, {ids[-1] + 1}]]' WHERE number = 3"),
    "other entries": lambda ids: sql("UPDATE ledger_link SET ids = (SELECT ids FROM ledger_link WHERE number = 2) WHERE number = 3"),
    "its leaves those of another": lambda ids: sql(
        "UPDATE ledger_link SET leaves = (SELECT leaves FROM ledger_link WHERE number = 2) WHERE number = 3"
    ),
    "its leaves gone": lambda ids: sql("UPDATE ledger_link SET leaves = %s WHERE number = 3", b""),
    "a leaf too few": lambda ids: sql("UPDATE ledger_link SET leaves = substr(leaves, 33) WHERE number = 3"),
    "leaves changed over": lambda ids: sql(
        "UPDATE ledger_link SET leaves = (SELECT l.leaves FROM ledger_link l WHERE l.number = 5 - ledger_link.number) WHERE number IN (2, 3)"
    ),
}


@pytest.mark.parametrize("name", OF_MANY)
def test_many_entries_that_wait_are_sealed_as_they_were_written_or_not_at_all(name: str) -> None:
    act()
    sealing.seal(now=NOW)
    _many()
    ids = _many()
    honest = {leaf for one in links.waiting() for leaf in one.leaves} | {bytes(leaf.hash) for leaf in Leaf.objects.all()}
    OF_MANY[name](ids)
    assert not proof.verify().ok
    sealer = background.Sealer(lambda: NOW)
    for _ in range(4):
        sealer.look()
    assert not proof.verify().ok
    assert {bytes(leaf.hash) for leaf in Leaf.objects.all()} <= honest
    explaining.explain(what="Somebody did this to try us.", now=NOW, by="user/7")
    act()
    sealing.seal(now=NOW)
    report = proof.verify()
    assert report.ok and not alarms() and report.explained, report.problems


def test_whoever_seals_many_entries_reads_none_of_them_again() -> None:
    _many()
    sealing.seal(now=NOW)
    _many(2_500)
    with CaptureQueriesContext(connection) as asked:
        sealing.seal(now=NOW)
    assert not [query["sql"] for query in asked if "FROM ledger_entry" in query["sql"]]
    report = proof.verify()
    assert report.ok and report.checked == 2_650


def _drop(number: int) -> None:
    sql("DELETE FROM ledger_entry WHERE id = %s", number)


def _put_in(number: int, new: int) -> None:
    sql(
        "INSERT INTO ledger_entry (id, organisation, at, actor, verb, subject, body) "
        "SELECT %s, organisation, at, 'user/9', verb, subject, body FROM ledger_entry WHERE id = %s",
        new,
        number,
    )


WAITING: dict[str, Callable[[list[int]], object]] = {
    "changed": lambda ids: sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", ids[1]),
    "dropped": lambda ids: _drop(ids[1]),
    "dropped with its link": lambda ids: (_drop(ids[1]), sql("DELETE FROM ledger_link WHERE number = 3")),
    "the last dropped with its link": lambda ids: (_drop(ids[2]), sql("DELETE FROM ledger_link WHERE number = 4")),
    "put in above": lambda ids: _put_in(ids[1], ids[2] + 50),
    "put in at nought": lambda ids: _put_in(ids[1], 0),
    "put in below nought": lambda ids: _put_in(ids[1], -7),
    "put in with a link": lambda ids: (
        _put_in(ids[1], ids[2] + 50),
        sql(
            "INSERT INTO ledger_link (lane, number, ids, before, hash) VALUES ('RX3', 5, %s, %s, %s)",
            f"[[{ids[2] + 50}, {ids[2] + 50}]]",
            bytes(32),
            bytes(32),
        ),
    ),
    "its link taken out": lambda ids: sql("DELETE FROM ledger_link WHERE number = 3"),
    "every link taken out": lambda ids: sql("DELETE FROM ledger_link"),
    "every lane taken out": lambda ids: sql("DELETE FROM ledger_lane"),
    "the lane set back": lambda ids: sql("UPDATE ledger_lane SET number = 1"),
    "links changed over": lambda ids: sql("UPDATE ledger_link SET number = 5 - number WHERE number IN (2, 3)"),
    "a link of nothing": lambda ids: sql("UPDATE ledger_link SET ids = '[]' WHERE number = 3"),
    "a link that is no JSON": lambda ids: sql("UPDATE ledger_link SET ids = '{' WHERE number = 3"),
    "a lane of another name": lambda ids: sql("UPDATE ledger_link SET lane = 'earlier' WHERE number = 3"),
}


@pytest.mark.parametrize("name", WAITING)
def test_what_waits_cannot_be_touched_unseen_and_is_never_signed(name: str) -> None:
    act()
    sealing.seal(now=NOW)
    ids = [act(), act(), act()]
    honest = {leaf for one in links.waiting() for leaf in one.leaves} | {bytes(leaf.hash) for leaf in Leaf.objects.all()}
    WAITING[name](ids)
    assert not proof.verify().ok
    sealer = background.Sealer(lambda: NOW)
    for _ in range(4):
        sealer.look()
    assert not proof.verify().ok
    assert {bytes(leaf.hash) for leaf in Leaf.objects.all()} <= honest
    explaining.explain(what="Somebody did this to try us.", now=NOW, by="user/7")
    act()
    sealing.seal(now=NOW)
    report = proof.verify()
    assert report.ok and not alarms(), report.problems
    assert report.explained


def test_one_body_that_cannot_be_sealed_stops_nobody_else_and_is_no_secret() -> None:
    bad, good = act(), act()
    bent = '{"x": 1e999}' if connection.vendor == "sqlite" else '{"x": "\\\\ud800"}'
    sql("UPDATE ledger_entry SET body = %s WHERE id = %s", bent.replace("\\\\", "\\") if connection.vendor == "sqlite" else '{"x": 2}', bad)
    sealing.seal(now=NOW)
    assert list(Leaf.objects.values_list("entry_id", flat=True)) == [good]
    report = proof.verify()
    assert report.unsealable == 1 and not report.ok and report.first_bad == bad
    sealing.seal(now=NOW)
    assert alarms() and f"entry {bad} cannot be sealed" in alarms()[0]
    told = CliRunner().invoke(app, ["ledger", "verify"])
    assert told.exit_code == 1 and "1 cannot be sealed" in told.output


def test_without_the_key_of_the_lanes_acts_go_on_and_the_loss_is_an_alarm() -> None:
    act()
    sealing.seal(now=NOW)
    key = ledger_keys().lanes.read_bytes()
    ledger_keys().lanes.unlink()
    lost = act()
    assert not ledger_keys().lanes.exists()  # never made again in silence
    assert not proof.verify().ok and "ledger.lanes is gone" in "".join(proof.verify().problems)
    ledger_keys().lanes.write_bytes(key)
    act()
    sealing.seal(now=NOW)
    assert f"entry {lost} cannot be sealed" in alarms()[0]
    explaining.explain(what="The key was lost for an hour and is back.", now=NOW, by="user/7")
    sealing.seal(now=NOW)
    assert proof.verify().ok and not alarms()


def test_verify_says_how_many_wait_and_since_when_and_ends_with_six_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.now(UTC)
    act(at=moment)
    told = CliRunner().invoke(app, ["ledger", "verify"])
    assert told.exit_code == 0 and "1 waits to be sealed, the oldest for " in told.output
    act(at=moment - timedelta(minutes=3))
    told = CliRunner().invoke(app, ["ledger", "verify"])
    assert told.exit_code == 6 and "2 wait to be sealed, the oldest for 3 minutes." in told.output
    sealing.seal(now=moment)
    told = CliRunner().invoke(app, ["ledger", "verify"])
    assert told.exit_code == 0 and "0 wait to be sealed." in told.output


@given(st.integers(-10_000, 10_000))
def test_a_moment_ahead_of_the_clock_says_nothing_of_how_long_it_waits(seconds: int) -> None:
    oldest = (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    waits = WaitsToBeSealed.of(3, oldest, 0, now=NOW)
    assert waits.late == (seconds > 60 or seconds < -30) and waits.words.startswith("3 wait to be sealed, the oldest ")
    assert not WaitsToBeSealed.of(0, "", 0, now=NOW).late


def test_a_command_seals_as_it_ends_and_says_what_stands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(ready, "_opened", [True])
    monkeypatch.setattr(command, "_run", lambda: 0)
    act()
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0 and Checkpoint.objects.get().size == 1
    sql("DELETE FROM ledger_leaf")
    act()
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 6 and "careward ledger explain" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setattr(command, "_run", lambda: 2)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2


def test_the_thread_seals_at_once_whatever_the_clock_says_and_tells_a_stop_once(caplog: pytest.LogCaptureFixture) -> None:
    act()
    stop, looked = threading.Event(), threading.Event()
    moments = iter([NOW, NOW - timedelta(days=400)])

    def moment() -> datetime:
        looked.set()
        return next(moments, NOW - timedelta(days=500))

    thread = threading.Thread(target=background.keep_sealing, args=(stop, moment))
    thread.start()
    assert looked.wait(timeout=30)
    stop.set()
    thread.join()
    assert Checkpoint.objects.get().size == 1
    sealer = background.Sealer(lambda: NOW - timedelta(days=900))
    act()
    assert sealer.look() and Checkpoint.objects.latest("size").size == 2 and not sealer.look()
    sql("DELETE FROM ledger_leaf")
    act()
    for _ in range(3):
        assert not sealer.look()
    assert caplog.text.count("sealing.stopped") == 1 and Entry.objects.count() == 3
    assert [line.facts["kind"] for line in SignedFile(ledger_keys()).lines()] == ["sealed", "sealed", "alarm"]


def test_a_leaf_hash_is_of_what_is_kept_to_the_letter() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps bodies and moments in one form alone")
    number = act()
    good = leaf_as_kept(next(rows.by_ranges([(number, number)])))
    assert good
    for column, value in (
        ("body", '{"why": "forged", "why": "left"}'),
        ("body", '{"why":"left"}'),
        ("body", b'{"why": "left"}'),
        ("body", b"\xff\xfe"),
        ("actor", b"user/7"),
        ("at", "2026-11-22T10:31:00"),
        ("at", "2026-11-22 10:31:00.000000"),
    ):
        with transaction.atomic():
            sql("PRAGMA ignore_check_constraints = ON")
            sql(f"UPDATE ledger_entry SET {column} = %s WHERE id = %s", value, number)
            assert leaf_as_kept(next(rows.by_ranges([(number, number)]))) != good, value
            assert not proof.verify().ok
            transaction.set_rollback(True)
    sql("PRAGMA ignore_check_constraints = OFF")


def test_a_lane_that_was_bent_stays_told_when_acts_have_gone_on_from_there_and_were_sealed() -> None:
    act()
    sealing.seal(now=NOW)
    sql("UPDATE ledger_lane SET hash = %s WHERE name = 'RX3'", b"x" * 32)
    assert not proof.verify().ok
    act()
    assert not proof.verify().ok
    sealing.seal(now=NOW)
    act()
    sealing.seal(now=NOW)
    assert "number 2 of what was written for RX3 does not go on from the one before" in " ".join(proof.verify().problems)


def test_a_lane_that_was_bent_between_two_acts_that_wait_is_told_as_they_are_sealed_and_afterwards() -> None:
    act()
    sql("UPDATE ledger_lane SET hash = %s WHERE name = 'RX3'", b"x" * 32)
    act()
    act(organisation="RX4")
    assert not proof.verify().ok
    sealing.seal(now=NOW)
    assert any("number 2 of what was written for RX3" in words for words in alarms())
    assert [words for words in proof.verify().problems if "RX3" in words and "does not go on" in words]
    assert not [words for words in proof.verify().problems if "RX4" in words]
