"""The monthly leavers report: names and teams only, so it asks and never acts."""

from datetime import timedelta

import pytest

from careward.access.accounts.keeping.reading import managers_of
from careward.access.accounts.leavers import plan_leaver_work
from careward.access.accounts.models import Finding
from careward.core.ports import FeedFile
from careward.people.staff.models import LeaverNotice, Organisation
from careward.work.tasks.many import write_tasks
from careward.work.tasks.models import Task
from tests.make import compared, feeds
from tests.make.compared import BY, NOW, ON
from tests.make.people import organisation

pytestmark = pytest.mark.django_db


NAMES = {1: ("Amara", "Okafor"), 2: ("Bryn", "Pritchard"), 3: ("Zofia", "Kowalska"), 4: ("Zofia", "Kowalska")}


def staff(**first: object) -> FeedFile:
    """Four colleagues, two of one name; the second manages the first."""
    named = {n: {"first_name": given, "last_name": family} for n, (given, family) in NAMES.items()}
    named[1] |= {"supervisor_employee_number": "E2", **first}
    return feeds.staff(*(feeds.someone(n, **changes) for n, changes in named.items()))


def reported(line: dict[str, object]) -> Organisation:
    here = organisation()
    compared.load(here, staff(), feeds.feed_file("leavers", line, snapshot=False))
    return here


def keep(here: Organisation, days: int = 0) -> tuple[int, int]:
    on = ON + timedelta(days=days)
    done = write_tasks(
        organisation=here,
        plan=plan_leaver_work(organisation=here, on=on, managers=managers_of(here, on)),
        on=on,
        now=NOW + timedelta(days=days),
        by=BY,
    )
    return done.raised, done.closed


@pytest.mark.clause("EL-046", "EL-048")
def test_a_reported_leaver_whom_the_staff_record_still_holds_is_a_question_to_their_manager():
    here = reported({"name": "Amara Okafor", "left_on": ON - timedelta(days=20)})
    assert keep(here) == (1, 0)
    task = Task.objects.get()
    assert (task.title, task.role, task.assignee.employee_number) == ("Say whether Amara Okafor has left", "line_manager", "E2")
    assert keep(here) == (0, 0)
    assert not Finding.objects.exists()  # nothing acts on a name


@pytest.mark.clause("EL-048")
@pytest.mark.parametrize(("name", "fits"), [("Zofia Kowalska", 2), ("Nobody Known", 0)])
def test_a_name_that_fits_two_or_none_is_a_question_for_the_trust_administrator(name: str, fits: int):
    here = reported({"name": name})
    assert LeaverNotice.objects.get().fits == fits
    keep(here)
    task = Task.objects.get()
    assert (task.role, task.assignee, task.about) == ("trust_administrator", None, None)
    assert task.title == f"Find out who {name} of Crisis team is"


def test_the_question_closes_when_the_staff_record_shows_that_they_have_left():
    here = reported({"name": "Amara Okafor"})
    keep(here)
    compared.load(here, staff(end_on=ON))
    assert keep(here, 1) == (0, 1)
    assert Task.objects.get().state == "closed"


def test_an_old_report_asks_no_more():
    here = reported({"name": "Nobody Known", "left_on": ON - timedelta(days=400)})
    assert keep(here) == (0, 0)
