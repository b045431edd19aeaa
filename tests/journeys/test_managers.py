"""A line manager, and whoever stands in for them: somebody has left with two accounts open, a course lapsed, an account is asked about."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from careward.engines.synthetic.later import Key, make_next_export
from tests.journeys.building import lines_of
from tests.journeys.counting import Counting
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 8
ARRANGED, NEEDED = 3, 20  # days from today


@dataclass(frozen=True)
class ToDo:
    """What the manager of the demonstration is to see to: names, and the accounts it is about."""

    leaver: str
    left: tuple[Key, ...]
    lapsed: str
    course: Key
    asked: str
    system: str
    account: Key


def given_what_there_is_to_do(house: House, turn: int) -> ToDo:
    """Each journey answers about another account, since an answer stands."""
    boss = house.personas["line_manager"]["employee_number"]
    with (house.files / "staff.csv").open(encoding="utf-8") as file:
        team = {
            r["employee_number"]: f"{r['preferred_name'] or r['first_name']} {r['last_name']}"
            for r in csv.DictReader(file)
            if r["supervisor_employee_number"] == boss
        }
    with (house.files / "systems.csv").open(encoding="utf-8") as file:
        names = {r["code"]: r["name"] for r in csv.DictReader(file)}
    lines = [line for line in lines_of(house.files / "truth" / "findings.ndjson") if line["employee_number"] in team]
    of = {code: [(line["system"], line["environment"], line["username"], line["employee_number"]) for line in lines if line["code"] == code]
          for code in ("account.leaver", "training.expired", "account.inactive")}  # fmt: skip
    left, course, asked = of["account.leaver"], of["training.expired"][0], of["account.inactive"][turn]
    assert len(left) == 2
    return ToDo(team[left[0][3]], tuple(a[:3] for a in left), team[course[3]], course[:3], team[asked[3]], names[asked[0]], asked[:3])


def when_they_answer_that_training_is_arranged(manager: Counting, house: House, who: str) -> None:
    manager.follow(f"Ask {who} to renew the training")
    manager.tick("It is arranged for")
    manager.type_day(house.today + timedelta(days=ARRANGED))
    manager.press("Give your answer")


def when_they_answer_that_the_account_is_needed(manager: Counting, house: House, todo: ToDo) -> str:
    manager.follow(re.compile(rf"^Say whether {re.escape(todo.asked)} still needs {re.escape(todo.system)}"))
    address = manager.window.page.url
    manager.window.sees("If you do nothing, the account is locked on")
    manager.tick("Yes, until")
    manager.type_day(house.today + timedelta(days=NEEDED))
    manager.press("Give your answer")
    return address


def then_they_see_that_somebody_who_left_has_two_accounts_and_who_closes_them(manager: Counting, who: str) -> str:
    manager.follow("My team")
    manager.window.sees(who, "And 1 more")
    manager.follow(who)
    manager.window.is_at(who)
    manager.window.sees(f"{who} left on", "2 have something to put right", "Close it. This person has left")
    return manager.window.page.url


def given_all_of_it_was_done(house: House, todo: ToDo, into: Path) -> Path:
    """The next files: both accounts are closed, the course is taken, the account is used."""
    done = {*todo.left, todo.course, todo.account}
    return make_next_export(house.files, put_right=done, on=house.today, into=into).folder


def when_the_next_files_are_loaded_and_compared(trust: Visitor, folder: Path, todo: ToDo) -> str:
    trust.menu("Loads")
    trust.press_or_follow("Load files")
    trust.page.get_by_label("Lists of people and systems").set_input_files(folder / "training.csv")
    exports = sorted({folder / "accounts" / f"{system}.csv" for system, _, _ in (*todo.left, todo.account)})
    trust.page.get_by_label("User lists exported from systems").set_input_files(exports)
    trust.press("Look at these files")
    trust.wait_for("Ready to load")
    load = trust.page.url
    trust.press_or_follow("Load these")
    trust.wait_for("Compare now to see what these files change")
    trust.press("Compare now")
    trust.sees("We are looking again")
    return load


def then_all_of_it_is_proved(manager: Counting, todo: ToDo, question: str, leaver: str) -> None:
    window = manager.window
    window.go(leaver)
    window.wait_for("and no account is open")
    window.go("/people/my-team/")
    window.sees_not(todo.leaver)
    row = window.main.get_by_role("row").filter(has_text=todo.lapsed)
    expect(row).to_contain_text("Nothing to put right")
    window.go(question)
    window.sees("Nothing more is needed")


def when_the_load_is_taken_back(trust: Visitor, load: str) -> None:
    """So that the next journey finds the house as it was."""
    trust.go(load)
    trust.follow("Take this load back")
    trust.page.get_by_role("button", name="Take load").click()
    trust.wait_for("Taken back")
    trust.menu("Findings")
    trust.press("Look again now")
    trust.sees("We are looking again")


@pytest.mark.parametrize("persona", ["line_manager", "deputy"])
@pytest.mark.clause("PA-021", "EL-023")
def test_a_manager_and_their_deputy_see_to_their_people_and_it_is_proved(
    persona: str, visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path
):
    todo = given_what_there_is_to_do(house, 2 * (persona == "deputy") + (not script))
    manager = Counting(visit(persona, script=script)).narrow()
    manager.window.is_at("My work")
    when_they_answer_that_training_is_arranged(manager, house, todo.lapsed)
    question = when_they_answer_that_the_account_is_needed(manager, house, todo)
    leaver = then_they_see_that_somebody_who_left_has_two_accounts_and_who_closes_them(manager, todo.leaver)
    assert manager.clicks <= MOST_CLICKS, f"{manager.clicks} clicks"

    trust = visit("trust_administrator", script=script)
    load = when_the_next_files_are_loaded_and_compared(trust, given_all_of_it_was_done(house, todo, tmp_path / "next"), todo)
    then_all_of_it_is_proved(manager, todo, question, leaver)
    when_the_load_is_taken_back(trust, load)
    manager.window.go("/")
    manager.window.wait_for(f"Ask {todo.lapsed} to renew the training")
