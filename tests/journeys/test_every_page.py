"""Every page that each persona can reach stands: it answers, it fits, it says what it is, and axe finds nothing on it."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.journeys.looking import NARROW, WIDE, axe_faults, plain_faults
from tests.journeys.visiting import House, Visitor

PERSONAS = {  # and what kind of pages they have: axe looks at each page once for each kind of person
    "auditor": "all", "bank_nurse": "own", "board_secretary": "proof", "caldicott_guardian": "all", "clinician": "own",
    "data_protection_team": "proof", "deputy": "team", "head_of_ig": "all", "line_manager": "team", "locked_clinician": "own", "patient_systems_manager": "all",
    "privacy_officer": "all", "project_manager": "proof", "second_administrator": "administrator", "service_desk": "desk",
    "system_administrator-network": "all",
    "system_administrator-paris": "all", "system_administrator-systmone": "all", "trust_administrator": "administrator",
}  # fmt: skip
LEFT_OUT = re.compile(r"[?&]as=|\.(json|csv)$|/problems/$|/download/$|^/(api|static|sign-out|account/logout|demonstration)\b")
SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"  # then every kind of page for every persona, and again without JavaScript
PAGES_EACH = 200 if SWEEP else 25
TWICE = 2  # each kind of page, so that one with much on it and one with little are both seen; once where others of their kind went before
MAIN = ".cw-next, .cw-empty, .cw-refusal, .cw-progress, form[method=post]"


@dataclass
class Seen:
    """What has been looked at by axe so far: the same page for somebody of the same kind is the same page."""

    wide: set[tuple[str, str]] = field(default_factory=set)
    narrow: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen()


def kind_of(address: str) -> str:
    """The pattern of an address, with a mark where something is asked of it."""
    parts = urlsplit(address)
    try:
        route = resolve(parts.path).route
    except Resolver404:
        route = parts.path
    return f"/{route.lstrip('/')}" + ("?" if parts.query else "")


def walk(window: Visitor, gone_before: set[str]) -> Iterator[str]:
    """Addresses within the product, from where somebody stands, menu first; each kind of page once or twice."""
    waiting, known, met = [urlsplit(window.page.url).path], set(), Counter[str]()
    while waiting and sum(met.values()) < PAGES_EACH:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in known or met[kind] >= (1 if kind.endswith("?") or kind in gone_before else TWICE):
            continue
        known.add(address)
        met[kind] += 1
        yield address
        links = window.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        inside = [link if link.startswith("/") else urlsplit(address).path + link for link in links if re.match(r"/(?!/)|\?", link)]
        fresh = [link.split("#")[0] for link in inside if not LEFT_OUT.search(link.split("#")[0])]
        waiting += sorted(dict.fromkeys(fresh), key=lambda link: met[kind_of(link)])


def look_at(window: Visitor, kind: str, people: str, seen: Seen, *, scripts: bool = True) -> list[str]:
    """Axe is a script of its own and does not run where none does: there the measure and the heads are looked at."""
    page = window.page
    found = plain_faults(page)
    if scripts and (kind, people) not in seen.wide:
        seen.wide.add((kind, people))
        found += axe_faults(page)
    narrow = f"{kind} {people}" if SWEEP else kind
    if narrow not in seen.narrow:
        seen.narrow.add(narrow)
        page.set_viewport_size(NARROW)
        found += plain_faults(page) + [f"at 375: {fault}" for fault in (axe_faults(page) if scripts else ())]
        page.set_viewport_size(WIDE)
    return found


def menu_of(window: Visitor) -> list[str]:
    return [
        str(link.get_attribute("href"))
        for link in window.page.get_by_role("navigation", name="Menu").get_by_role("link", include_hidden=True).all()
    ]


@pytest.mark.parametrize("scripts", [True, False] if SWEEP else [True], ids=lambda on: "with-script" if on else "without-script")
@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_for_every_persona(persona: str, scripts: bool, visit: Callable[..., Visitor], seen: Seen):
    window = visit(persona, script=scripts)
    menu = menu_of(window)
    people = f"{persona} {scripts}" if SWEEP else PERSONAS[persona]
    found, looked = [], 0
    for address in walk(window, {kind for kind, who in seen.wide if who == people}):
        answer = window.go(address)
        looked += 1
        if answer.status != 200:
            found.append(f"{address}: status {answer.status}")
        found += look_at(window, kind_of(address), people, seen, scripts=scripts)
        if address in menu and not window.main.locator(MAIN).count():
            found.append(f"{address}: neither a next step nor an empty state")
    assert found + window.console == []
    assert looked >= min(PAGES_EACH, len(menu))


@pytest.mark.parametrize(("persona", "address", "status"), [
    ("", "/nothing-here/", 404), ("", "/sign-in/", 200), ("", "/sign-in/forgotten/", 200), ("", "/demonstration/", 200),
    ("clinician", "/nothing-here/", 404), ("clinician", "/findings/", 403), ("line_manager", "/loads/", 403),
    ("trust_administrator", "/tasks/999999/", 404), ("trust_administrator", "/clauses/ZZ-999/", 404),
])  # fmt: skip
def test_pages_of_those_who_are_lost(persona: str, address: str, status: int, visit: Callable[..., Visitor], seen: Seen):
    window = visit(persona)
    assert window.go(address).status == status
    assert look_at(window, f"{address} {status}", persona, seen) == []
    assert window.main.get_by_role("link").or_(window.main.get_by_role("button")).count(), "a page that leads nowhere"


def test_every_persona_of_the_demonstration_is_walked(house: House):
    assert set(house.personas) == set(PERSONAS)
