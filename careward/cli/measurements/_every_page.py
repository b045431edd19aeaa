"""Every page that somebody can come to, found by following what pages offer: links, filters, orders, further pages.

Nothing is written down here, so a page that a room gives tomorrow is measured tomorrow. Of a kind of page (its pattern, and what is
asked of it) a few are taken, and of what a list can be asked each alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import Resolver404, resolve

from careward.web.asked import ASKS, IN_ADDRESS

NO_PAGE = re.compile(r"[?&]as=|\.(json|csv)$|/download/$|^/(api|static|sign-out|account/logout|demonstration)\b")
TYPED = "smith"  # a name that many have
EACH = 3  # of a kind: a page with much on it and one with little are both seen


class Offers(HTMLParser):
    """What a page leads to: its links, and what each control of its filter forms asks alone, also of those that ask by POST."""

    def __init__(self, address: str, page: str) -> None:
        super().__init__()
        self.path, self.found = urlsplit(address).path, list[str]()
        self.form, self.posted, self.select = "", "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and re.match(r"/(?!/)|\?", told.get("href", "")):
            self.found.append(self._whole(told["href"].split("#")[0]))
        elif tag == "form":
            self.posted = told.get("action") or self.path
            self.form = self.posted if told.get("method", "get").lower() == "get" else ""
        elif tag == "input" and told.get("name") in (ASKS, IN_ADDRESS):
            self.form = self.posted
        elif self.form and tag == "select":
            self.select = told["name"]
        elif self.form and tag == "option" and self.select and told.get("value"):
            self._ask(self.select, told["value"])
        elif self.form and tag == "input" and told.get("name"):
            self._ask(told["name"], told.get("value") if told.get("type") in ("checkbox", "radio", "hidden") else TYPED)

    def handle_endtag(self, tag: str) -> None:
        self.form = "" if tag == "form" else self.form
        self.select = "" if tag in ("select", "form") else self.select

    def _ask(self, name: str, value: str | None) -> None:
        self.found.append(f"{self._whole(self.form)}?{urlencode({name: value or ''})}")

    def _whole(self, link: str) -> str:
        return link if link.startswith("/") else self.path + link


def kind_of(address: str) -> str:
    """The pattern of an address with what is asked of it: 'findings/?sort=due' and 'accounts/<int:account_id>/'."""
    parts = urlsplit(address)
    asked = [f"{name}={value}" if name == "sort" else name for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    return f"{resolve(parts.path).route}{'?' if asked else ''}{'&'.join(sorted(asked))}"


def pages(look: Callable[[str], Any], taken: Counter[str]) -> Iterator[tuple[str, str]]:
    """The kind and the address of each page, from the first on, as it is looked at; `taken` counts those of each kind met so far.

    One of each kind is looked at in any case: it may lead to what nobody came to before.
    """
    waiting, known, followed = ["/"], {"/"}, set[str]()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        enough = taken[kind] >= EACH
        if enough and kind in followed:
            continue
        answer = look(address)
        if answer.status_code in (301, 302):
            links = [answer.headers["Location"]]
        elif "text/html" in answer.headers["Content-Type"]:
            followed.add(kind)
            if not enough:
                taken[kind] += 1
                yield kind, address
            links = Offers(address, answer.content.decode()).found
        else:  # a file
            links = []
        for link in links:
            if link not in known and _is_page(link) and not ("?" in address and "?" in link):
                known.add(link)
                waiting.append(link)


def _is_page(address: str) -> bool:
    if NO_PAGE.search(address):
        return False
    try:
        resolve(urlsplit(address).path)
    except Resolver404:
        return False
    return True
