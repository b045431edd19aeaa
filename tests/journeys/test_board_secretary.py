"""The board secretary's sheet: found, compared with last month, on one A4, and readable whatever colours somebody has forced."""

import re
from collections.abc import Callable

from tests.journeys.visiting import Visitor

MOST_CLICKS = 3
COLOURS = """() => ({
  ink: getComputedStyle(document.querySelector('main h1')).color,
  paper: getComputedStyle(document.querySelector('main h1')).backgroundColor,
  fills: [...document.querySelectorAll('.cw-picture :is(text, .is-now, .is-bar)')].map((each) => getComputedStyle(each).fill),
})"""


def test_the_sheet_is_found_compared_and_printed_on_one_a4(visit: Callable[..., Visitor], script: bool):
    secretary = visit("board_secretary", script=script)
    secretary.menu("Procedures")
    secretary.follow("Board sheet")
    secretary.sees("Who can see care records", "at the end of", "Twelve months", "By directorate", "The duties with most to put right")
    button = secretary.main.get_by_role("button", name="Print", exact=True)
    assert button.count() == int(script)  # without a script the page says how else
    clicks = 3  # the menu, the sheet, and printing it
    assert clicks <= MOST_CLICKS
    sheet = secretary.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    (box,) = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", sheet))
    assert [round(float(n)) for n in box.split()] in ([0, 0, 595, 842], [0, 0, 596, 842])


def test_the_picture_takes_the_colours_that_somebody_has_forced(visit: Callable[..., Visitor]):
    secretary = visit("board_secretary")
    secretary.go("/procedures/board/")
    for scheme in ("light", "dark"):
        secretary.page.emulate_media(forced_colors="active", color_scheme=scheme)
        found = secretary.page.evaluate(COLOURS)
        assert found["fills"] and set(found["fills"]) == {found["ink"]}, (scheme, found)
