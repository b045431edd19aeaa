"""The Caldicott Guardian, the privacy officer and the data protection team: what waits for them, why, and its evidence."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.counting import Counting
from tests.journeys.visiting import Visitor

MOST_CLICKS = 4
NAMED = {"caldicott_guardian": True, "privacy_officer": True, "data_protection_team": False}  # who may see whom a case is about


@pytest.mark.parametrize("persona", NAMED)
@pytest.mark.clause("PA-029")
def test_what_waits_for_them_why_and_its_evidence(persona: str, visit: Callable[..., Visitor], script: bool):
    who = Counting(visit(persona, script=script)).narrow()
    window = who.window
    who.menu("My work")
    window.sees("You have nothing to do", "Nothing needs you now", "What is found for you stands here in the morning")
    who.menu("Procedures")
    window.sees("cases are to put right", "PARIS Procedure")
    who.follow("PARIS Procedure")
    who.follow("evidence for PA-029")
    window.is_at("Leavers are closed as part of the leavers process")
    window.sees("3 accounts need putting right", "What is counted", "Tests that prove it", "What was broken on purpose")
    assert who.clicks <= MOST_CLICKS, f"{who.clicks} clicks"
    shown = window.main.get_by_role("table").get_by_role("rowheader")
    evidence = window.main.get_by_role("link", name="Evidence: what is in order, to put right and put right, with proof")
    if NAMED[persona]:
        window.sees("This person has left; their last day was")
        assert shown.count() == 3
        evidence.click()
        window.sees("To put right")
    else:
        window.sees("You may see the figures, not the names")
        expect(shown).to_have_count(0)
        expect(evidence).to_have_count(0)
