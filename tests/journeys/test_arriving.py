"""Coming in: the terms first, then only what is one's own; a password and a code; a passkey."""

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode
from collections.abc import Callable

import pytest

from tests.journeys.building import PASSWORD, somebody
from tests.journeys.visiting import House, Visitor

STEP = 30  # seconds a code of an authenticator app is good for


def code_now(secret: str) -> str:
    """What an authenticator app would show (RFC 6238), from the key on the page."""
    key = secret.replace(" ", "")
    digest = hmac.new(b32decode(key + "=" * (-len(key) % 8)), struct.pack(">Q", int(time.time()) // STEP), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def enough_time_left() -> None:
    """A code typed in its last moments is the next one's by the time it arrives."""
    left = STEP - time.time() % STEP
    if left < 4:
        time.sleep(left)


def when_they_sign_in(window: Visitor, email: str) -> None:
    window.go("/sign-in/")
    window.page.get_by_label("E-mail address").fill(email)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in", exact=True).click()


def given_one_who_has_not_accepted(window: Visitor, house: House, script: bool) -> None:
    """The nurse of the bank accepts once; the second time it is somebody new."""
    if script:
        window.sign_in_as("bank_nurse")
    else:
        when_they_sign_in(window, somebody(house, "new.nurse@journeys.example", role="clinician", terms=False))


def then_nothing_opens_before_the_terms(window: Visitor) -> None:
    for address in ("/my-work/", "/people/about-me/", "/findings/"):
        window.go(address)
        window.is_at("Before you use Careward")


@pytest.mark.clause("PA-003")
def test_the_terms_come_before_the_first_page_and_then_only_ones_own(visit: Callable[..., Visitor], house: House, script: bool):
    nurse = visit(script=script)
    given_one_who_has_not_accepted(nurse, house, script)
    then_nothing_opens_before_the_terms(nurse)
    nurse.press("Accept these terms")
    nurse.go("/")
    nurse.is_at("My work")
    nurse.go("/people/about-me/")
    nurse.sees("What Careward holds about me", "Terms")
    menu = nurse.page.get_by_role("navigation", name="Menu").get_by_role("link").all_inner_texts()
    assert [m for m in menu if m not in ("My work", "Search")] == []
    assert nurse.go("/findings/").status == 403
    nurse.sees("You may not see this page", "Who may", "Line manager", "Ask your line manager")


def when_they_show_that_it_is_them(window: Visitor) -> None:
    """Nobody changes how someone signs in at a window left open."""
    window.is_at("Show that it is you")
    window.page.get_by_label("Password").fill(PASSWORD)
    window.press("Go on")


def when_they_set_up_an_app(window: Visitor) -> str:
    window.follow("Set up an app")
    when_they_show_that_it_is_them(window)
    secret = window.page.locator("#key").inner_text()
    enough_time_left()
    window.page.get_by_label("Code the app shows now").fill(code_now(secret))
    window.press("Set up the app")
    return secret


def then_the_recovery_codes_are_shown(window: Visitor) -> list[str]:
    window.sees("Your recovery codes", "10 of 10 are not used yet")
    codes = window.page.get_by_label("Codes not used").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    window.follow("I have kept them, go on")
    window.is_at("Procedures")
    return codes


@pytest.mark.clause("LR-027")
def test_a_password_and_then_a_code(visit: Callable[..., Visitor], house: House, script: bool):
    window = visit(script=script)
    email = somebody(house, f"robin.vale.{script}@journeys.example".lower(), role="auditor")
    when_they_sign_in(window, email)
    window.sees("Set up a second factor", "a password alone does not open it")
    secret = when_they_set_up_an_app(window)
    codes = then_the_recovery_codes_are_shown(window)
    window.page.get_by_role("button", name="Sign out").click()
    when_they_sign_in(window, email)
    window.sees("Enter your code")
    window.go("/findings/")
    window.is_at("Enter your code")
    window.page.get_by_label("Code", exact=True).fill("000000")
    window.press("Sign in")
    window.sees("There is a problem")
    if script:
        time.sleep(STEP - time.time() % STEP)  # a code is good once
        window.page.get_by_label("Code", exact=True).fill(code_now(secret))
    else:
        window.page.get_by_label("Code", exact=True).fill(codes[0])
    window.press("Sign in")
    window.page.wait_for_url(re.compile(r"/(findings|procedures)/"))
    window.go("/account/")
    window.sees("10 codes not used" if script else "9 codes not used")


def given_a_device_that_keeps_passkeys(window: Visitor) -> None:
    device = window.page.context.new_cdp_session(window.page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})


@pytest.mark.clause("LR-027")
def test_a_passkey_signs_in_by_itself(visit: Callable[..., Visitor], house: House):
    window = visit()
    given_a_device_that_keeps_passkeys(window)
    when_they_sign_in(window, somebody(house, "robin.passkey@journeys.example", role="auditor"))
    window.follow("add a passkey")
    when_they_show_that_it_is_them(window)
    window.page.get_by_label("Name for this passkey").fill("Work laptop")
    window.press("Make the passkey")
    window.sees("Your recovery codes")
    window.go("/account/passkeys/")
    window.sees("Work laptop", "Signs you in by itself")
    window.page.get_by_role("button", name="Sign out").click()
    window.go("/sign-in/")
    window.press("Sign in with a passkey")
    window.is_at("Procedures")
