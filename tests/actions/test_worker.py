"""The worker: what is due by the clock, errands run once, and nothing broken that stops the rest."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from careward.access.accounts.models import Finding, Run
from careward.access.feeds import actions as feeds_actions
from careward.cli.main import app
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.errands.rules import MOST_TRIES
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Checkpoint, Entry
from careward.jobs import nightly, reconcile, worker
from careward.jobs.reconcile import compare, keep_compared
from careward.people.staff.models import Organisation, Person
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


# ---- what is due


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-23T04:09:59", date(2026, 11, 22)),
        ("2026-11-23T04:10:00", date(2026, 11, 23)),
        ("2026-11-23T23:59:59", date(2026, 11, 23)),
        ("2026-07-01T03:09:59", date(2026, 6, 30)),  # summer: 04:09:59 in London
        ("2026-07-01T03:10:00", date(2026, 7, 1)),
        ("2026-03-29T00:59:59", date(2026, 3, 28)),  # the clocks go forward at 01:00
        ("2026-03-29T03:09:59", date(2026, 3, 28)),
        ("2026-03-29T03:10:00", date(2026, 3, 29)),
        ("2026-10-25T03:30:00", date(2026, 10, 24)),  # the clocks went back at 01:00: 03:30 in London
        ("2026-10-25T04:10:00", date(2026, 10, 25)),
    ],
)
@pytest.mark.clause("PA-032")
def test_a_night_is_due_from_ten_past_four_in_london(trust, now, night):
    assert nightly.night_of(at(now)) == night
    assert nightly.due(at(now)) == [nightly.Due(trust.pk, night)]


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)])
def test_around_a_change_of_the_clocks_every_night_is_asked_for_once(trust, first):
    now = datetime.combine(first, datetime.min.time(), UTC)
    for _ in range(4 * 48):
        nightly.run_due(now)
        now += timedelta(minutes=30)
    asked = list(Errand.objects.order_by("id").values_list("body__on", flat=True))
    assert asked == [(first + n * DAY).isoformat() for n in range(-1, 4)]


def test_a_missed_night_is_caught_up_once_and_not_twice(trust):
    nightly.run_due(NOW)
    assert run_all(NOW) == 1
    late = NOW + 3 * DAY + timedelta(hours=5)  # three nights nobody worked
    assert [nightly.run_due(late) for _ in range(3)] == [1, 0, 0]
    assert run_all(late) == 1
    assert nightly.run_due(late + timedelta(hours=1)) == 0
    assert list(Run.objects.order_by("id").values_list("on_date", flat=True)) == [ON, ON + 3 * DAY]


def test_an_organisation_without_systems_has_nothing_due():
    people.organisation("RX9")
    assert nightly.due(NOW) == []


def test_each_organisation_has_its_own_night(trust):
    there = people.organisation("RX4")
    found.system(there)
    nightly.run_due(NOW)
    assert set(Errand.objects.values_list("body__organisation", flat=True)) == {trust.pk, there.pk}


@pytest.mark.parametrize(
    ("started", "on", "still_due"),
    [
        (NOW + timedelta(minutes=1), ON, False),  # by hand, after the exports came
        (NOW - timedelta(hours=2), ON, True),  # by hand, before they came
        (NOW + timedelta(minutes=1), ON - 30 * DAY, True),  # as at a day long gone
        (NOW + timedelta(minutes=1), ON + 30 * DAY, True),  # as at a day to come
    ],
)
def test_a_run_by_hand_stands_for_the_night_only_where_it_says_the_same(trust, started, on, still_due):
    found.run(trust, started_at=started, on_date=on)
    assert bool(nightly.due(NOW + timedelta(hours=1))) is still_due


def test_a_run_of_one_system_does_not_stand_for_the_night(trust):
    found.run(trust, system_code="paris", on_date=ON)
    assert nightly.due(NOW) == [nightly.Due(trust.pk, ON)]


def test_the_ledger_says_that_the_night_came(trust):
    nightly.run_due(NOW)
    entry = Entry.objects.get(verb="reconciliation.due")
    assert (entry.actor, entry.subject, entry.organisation, entry.body) == (
        "job/nightly",
        f"organisation/{trust.pk}",
        "RX3",
        {"on": "2026-11-23"},
    )


def test_the_ledger_is_sealed_once_a_minute():
    assert nightly.is_seal_due(NOW, None)
    assert not nightly.is_seal_due(NOW + timedelta(seconds=59), NOW)
    assert nightly.is_seal_due(NOW + timedelta(seconds=60), NOW)


# ---- errands


def test_with_nothing_waiting_there_is_nothing_to_do():
    assert worker.work_once(now=NOW, worker="test") is False


def test_the_nightly_errand_compares_and_keeps():
    here = people.organisation()
    ghost = feeds.feed_file("accounts", {"username": "ghost", "employee_number": "", "last_used_at": NOW})
    compared.load(here, feeds.feed_file("systems", {"pack": "tewv"}), feeds.staff(feeds.someone(1)), ghost)
    nightly.run_due(NOW)
    assert run_all(NOW) == 1
    assert Finding.objects.get().code == "account.unmatched" and Task.objects.get().state == "open"
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


def test_an_errand_of_an_unknown_name_is_put_off_and_in_the_end_stuck_and_said_aloud(trust, capsys):
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
    said = capsys.readouterr().out
    assert said.count("errand.failed") == MOST_TRIES and "nobody.knows" in said and "stuck" in said


def test_a_handler_that_fails_leaves_nothing_is_put_off_and_others_go_on(trust, capsys):
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
    said = capsys.readouterr().out
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


@pytest.fixture
def stop_after(monkeypatch):
    """A stop signal that comes when the worker has found nothing to do so many times."""

    def make(idle: int) -> threading.Event:
        stop, left = threading.Event(), [idle]

        def wait(_seconds: float) -> bool:
            left[0] -= 1
            if left[0] <= 0:
                stop.set()
            return stop.is_set()

        stop.wait = wait
        return stop

    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # the test's own connection stays open
    return make


def test_the_worker_asks_for_the_night_runs_it_and_seals(trust, stop_after):
    worker.work(stop_after(2))
    assert Run.objects.count() == 1 and Errand.objects.exclude(done_at=None).count() == 1
    assert Checkpoint.objects.latest("size").size == 1  # that the night came; what it found is sealed a minute later


def test_the_worker_takes_away_uploads_that_nobody_needs(trust, stop_after, monkeypatch):
    asked = []
    monkeypatch.setattr(worker, "clear_uploads", lambda *, now, by: asked.append(by))
    worker.work(stop_after(5))
    assert asked == ["job/nightly"]  # at once, and then hourly
    assert nightly.is_clear_due(NOW, NOW - timedelta(hours=1)) and not nightly.is_clear_due(NOW, NOW - timedelta(minutes=59))


def test_a_job_that_breaks_does_not_stop_the_others_and_its_words_are_not_logged(trust, stop_after, monkeypatch, capsys):
    def breaks(*_given: object, **_named: object) -> None:
        raise RuntimeError("Carol Dewhurst")

    monkeypatch.setattr(nightly, "run_due", breaks)
    give(trust, "accounts.reconcile", datetime.now(UTC) - DAY, organisation=trust.pk, on="2026-11-23", by="user/1")
    worker.work(stop_after(2))
    assert Run.objects.count() == 1 and Checkpoint.objects.exists()
    said = capsys.readouterr().out
    assert "job.failed" in said and "RuntimeError" in said and "Carol" not in said


def test_a_seal_that_fails_is_tried_again_in_a_minute_not_at_once(trust, stop_after, monkeypatch):
    tried = []

    def seal(*, now: datetime) -> None:
        tried.append(now)
        raise RuntimeError("no key")

    monkeypatch.setattr(ledger, "seal", seal)
    worker.work(stop_after(5))
    assert len(tried) == 1
