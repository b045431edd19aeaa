"""A real file of unknown shape made into a profile, and loaded by it, within twelve clicks."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from tests.journeys.looking import NARROW, WIDE, axe_faults, plain_faults
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 12
THEIRS = {
    "environment": "Instance", "username": "Login", "display_name": "Full Name", "employee_number": "Staff No.", "email": "E-mail address",
    "smartcard_uuid": "Smartcard", "status": "State", "kind": "Account type", "created_on": "Date created", "last_used_at": "Last Login",
    "roles": "User role", "teams": "Ward",
}  # fmt: skip
WORDS = {"active": "Enabled", "locked": "Locked out", "closed": "Deleted"}


def theirs(heading: str, cell: str) -> str:
    """A cell as a system of another maker writes it."""
    if heading == "status":
        return WORDS[cell]
    if heading == "created_on" and cell:
        return date.fromisoformat(cell).strftime("%d/%m/%Y")
    if heading == "last_used_at" and cell:
        return datetime.fromisoformat(cell).strftime("%d/%m/%Y %H:%M:%S")
    return cell


def given_a_list_of_unknown_shape(house: House, into: Path) -> tuple[Path, str, int]:
    """The list of one system in a form that is not ours; its path, its system and how many rows it has."""
    path = sorted((house.files / "accounts").glob("*.csv"))[0]
    with path.open(encoding="utf-8", newline="") as file:
        heads, *rows = list(csv.reader(file))
    made = into / "User extract (2) FINAL.csv"
    with made.open("w", encoding="utf-16", newline="") as out:
        sheet = csv.writer(out, delimiter=";")
        sheet.writerow(["Extract of users, printed for the trust"])
        sheet.writerow([THEIRS[head] for head in heads])
        sheet.writerows([[theirs(head, cell) for head, cell in zip(heads, row, strict=True)] for row in rows])
    return made, path.stem, len(rows)


def test_a_list_of_unknown_shape_becomes_a_profile_and_is_loaded(visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path):
    trust = visit("trust_administrator", script=script)
    path, system, rows = given_a_list_of_unknown_shape(house, tmp_path)
    clicks, faults = 0, []

    def looks_well() -> None:
        """What is amiss with the page, wide and narrow."""
        for size in (WIDE, NARROW):
            trust.page.set_viewport_size(size)
            faults.extend(plain_faults(trust.page) + (axe_faults(trust.page) if script else []))
        trust.page.set_viewport_size(WIDE)

    def click(do: Callable[[], None]) -> None:
        nonlocal clicks
        clicks += 1
        do()

    click(lambda: trust.menu("Loads"))
    click(lambda: trust.follow("mapping profiles"))
    click(lambda: trust.press_or_follow("Choose a file"))
    trust.sees("Only you see what is in it")
    looks_well()
    click(lambda: trust.page.get_by_label("The file").set_input_files([str(path)]))
    click(lambda: trust.page.get_by_label("User list of a system").check())
    click(lambda: trust.page.get_by_label("Which system’s user list is it?").select_option(system) and None)
    click(lambda: trust.press("Look at this file"))
    trust.wait_for("Say which column is which")
    trust.sees("12 columns", f"{rows:,} rows", "Others call it so", "Login", "fits")
    looks_well()
    click(lambda: trust.press("Continue"))
    trust.wait_for("Every row was tried")
    trust.sees(f"{rows:,} rows", "Enabled", "Locked out")
    trust.sees_not("cannot.")
    looks_well()
    click(lambda: trust.press("Continue"))
    trust.is_at("Check and save the profile")
    looks_well()
    trust.page.get_by_label("Name").fill(f"Extract of users {script}")
    trust.page.get_by_label("Why").fill("so their supplier exports it")
    click(lambda: trust.press("Save the profile"))
    trust.sees("In use, version 1", "Load the file that you made it from")
    looks_well()
    click(lambda: trust.press("Load this file"))
    trust.wait_for("Ready to load")
    trust.sees("This is the first load read by version 1 of the profile", "Version 1 of Extract of users")
    click(lambda: trust.press("Load these"))
    trust.wait_for("Loaded by")
    assert clicks <= MOST_CLICKS and faults == []
    trust.menu("Loads")
    trust.follow("mapping profiles")
    trust.sees_not("FINAL")
    trust.follow(f"Extract of users {script}")
    trust.follow("End this profile")
    trust.page.get_by_label("Why does it end?").fill("The journey is over")
    trust.press("End this profile")
    trust.sees("has ended. No load is read by it any more")
