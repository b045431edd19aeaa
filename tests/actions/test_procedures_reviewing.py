"""Documents whose review is near or past, and systems that nobody administers, become work, which ends by what it asks for alone."""

from datetime import date, datetime, timedelta

import pytest

from careward.core.days import london_day
from careward.governance.procedures.actions import adopt_document, end_adoption
from careward.governance.procedures.models import Adoption
from careward.governance.procedures.reviewing import ask_for_administrators, ask_for_reviews
from careward.people.staff.models import Organisation
from careward.people.staff.packs import document_of
from careward.systems.register.models import System
from careward.work.tasks import actions as work
from careward.work.tasks.models import Task
from careward.work.tasks.rules import Doer
from tests.make import found, people
from tests.make.compared import NOW
from tests.make.rights import granted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def trust() -> Organisation:
    return people.organisation("RNM", pack="tewv")


def at(day: date) -> datetime:
    return NOW.replace(year=day.year, month=day.month, day=day.day)


def in_force(trust: Organisation, pack: str, document: str) -> date:
    """Adopts a document; the day of its review."""
    adopt_document(organisation=trust, pack=pack, document=document, from_on=date(2020, 1, 6), now=NOW, by="cli/ops")
    review_on = document_of(pack, document).next_review_on
    assert review_on
    return review_on


@pytest.mark.clause("PA-096", "LR-054")
@pytest.mark.parametrize(("pack", "document"), [("tewv", "paris"), ("llr", "sop")])
def test_a_document_is_asked_to_be_reviewed_from_so_many_days_before_until_a_later_day_is_named(trust, monkeypatch, pack, document):
    review_on = in_force(trust, pack, document)
    assert not ask_for_reviews(organisation="RNM", now=at(review_on - timedelta(days=200)))
    assert not Task.objects.exists()
    assert ask_for_reviews(organisation="RNM", now=at(review_on - timedelta(days=10)))
    task = Task.objects.get()
    assert (task.role, task.due_on, task.title) == ("head_of_ig", review_on, f"Review {document_of(pack, document).title}")
    assert task.clause == document_of(pack, document).review_clause and "in 10 days" in task.why
    assert ask_for_reviews(organisation="RNM", now=at(review_on + DAY)), "it is told anew: late"
    assert "1 day ago" in Task.objects.get().why
    doer = Doer(None, frozenset({"head_of_ig"}), granted("head_of_ig"))
    work.say_done(task_id=task.pk, doer=doer, evidence="Read and found good", now=at(review_on + DAY), by="user/7")
    ask_for_reviews(organisation="RNM", now=at(review_on + 2 * DAY))
    assert (Task.objects.get().state, Task.objects.get().times_reopened) == ("open", 1), "the document still names the day that is past"
    end_adoption(organisation=trust, adoption_id=Adoption.objects.get().pk, to_on=london_day(NOW) + DAY, now=NOW, by="cli/ops")
    ask_for_reviews(organisation="RNM", now=max(at(review_on), NOW) + 3 * DAY)
    assert Task.objects.get().state == "closed" and "later day of review" in Task.objects.get().proof


@pytest.mark.clause("EL-008")
def test_a_system_without_an_administrator_by_name_is_asked_about_until_somebody_is(trust):
    found.system(trust, "rio")
    found.system(trust, "epma")
    assert ask_for_administrators(organisation="RNM", now=NOW)
    task = Task.objects.get()
    assert (task.role, task.title) == ("trust_administrator", "Name an administrator for 2 systems")
    assert "EPMA and RIO" in task.why
    assert not ask_for_administrators(organisation="RNM", now=NOW), "once"
    somebody = people.user()
    people.role(somebody, trust, "system_administrator", system_code="rio")
    assert ask_for_administrators(organisation="RNM", now=NOW)
    assert Task.objects.get().title == "Name an administrator for 1 system"
    somebody.is_active = False
    somebody.save()
    assert ask_for_administrators(organisation="RNM", now=NOW), "whoever may not sign in administers nothing"
    somebody.is_active = True
    somebody.save()
    people.role(somebody, trust, "system_administrator", system_code="epma")
    ask_for_administrators(organisation="RNM", now=NOW)
    assert Task.objects.get().state == "closed"
    System.objects.create(organisation=trust, code="emis", name="EMIS", kind="clinical", pack="elft")
    ask_for_administrators(organisation="RNM", now=NOW + DAY)
    assert Task.objects.exclude(state="closed").get().why.endswith("administers EMIS.")
