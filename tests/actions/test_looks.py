"""Who looks at another person's access is written down once a day, whoever else looks at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from careward.evidence.ledger import proof
from careward.evidence.ledger.models import Entry, Link
from careward.evidence.tables.proof import verify
from careward.jobs.sealing import Sealer
from careward.people.looks import taking_in, waiting
from careward.people.looks.actions import LOOKED, look
from careward.people.looks.models import Look
from careward.people.looks.own_data import MOST, looked_at, who_looked
from careward.people.looks.waiting import WaitingLook
from careward.web.house import house
from tests.actions.tables import outsider
from tests.make import people
from tests.make.people import NOW, ready, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _none_waits(settings):
    (settings.CAREWARD_HOME / "looks.waiting").unlink(missing_ok=True)


def looks(person: int, by: str = "user/7", now: datetime = NOW) -> bool:
    return look(person_id=person, organisation="RX3", now=now, by=by)


def entries() -> list[tuple[str, str, str]]:
    return list(Entry.objects.filter(verb=LOOKED).order_by("id").values_list("organisation", "actor", "subject"))


def test_a_viewer_a_person_and_a_day_are_one_entry():
    carol, bo = people.staff(people.organisation()), people.staff(people.organisation(), "Bo Nurse")
    assert [looks(carol.pk), looks(carol.pk), looks(bo.pk), looks(carol.pk, "user/8"), looks(carol.pk, "token/7")] == [
        True, False, True, True, True,
    ]  # fmt: skip
    assert entries() == [
        ("RX3", "user/7", f"person/{carol.pk}"),
        ("RX3", "user/7", f"person/{bo.pk}"),
        ("RX3", "user/8", f"person/{carol.pk}"),
        ("RX3", "token/7", f"person/{carol.pk}"),
    ]
    assert set(Entry.objects.filter(verb=LOOKED).latest("id").body) <= {"tables"}  # who, whom and when are its columns: it needs no more


def test_a_day_ends_at_midnight_in_london():
    carol = people.staff(people.organisation())
    before, after = datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
    assert [looks(carol.pk, now=before), looks(carol.pk, now=after), looks(carol.pk, now=after)] == [True, True, False]
    assert [str(on) for on in Look.objects.order_by("id").values_list("on", flat=True)] == ["2026-07-01", "2026-07-02"]


@contextmanager
def somebody_writes() -> Iterator[None]:
    """As a large load does, for half a minute."""
    if connection.vendor != "sqlite":
        pytest.skip("only on SQLite all writers take turns")
    with outsider() as other:
        other.ask("BEGIN IMMEDIATE")
        yield
        other.ask("ROLLBACK")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite all writers take turns")
def test_a_look_waits_no_longer_than_a_moment_for_whoever_writes_and_comes_in_after_them(settings):
    carol = people.staff(people.organisation())
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()
    with somebody_writes():
        with CaptureQueriesContext(connection) as asked:
            assert looks(carol.pk) and looks(carol.pk) and looks(carol.pk, "user/8")
        waits = [each["sql"] for each in asked.captured_queries if "busy_timeout" in each["sql"]]
        assert waits == [f"PRAGMA busy_timeout = {ms}" for ms in (250, 30_000)] * 3  # a moment each, where an act waits half a minute
        assert entries() == []
        assert len(waiting.waiting()[1]) == 2 and (settings.CAREWARD_HOME / "looks.waiting").stat().st_mode & 0o077 == 0
    assert (taking_in.take_in_waiting(), taking_in.take_in_waiting()) == (2, 0)
    assert not looks(carol.pk, now=NOW)
    assert entries() == [("RX3", who, f"person/{carol.pk}") for who in ("user/7", "user/8")]
    assert {entry.at for entry in Entry.objects.filter(verb=LOOKED)} == {NOW}
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == before
    assert proof.verify().ok and verify().ok


def test_the_page_of_a_person_is_shown_while_somebody_writes():
    trust = people.organisation()
    carol, browser = people.staff(trust, "Carol Dewhurst"), signed_in(ready("system_administrator", at=trust))
    browser.get("/people/")
    with somebody_writes():
        assert "Carol Dewhurst" in browser.get(f"/people/{carol.pk}/access/").content.decode()
        assert [each.person_id for each in waiting.waiting()[1]] == [carol.pk]
    assert taking_in.take_in_waiting() == 1


def test_a_look_is_taken_in_once_though_whoever_took_it_in_was_killed_before_the_file_was_emptied(monkeypatch):
    carol = people.staff(people.organisation())
    with somebody_writes():
        looks(carol.pk)
    with monkeypatch.context() as killed:
        killed.setattr(waiting, "taken_in", lambda read: False)
        taking_in.take_in_waiting()
    read, _ = waiting.waiting()
    with somebody_writes():
        looks(carol.pk, "user/9")
    assert not waiting.taken_in(read)  # another came meanwhile
    assert taking_in.take_in_waiting() == 2 and waiting.waiting() == (b"", [])
    assert [actor for _, actor, _ in entries()] == ["user/7", "user/9"]


def test_what_a_killed_writer_left_of_a_line_is_passed_over_and_stops_nobody(settings):
    carol = people.staff(people.organisation())
    (settings.CAREWARD_HOME / "looks.waiting").write_bytes(b'[1]\n["a", "b", "", ""]\n["user/7", 3, "RX3", "2026-11-22"]\n["user/7", 1, "R')
    with somebody_writes():
        looks(carol.pk)
        looks(10**9, "user/6")  # a person who is gone by then
    sealer = Sealer(lambda: NOW)
    sealer.take_in()
    assert [actor for _, actor, _ in entries()] == ["user/7", "user/6"] and sealer.said["looks"] == ""


def test_looks_that_nobody_takes_in_are_an_alarm(monkeypatch):
    waiting.keep(WaitingLook("user/7", 1, "RX3", NOW.isoformat()))
    assert taking_in.waits_too_long(now=NOW + timedelta(minutes=15)) == ""
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW + timedelta(minutes=16))
    assert "looks at people wait since 2026" in house().alarms()[-1].words.lower()
    taking_in.take_in_waiting()
    assert not [alarm for alarm in house().alarms() if "Looks" in alarm.words]


def test_where_it_can_be_written_down_nowhere_nothing_is_shown(settings, tmp_path):
    settings.CAREWARD_HOME = tmp_path / "gone"
    with pytest.raises(DatabaseError, match="written down nowhere"):
        waiting.keep(WaitingLook("user/7", 1, "RX3", NOW.isoformat()))


def test_two_requests_at_once_write_one_entry_and_both_are_answered():
    carol = people.staff(people.organisation())
    for day in range(1, 6):
        start, told = Barrier(4), list[bool | BaseException]()

        def ask(day: int = day, start: Barrier = start, told: list[bool | BaseException] = told) -> None:
            try:
                start.wait()
                told.append(looks(carol.pk, now=datetime(2026, 11, day, 12, tzinfo=UTC)))
            except BaseException as error:
                told.append(error)
            finally:
                connection.close()

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told, key=str) == [False, False, False, True]
        assert len(entries()) == Look.objects.count() == day
    assert proof.verify().ok and verify().ok


def test_looks_stand_in_an_order_of_their_own_so_that_they_hold_up_no_act():
    carol = people.staff(people.organisation())
    before = set(Link.objects.values_list("id", flat=True))
    looks(carol.pk)
    assert set(Link.objects.exclude(id__in=before).values_list("lane", flat=True)) == {"RX3/looks"}


def test_the_second_look_of_a_day_is_one_read_and_opens_no_transaction():
    carol = people.staff(people.organisation())
    looks(carol.pk)
    with CaptureQueriesContext(connection) as asked:
        looks(carol.pk)
    assert [each["sql"][:6] for each in asked.captured_queries] == ["SELECT"]


def test_the_first_look_costs_few_statements_however_many_were_written_before():
    def statements(day: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert looks(carol.pk, now=datetime(2026, 11, day, 12, tzinfo=UTC))
        return len(asked)

    carol = people.staff(people.organisation())
    statements(1)  # makes what a connection needs once
    few = statements(2)
    for number in range(30):
        looks(carol.pk, f"user/{number + 100}")
    assert statements(3) <= few <= 20


def test_a_row_taken_out_put_in_or_turned_is_found():
    """Whoever put rows in beforehand would look and leave no entry."""
    carol = people.staff(people.organisation())
    looks(carol.pk)
    assert verify().ok
    for bent in (
        "INSERT INTO looks_look (viewer, person_id, \"on\") VALUES ('user/9', {person}, '2026-11-23')",
        "UPDATE looks_look SET viewer = 'user/8' WHERE viewer = 'user/7'",
        "DELETE FROM looks_look",
    ):
        with outsider() as somebody:
            somebody.ask(bent.format(person=carol.pk))
        assert [each for each in verify().problems if each.startswith("looks_look")], bent


def test_about_me_names_who_looked_and_whom_newest_first():
    trust = people.organisation()
    carol, bo = people.staff(trust, "Carol Dewhurst"), people.user(name="Bo Falk")
    token = people.token(trust, "findings", "x", name="rota")
    looks(carol.pk, f"user/{bo.pk}", datetime(2026, 11, 3, 12, tzinfo=UTC))
    looks(carol.pk, f"token/{token.pk}", datetime(2026, 11, 4, 12, tzinfo=UTC))
    assert who_looked(user_id=0, person_id=carol.pk) == [
        (("Who", "rota, a program"), ("Looked on", "4 November 2026")),
        (("Who", "Bo Falk"), ("Looked on", "3 November 2026")),
    ]
    assert looked_at(user_id=bo.pk, person_id=None) == [(("Whom", "Carol Dewhurst"), ("Looked on", "3 November 2026"))]
    assert who_looked(user_id=bo.pk, person_id=None) == looked_at(user_id=0, person_id=carol.pk) == []


def test_about_me_says_how_many_looks_it_does_not_list():
    trust = people.organisation()
    me = people.user()
    for number in range(MOST + 3):
        looks(people.person(trust, f"Bo Nurse{number}").pk, f"user/{me.pk}")
    told = looked_at(user_id=me.pk, person_id=None)
    assert len(told) == MOST + 1 and told[-1][0] == ("And earlier", "3")
