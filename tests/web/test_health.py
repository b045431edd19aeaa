"""What whoever watches is told, without a session and without the database: to the machine itself in words, to a stranger little."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
import structlog
from django.db import OperationalError, connection
from django.test import Client

from careward.evidence.errands import actions
from careward.evidence.errands.models import Errand
from careward.jobs import machine
from careward.jobs.watching import FaultWatch
from tests.make.pages import markup
from tests.make.people import NOW, organisation, ready, signed_in

pytestmark = pytest.mark.django_db
TOKEN = "drawn-by-lot-and-long-enough"
STRANGER = {"REMOTE_ADDR": "192.0.2.7"}
FULL = "The disk of CAREWARD_HOME has 12 MB left, and soon nothing more can be written."


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr(machine, "free", lambda: 12 * 1024 * 1024)


def away(*_: object) -> None:
    raise OperationalError("connection to 10.0.0.1 refused")


@pytest.mark.parametrize(("address", "status"), [("/healthz", 200), ("/readyz", 503), ("/metrics", 200)])
def test_they_answer_with_a_session_too_while_the_database_is_away(address, status, monkeypatch):
    browser = signed_in(ready("auditor"))
    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    answer = browser.get(address)
    assert answer.status_code == status and "10.0.0.1" not in answer.content.decode()


def test_a_full_disk_is_said_to_who_watches_and_to_who_runs_it_and_not_to_a_stranger(full):
    assert Client().get("/healthz").status_code == 503
    assert FULL in Client().get("/healthz").content.decode() and "Make room" in Client().get("/healthz").content.decode()
    assert FULL not in Client().get("/healthz", **STRANGER).content.decode()
    at = organisation()
    assert FULL in markup(signed_in(ready("trust_administrator", at=at)).get("/help/"))
    assert FULL not in markup(signed_in(ready("line_manager", at=at)).get("/help/"))


def test_a_clock_that_was_set_back_is_said_too(monkeypatch):
    monkeypatch.setattr("careward.evidence.ledger.sealing.alarms", lambda *, now: ("the clock says 1999: it was set back",))
    assert "The clock says 1999: it was set back." in Client().get("/healthz").content.decode()


ANOTHER = """
import os, sys, time
from pathlib import Path
import django
from django.conf import settings
settings.configure(CAREWARD_HOME=Path(sys.argv[1]))
from careward.jobs.machine import at_work
with at_work():
    print(os.getpid(), flush=True)
    time.sleep(60)
"""


def test_a_second_worker_is_said_as_long_as_it_runs(settings, tmp_path):
    settings.CAREWARD_HOME = tmp_path
    command = [sys.executable, "-c", ANOTHER, str(tmp_path)]
    with machine.at_work(), subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        number = int(other.stdout.readline())
        assert machine.workers() == tuple(sorted((os.getpid(), number)))
        assert f"2 workers run here at once, as processes {min(os.getpid(), number)} and" in Client().get("/healthz").content.decode()
        other.kill()
        other.wait()
        assert machine.workers() == (os.getpid(),), "one that was killed runs no more"
        assert Client().get("/healthz").content == b"ok"
    assert machine.workers() == ()
    with machine.at_work():
        assert [p.name for p in (tmp_path / "workers").iterdir()] == [str(os.getpid())], "what a killed one left is taken away"


@pytest.fixture
def lines(caplog) -> Callable[[], list[dict[str, object]]]:
    """What was logged, as it is written."""
    from careward.config.logs import json_formatter

    form = json_formatter()
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(form.format(r)) for r in caplog.records if r.name.startswith("careward")]


def test_the_workers_log_says_in_json_when_a_fault_begins_and_once_when_it_is_over(full, lines, monkeypatch):
    watch = FaultWatch()
    watch.look()
    watch.look()
    monkeypatch.undo()
    watch.look()
    said = [(line["event"], line["words"], line["level"]) for line in lines()]
    assert said == [("alarm.stands", FULL, "error"), ("alarm.over", FULL, "warning")]
    assert all({"timestamp", "logger"} <= line.keys() for line in lines())


def test_whatever_our_own_processes_log_is_json_without_the_words_of_an_error(lines):
    try:
        raise ValueError("of Ann Lee")
    except ValueError:
        structlog.get_logger("careward.worker").exception("job.failed", job="x")
    (line,) = lines()
    assert (line["event"], line["fault"], line["job"]) == ("job.failed", "ValueError", "x") and "Ann Lee" not in json.dumps(line)


def test_figures_are_given_in_the_form_of_prometheus_and_name_nobody():
    at = organisation()
    from django.db import transaction

    with transaction.atomic():
        actions.ask(name="feeds.examine", organisation=at.ods_code, subject="load/3", now=NOW)
    answer = Client().get("/metrics")
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.content.decode()
    form = re.compile(r'# (HELP|TYPE) careward_\w+ [\w .,]+|careward_\w+(\{\w+="\w+"(,\w+="\w+")*\})? [\d.e+]+')
    assert all(form.fullmatch(line) for line in text.splitlines()), text
    assert 'careward_errands{state="waiting"} 1\n' in text and "careward_database_up 1\n" in text and "careward_alarms 0\n" in text
    assert at.ods_code not in text and Errand.objects.count() == 1


def test_figures_while_the_database_is_away_say_so(monkeypatch):
    monkeypatch.setattr(connection, "cursor", away)
    text = Client().get("/metrics").content.decode()
    assert "careward_database_up 0\n" in text and "careward_errands" not in text


def test_figures_are_for_the_machine_itself_or_who_has_the_token(settings):
    assert Client().get("/metrics", **STRANGER).status_code == 403
    assert Client().get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 403, "a proxy of this machine speaks for others"
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ", **STRANGER).status_code == 403, "no token is no key"
    settings.WATCH_TOKEN = TOKEN
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer other", **STRANGER).status_code == 403
    assert Client().get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}", **STRANGER).status_code == 200


def test_the_machine_asks_by_plain_http_whatever_others_must(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz").status_code == 200 and Client().get("/help/").status_code == 301


def test_no_page_is_shown_in_a_frame_of_another():
    assert Client().get("/help/")["X-Frame-Options"] == "DENY"
