"""Changes that findings ask for are handed to the connector of their system: once, whole, and never too many at a time."""

import csv
from datetime import timedelta

import pytest

from careward.access.accounts.handing_over import CONNECTORS, hand_over
from careward.config import wiring
from careward.evidence.ledger.models import Entry
from careward.work.approvals.models import Approval
from careward.work.tasks.models import TaskMove
from tests.make import found, people
from tests.make.people import NOW, TODAY

pytestmark = pytest.mark.django_db
BY = "job/nightly"


@pytest.fixture
def trust(settings, tmp_path):
    settings.CAREWARD_HOME = tmp_path
    CONNECTORS.fit(wiring.connectors_of)
    return people.organisation()


def shut(trust, connector: str, how_many: int = 1, **more):
    """A system with accounts to lock, each with its task."""
    paris = found.system(trust, "paris", connector=connector)
    made = []
    for n in range(how_many):
        about = found.account(paris, username=f"jo{n:03}")
        todo = found.task(trust, step="lock", system_code="paris", clause="PA-033", **more)
        made.append(found.finding(about, code="account.inactive", step="lock", clause="PA-033", task=todo))
    return made


def files(tmp_path) -> list[dict[str, str]]:
    rows = []
    for path in sorted((tmp_path / "changes").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows += list(csv.DictReader(lines))
    return rows


def handed(trust, **more) -> int:
    return hand_over(organisation=trust, on=TODAY, now=NOW, by=BY, **more)


def test_work_on_a_system_that_takes_files_goes_into_one_file_and_its_task_says_so(trust, tmp_path):
    (finding,) = shut(trust, "csv")
    assert handed(trust) == 1
    (row,) = files(tmp_path)
    assert (row["username"], row["step"], row["clause"]) == ("jo000", "lock", "PA-033")
    move = TaskMove.objects.get(task=finding.task, move="handed_over")
    assert move.note.startswith("Load changes-paris-") and (move.was, move.became) == ("open", "open")
    entry = Entry.objects.get(verb="changes.handed_over")
    assert (entry.body["connector"], entry.body["changes"], entry.body["came"]) == ("csv", 1, ["asked"])


def test_each_piece_of_work_is_handed_over_once_until_it_opens_again(trust, tmp_path):
    (finding,) = shut(trust, "csv")
    assert [handed(trust), handed(trust)] == [1, 0]
    TaskMove.objects.create(task=finding.task, at=NOW + timedelta(days=1), by=BY, move="reopen", was="said_done", became="open")
    finding.task.times_reopened = 1
    finding.task.save()
    assert handed(trust) == 1
    assert len(files(tmp_path)) == 2


def test_the_worklist_and_a_connector_nobody_has_leave_the_work_to_a_person(trust, tmp_path):
    shut(trust, "worklist")
    found.system(trust, "rio", connector="telepathy")
    assert handed(trust) == 0
    assert files(tmp_path) == [] and not Entry.objects.filter(verb__startswith="changes.").exists()


def test_too_many_at_once_are_held_until_a_named_person_allows_them(trust, tmp_path):
    rows = shut(trust, "csv", how_many=30)  # of 30 open accounts: far more than any pack's share
    assert handed(trust) == 0
    assert files(tmp_path) == [] and Entry.objects.get(verb="changes.held").body["codes"] == ["plan.too_large"]
    facts = {"kind": "accounts.plan", "subject_kind": "system", "subject_key": rows[0].system.code, "permission": "accounts:plans:allow"}
    Approval.objects.create(organisation=trust, content={}, digest="0", asked_at=NOW, asked_by=BY, state="approved", **facts)
    assert handed(trust) == 30
    assert len(files(tmp_path)) == 30


def test_another_organisations_work_is_not_touched(trust, tmp_path):
    shut(trust, "csv")
    other = people.organisation("RY7")
    assert hand_over(organisation=other, on=TODAY, now=NOW, by=BY) == 0
    assert files(tmp_path) == []
