"""Rows that differ from what was written stand as an alarm, as all that is found does, until a named person says what happened."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from typer.testing import CliRunner

from careward.cli import main as command
from careward.cli import ready as house_door
from careward.cli.main import app
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger import errands, explaining, sealing
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry, LedgerCheck
from careward.evidence.tables import actions, checking, proof
from careward.people.signin.models import RoleHeld
from careward.seal.outside import SignedFile
from careward.web.house import house
from tests.actions.tables import outsider
from tests.make import people
from tests.make.people import ready, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
WHAT = "A supplier mended a row by hand; the change was taken back."


@pytest.fixture
def bent():
    """A role that somebody with the database gave themselves."""
    held = people.role(people.user(), people.organisation(), "clinician")
    ledger.seal(now=NOW)
    assert not sealing.alarms()
    with outsider() as somebody:
        somebody.ask("UPDATE people_roleheld SET role = 'auditor' WHERE id = %s", held.pk)
    return f"people_roleheld: row {held.pk} was changed"


def kinds() -> list[str]:
    return [line.facts["kind"] for line in SignedFile(ledger_keys()).lines()]


def test_a_quiet_night_writes_down_that_it_looked_and_raises_nothing():
    people.role(people.user(), people.organisation(), "clinician")
    ledger.seal(now=NOW)
    assert checking.check_each_night(now=NOW).ok
    entry = Entry.objects.get(verb="rows.checked")
    assert (entry.actor, entry.body["ok"], entry.body["problems"]) == ("job/tables", True, [])
    assert entry.body["rows"] >= 3 and entry.body["tables"] > 20
    assert not sealing.alarms()


def test_what_the_night_finds_stands_as_one_alarm_until_a_named_person_ends_it(bent):
    for night in range(2):
        assert not checking.check_each_night(now=NOW + timedelta(days=night)).ok
    (alarm,) = sealing.alarms()
    assert alarm.startswith(bent) and kinds().count("alarm") == 1
    assert [e.body["ok"] for e in Entry.objects.filter(verb="rows.checked")] == [False, False]
    ledger.seal(now=NOW)  # what is good is sealed meanwhile
    explaining.explain(what=WHAT, now=NOW, by="user/7")
    actions.explain(what=WHAT, now=NOW, by="user/7")
    assert not sealing.alarms()
    again = checking.check_each_night(now=NOW + timedelta(days=2))
    assert again.ok and again.explained and not sealing.alarms()
    said = Entry.objects.get(verb="ledger.explained")
    assert said.actor == "user/7" and any(bent in problem for problem in said.body["problems"])


def test_an_alarm_that_was_explained_and_not_taken_over_comes_again(bent):
    """Who ends the alarm alone has mended nothing: the tables still differ."""
    checking.check_each_night(now=NOW)
    explaining.explain(what=WHAT, now=NOW, by="user/7")
    assert not sealing.alarms()
    checking.check_each_night(now=NOW + timedelta(days=1))
    assert sealing.alarms()[0].startswith(bent)


def test_it_stands_on_pages_and_in_healthz(bent, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    auditor, nurse = signed_in(ready("auditor")), signed_in(ready("line_manager"))
    assert Client().get("/healthz").status_code == 200
    checking.check_each_night(now=NOW)
    assert Client().get("/healthz").status_code == 503
    first = auditor.get("/", follow=True).content.decode()
    assert bent[1:] in first and "careward ledger explain" in first
    assert "careward ledger explain" not in nurse.get("/", follow=True).content.decode()
    assert [each.words[1:].startswith(bent[1:]) for each in house().alarms()] == [True]


def test_whoever_checks_the_ledger_from_a_page_is_told_of_the_tables_too(bent):
    report = errands.check(now=NOW, by="user/7", organisation="RX3")
    assert report is not None and not report.ok and report.problems[0].startswith(bent)
    assert LedgerCheck.objects.get().ok is False and sealing.alarms()[0].startswith(bent)


def test_the_weekly_check_of_the_worker_is_told_of_the_tables_too(bent):
    assert not errands.look(SimpleNamespace(claimed_at=NOW)).ok
    assert sealing.alarms()[0].startswith(bent)


def test_where_tables_are_long_the_worker_checks_and_the_page_does_not_wait(bent, monkeypatch):
    monkeypatch.setattr(errands, "AT_ONCE", 2)
    assert errands.check(now=NOW, by="user/7", organisation="RX3") is None
    assert LedgerCheck.objects.get().ended_at is None


@pytest.fixture
def run(monkeypatch):
    """The command line over the tests' own house."""
    for module in (command, house_door):
        monkeypatch.setattr(module, "open_house", lambda **facts: None, raising=False)
    monkeypatch.setattr("careward.cli.proving.open_house", lambda **facts: None)
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_command_that_finds_it_raises_it(bent, run, form):
    told = run("ledger", "verify", "--tables", *form)
    assert told.exit_code == 1 and bent in told.output
    assert sealing.alarms()[0].startswith(bent)


def test_whoever_may_only_look_is_told_and_raises_nothing(bent, run, settings):
    settings.ONLY_LOOKING = True
    assert run("ledger", "verify", "--tables").exit_code == 1
    assert not sealing.alarms()


def test_a_disk_that_keeps_no_alarm_is_said(bent, run, monkeypatch):
    def full(*given: object, **facts: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("careward.evidence.ledger.sealing.alarm_of_check", full)
    told = run("ledger", "verify", "--tables")
    assert told.exit_code == 1 and "No space left on device" in told.output


def test_checking_twice_at_once_raises_one(bent):
    assert proof.verify().problems == proof.verify().problems
    for _ in range(2):
        sealing.alarm_of_check(proof.verify().problems, now=NOW)
    assert kinds().count("alarm") == 1 and RoleHeld.objects.filter(role="auditor").exists()
