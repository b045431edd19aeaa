"""The administrator of a second organisation: their own people only, a new load of theirs, and nothing of the first, nor the other way round."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from careward.core.roles import ROLES
from careward.engines.synthetic import organisation, record
from tests.journeys.building import bent
from tests.journeys.counting import Counting
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 6
COURSE = "fire-safety"


def names_of(folder: Path) -> frozenset[str]:
    """Who is on the staff, the systems, and where people work."""
    with (folder / "staff.csv").open(encoding="utf-8") as file:
        staff = [(f"{r['first_name']} {r['last_name']}", r["team"], r["email"]) for r in csv.DictReader(file)]
    with (folder / "systems.csv").open(encoding="utf-8") as file:
        return frozenset(each for row in staff for each in row) | {r["name"] for r in csv.DictReader(file)}


@pytest.fixture
def of_the_first(house: House) -> frozenset[str]:
    return (names_of(house.files) | {organisation.NAME, organisation.ODS}) - names_of(house.record)


@pytest.fixture
def of_the_second(house: House) -> frozenset[str]:
    return (names_of(house.record) | {record.NAME, record.ODS}) - names_of(house.files)


def administrator_of_the_second(house: House, window: Visitor) -> str:
    """Comes in by the door of the demonstration, where they are offered; the name of whoever it is."""
    people = json.loads((house.record / "truth" / "personas.json").read_text(encoding="utf-8"))
    who = next(p for p in people if p["role"] == "trust_administrator")
    window.go("/demonstration/")
    window.sees(organisation.NAME, record.NAME)
    title = ROLES[who["role"]].title
    window.page.get_by_role("button", name=re.compile(rf"as {re.escape(who['name'])}, .*{re.escape(title)}")).click()
    return str(who["name"])


def given_a_list_of_training_with_one_course_more(house: House, into: Path, turn: int) -> Path:
    rows = (house.record / "training.csv").read_text(encoding="utf-8").splitlines()
    added = f"{rows[1 + turn].split(',')[0]},{COURSE},{house.today.isoformat()},passed,,"
    return bent(into / "training.csv", [*rows, added])


def pages_beside(window: Visitor) -> Iterator[str]:
    """What the menu leads to, and the first of each list there."""
    links = window.page.get_by_role("navigation", name="Menu").get_by_role("link", include_hidden=True).all()
    for address in [str(link.get_attribute("href")) for link in links]:
        window.go(address)
        yield address


def sees_nothing_of(window: Visitor, names: frozenset[str]) -> None:
    shown = window.words()
    assert [name for name in names if name in shown] == [], window.page.url


def test_an_administrator_of_another_organisation_sees_their_own_people_and_loads_a_list(
    visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path, of_the_first: frozenset[str]
):
    admin = Counting(visit(script=script)).narrow()
    window = admin.window
    administrator_of_the_second(house, window)
    window.sees(record.NAME)
    sees_nothing_of(window, of_the_first)
    admin.menu("People")
    own = len((house.record / "staff.csv").read_text(encoding="utf-8").splitlines()) - 1
    window.sees(f"{own} people, from the staff list")
    sees_nothing_of(window, of_the_first)
    admin.follow("Files loaded")
    sees_nothing_of(window, of_the_first)
    admin.press_or_follow("Load files")
    window.page.get_by_label("Lists of people and systems").set_input_files(
        given_a_list_of_training_with_one_course_more(house, tmp_path, int(script))
    )
    admin.press("Look at these files")
    window.wait_for("Ready to load")
    window.sees("1 row to add")
    admin.press("Load these")
    window.wait_for("Loaded")
    sees_nothing_of(window, of_the_first)
    assert admin.clicks <= MOST_CLICKS, f"{admin.clicks} clicks"


def test_neither_organisation_names_anything_of_the_other(
    visit: Callable[..., Visitor], house: House, of_the_first: frozenset[str], of_the_second: frozenset[str]
):
    theirs, ours = visit(), visit("trust_administrator")
    administrator_of_the_second(house, theirs)
    for window, strange in ((theirs, of_the_first), (ours, of_the_second)):
        looked = [address for address in pages_beside(window) if sees_nothing_of(window, strange) is None]
        assert len(looked) >= 8
    ours.go("/people/")
    addresses = [
        str(a) for a in ours.page.eval_on_selector_all("main th[role=rowheader] a[href]", "all => all.map(a => a.getAttribute('href'))")
    ]
    assert len(addresses) >= 10
    for address in addresses[:3]:
        assert theirs.go(address).status == 404
        sees_nothing_of(theirs, of_the_first)


@pytest.mark.parametrize("way", ["name", "number"])
def test_search_finds_nobody_of_the_other_organisation(way: str, visit: Callable[..., Visitor], house: House):
    window = visit()
    administrator_of_the_second(house, window)
    who = house.personas["line_manager"]
    sought = who["name"] if way == "name" else who["employee_number"]
    box = window.page.get_by_role("banner").get_by_label("Person, system or clause")
    box.fill(sought)
    box.press("Enter")
    window.sees("Nothing found")
