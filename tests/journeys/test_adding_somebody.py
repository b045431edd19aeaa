"""Somebody is added from the browser: one question a page, Back and away and on again, the answers checked, sent once, invited by letter."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.building import PASSWORD
from tests.journeys.looking import NARROW, WIDE, axe_faults, plain_faults
from tests.journeys.visiting import House, Visitor

WIDTHS = {"wide": WIDE, "narrow": NARROW}


def looks_right(window: Visitor, script: bool) -> None:
    """axe is a script itself: where none runs, the page is the same and its plain faults are looked for."""
    assert plain_faults(window.page) + (axe_faults(window.page) if script else []) == []


def when_they_go_on(window: Visitor, heading: str) -> None:
    window.press("Continue")
    window.is_at(heading)


def when_they_say_who(window: Visitor, name: str, email: str, script: bool) -> None:
    window.menu("Roles")
    window.follow("Add somebody")
    window.is_at("What is their name?")
    looks_right(window, script)
    window.page.get_by_label("What is their name?").fill(name)
    when_they_go_on(window, "What is their e-mail address?")
    window.press("Continue")
    window.sees("There is a problem", "Enter their e-mail address")
    looks_right(window, script)
    window.page.get_by_label("What is their e-mail address?").fill(email)
    when_they_go_on(window, "Which role will they hold?")
    looks_right(window, script)


def when_they_go_away_and_come_again(window: Visitor, script: bool) -> None:
    window.menu("My work")
    window.sees("Begun, not sent")
    window.follow("Add somebody")
    window.is_at("You began this before")
    looks_right(window, script)
    window.follow("Go on with it")
    window.is_at("Which role will they hold?")


def when_they_say_what_they_may_do(window: Visitor, script: bool) -> None:
    window.page.get_by_label("Auditor", exact=True).check()
    when_they_go_on(window, "Is the role for one system only?")
    window.page.get_by_label("Yes").check()
    when_they_go_on(window, "Which system is the role for?")
    window.page.go_back()
    window.is_at("Is the role for one system only?")
    window.page.get_by_label("No", exact=True).check()
    when_they_go_on(window, "From which day will they hold it?")
    when_they_go_on(window, "Is there a last day?")
    looks_right(window, script)
    when_they_go_on(window, "Check your answers")


def when_they_change_an_answer(window: Visitor, name: str, script: bool) -> None:
    window.follow("Change name")
    window.page.get_by_label("What is their name?").fill(name)
    when_they_go_on(window, "Check your answers")
    window.sees(name, "Auditor")
    looks_right(window, script)


def then_it_is_done_once(window: Visitor, name: str) -> None:
    window.press("Invite them")
    window.is_at("Roles held")
    window.sees(f"{name} is invited", "Invited, not come yet")
    window.page.go_back()
    if window.page.locator("h1").inner_text() == "Check your answers":  # kept by the browser: sent again
        window.press("Invite them")
        window.sees("Nothing was done a second time")
    window.go("/people/roles/")
    assert window.main.get_by_role("listitem").filter(has_text=name).count() == 1


def letter_to(house: House, window: Visitor, email: str) -> str:
    """The invitation, once the worker has written it."""
    for _ in range(100):
        for path in Path(house.home / "mail").glob("*"):
            words = path.read_text(encoding="utf-8").replace("=\n", "")
            if f"To: {email}" in words and "You can sign in" in words:
                return words
        window.page.wait_for_timeout(200)
    raise AssertionError(f"no letter to {email}")


def then_the_letter_lets_them_in(window: Visitor, house: House, email: str) -> None:
    link = re.search(r"http://\S+?(/invited/\S+)", letter_to(house, window, email))
    assert link
    window.go(link[1])
    window.is_at("You are invited")
    for label in window.page.locator("input[type=password]").all():
        label.fill(PASSWORD)
    window.page.get_by_role("main").get_by_role("button").first.click()
    window.is_at("Sign in")
    window.page.get_by_label("E-mail address").fill(email)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in", exact=True).click()
    window.is_at("Before you use Careward")


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_is_added_with_a_role_and_comes_in_by_their_letter(visit: Callable[..., Visitor], house: House, script: bool, width: str):
    first = {(True, "wide"): "Wren", (True, "narrow"): "Lark", (False, "wide"): "Finch", (False, "narrow"): "Heron"}[script, width]
    email = f"{first.lower()}@journeys.example"
    admin = visit("trust_administrator", script=script)
    admin.page.set_viewport_size(WIDTHS[width])
    when_they_say_who(admin, f"{first} Vail", email, script)
    when_they_go_away_and_come_again(admin, script)
    when_they_say_what_they_may_do(admin, script)
    when_they_change_an_answer(admin, f"{first} Vale", script)
    then_it_is_done_once(admin, f"{first} Vale")
    then_the_letter_lets_them_in(visit(script=script), house, email)


def test_a_role_is_given_on_one_page_and_refused_with_every_reason(visit: Callable[..., Visitor], house: House, script: bool):
    admin = visit("trust_administrator", script=script)
    own = house.personas["trust_administrator"]["email"]
    admin.menu("Roles")
    admin.follow("Give a role")
    looks_right(admin, script)
    admin.page.get_by_label("What is their e-mail address?").fill(own)
    admin.page.get_by_label("Which role will they hold?").select_option("auditor")
    admin.press("Check your answers")
    admin.is_at("Check your answers")
    admin.press("Give the role")
    admin.sees("The role cannot be given: 2 reasons", "Nobody gives a role to themselves", "An auditor would audit what they do themselves")
    looks_right(admin, script)
    admin.page.set_viewport_size(NARROW)
    looks_right(admin, script)
    admin.press("Throw it away")
    admin.is_at("Roles held")
    admin.sees("Thrown away")


def test_somebody_is_invited_to_two_systems_and_the_offer_taken_back_in_nine_clicks(
    visit: Callable[..., Visitor], house: House, script: bool
):
    """Typing and choosing from a list apart: Roles (under More), Give a role, two systems, check, give, and take it back."""
    admin = visit("trust_administrator", script=script)
    admin.menu("Roles")  # two at most: More, Roles
    admin.follow("Give a role")
    admin.page.get_by_label("What is their e-mail address?").fill(f"two{int(script)}@journeys.example")
    admin.page.get_by_label("What is their name?").fill(f"Tern Vale{int(script)}")
    admin.page.get_by_label("Which role will they hold?").select_option("system_administrator")
    for box in admin.main.get_by_role("checkbox").all()[:2]:
        box.check()
    admin.press("Check your answers")
    admin.press("Give the role")
    admin.sees(f"Tern Vale{int(script)} is invited", "Invited, not come yet")
    looks_right(admin, script)
    admin.main.get_by_role("listitem").filter(has_text=f"Tern Vale{int(script)}").get_by_role("button").click()
    admin.is_at("Roles held")
    admin.sees("Invitation withdrawn")
