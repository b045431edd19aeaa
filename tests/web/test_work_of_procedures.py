"""The pages of work that Careward itself sees done: a document to review, systems without an administrator."""

import re
from datetime import date

import pytest

from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.reviewing import ask_for_administrators, ask_for_reviews
from careward.work.tasks.models import Task
from tests.make import found, people
from tests.make.people import NOW, ready, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def trust():
    at = people.organisation("RX3", pack="tewv")
    adopt_document(organisation=at, pack="tewv", document="paris", from_on=date(2025, 5, 12), owner="Bryony Falk", now=NOW, by="cli/ops")
    found.system(at, "rio")
    ask_for_reviews(organisation="RX3", now=NOW)
    ask_for_administrators(organisation="RX3", now=NOW)
    return at


def words(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2].partition("</main")[0]))


@pytest.mark.parametrize(
    ("role", "kind", "about", "leads"),
    [
        ("head_of_ig", "document.review", "The procedure", "/procedures/paris/"),
        ("trust_administrator", "system.administrator", "The systems", "/systems/"),
    ],
)
def test_its_page_says_where_it_is_done_and_promises_no_file(trust, role, kind, about, leads):
    browser = signed_in(ready(role, at=trust))
    task = Task.objects.get(kind=kind)
    page = browser.get(f"/tasks/{task.pk}/")
    told = words(page)
    assert about in told and f'href="{leads}"' in page.content.decode()
    assert "file" not in told and "Careward looks each day whether it is so" in told
    done = browser.post(f"/tasks/{task.pk}/done/", {"evidence": "Done as it says"}, follow=True)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", done.content.decode()))
    assert "Recorded. Careward looks each day whether it is so." in said and "file of each system" not in said
    assert "Careward looks each day" in words(browser.get(f"/tasks/{task.pk}/"))
