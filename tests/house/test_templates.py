"""Templates lay words out and hold no figure: lines one can read, no time of day and no number of days but the organisation's."""

import re

import pytest

from tests.house.test_house import CAREWARD, ROOT

LONGEST = 200
TIME_OF_DAY = re.compile(r"\b[0-2]?[0-9][:.][0-5][0-9]\b")
DAYS = re.compile(r"\b[0-9]+ (?:working |calendar )?(?:day|week|month|hour|minute)s?\b")
EXAMPLES = re.compile(r'hint=\'Like "[^\']*\'')  # what somebody might write


def wrong_in(text: str) -> list[str]:
    """What a template says that it should not, each with its line."""
    lines = [EXAMPLES.sub("", line) for line in text.split("\n")]
    found = [(n, f"{len(line)} characters") for n, line in enumerate(text.split("\n"), 1) if len(line) > LONGEST]
    found += [(n, hit) for n, line in enumerate(lines, 1) for rule in (TIME_OF_DAY, DAYS) for hit in rule.findall(line)]
    return [f"{n}: {what}" for n, what in sorted(found)]


def test_lines_are_short_and_no_figure_is_written_out():
    templates = sorted([*CAREWARD.rglob("*.jinja"), *CAREWARD.rglob("*.html")])
    assert len(templates) > 60
    assert [f"{p.relative_to(ROOT)}:{wrong}" for p in templates for wrong in wrong_in(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "<p>We look again at 04:10.</p>",
        "<p>It is locked after 90 days.</p>",
        "<p>Within 5 working days.</p>",
        '{{ parts.row("Locked", "after 1 month") }}',
        "<p>" + "a" * LONGEST + "</p>",
    ],
)
def test_a_planted_figure_and_a_long_line_are_seen(line):
    assert len(wrong_in(f"<h1>Title</h1>\n{line}")) == 1


def test_what_the_organisation_says_is_left_alone():
    assert wrong_in("<p>{{ system.lock_after_days | plural('day') }}, {{ entry.at | moment }}, 2 rows.</p>") == []


BOX = re.compile(r"<(input|textarea)\b(?![^>]*type=\"(hidden|checkbox|radio|submit)\")")


def _gets(text: str) -> list[str]:
    """The forms of a template that put what is typed into an address."""
    forms = re.findall(r"<form\b.*?</form>", text, re.S)
    return [form for form in forms if not re.search(r'method="(post|\{\{)', form) and BOX.search(form)]


def test_nothing_that_is_typed_stands_in_an_address():
    """Whatever can be typed may name a person (7.2.7): a form with a box is sent, never asked by its address."""
    assert _gets('<form action="/x"><input name="q" type="search"></form>') and _gets(
        '<form method="get"><textarea name="q"></textarea></form>'
    )
    assert not _gets('<form method="get"><input type="hidden" name="a"><select name="b"></select></form>')
    found = {str(path): _gets(path.read_text()) for path in [*CAREWARD.rglob("*.jinja"), *CAREWARD.rglob("*.html")]}
    assert len(found) > 60
    assert {path: forms for path, forms in found.items() if forms} == {}
