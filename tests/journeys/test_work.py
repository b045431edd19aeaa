"""Work from the duty to the proof: what is found is done by hand, said, read back from the next export, and never just believed."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from careward.engines.synthetic.later import make_next_export
from tests.journeys.building import bent, lines_of
from tests.journeys.visiting import House, Visitor

DONE = "Closed in PARIS, 10:31"


def when_they_open_the_task(window: Visitor, title: str) -> None:
    window.menu("My work")
    window.follow(title)


def when_they_say_it_is_done(window: Visitor, evidence: str) -> None:
    window.main.get_by_label("What you did and where").fill(evidence)
    window.press("Say it is done")


def then_it_waits_to_be_read_back(window: Visitor, address: str, evidence: str) -> None:
    window.sees("Waiting to be proved")
    window.go(address)
    window.sees("Said to be done", evidence)


def when_they_take_it_back(window: Visitor) -> None:
    window.press("It is not done after all")


def then_it_is_open_again(window: Visitor) -> None:
    window.sees("The task is open again", "Say that it is done")


def when_they_answer_that_it_is_arranged(window: Visitor, day: date) -> None:
    window.main.get_by_label("It is arranged for").check()
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        window.main.get_by_label(part, exact=True).fill(str(value))
    window.press("Give your answer")


@pytest.mark.clause("EL-023")
def test_a_line_manager_answers_that_training_is_arranged(visit: Callable[..., Visitor], house: House, script: bool):
    manager = visit("line_manager", script=script)
    when_they_open_the_task(manager, "to do the training")
    address = manager.page.url
    manager.sees("Yours because you manage", "Answer the question below")
    when_they_answer_that_it_is_arranged(manager, house.today + timedelta(days=6))
    manager.go(address)
    manager.sees("Answered", "Arranged for")
    manager.press("Take the answer back")
    manager.sees("Answer the question below")


def test_nothing_is_answered_without_an_answer(visit: Callable[..., Visitor], script: bool):
    manager = visit("line_manager", script=script)
    when_they_open_the_task(manager, "to do the training")
    manager.press("Give your answer")
    manager.sees("There is a problem", "Choose an answer")


def given_an_account_of_a_leaver(house: House, number: int) -> str:
    """A user name on the live PARIS that should have been closed."""
    found = [
        f
        for f in lines_of(house.files / "truth" / "findings.ndjson")
        if (f["system"], f["environment"], f["clause"]) == ("paris", "live", "PA-029")
    ]
    return str(sorted(f["username"] for f in found)[number])


def when_they_go_from_the_procedure_to_the_task(window: Visitor, username: str) -> None:
    window.menu("Procedures")
    window.follow("PARIS Procedure")
    window.go(str(window.main.get_by_role("link", name="PA-029", exact=True).get_attribute("href")))
    window.sees("Leavers are closed as part of the leavers process", "to put right")
    row = window.main.get_by_role("row").filter(has_text=f"{username}, PARIS").filter(has_not_text=f".{username}, PARIS")
    row.get_by_role("link").first.click()
    row = window.main.get_by_role("row").filter(has=window.page.get_by_text(f"{username}, open", exact=True))
    row.filter(has=window.page.get_by_role("link", name="PARIS", exact=True)).get_by_role("link", name="Task").click()


def given_the_next_export(house: House, username: str, into: Path) -> Path:
    """The account is closed in PARIS; the list of training has a row more and a row less, that of absences one that cannot be read."""
    folder = make_next_export(house.files, put_right={("paris", "live", username)}, on=house.today, into=into).folder
    rows = (folder / "training.csv").read_text(encoding="utf-8").splitlines()
    added = f"{rows[1].split(',')[0]},fire-safety,{house.today.isoformat()},passed,,"
    bent(folder / "training.csv", [rows[0], *rows[2:], added])
    absences = (folder / "absences.csv").read_text(encoding="utf-8").splitlines()
    bent(folder / "absences.csv", [*absences, f"{rows[1].split(',')[0]},long_term_sickness,yesterday,"])
    return folder


def when_they_choose_the_files(window: Visitor, folder: Path) -> None:
    window.menu("Loads")
    window.press_or_follow("Load files")
    window.page.get_by_label("Lists of people and systems").set_input_files([folder / "training.csv", folder / "absences.csv"])
    window.page.get_by_label("User lists exported from systems").set_input_files(folder / "accounts" / "paris.csv")
    window.press("Look at these files")
    window.wait_for("Ready to load")


def then_the_preview_shows_what_would_change(window: Visitor, username: str) -> None:
    window.sees("1 row to add, 1 changed, 1 gone", "1 problem left 1 row out")
    window.sees("absences.csv", "from_on", '"yesterday" is not a day', "Write the day like")
    for file in ("training.csv", "accounts/paris.csv"):
        fold = window.page.locator("details", has=window.page.locator("summary", has_text=file))
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
    expect(window.page.get_by_role("listitem").filter(has_text=username).filter(has_text="becomes closed")).to_be_visible()
    expect(window.page.get_by_role("heading", name="Gone in training.csv")).to_be_visible()
    expect(window.page.get_by_role("heading", name="Added in training.csv")).to_be_visible()
    expect(window.page.get_by_role("listitem").filter(has_text="fire-safety")).to_be_visible()


def when_they_load_and_look_again(window: Visitor) -> str:
    address = window.page.url
    window.press_or_follow("Load these")
    window.wait_for("Loaded")
    window.menu("Findings")
    window.press("Look again now")
    window.sees("We are looking again")
    return address


def then_the_task_closes(window: Visitor, address: str) -> None:
    window.go(address)
    window.wait_for("Nothing more is needed")
    window.sees("What the system showed")


def when_they_take_the_load_back(window: Visitor, address: str) -> None:
    window.go(address)
    window.follow("Take this load back")
    window.sees("1 row it added goes, and 2 become what they were before", "Go back, change nothing")
    window.page.get_by_role("button", name="Take load").click()


@pytest.mark.clause("PA-029", "EL-023")
def test_what_an_administrator_did_is_read_back_from_the_next_export(
    visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path
):
    username = given_an_account_of_a_leaver(house, 0 if script else 1)
    administrator = visit("system_administrator-paris", script=script)
    when_they_go_from_the_procedure_to_the_task(administrator, username)
    task = administrator.page.url
    when_they_say_it_is_done(administrator, DONE)
    then_it_waits_to_be_read_back(administrator, task, DONE)
    when_they_take_it_back(administrator)
    then_it_is_open_again(administrator)
    when_they_say_it_is_done(administrator, DONE)

    trust = visit("trust_administrator", script=script)
    when_they_choose_the_files(trust, given_the_next_export(house, username, tmp_path / "next"))
    then_the_preview_shows_what_would_change(trust, username)
    load = when_they_load_and_look_again(trust)
    then_the_task_closes(administrator, task)
    when_they_take_the_load_back(trust, load)
    trust.wait_for("Taken back")
