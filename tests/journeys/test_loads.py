"""Files that are not as they should be: the page says where and what to do, and nothing is changed by them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.building import bent
from tests.journeys.visiting import House, Visitor


def when_they_send(window: Visitor, *files: Path) -> None:
    window.go("/loads/new/")
    window.page.get_by_label("Lists of people and systems").set_input_files([str(f) for f in files])
    window.press("Look at these files")


def rows_of(house: House, file: str) -> list[str]:
    return (house.files / file).read_text(encoding="utf-8").splitlines()


def people_in_all(window: Visitor) -> str:
    window.go("/people/")
    return window.page.locator(".cw-lead").inner_text()


def given_training_in_latin_1(house: House, into: Path) -> Path:
    heads, *rows = rows_of(house, "training.csv")
    return bent(into / "training.csv", [heads, rows[0], rows[1].replace("passed", "réussi")], "latin-1")


def given_training_without_a_column(house: House, into: Path) -> Path:
    return bent(
        into / "training.csv", [",".join(v for n, v in enumerate(row.split(",")) if n != 1) for row in rows_of(house, "training.csv")]
    )


def given_half_of_the_staff(house: House, into: Path) -> Path:
    heads, *rows = rows_of(house, "staff.csv")
    return bent(into / "staff.csv", [heads, *rows[: len(rows) // 2]])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (given_training_in_latin_1, ("training.csv", "line 3", "UTF-8")),
        (given_training_without_a_column, ("training.csv", "line 1", "course_code")),
    ],
    ids=["latin-1", "missing-column"],
)
def test_a_broken_file_says_where_and_what_to_do(
    given: Callable[[House, Path], Path], said: tuple[str, ...], visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path
):
    trust = visit("trust_administrator", script=script)
    before = people_in_all(trust)
    when_they_send(trust, given(house, tmp_path))
    trust.wait_for("This load cannot go in")
    trust.sees(*said, "What to do", "Nothing has been changed", "Put right the problems listed and choose the files again")
    assert people_in_all(trust) == before


def test_a_file_of_another_name_is_not_taken(visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path):
    trust = visit("trust_administrator", script=script)
    when_they_send(trust, bent(tmp_path / "people.csv", rows_of(house, "staff.csv")))
    trust.sees("There is a problem", "people.csv is not a name we know")
    assert trust.page.title() == "Error: Load files - Careward"


def test_half_a_staff_file_waits_for_a_named_person_with_a_reason(
    visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path
):
    trust = visit("trust_administrator", script=script)
    before = people_in_all(trust)
    when_they_send(trust, given_half_of_the_staff(house, tmp_path))
    trust.wait_for("This load waits for a named person")
    trust.sees("rows are gone", "Check that the extract was not cut short", "Nothing has been changed")
    trust.follow("See what is to be decided")
    trust.sees("Somebody else decides this", "You asked for it, so somebody else decides", "What happens")
    another = visit("second_administrator", script=script)
    another.go(trust.page.url)
    another.page.get_by_label("Approve it").check()
    another.press("Give your decision")
    another.sees("It was not decided", "Nothing says why")
    another.page.get_by_role("textbox", name="Why").fill("The other half moved to another trust on 1 November")
    another.press("Give your decision")
    another.sees("You have approved it", "moved to another trust")
    assert people_in_all(trust) == before
