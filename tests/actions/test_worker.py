"""The worker: what is due by the clock, errands run once, and nothing broken that stops the rest."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from careward.access.accounts.models import Finding, Run
from careward.access.feeds import actions as feeds_actions
from careward.cli.main import app
from careward.core.room import ErrandKind, TimedJob
from careward.evidence.errands import actions as errands
from careward.evidence.errands import clocks
from careward.evidence.errands.models import Errand, JobClock
from careward.evidence.errands.rules import MOST_TRIES
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Checkpoint, Entry, LedgerCheck
from careward.jobs import nightly, reconcile, worker
from careward.jobs.reconcile import compare, keep_compared
from careward.people.staff.models import Organisation, Person
from careward.web.house import house
from careward.work.tasks.models import Task
from tests.make import compared, feeds, found, people
from tests.make.compared import NOW, ON
from tests.make.house import errand_room, furnished

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def trust() -> Organisation:
    here = people.organisation()
    found.system(here)
    return here


def give(trust: Organisation, name: str, now: datetime = NOW, **body: object) -> Errand:
    with transaction.atomic():
        return errands.ask(name=name, body=body, organisation="RX3", subject="test/1", now=now)


def run_all(now: datetime) -> int:
    count = 0
    while worker.work_once(now=now, worker="test"):
        count += 1
    return count


def tick(now: datetime = NOW, worker_name: str = "test") -> int:
    """One look of the clock's thread."""
    return worker.run_due(clock=lambda: now, worker=worker_name)


@pytest.fixture
def nights(monkeypatch):
    """Only the nightly comparison is due by the clock."""
    only(monkeypatch, house().jobs["accounts.nightly"])


def only(monkeypatch, *jobs: TimedJob) -> None:
    monkeypatch.setattr(worker, "house", lambda: SimpleNamespace(jobs={j.name: j for j in jobs}, errands=house().errands))


# ---- what is due


def test_the_house_has_the_timed_jobs_that_its_rooms_declare():
    assert {j.name: (j.at, j.every, j.for_each_organisation) for j in house().jobs.values()} == {
        "ledger.seal": (None, timedelta(minutes=1), False),
        "ledger.witness": (None, timedelta(hours=1), False),
        "feeds.clear_uploads": (None, timedelta(hours=1), False),
        "feeds.clear_files": (None, timedelta(hours=1), False),
        "accounts.nightly": (time(4, 10), None, True),
        "ledger.checks_asked": (None, timedelta(seconds=30), False),
        "ledger.weekly_check": (None, timedelta(days=7), True),
        "tables.nightly_check": (time(2, 40), None, False),
        "tasks.letters": (time(7, 30), None, True),
        "careward.own_users": (None, timedelta(hours=1), True),
        "procedures.reviews": (time(5, 10), None, True),
        "register.administrators": (time(5, 20), None, True),
        "signin.drafts": (time(3, 40), None, False),
        "signin.tokens": (time(6, 50), None, False),
        "signin.guesses": (time(3, 50), None, False),
        "signin.questions": (time(3, 45), None, False),
    }


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)])
@pytest.mark.clause("PA-032")
def test_around_a_change_of_the_clocks_every_night_is_asked_for_once(trust, nights, first):
    now = datetime.combine(first, datetime.min.time(), UTC)
    for _ in range(4 * 48):
        tick(now)
        now += timedelta(minutes=30)
    asked = list(Errand.objects.order_by("id").values_list("body__on", flat=True))
    assert asked == [(first + n * DAY).isoformat() for n in range(-1, 4)]


def test_a_missed_night_is_caught_up_once_and_not_twice(trust, nights):
    tick(NOW)
    assert run_all(NOW) == 1
    late = NOW + 3 * DAY + timedelta(hours=5)  # three nights nobody worked
    assert [tick(late) for _ in range(3)] == [1, 0, 0]
    assert run_all(late) == 1
    assert tick(late + timedelta(hours=1)) == 0
    assert list(Run.objects.order_by("id").values_list("on_date", flat=True)) == [ON, ON + 3 * DAY]


