"""Killed acts, acts at once, a lost key, triggers that are not ours: no false alarm, and what is wrong is said."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext

from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry
from careward.evidence.tables import actions, proof, triggers
from careward.people.signin.models import User
from careward.people.staff.models import Organisation, Team
from tests.actions.tables import NOW, fill, fill_all, outsider

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"


def record() -> None:
    ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")


ACTING = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connection, transaction
connection.settings_dict.update(NAME=sys.argv[1])
from careward.people.staff.models import Team
from tests.actions.test_tables_faults import record
while True:
    for team in Team.objects.order_by("pk"):
        with transaction.atomic():
            Team.objects.filter(pk=team.pk).update(name=team.name + "x")
            record()
        print("acted", flush=True)
"""


def test_whoever_is_killed_in_the_middle_leaves_what_was_bound():
    fill_all()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "careward.config.settings", "CAREWARD_HOME": str(ledger_keys().folder.parent)}
    for seed in range(20 if SWEEP else 3):
        acting = subprocess.Popen(
            [sys.executable, "-c", ACTING, str(connection.settings_dict["NAME"])], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        assert acting.stdout and acting.stdout.readline() == b"acted\n"
        threading.Event().wait(0.1 + seed * 0.037)
        acting.send_signal(signal.SIGKILL)
        acting.communicate()
        report = proof.verify()
        assert report.ok, report.problems
    assert Team.objects.filter(name__endswith="x").exists()


def test_acts_at_once_on_the_same_tables_wait_for_each_other_and_leave_right_sums():
    fill_all()
    organisations, teams = list(Organisation.objects.order_by("pk")), list(Team.objects.order_by("pk"))
    faults: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                with transaction.atomic():
                    first, second = (organisations, teams) if number % 2 else (teams, organisations)  # in either order
                    for row in (first[number % 3], second[number % 3]):
                        type(row).objects.filter(pk=row.pk).update(name=f"{number} {turn}")
                    Team.objects.create(organisation=organisations[0], code=f"T{number}-{turn}", name="new")
                    record()
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1, 2)]  # rows of their own, in the same tables
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = proof.verify()
    assert (faults, report.ok) == ([], True), report.problems


def test_an_act_asks_a_few_statements_more_however_many_tables_it_touches():
    fill_all()

    def statements(*rows: models.Model) -> int:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            for row in rows:
                type(row)._default_manager.filter(pk=row.pk).update(name="other" if row.name != "other" else "another")
            record()
        return len(asked) - len(rows)

    statements(Organisation.objects.first())  # its triggers are made on the way
    one = statements(Organisation.objects.first())
    three = statements(Organisation.objects.first(), Team.objects.first(), User.objects.first())
    assert one == three
    without = one - _without_tables()
    assert without <= 8, without


def _without_tables() -> int:
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        record()
    return len(asked)


def test_what_changes_nothing_is_no_act():
    fill_all()
    before = Entry.objects.count()
    Organisation.objects.update(contact=models.F("contact"))
    User.objects.update(last_login=NOW)  # passing
    assert Entry.objects.count() == before
    assert proof.verify().ok


def test_a_lost_key_is_said_and_ended_by_a_named_person():
    fill_all()
    kept = ledger_keys().lanes.read_bytes()
    ledger_keys().lanes.unlink()
    assert "the key of the tables' sums is gone" in proof.verify().problems[0]
    Organisation.objects.update(contact="changed without the key")
    ledger_keys().lanes.write_bytes(kept)
    report = proof.verify()
    assert "the key of its sum is gone" in " ".join(report.wrong["people_organisation"])
    actions.explain(what="The key was put back from the backup", now=NOW, by="user/7")
    after = proof.verify()
    assert after.ok, after.problems


def test_a_trigger_that_would_have_careward_do_it_is_told():
    fill_all()
    with outsider() as one:
        _put_trigger(one)
        assert "trigger that Careward did not make" in " ".join(proof.verify().problems)
        Organisation.objects.filter(pk=Organisation.objects.first().pk).update(contact="4401")
        _take_trigger_out(one)
    assert "trigger that Careward did not make" in " ".join(proof.verify().problems), "the act that met it says so for ever"


def _put_trigger(one) -> None:
    if connection.vendor == "sqlite":
        one.ask("CREATE TRIGGER evil AFTER UPDATE ON people_organisation BEGIN UPDATE people_roleheld SET role = 'forged'; END")
        return
    one.ask(
        "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE people_roleheld SET role = ''forged''; RETURN NULL; END'"
    )
    one.ask("CREATE TRIGGER evil AFTER UPDATE ON people_organisation EXECUTE FUNCTION evil()")


def _take_trigger_out(one) -> None:
    one.ask("DROP TRIGGER evil" if connection.vendor == "sqlite" else "DROP TRIGGER evil ON people_organisation")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite its triggers are the connection's own")
@pytest.mark.parametrize(
    "done",
    [
        "DROP TRIGGER careward_touched_update ON people_roleheld",
        "ALTER TABLE people_roleheld DISABLE TRIGGER careward_touched_update",
        "CREATE OR REPLACE FUNCTION careward_touched_update_people_roleheld() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE RULE evil AS ON UPDATE TO people_organisation DO ALSO UPDATE people_roleheld SET role = 'forged'",
    ],
)
def test_our_own_triggers_gone_or_changed_are_told(done):
    fill_all()
    try:
        with outsider() as one:
            one.ask(done)
        assert not proof.verify().ok
    finally:
        with outsider() as one:
            one.ask("DROP RULE IF EXISTS evil ON people_organisation")
            one.ask("ALTER TABLE people_roleheld ENABLE TRIGGER careward_touched_update") if "DISABLE" in done else None
        triggers.stand_for_good()
    assert proof.verify().ok


def test_a_row_that_no_text_holds_is_named_and_stops_nothing():
    fill_all()
    row = Organisation.objects.first()
    with outsider() as one:
        if connection.vendor == "sqlite":
            one.ask("UPDATE people_organisation SET contact = x'ff00fe' WHERE id = %s", row.pk)
        else:
            one.ask("UPDATE people_organisation SET contact = %s WHERE id = %s", "\u202e\ufffe", row.pk)
    assert f"row {row.pk} was changed" in proof.verify().problems[0]
    assert fill(Organisation, 30).pk
