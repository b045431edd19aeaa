"""All that is to be closed on one system as one worklist: printed, told done in one go, proved by the next file, one of it disproved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from careward.engines.synthetic.later import make_next_export
from tests.journeys.building import lines_of
from tests.journeys.counting import Counting
from tests.journeys.looking import NARROW
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 8
DONE = "Closed on the day, 10:31"
WHO = {
    True: ("systmone", "SystmOne", "system_administrator-systmone"),
    False: ("learning-academy", "Learning Academy", "system_administrator-network"),
}


def when_they_open_the_worklist(admin: Counting, name: str) -> list[str]:
    """The tasks on it."""
    admin.menu("My work")
    admin.follow(re.compile(r"^Close on .*\(\d+\)$"))
    admin.window.sees("tasks match", f"Remove filter: {name}")
    titles = [link.inner_text() for link in admin.window.main.get_by_role("rowheader").get_by_role("link").all()]
    assert len(titles) >= 2
    return titles


def names(title: str, username: str) -> bool:
    """Whether a task is about this account: 'Close Carol Dewhurst on PARIS, account cdewhurst', or 'Close cdewhurst on PARIS'."""
    return re.search(rf"(account|Close) {re.escape(username)}(,| on |$)", title) is not None


def when_they_print_it(admin: Counting, many: int) -> None:
    admin.follow("Print this list")
    admin.window.sees(f"{many} tasks to print", "What was done, when, by whom")
    for landscape in (False, True):
        assert len(admin.window.page.pdf(landscape=landscape)) > 1_000
    admin.follow("Back to the list")


def when_they_say_that_all_are_done(admin: Counting, many: int) -> None:
    admin.tick(re.compile(rf"All {many} of"))
    admin.press("Say they are done")
    admin.window.is_at(f"Say that {many} tasks are done")
    admin.window.main.get_by_label("What you did and where").fill(DONE)
    admin.press("Say they are done")
    admin.window.sees(f"{many} tasks are said to be done.", "will show whether each of them worked", "Waiting to be proved")


def given_the_next_export(house: House, system: str, titles: list[str], into: Path) -> Path:
    """All but the last of them are closed in the system."""
    lines = [f for f in lines_of(house.files / "truth" / "findings.ndjson") if f["system"] == system]
    done = [f for f in lines if f["username"] and any(names(title, f["username"]) for title in titles[:-1])]
    closed = {(f["system"], f["environment"], f["username"]) for f in done}
    assert len(closed) == len(titles) - 1
    return make_next_export(house.files, put_right=closed, on=house.today, into=into).folder


def when_the_next_file_is_loaded_and_compared(trust: Visitor, folder: Path, system: str, said: int) -> str:
    trust.menu("Loads")
    trust.press_or_follow("Load files")
    trust.page.get_by_label("User lists exported from systems").set_input_files(folder / "accounts" / f"{system}.csv")
    trust.press("Look at these files")
    trust.wait_for("Ready to load")
    load = trust.page.url
    trust.press_or_follow("Load these")
    trust.wait_for("Compare now to see what these files change")
    trust.sees(f"{said} tasks said to be done wait for them")
    trust.press("Compare now")
    trust.sees("We are looking again")
    return load


def when_they_take_it_back(trust: Visitor, load: str) -> None:
    """So that the next journey finds the house as it was."""
    trust.go(load)
    trust.follow("Take this load back")
    trust.page.get_by_role("button", name="Take load").click()
    trust.wait_for("Taken back")


def then_all_but_one_are_proved(admin: Counting, titles: list[str]) -> None:
    admin.menu("My work")
    admin.window.wait_for("Opened again: it is not put right yet")
    shown = admin.window.main.get_by_role("link").all_inner_texts()
    assert [title for title in titles if title in shown] == titles[-1:]
    assert admin.clicks <= MOST_CLICKS, f"{admin.clicks} clicks"


@pytest.mark.clause("EL-023")
def test_one_worklist_is_printed_told_done_proved_and_in_one_part_disproved(
    visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path
):
    system, name, persona = WHO[script]
    admin = Counting(visit(persona, script=script))
    if not script:
        admin.window.page.set_viewport_size(NARROW)
    titles = when_they_open_the_worklist(admin, name)
    when_they_print_it(admin, len(titles))
    when_they_say_that_all_are_done(admin, len(titles))
    expect(admin.window.main.get_by_text(titles[0])).to_have_count(0)

    trust = visit("trust_administrator", script=script)
    folder = given_the_next_export(house, system, titles, tmp_path / "next")
    load = when_the_next_file_is_loaded_and_compared(trust, folder, system, len(titles))
    then_all_but_one_are_proved(admin, titles)
    when_they_take_it_back(trust, load)