def test_what_was_asked_is_remembered_without_the_ledger(trust, nights):
    tick(NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_entry")
        cursor.execute("DELETE FROM ledger_errand")
    assert tick(NOW + timedelta(hours=1)) == 0 and not Errand.objects.exists()


def test_an_organisation_without_systems_has_nothing_due(nights):
    people.organisation("RX9")
    assert tick(NOW) == 0


def test_each_organisation_has_its_own_night(trust, nights):
    there = people.organisation("RX4")
    found.system(there)
    tick(NOW)
    assert set(Errand.objects.values_list("body__organisation", "organisation")) == {(trust.pk, "RX3"), (there.pk, "RX4")}


@pytest.mark.parametrize(
    ("started", "on", "still_due"),
    [
        (NOW + timedelta(minutes=1), ON, False),  # by hand, after the exports came
        (NOW - timedelta(hours=2), ON, True),  # by hand, before they came
        (NOW + timedelta(minutes=1), ON - 30 * DAY, True),  # as at a day long gone
        (NOW + timedelta(minutes=1), ON + 30 * DAY, True),  # as at a day to come
    ],
)
def test_a_run_by_hand_stands_for_the_night_only_where_it_says_the_same(trust, nights, started, on, still_due):
    found.run(trust, started_at=started, on_date=on)
    tick(NOW + timedelta(hours=1))
    assert Errand.objects.exists() is still_due


def test_a_run_of_one_system_does_not_stand_for_the_night(trust, nights):
    found.run(trust, system_code="paris", on_date=ON)
    tick(NOW)
    assert Errand.objects.get().body["on"] == ON.isoformat()


def test_a_night_that_waits_already_is_not_asked_for_again(trust):
    give(trust, "accounts.reconcile", organisation=trust.pk, on=ON.isoformat(), by="user/1")
    assert not nightly.ask_for_the_night(organisation="RX3", now=NOW)
    assert Errand.objects.count() == 1


def test_the_ledger_says_that_the_night_came(trust, nights):
    tick(NOW)
    entry = Entry.objects.get(verb="reconciliation.due")
    assert (entry.actor, entry.subject, entry.organisation, entry.body) == (
        "job/nightly",
        f"organisation/{trust.pk}",
        "RX3",
        {"on": "2026-11-23"},
    )


def test_the_row_of_a_job_says_when_it_began_how_it_ended_and_when_it_comes_next(trust, nights):
    assert tick(NOW) == 1
    row = JobClock.objects.get()
    assert (row.name, row.organisation, row.last_began_by) == ("accounts.nightly", "RX3", "test")
    assert (row.last_began_at, row.last_ended_at, row.last_outcome, row.fault) == (NOW, NOW, "done", "")
    assert row.next_due_at == datetime(2026, 11, 24, 4, 10, tzinfo=UTC)


def test_the_ledger_is_sealed_once_a_minute(trust, monkeypatch):
    only(monkeypatch, house().jobs["ledger.seal"])
    give_entry()
    assert [tick(NOW + timedelta(seconds=s)) for s in (0, 1, 59, 60, 61)] == [1, 0, 0, 1, 0]
    assert Checkpoint.objects.get().size == 1


def give_entry() -> None:
    with transaction.atomic():
        ledger.record(at=NOW, actor="user/1", verb="test.done", subject="test/1", organisation="RX3")


def test_a_job_that_breaks_does_not_stop_the_others_and_only_its_place_is_told(monkeypatch, caplog):
    done = []

    def breaks(*, now: datetime) -> None:
        raise RuntimeError("Carol Dewhurst")

    only(
        monkeypatch,
        TimedJob("test.breaks", "Break", breaks, every=timedelta(minutes=1)),
        TimedJob("test.works", "Work", lambda *, now: done.append(now), every=timedelta(minutes=1)),
    )
    assert [tick(NOW + timedelta(seconds=s)) for s in (0, 30, 60)] == [2, 0, 2]
    assert done == [NOW, NOW + timedelta(seconds=60)]
    row = JobClock.objects.get(name="test.breaks")
    assert row.last_outcome == "failed" and row.fault.startswith("RuntimeError in breaks, test_worker.py line")
    said = caplog.text
    assert "job.failed" in said and "RuntimeError" in said and "Carol" not in said


def test_a_job_whose_worker_died_is_taken_up_again_and_the_dead_one_ends_nothing():
    job = TimedJob("test.dies", "Die", lambda *, now: None, every=timedelta(minutes=1))
    assert clocks.begin(job=job, organisation="", now=NOW, worker="w1")
    later = NOW + timedelta(minutes=2)
    assert not clocks.begin(job=job, organisation="", now=later - timedelta(seconds=1), worker="w2")
    assert clocks.begin(job=job, organisation="", now=later, worker="w2")
    assert not clocks.end(job=job, organisation="", began_at=NOW, now=later, worker="w1")
    assert clocks.end(job=job, organisation="", began_at=later, now=later, worker="w2")


def test_the_whole_ledger_is_checked_each_week(trust, monkeypatch):
    only(monkeypatch, house().jobs["ledger.weekly_check"], house().jobs["ledger.checks_asked"])
    give_entry()
    tick(NOW)
    assert not LedgerCheck.objects.exists()  # nothing is sealed yet
    ledger.seal(now=NOW)
    for hours in (1, 167, 168, 169, 170):
        tick(NOW + timedelta(hours=hours))
        run_all(NOW + timedelta(hours=hours))
    check = LedgerCheck.objects.get()
    assert (check.organisation, check.asked_by, check.asked_at, check.ok) == ("RX3", "job/check", NOW + timedelta(days=7), True)


# ---- errands


def test_with_nothing_waiting_there_is_nothing_to_do():
    assert worker.work_once(now=NOW, worker="test") is False


def test_the_nightly_errand_compares_and_keeps():
    here = people.organisation()
    ghost = feeds.feed_file("accounts", {"username": "ghost", "employee_number": "", "last_used_at": NOW})
    compared.load(here, feeds.feed_file("systems", {"pack": "tewv"}), feeds.staff(feeds.someone(1)), ghost)
    tick(NOW)
    assert run_all(NOW) == 1
    assert Finding.objects.get().code == "account.unmatched" and Task.objects.exclude(kind="system.administrator").get().state == "open"
    run = Run.objects.get()
    assert (run.by, run.on_date, run.started_at) == ("job/nightly", ON, NOW)
    assert Errand.objects.get().done_at == NOW


def test_feeds_sent_by_the_browser_are_examined_and_put_in(trust, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from careward.access.feeds.models import Load
    from careward.access.feeds.uploads import Upload
    from tests.make.feeds import reading, staff, write_folder

    who = people.ready(at=trust)
    folder = write_folder(tmp_path, reading(staff(feeds.someone(1), feeds.someone(2))))
    content = SimpleUploadedFile("staff.csv", (folder / "staff.csv").read_bytes())
    begun = feeds_actions.begin_upload(organisation_id=trust.pk, uploads=[Upload("staff.csv", content)], now=NOW, by=f"user/{who.pk}")
    assert run_all(NOW) == 1
    begun = Load.objects.get(pk=begun.pk)
    assert begun.state == "examined"
    feeds_actions.ask_to_apply(organisation_id=trust.pk, load_id=begun.pk, now=NOW, by=f"user/{who.pk}")
    assert run_all(NOW) == 1
    assert Person.objects.filter(organisation=trust, employee_number__in=["E1", "E2"]).count() == 2


def test_reading_and_comparing_happen_outside_the_transaction_and_keeping_inside(trust, monkeypatch):
    depth = {}
    real_tables, real_keep = reconcile.tables, reconcile.keep_run

    def tables(*given, **named):
        depth["read"] = len(connection.savepoint_ids)
        return real_tables(*given, **named)

    def kept(**named):
        depth["kept"] = len(connection.savepoint_ids)
        return real_keep(**named)

    monkeypatch.setattr(reconcile, "tables", tables)
    monkeypatch.setattr(reconcile, "keep_run", kept)
    outside = len(connection.savepoint_ids)
    give(trust, "accounts.reconcile", organisation=trust.pk, on="2026-11-23", by="user/1")
    assert run_all(NOW) == 1
    assert depth["read"] == outside and depth["kept"] > outside


def test_what_was_compared_before_a_load_came_is_compared_anew_and_never_kept():
    here = people.organisation()
    ghost = feeds.feed_file("accounts", {"username": "ghost", "employee_number": "", "last_used_at": NOW})
    compared.load(here, feeds.feed_file("systems", {"pack": "tewv"}), feeds.staff(feeds.someone(1)), ghost)
    stale = compare(organisation=here, on=ON)
    assert [f.username for f in stale.found] == ["ghost"]
    compared.load(here, feeds.feed_file("accounts", {"username": "spectre", "employee_number": "", "last_used_at": NOW}))
    anew, kept = keep_compared(stale, now=NOW, by="user/1")
    assert [f.username for f in anew.found] == ["spectre"] and kept.opened == 1
    assert Finding.objects.get().username == "spectre"


def test_what_was_compared_before_a_load_was_undone_is_compared_anew():
    here = people.organisation()
    compared.load(here, feeds.feed_file("systems", {"pack": "tewv"}), feeds.staff(feeds.someone(1)))
    compared.load(here, feeds.feed_file("accounts", {"username": "ghost", "employee_number": "", "last_used_at": NOW}))
    from careward.access.feeds.models import Load

    stale = compare(organisation=here, on=ON)
    feeds_actions.undo_load(load_id=Load.objects.latest("id").pk, now=NOW, by="cli/test")
    anew, kept = keep_compared(stale, now=NOW, by="user/1")
    assert stale.found and not anew.found and kept.opened == 0


def test_nothing_moved_so_nothing_is_compared_twice(trust, monkeypatch):
    once = compare(organisation=trust, on=ON)
    monkeypatch.setattr(reconcile, "compare", lambda **_: pytest.fail("compared twice"))
    assert keep_compared(once, now=NOW, by="user/1")[0] is once


def test_an_errand_of_an_unknown_name_is_put_off_and_in_the_end_stuck_and_said_aloud(trust, caplog):
    errand = give(trust, "nobody.knows")
    good = give(trust, "accounts.reconcile", organisation=trust.pk, on="2026-11-23", by="user/1")
    now = NOW
    for _ in range(MOST_TRIES):
        run_all(now)
        now += timedelta(hours=2)
    errand.refresh_from_db()
    good.refresh_from_db()
    assert good.done_at == NOW
    assert errand.stuck_at is not None and errand.tries == MOST_TRIES and errand.fault.startswith("UnknownErrand in unknown, worker.py")
    assert worker.work_once(now=now + DAY, worker="test") is False
    said = caplog.text
    assert said.count("errand.failed") == MOST_TRIES and "nobody.knows" in said and "stuck" in said


def test_a_handler_that_fails_leaves_nothing_is_put_off_and_others_go_on(trust, caplog):
    def fails(errand: Errand) -> None:
        Organisation.objects.filter(pk=trust.pk).update(name="Half done")
        raise ValueError("Carol Dewhurst is not a number")

    done = []
    bad = give(trust, "test.fails")
    good = [give(trust, "test.works").pk for _ in range(3)]
    with furnished(errand_room(fails=fails, works=lambda errand: done.append(errand.pk))):
        assert run_all(NOW) == 4
    assert done == good
    bad.refresh_from_db()
    trust.refresh_from_db()
    assert trust.name == "Trust RX3" and bad.claimed_at is None and bad.not_before > NOW and bad.done_at is None
    said = caplog.text
    assert "put_off" in said and "ValueError" in said and "Carol" not in said and "Carol" not in bad.fault


def test_what_fails_while_it_is_prepared_is_put_off_too(trust):
    errand = give(trust, "accounts.reconcile", organisation=999_999, on="2026-11-23", by="user/1")
    assert run_all(NOW) == 1
    errand.refresh_from_db()
    assert errand.not_before > NOW and "DoesNotExist" in errand.fault


def test_work_that_stopped_is_listed_and_set_going_at_the_command_line(trust):
    errand = give(trust, "unheard.of")
    Errand.objects.filter(pk=errand.pk).update(stuck_at=NOW, tries=8, fault="UnknownErrand in unknown, worker.py line 46")
    listed = CliRunner().invoke(app, ["ledger", "stopped"])
    assert (listed.exit_code, f"{errand.pk}: unheard.of" in listed.output, "UnknownErrand" in listed.output) == (0, True, True)
    assert Errand.objects.filter(pk=errand.pk).exclude(stuck_at=None).exists()
    assert "1 set going again" in CliRunner().invoke(app, ["ledger", "stopped", "--again"]).output
    errand.refresh_from_db()
    assert (errand.stuck_at, errand.tries) == (None, 0)
    assert "Nothing has stopped" in CliRunner().invoke(app, ["ledger", "stopped"]).output


# ---- the loop


@pytest.mark.django_db(transaction=True)
def test_the_worker_asks_for_the_night_runs_it_seals_and_stops(trust, monkeypatch):
    """Both threads as in life; told to stop once the night was compared and something was sealed."""
    monkeypatch.setattr(worker, "moment", lambda: NOW)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    stop, real = threading.Event(), worker.run_due

    def look(**given: object) -> int:
        found = real(**given)
        if Run.objects.exists():
            give_entry()
            ledger.seal(now=NOW)
            stop.set()
        return found

    monkeypatch.setattr(worker, "run_due", look)
    worker.work(stop)
    assert Run.objects.count() == 1 and Errand.objects.exclude(done_at=None).count() == 1
    assert set(JobClock.objects.values_list("name", "last_outcome")) == {(name, "done") for name in house().jobs}
    assert Checkpoint.objects.latest("size").size == Entry.objects.count()


@pytest.mark.django_db(transaction=True)
def test_sealing_goes_on_beside_an_errand_that_takes_long(trust, monkeypatch):
    sealed, entered = threading.Event(), threading.Event()
    give(trust, "test.long")
    give_entry()

    def long(errand: Errand) -> str:
        entered.set()
        assert sealed.wait(timeout=20), "the errand ended before anything was sealed"
        stop.set()
        return ""

    def seal(*, now: datetime) -> None:
        assert entered.wait(timeout=20)
        ledger.seal(now=now)
        sealed.set()

    kinds = {"test.long": ErrandKind("test.long", lambda errand, _: None, long)}
    jobs = {"ledger.seal": TimedJob("ledger.seal", "Seal", seal, every=timedelta(minutes=1))}
    monkeypatch.setattr(worker, "house", lambda: SimpleNamespace(jobs=jobs, errands=kinds))
    monkeypatch.setattr(worker, "moment", lambda: NOW)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    stop = threading.Event()
    worker.work(stop)
    assert Errand.objects.get().done_at == NOW and Checkpoint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_stops_neither_thread(monkeypatch, caplog):
    left = {"errands": 3, "clock": 3}

    def breaks(which: str):
        def call(**_given: object) -> None:
            left[which] -= 1
            if not any(n > 0 for n in left.values()):
                stop.set()
            raise OSError("Carol Dewhurst")

        return call

    stop = threading.Event()
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(worker, "work_once", breaks("errands"))
    monkeypatch.setattr(worker, "run_due", breaks("clock"))
    worker.work(stop)
    assert all(n <= 0 for n in left.values())
    said = caplog.text
    assert said.count("OSError") >= 6 and "Carol" not in said
