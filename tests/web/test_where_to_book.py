"""A course that somebody lacks: their manager's task, and the page of their access, say where it is booked."""

import pytest

from careward.core.packs.pack import load as load_pack
from careward.people.staff.models import CourseOffered, Person
from careward.people.staff.training import course_names
from careward.web.words import linked
from careward.work.tasks.models import Task
from tests.make import compared, feeds
from tests.make.pages import markup
from tests.make.people import organisation, ready, signed_in

pytestmark = pytest.mark.django_db
BOSS = {"employee_number": "E2", "assignment_number": "E2-1", "email": "", "first_name": "Bo", "last_name": "Lee", "date_of_birth": None}


@pytest.fixture
def here():
    """Carol, managed by Bo, never took the course that PARIS asks for; the list of courses calls it by another of its names."""
    trust = organisation()
    people = feeds.feed_file("staff", {"supervisor_employee_number": "E2"}, BOSS)
    training = feeds.feed_file("training", {"employee_number": "E2"})
    compared.load(trust, feeds.feed_file("systems", {}), people, training, feeds.feed_file("accounts", {}), feeds.feed_file("courses", {}))
    return trust


def manager(here):
    return signed_in(ready("line_manager", at=here, person=Person.objects.get(employee_number="E2")))


def task_page(here) -> str:
    return markup(manager(here).get(f"/tasks/{Task.objects.get(kind='training.missing').pk}/"))


@pytest.mark.clause("EL-022")
def test_the_task_says_where_the_course_is_booked_and_who_runs_it(here):
    compared.compare(here)
    page = task_page(here)
    assert '<a href="https://learning.example.nhs.uk/ds" rel="noreferrer">https://learning.example.nhs.uk/ds</a>' in page
    assert "Data security awareness" in page and "The IG team" in page


@pytest.mark.clause("EL-022")
def test_so_does_the_page_of_their_access(here):
    compared.compare(here)
    carol = Person.objects.get(employee_number="E1")
    page = markup(manager(here).get(f"/people/{carol.pk}/access/"))
    assert 'Book it: <a href="https://learning.example.nhs.uk/ds" rel="noreferrer">' in page


def test_it_is_of_today_and_of_this_organisation_alone(here):
    compared.compare(here)
    other = organisation("RX4")
    CourseOffered.objects.update(organisation=other)
    assert "Where to book" not in task_page(here)
    compared.load(here, feeds.feed_file("courses", {"booking_link": "Ring extension 4402"}))
    assert "Ring extension 4402" in task_page(here)
    compared.load(here, feeds.feed_file("courses", {"course_code": "fire-safety"}))
    assert "Where to book" not in task_page(here)


@pytest.mark.parametrize("words", [
    "javascript:alert(1)", "https://", "https:///x", "ask https://learning.example.nhs.uk", "https://a b", "ftp://a.example", "", "data:text/html,x",
])  # fmt: skip
def test_only_a_whole_web_address_becomes_a_link(words):
    assert linked(words) == words and not hasattr(linked(words), "__html__")


def test_what_an_address_holds_cannot_leave_its_place():
    assert linked('https://a.example/"><script>') == (
        '<a href="https://a.example/&#34;&gt;&lt;script&gt;" rel="noreferrer">https://a.example/&#34;&gt;&lt;script&gt;</a>'
    )


def test_a_course_is_known_by_every_name_that_a_pack_gives_it():
    assert course_names("data-security", [load_pack("base")]) == {"data-security", "dspt", "dsp", "data-security-awareness"}
    assert course_names("unheard-of", [load_pack("base")]) == frozenset()
