"""The page of one finding: what is wrong, who acts, and what each comparison did with it and why."""

import re
from datetime import timedelta

import pytest

from careward.access.accounts.models import FindingMove
from careward.people.staff.models import Assignment
from tests.make import found, people
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words_of(response) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@pytest.fixture
def paris(trust):
    return found.system(trust)


@pytest.fixture
def one(paris, trust):
    finding = found.finding(found.account(paris, people.staff(trust, "Bo Marsh")), task=found.task(trust))
    for move, was, became, note in (
        ("begin", "", "found", ""),
        ("ask", "found", "asked", "found"),
        ("tell_anew", "asked", "asked", "its step changed"),
    ):
        FindingMove.objects.create(finding=finding, at=NOW, by="job/nightly", move=move, was=was, became=became, note=note)
    return finding


def test_it_says_what_is_wrong_who_acts_and_what_became_of_it(admin, one):
    page = words_of(admin.get(f"/findings/{one.pk}/"))
    assert "Bo Marsh" in page
    assert "Open the task" in page
    told = [
        page.index(words) for words in ("Told anew, by Careward Its step changed.", "Given to somebody as a task, by Careward", "Found, by")
    ]
    assert told == sorted(told), "newest first"


def test_one_that_is_closed_says_since_when_and_why(admin, one):
    note = f"no longer found by the comparison of {TODAY.isoformat()}"
    FindingMove.objects.create(finding=one, at=NOW, by="job/nightly", move="close", was="asked", became="closed", note=note)
    one.state, one.closed_on = "closed", TODAY
    one.save()
    page = words_of(admin.get(f"/findings/{one.pk}/"))
    assert "it is no longer found" in page
    assert "No longer found by the comparison of 23 November 2026." in page
    assert "Open the task" not in page


def test_it_is_shown_to_those_whose_reach_it_is_in_and_to_nobody_else(trust, paris, one):
    manager = people.staff(trust, "Mary Manager")
    theirs = signed_in(ready("line_manager", at=trust, person=manager))
    assert theirs.get(f"/findings/{one.pk}/").status_code == 404
    one.manager = manager
    one.save()
    assert theirs.get(f"/findings/{one.pk}/").status_code == 200
    assert signed_in(ready("clinician", at=trust)).get(f"/findings/{one.pk}/").status_code == 403
    elsewhere = people.organisation("RX4")
    assert signed_in(ready("trust_administrator", at=elsewhere)).get(f"/findings/{one.pk}/").status_code == 404


def test_a_task_that_is_somebody_elses_is_not_linked_for_whoever_may_not_open_it(trust, paris, one, admin):
    manager, holder = people.staff(trust, "Mary Manager"), one.person
    one.manager = manager
    one.save()
    Assignment.objects.filter(person=holder).update(supervisor_employee_number=manager.employee_number)
    theirs = signed_in(ready("line_manager", at=trust, person=manager))
    address = f"/tasks/{one.task_id}/"
    assert theirs.get(address).status_code == 404 and admin.get(address).status_code == 200
    for page in (f"/findings/{one.pk}/", f"/people/{holder.pk}/access/"):
        seen = theirs.get(page)
        assert seen.status_code == 200 and address not in seen.content.decode(), page
        assert address in admin.get(page).content.decode(), page
    one.task.assignee = manager
    one.task.save()
    for page in (f"/findings/{one.pk}/", f"/people/{holder.pk}/access/", address):
        assert theirs.get(page).status_code == 200 and (page == address or address in theirs.get(page).content.decode()), page


def test_the_list_leads_to_it(admin, one):
    assert f'href="/findings/{one.pk}/"' in admin.get("/findings/").content.decode()


def test_its_queries_do_not_grow_with_its_history(admin, one, django_assert_max_num_queries):
    with django_assert_max_num_queries(16) as few:
        admin.get(f"/findings/{one.pk}/")
    for n in range(40):
        FindingMove.objects.create(
            finding=one,
            at=NOW + timedelta(days=n),
            by="job/nightly",
            move="tell_anew",
            was="asked",
            became="asked",
            note="its step changed",
        )
    with django_assert_max_num_queries(len(few)):
        admin.get(f"/findings/{one.pk}/")
