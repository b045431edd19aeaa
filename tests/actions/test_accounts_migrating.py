"""A home made by an earlier version: its open findings of one course become one, with every account they were about."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from careward.access.accounts import tasks
from careward.evidence.tables import triggers
from tests.make import found, people

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 20)
ONE_FINDING = "0004_one_open_finding_per_person"


def migrated(name: str):
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", name)])
    return MigrationExecutor(connection).loader.project_state([("accounts", name)]).apps


@pytest.fixture
def earlier():
    with connection.unwatched():  # as `migrate` does: tables of an earlier form are held against the ledger before and after
        yield migrated("0001_initial")
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    triggers.stand_for_good()  # those of the tables that were made anew went with them


def test_open_findings_of_one_course_become_one_and_nothing_else_is_lost(earlier):
    here = people.organisation()
    carol = people.staff(here, "Carol Dewhurst")
    task = found.task(here, due_on=DAY + timedelta(days=3))
    run = earlier.get_model("accounts", "Run").objects.create(organisation_id=here.pk, on_date=DAY, started_at=people.NOW, by="job/nightly")
    accounts = [
        earlier.get_model("accounts", "Account").objects.create(
            organisation_id=here.pk,
            system_id=found.system(here, code).pk,
            username=f"{code}.carol",
            status="active",
            seen_on=DAY,
            person_id=carol.pk,
            fits=1,
        )
        for code in ("paris", "rio", "epma")
    ]

    def old(about, code="training.missing", topic="data-security", **more):
        facts = {"clause": "PA-011", "step": "ask", "detail": "No pass", "who": "line_manager", "found_on": DAY, "due_on": DAY, **more}
        return earlier.get_model("accounts", "Finding").objects.create(
            organisation_id=here.pk, system_id=about.system_id, account_id=about.pk, person_id=carol.pk, environment="live",
            username=about.username, code=code, topic=topic, run=run, **facts,
        )  # fmt: skip

    first = old(accounts[0], task_id=task.pk)
    old(accounts[1], task_id=task.pk, clause="EL-014", found_on=DAY + timedelta(days=1))
    old(accounts[2], topic="paris-e-learning")
    old(accounts[0], closed_on=DAY)
    leaver = old(accounts[1], code="account.leaver", topic="", clause="EL-041")
    findings = migrated(ONE_FINDING).get_model("accounts", "Finding").objects
    one = findings.get(pk=first.pk)
    assert (one.system_id, one.account_id, one.username, one.found_on, one.asked_on) == (None, None, "", DAY, DAY)
    assert (one.task_id, one.due_on) == (task.pk, task.due_on)
    touched = one.accounts.order_by("id").values_list("account_id", "clause", "found_on", "gone_on")
    assert list(touched) == [(accounts[0].pk, "PA-011", DAY, None), (accounts[1].pk, "EL-014", DAY + timedelta(days=1), None)]
    assert sorted(findings.filter(closed_on=None).values_list("code", "topic")) == [
        ("account.leaver", ""), ("training.missing", "data-security"), ("training.missing", "paris-e-learning"),
    ]  # fmt: skip
    assert findings.get(pk=leaver.pk).accounts.get().account_id == accounts[1].pk
    closed = findings.get(closed_on=DAY)
    assert closed.username == accounts[0].username and closed.accounts.get().gone_on == DAY


@pytest.mark.parametrize(("step", "environment"), [("lock", "live"), ("ask", "training")])
def test_what_waited_for_governance_is_asked_of_whoever_administers_the_system_as_the_next_comparison_would(step, environment):
    here = people.organisation()
    cause = tasks.Cause(
        code=tasks.UNAPPROVED, topic="", step=step, detail="No approval", system_code="paris", system_name="PARIS",
        environment=environment, username="ward1", employee_number="", holder="", who="system_administrator",
    )  # fmt: skip
    about = found.account(found.system(here), username="ward1", kind="generic", environment=environment)
    was = f"account/paris/{environment}/ward1/" + ("shut/head_of_ig" if step == "lock" else tasks.UNAPPROVED)
    why = "Yours because shared accounts need the approval of information governance. No approval."
    task = found.task(here, kind=tasks.UNAPPROVED, step=step, role="head_of_ig", key=was, why=why)
    finding = found.finding(about, code=tasks.UNAPPROVED, step=step, who="head_of_ig", task=task)
    other = found.finding(about, code="account.owner_left", step="ask", who="head_of_ig")
    import_module("careward.access.accounts.migrations.0012_administrators_ask_for_approval").ask_administrators(apps, None)
    for row in (task, finding, other):
        row.refresh_from_db()
    assert (finding.who, other.who, task.role, task.key) == ("system_administrator", "head_of_ig", cause.who, was)
    assert (task.why, task.question) == (tasks.words(cause).why, tasks.question(cause).as_data())
