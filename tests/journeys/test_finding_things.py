"""Finding one's way: search, a list narrowed and taken away as a file, the keyboard alone, and paper."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.visiting import House, Visitor

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def when_they_search(window: Visitor, words: str) -> None:
    window.page.get_by_role("banner").get_by_label("Person, system or clause").fill(words)
    window.page.get_by_role("banner").get_by_role("button", name="Search").click()


def test_search_finds_a_person_a_system_and_a_clause(visit: Callable[..., Visitor], house: House, script: bool):
    officer = visit("privacy_officer", script=script)
    who = house.personas["line_manager"]
    when_they_search(officer, who["name"])
    officer.sees("People", who["employee_number"])
    officer.follow(who["name"])
    officer.is_at(who["name"])
    when_they_search(officer, "paris")
    officer.follow("PARIS")
    officer.is_at("PARIS")
    when_they_search(officer, "pa-033")
    officer.is_at("An account not used for 90 days is locked")
    when_they_search(officer, "zzzz")
    officer.sees("Nothing found for “zzzz”", "A clause is written with its letters and number")


def due_days(window: Visitor) -> list[str]:
    return window.page.locator("table td[data-label=Due]").all_inner_texts()


def when_they_narrow(window: Visitor, system: str, kind: str) -> None:
    window.page.get_by_label("System", exact=True).select_option(label=system)
    window.page.get_by_label(kind).check()
    window.press("Show these")


def test_a_list_is_narrowed_sorted_paged_and_taken_away(visit: Callable[..., Visitor], script: bool):
    auditor = visit("auditor", script=script)
    auditor.menu("Findings")
    in_all = auditor.page.title()
    when_they_narrow(auditor, "PARIS", "Left the organisation")
    rows = auditor.page.locator("table tbody tr")
    expect(rows).to_have_count(3)
    assert all("PARIS" in row for row in rows.all_inner_texts())
    auditor.page.get_by_role("link", name="Remove filter: Left the organisation").click()
    auditor.page.get_by_role("link", name="Remove filter: PARIS").click()
    expect(auditor.page).to_have_title(in_all)
    auditor.page.get_by_role("columnheader", name="Due").get_by_role("link").click()
    expect(auditor.page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "descending")
    first = due_days(auditor)
    auditor.page.get_by_role("navigation", name="Pagination").get_by_role("link", name="Next page").click()
    expect(auditor.page).to_have_title(re.compile("page 2 of"))
    assert due_days(auditor) != first


@pytest.mark.parametrize("asked", ["/findings/", "/systems/paris/", "/tasks/", "/people/"])
def test_no_cell_of_a_download_begins_a_formula(asked: str, visit: Callable[..., Visitor], script: bool, tmp_path: Path):
    administrator = visit("trust_administrator", script=script, accept_downloads=True)
    administrator.go(asked)
    with administrator.page.expect_download() as waiting:
        administrator.follow("as CSV")
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert path.suffix == ".csv" and len(rows) > 1 and len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []


def when_they_tab_to(window: Visitor, words: str, most: int = 80) -> None:
    """Only the Tab key, as far as what is named; what has the focus is always to be seen."""
    for _ in range(most):
        window.page.keyboard.press("Tab")
        on = window.page.evaluate(FOCUSED)
        assert on["seen"], f"the focus cannot be seen on {on['words']}"
        if words in on["words"]:
            return
    raise AssertionError(f"{words} is not within {most} presses of Tab on {window.page.url}")


FOCUSED = """() => {
  const on = document.activeElement, label = on.labels?.[0]?.innerText ?? "";
  const beside = on.labels?.[0] && ["checkbox", "radio"].includes(on.type) ? getComputedStyle(on.labels[0], "::before") : null;
  const looks = [getComputedStyle(on), ...(beside ? [beside] : [])];
  const seen = looks.some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none");
  return {words: [label, on.innerText, on.getAttribute("aria-label")].filter(Boolean).join(" "), seen};
}"""


def test_the_keyboard_alone_does_it_all(visit: Callable[..., Visitor], script: bool):
    window = visit("system_administrator-systmone", script=script)
    keys = window.page.keyboard
    window.go("/my-work/")
    when_they_tab_to(window, "Skip to main content", most=1)
    keys.press("Enter")
    expect(window.page).to_have_url(re.compile("#maincontent$"))
    window.go("/my-work/")
    when_they_tab_to(window, "Findings")
    keys.press("Enter")
    window.page.wait_for_url("**/findings/**")
    when_they_tab_to(window, "Left the organisation")
    keys.press("Space")
    when_they_tab_to(window, "Show these")
    keys.press("Enter")
    window.page.wait_for_url("**code=account.leaver**")
    window.sees("Left the organisation")
    window.go("/tasks/?whose=mine&step=lock")
    when_they_tab_to(window, window.main.get_by_role("rowheader").get_by_role("link").first.inner_text())
    keys.press("Enter")
    window.page.wait_for_url("**/tasks/*/")
    address = window.page.url
    when_they_tab_to(window, "What you did and where")
    keys.type("Looked at by keyboard")
    when_they_tab_to(window, "Say it is done")
    keys.press("Enter")
    window.sees("recorded. The next", "will show whether it worked")
    window.go(address)
    when_they_tab_to(window, "It is not done after all")
    keys.press("Space")
    window.sees("The task is open again")


@pytest.mark.parametrize("address", ["/procedures/paris/", "/my-work/", "/findings/", "/loads/1/"])
def test_on_paper_all_is_open_and_nothing_can_be_pressed(address: str, visit: Callable[..., Visitor], script: bool):
    window = visit("trust_administrator", script=script)
    window.go(address)
    window.page.emulate_media(media="print")
    shown = window.page.evaluate("""() => {
      const there = (one) => one.getClientRects().length > 0 && one.checkVisibility({contentVisibilityAuto: true});
      const all = (what) => [...document.querySelectorAll(what)];
      return {
        pressed: all("button, .nhsuk-button, input, select, nav").filter(there).map((one) => one.innerText || one.className),
        shut: all(".cw-fold > :not(summary)").filter((one) => !there(one)).length,
        said: all(".cw-print").filter(there).length,
      };
    }""")
    assert shown == {"pressed": [], "shut": 0, "said": 1}
