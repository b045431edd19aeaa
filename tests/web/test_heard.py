"""When each system was last heard from, what came, what is stale and when the next file is due; and what came of a load."""

import re
from datetime import date, timedelta

import pytest

from careward.access.feeds.models import Load, LoadFile
from careward.access.feeds.rhythm import Rhythm
from careward.evidence.errands.models import Errand
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup(response)).split())


def loaded(trust, system: str, days_ago: int, **more) -> Load:
    at = NOW - timedelta(days=days_ago)
    load = Load.objects.create(
        organisation=trust, source="browser", state=more.pop("state", "applied"), begun_at=at, begun_by="user/1", applied_at=at
    )
    facts = {"rows": 204, "changed": 3, "unchanged": 201, **more}
    LoadFile.objects.create(load=load, feed="accounts", name=f"accounts/{system}.csv", system_code=system, digest=f"d{load.pk}", **facts)
    return load


@pytest.mark.parametrize(
    ("files", "last", "usual", "expected", "stale"),
    [
        (1, 0, None, None, False),
        (2, 7, None, None, False),
        (3, 14, 7, 21, False),
        (4, 14, 5, 19, True),
        (15, 14, 1, 15, True),
    ],
)
def test_a_rhythm_is_known_from_three_files_and_a_whole_turn_missed_is_stale(files, last, usual, expected, stale):
    first = date(2026, 11, 1)
    rhythm = Rhythm(first, first + timedelta(days=last), files)
    assert rhythm.usual_days == usual
    assert rhythm.expected_on == (first + timedelta(days=expected) if expected else None)
    assert rhythm.stale(date(2026, 11, 26)) is stale
    assert not rhythm.stale(rhythm.last_on)


def test_the_register_says_when_each_system_was_last_heard_from(trust, admin):
    for code in ("paris", "rio", "epma"):
        found.system(trust, code)
    for days in (14, 7, 0):
        loaded(trust, "paris", days)
    for days in (60, 53, 46):
        loaded(trust, "rio", days)
    loaded(trust, "paris", 1, state="undone")
    loaded(people.organisation("RX4"), "epma", 0)
    page = words(admin.get("/systems/"))
    assert "23 November 2026 Next about 30 November 2026" in page
    assert "8 October 2026 A list was due on 15 October 2026" in page
    assert "Never No list of accounts was loaded" in page


def test_the_page_of_a_system_says_what_came_and_what_is_stale(trust, admin):
    found.system(trust)
    assert "Never heard from." in words(admin.get("/systems/paris/"))
    loaded(trust, "paris", 60)
    loaded(trust, "paris", 53, added=2, gone=1)
    page = words(admin.get("/systems/paris/"))
    assert "204 accounts: 2 new, 3 changed, 1 gone" in page and "Too few have come to say when" in page
    loaded(trust, "paris", 46)
    page = words(admin.get("/systems/paris/"))
    assert "8 October 2026" in page and "Was due about 15 October 2026. What stands here may be out of date" in page


def test_the_register_costs_the_same_for_few_and_many_files(trust, admin, django_assert_num_queries):
    systems = [f"s{n:02}" for n in range(20)]
    for code in systems:
        found.system(trust, code, description="Electronic care record of the trust, with its letters and plans")
    loaded(trust, "s00", 3)
    admin.get("/systems/")
    with django_assert_num_queries(13):
        admin.get("/systems/")
    for days in range(1, 9):
        for code in systems:
            loaded(trust, code, days)
    with django_assert_num_queries(13):
        page = admin.get("/systems/")
    assert len(page.content) < 60_000


def test_after_a_load_the_page_offers_to_compare_and_says_what_it_will_settle_then_what_came_of_it(trust):
    found.system(trust)
    load = loaded(trust, "paris", 0)
    for _ in range(2):
        found.task(trust, state="said_done", said_done_at=NOW)
    found.task(trust, state="said_done", said_done_at=NOW, system_code="rio")
    keeper = signed_in(ready("trust_administrator", at=trust))
    page = words(keeper.get(f"/loads/{load.pk}/"))
    assert "Compare now to see what these files change. 2 tasks said to be done wait for them: each is proved or opened again." in page
    assert keeper.post("/findings/look-again/").status_code == 302 and Errand.objects.filter(name="accounts.reconcile").count() == 1
    found.run(trust, started_at=NOW - timedelta(hours=1), counts={"opened": 9, "closed": 9, "unsafe": []})
    assert "Compare now" in words(keeper.get(f"/loads/{load.pk}/")), "a comparison before it is none of it"
    found.run(trust, started_at=NOW + timedelta(minutes=1), counts={"opened": 4, "closed": 1, "unsafe": []}, on_date=TODAY)
    assert "4 new findings, 1 put right." in words(keeper.get(f"/loads/{load.pk}/"))


def test_a_load_that_has_not_gone_in_offers_no_comparison(trust):
    load = loaded(trust, "paris", 0, state="undone")
    keeper = signed_in(ready("trust_administrator", at=trust))
    assert "Compare now" not in words(keeper.get(f"/loads/{load.pk}/"))
