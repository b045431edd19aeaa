"""The head of information governance: the five worst clauses, and the people behind one of them."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.visiting import Visitor

MOST_CLICKS = 8


def test_from_the_worst_clauses_to_the_people_behind_one(visit: Callable[..., Visitor], script: bool):
    head, clicks = visit("head_of_ig", script=script), 0
    head.menu("Procedures")
    head.sees("How the numbers fit together")
    head.follow("Board sheet")
    clicks += 2
    worst = head.page.locator("section[aria-labelledby=worst]").get_by_role("row")
    assert worst.count() == 6  # its heads and five duties
    about_people = worst.filter(has_not_text="PA-032")  # nights that were not checked are of no person, and a new demonstration has some
    about_people.nth(1).get_by_role("link").first.click()
    clicks += 1
    head.main.locator(".cw-next").get_by_role("link", name="See the").click()
    clicks += 1
    head.sees("to put right")
    head.main.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()
    clicks += 1
    expect(head.page.locator("h1")).not_to_have_text("Findings")
    assert clicks <= MOST_CLICKS
