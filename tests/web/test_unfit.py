"""Whatever is sent to any address, by whoever: refused in words or taken as it is, on either database, and never a 500."""

import os
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver
from hypothesis import given
from hypothesis import strategies as st

from careward.cli.measurements import _every_page
from careward.people.staff.models import Organisation, Person
from careward.web.unfit import MARK, UNFIT, shown
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import ready, signed_in

pytestmark = pytest.mark.django_db
UNSEEN = {"NUL": "a\0b", "ESC": "\x1b[31mred", "turned": "nommud\u202ecod.csv", "isolate": "\u2066a", "none": "\uffff", "C1": "a\x9bb"}
ODD = {
    "digits": "9" * 5_000, "minus": "-1", "far": str(2**63), "power": "²", "other digits": "٣", "huge": "1e999", "nan": "NaN",
    "day": "2026-02-31", "year": "99999-01-01", "percent": "%s%n%00", "surrogate": "\\ud800", "quote": "'\"`;--", "hebrew": "שלום",
    "long": "x" * 99_000, "blank": " ", "list": "[]",
}  # fmt: skip
TOO_LONG = "x" * 100_001
ALL = UNSEEN | ODD | {"too long": TOO_LONG}
FEW = ("NUL", "turned", "digits", "far", "power", "day", "long", "too long")
EVERY = ALL if os.environ.get("CAREWARD_SWEEP") == "1" else {what: ALL[what] for what in FEW}
REFUSED = "Careward could not take that"
LEFT = re.compile(r"sign-out|account/logout|^demonstration|^static")


class Controls(HTMLParser):
    """The forms of a page that send: where to, and the names and values of their fields."""

    def __init__(self, path: str, page: str) -> None:
        super().__init__()
        self.path, self.forms = path, list[tuple[str, str, dict[str, str]]]()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("method", "get").lower(), told.get("action") or self.path, {}))
        elif tag in ("input", "select", "textarea") and self.forms and told.get("name") and told.get("type") != "file":
            self.forms[-1][2].setdefault(told["name"], told.get("value", ""))


@pytest.fixture
def trust():
    return people.organisation()


@pytest.fixture
def browser(trust: Organisation) -> Client:
    me = people.staff(trust, "Mary Manager")
    found.team_of(me, 3, found.system(trust))
    browser = signed_in(ready("trust_administrator", at=trust, person=me))
    browser.raise_request_exception = False
    return browser


def every_page(browser, monkeypatch):
    """One address of each kind that pages lead to, with its page."""
    monkeypatch.setattr(_every_page, "EACH", 1)
    seen = dict[str, str]()
    for kind, address in _every_page.pages(browser.get, Counter[str]()):
        seen.setdefault(kind.split("?")[0], address)
    return sorted(urlsplit(a).path for a in seen.values())


def ways(names, *, long):
    """Each text in all fields at once, and each field alone with the next text: no server takes an address that is very long."""
    texts = [what for what, text in EVERY.items() if long or len(text) < 10_000]
    return [*((what, names) for what in texts if names), *zip(cycle(texts), ([name] for name in names))]


def patterns(resolver, before=""):
    for each in resolver.url_patterns:
        where = before + str(each.pattern)
        yield from patterns(each, where) if isinstance(each, URLResolver) else (where,)


def test_every_form_and_every_question_of_every_page_takes_or_refuses_whatever_is_sent(browser, monkeypatch):
    asked, wrong = 0, []
    for path in every_page(browser, monkeypatch):
        page = browser.get(path)
        for method, action, fields in Controls(path, page.content.decode()).forms:
            if LEFT.search(action.lstrip("/")):
                continue
            for what, names in ways(sorted(fields.keys() - {"csrfmiddlewaretoken"}), long=method != "get"):
                sent = {**fields, **dict.fromkeys(names, EVERY[what])}
                answer = browser.get(f"{action}?{urlencode(sent)}") if method == "get" else browser.post(action, sent)
                asked += 1
                refused = answer.status_code == 400 and REFUSED in markup(answer)
                if answer.status_code >= 500 or (refused is not (what in UNSEEN or what == "too long")):
                    wrong.append((method, action, names, what, answer.status_code))
    assert not wrong, f"{len(wrong)} of {asked}: {wrong[:20]}"
    assert asked > 150


def test_every_address_takes_or_refuses_whatever_stands_in_it(browser):
    """Also those that no page leads to, with and without a session."""
    texts = [t for t in EVERY.values() if len(t) < 10_000]
    stranger = Client(raise_request_exception=False)
    asked, wrong = 0, []
    for where in patterns(get_resolver()):
        if LEFT.search(where):
            continue
        plain = re.sub(r"\(\?P<\w+>[^)]*\)", "<str:x>", where).replace("^", "").replace("$", "").replace("\\", "")
        for text in texts:
            address = "/" + re.sub(r"<[^>]*>", lambda _, text=text: text.replace("/", "").replace("?", "").replace("#", "") or "x", plain)
            for who in (browser, stranger) if text in (ODD["digits"], UNSEEN["NUL"]) else (browser,):
                answer = who.get(address, {"page": text, "q": text, "sort": text, "view": text, "next": text, "clause": text})
                asked += 1
                if answer.status_code >= 500:
                    wrong.append((address[:60], answer.status_code))
    assert not wrong, f"{len(wrong)} of {asked}: {wrong[:20]}"
    assert asked > 300


def test_what_is_refused_says_what_and_where_and_what_to_do(browser):
    answer = browser.post("/search/", {"q": "Ann\u202eLee", "asks": "1"})
    assert answer.status_code == 400
    assert "In “q” stands a character that nobody sees (U+202E). Take it out" in markup(answer) and "Menu" in markup(answer)
    assert "In “q” stand 100,001 characters. Careward takes 100,000" in markup(browser.post("/search/", {"q": TOO_LONG}))
    assert "In the address stands" in markup(Client().get("/systems/a%00b/"))


def test_a_cookie_is_looked_up_only_where_it_can_be():
    assert Client(raise_request_exception=False).get("/", HTTP_COOKIE='careward="aaaaaaaa\\000bbbb"').status_code == 400


def test_text_from_a_file_turns_nothing_around_it(browser, trust):
    person = people.staff(trust, "Ann Lee")
    Person.objects.filter(pk=person.pk).update(last_name="eeL\u202e\x1b[31m\uffff")
    page = browser.get(f"/people/{person.pk}/access/").content.decode()
    assert f"eeL{MARK}{MARK}[31m{MARK}" in page and not UNFIT.search(page)


@given(st.text())
def test_what_is_shown_holds_nothing_unfit_and_changes_nothing_else(text):
    assert not UNFIT.search(shown(text)) and [c for c in shown(text) if c != MARK] == [c for c in text if c != MARK and not UNFIT.match(c)]


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S", "Z"])))
def test_no_letter_of_any_script_is_unfit(text):
    assert shown(text) == text
