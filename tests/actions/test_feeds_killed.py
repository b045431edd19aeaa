"""A load killed in the middle leaves nothing half done; two at once come out as one after the other."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connection

from careward.access.feeds import actions
from careward.people.staff.models import Assignment, Organisation, Person
from tests.make.feeds import NOW, reading, someone, staff

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import os, sys, time, django
django.setup()
from django.core.management import call_command
from careward.access.feeds import actions
from careward.access.feeds.models import Load
from careward.people.staff.models import Organisation
from tests.make.feeds import NOW, small_trust
call_command("migrate", verbosity=0)
trust, _ = Organisation.objects.get_or_create(ods_code="RX3", defaults={"name": "A trust"})
whole = small_trust(300)
load = Load.objects.first() or actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by="cli/tester")
if load.state == "waiting":
    actions.examine_load(load_id=load.pk, reading=whole, now=NOW, by="cli/tester")
"""
STOP_IN_THE_MIDDLE = """
from careward.access.feeds.writing import Ink
put = Ink.put
def stop(self, each):
    put(self, each)
    if each.shape.table == "accounts_account" and each.added and self._behind:
        print("in the middle", flush=True)
        time.sleep(60)
Ink.put = stop
"""
APPLY = """
report = actions.apply_load(load_id=load.pk, reading=whole, now=NOW, by="cli/tester")
print(report.state, report.added, flush=True)
"""


def start(home, *parts):
    env = {k: v for k, v in os.environ.items() if k != "CAREWARD_DATABASE_URL"}
    env |= {"CAREWARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "careward.config.settings", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", "".join(parts)], env=env, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def counts(home):
    with sqlite3.connect(home / "careward.sqlite3") as database:
        tables = ("people_person", "people_assignment", "accounts_account", "systems_system", "people_team")
        found = {t: database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        state, verbs = (
            database.execute("SELECT state FROM feeds_load").fetchone()[0],
            database.execute("SELECT verb FROM ledger_entry ORDER BY id"),
        )
        return found, state, [v for (v,) in verbs if v != "rows.changed"]  # the organisation was put in without a word of its own


def test_killed_in_the_middle_it_leaves_nothing_and_goes_in_again(tmp_path):
    child = start(tmp_path, BEGIN, STOP_IN_THE_MIDDLE, APPLY)
    assert child.stdout.readline() == "in the middle\n"
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=30)
    child.stdout.close()
    found, state, verbs = counts(tmp_path)
    assert set(found.values()) == {0}
    assert (state, verbs) == ("examined", ["load.begun", "load.examined"])
    again = start(tmp_path, BEGIN, APPLY)
    said, _ = again.communicate(timeout=60)
    assert said.split()[0] == "applied"
    found, state, verbs = counts(tmp_path)
    assert (found["people_person"], found["people_assignment"], found["accounts_account"]) == (300, 300, 300)
    assert (state, verbs) == ("applied", ["load.begun", "load.examined", "load.applied"])


@pytest.mark.django_db(transaction=True)
def test_two_loads_of_one_organisation_come_one_after_the_other():
    trust = Organisation.objects.create(ods_code="RX3", name="A trust")
    whole = reading(staff(*(someone(n) for n in range(1, 200))))
    ready, reports, faults = Barrier(4), [], []

    def run():
        try:
            begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by="cli/tester")
            ready.wait(timeout=20)
            reports.append(actions.apply_load(load_id=begun.pk, reading=whole, now=NOW, by="cli/tester"))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(r.added for r in reports) == [0, 0, 0, 199]
    assert (Person.objects.count(), Assignment.objects.count()) == (199, 199)
