"""Why can't they get in: the service desk sees it of anybody in two clicks, and a person of themselves."""

import csv
from collections.abc import Callable
from dataclasses import dataclass

from tests.journeys.building import PASSWORD, somebody
from tests.journeys.looking import NARROW, plain_faults
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 2
SAID = ("Locked", "To have it reopened, ask the")


@dataclass(frozen=True)
class Locked:
    """Somebody at work of whom a system says that an account is locked."""

    name: str
    number: str
    email: str


def given_people_locked_out(house: House) -> list[Locked]:
    with (house.files / "staff.csv").open(encoding="utf-8") as file:
        at_work = {
            r["email"].lower(): r for r in csv.DictReader(file) if r["assignment_status"] == "active" and not r["end_on"] and r["email"]
        }
    with (house.files / "accounts" / "systmone.csv").open(encoding="utf-8") as file:
        emails = sorted(r["email"].lower() for r in csv.DictReader(file) if r["status"] == "locked" and r["kind"] == "normal")
    signed_in = {persona["employee_number"] for persona in house.personas.values()}
    rows = [at_work[email] for email in emails if email in at_work and at_work[email]["employee_number"] not in signed_in]
    return [Locked(f"{r['preferred_name'] or r['first_name']} {r['last_name']}", r["employee_number"], r["email"]) for r in rows]


def when_the_desk_finds_them(desk: Visitor, who: Locked) -> int:
    """By name on a wide window, by staff number on a telephone, which has no box in its head; the clicks, typing and Enter apart."""
    box = desk.page.get_by_role("banner").get_by_label("Person, system or clause")
    if box.is_visible():
        box.fill(who.name)
        box.press("Enter")
        desk.follow(who.name)
        return 1
    desk.menu("Search")  # under More
    box = desk.main.get_by_role("textbox").or_(desk.main.get_by_role("searchbox")).first
    box.fill(who.number)
    box.press("Enter")
    return 2


def test_the_service_desk_says_why_somebody_cannot_get_in_and_what_to_do(visit: Callable[..., Visitor], house: House, script: bool):
    who = given_people_locked_out(house)[0]
    desk = visit("service_desk", script=script)
    if not script:
        desk.page.set_viewport_size(NARROW)
    assert when_the_desk_finds_them(desk, who) <= MOST_CLICKS
    desk.is_at(who.name)
    desk.sees("Why they cannot get in", "SystmOne", *SAID)
    assert plain_faults(desk.page) == []


def test_a_clinician_sees_the_same_of_themselves(visit: Callable[..., Visitor], house: House, script: bool):
    who = given_people_locked_out(house)[int(script)]
    nurse = visit(script=script)
    if not script:
        nurse.page.set_viewport_size(NARROW)
    nurse.go("/sign-in/")
    nurse.page.get_by_label("E-mail address").fill(somebody(house, who.email, role="clinician"))
    nurse.page.get_by_label("Password").fill(PASSWORD)
    nurse.page.get_by_role("button", name="Sign in", exact=True).click()
    nurse.is_at("My work")
    nurse.follow("My access")  # one click
    nurse.is_at(who.name)
    nurse.sees("Why you cannot get in", "SystmOne", *SAID, "You may see this page because it is your own")
    assert plain_faults(nurse.page) == []
