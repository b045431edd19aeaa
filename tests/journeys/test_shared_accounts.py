"""A shared account without approval, from its administrator's task to the word of the head of information governance, and back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.building import lines_of
from tests.journeys.visiting import House, Visitor

WHY = "One screen serves the whole shift"


def given_a_shared_account_to_lock(house: House, number: int) -> tuple[str, str]:
    """An administrator and a user name on their system that nobody has approved."""
    admins = {key: p for key, p in house.personas.items() if p["role"] == "system_administrator"}
    keys = {system: key for key, p in admins.items() for system in p["systems"]}
    found = sorted(
        (keys[f["system"]], f["username"])
        for f in lines_of(house.files / "truth" / "findings.ndjson")
        if f["code"] == "account.generic_unapproved" and f["step"] == "lock" and f["system"] in keys and f["environment"] == "live"
    )
    return found[number]


def when_they_ask_to_have_it_approved(window: Visitor, owner: str) -> None:
    window.main.get_by_label("Ask to have it approved until").check()
    day = window.house.today.replace(day=1, month=6, year=window.house.today.year + (window.house.today.month >= 6))
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        window.main.get_by_label(part, exact=True).fill(str(value))
    window.main.get_by_label(re.compile("^Staff number")).fill(owner)
    window.main.get_by_label("Why", exact=True).fill(WHY)
    window.press("Give your answer")


def option(window: Visitor, words: str) -> Locator:
    return window.main.get_by_label(words, exact=True)


@pytest.mark.clause("EL-026", "EL-027")
def test_a_shared_account_is_asked_about_and_decided(visit: Callable[..., Visitor], house: House, script: bool):
    key, username = given_a_shared_account_to_lock(house, int(script))
    owner = house.personas["line_manager"]["employee_number"]
    asker = visit(key, script=script)
    asker.menu("My work")
    asker.go(f"/tasks/?q={username}")
    asker.follow(f"Lock {username} on")
    address = asker.page.url
    when_they_ask_to_have_it_approved(asker, "nobody")
    asker.sees("There is a problem", "There is nobody of that staff number")
    expect(option(asker, "Why")).to_have_value(WHY)
    when_they_ask_to_have_it_approved(asker, owner)
    asker.go(address)
    asker.sees("This waits for a named person's decision")
    head = visit("head_of_ig", script=script)
    head.go("/my-work/")
    head.wait_for(f"Decide whether {username} on")
    head.follow(f"Decide whether {username} on")
    head.sees(owner, WHY, "Give your decision")
    option(head, "Refuse it" if script else "Approve it").check()
    option(head, "Why").fill("I have looked at the ward and at its one screen")
    head.press("Give your decision")
    head.sees("Your reason is kept with your name")
    asker.go(address)
    asker.wait_for("Asked before" if script else "No longer found by")
