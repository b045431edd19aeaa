"""Somebody at a browser: who they are, where they are, and what the browser complained of."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from careward.core.roles import ROLES


@dataclass(frozen=True)
class House:
    """The running product, the files its trust was made from, and whom one can be there."""

    url: str
    home: Path
    files: Path
    today: date
    personas: dict[str, dict[str, Any]]
    environment: dict[str, str]
    record: Path  # the files of the second organisation


@dataclass
class Visitor:
    """One window. `console` keeps what a person never sees and we must: errors of scripts and of the content policy."""

    house: House
    page: Page
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.console.append(f"{self.page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        own_status = (
            message.location.get("url", "").split("#")[0] == self.page.url.split("#")[0]
            and "the server responded with a status of 4" in message.text
        )
        if message.type == "error" and not own_status:  # that a page says 403 or 404 is no fault of the page
            self.console.append(f"{self.page.url}: {message.text}")

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def is_at(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_have_text(heading)

    def go(self, path: str) -> Response:
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def sign_in_as(self, persona: str) -> None:
        """By the door of the demonstration: one click. Two may have one name, so the role is asked for as well."""
        who = self.house.personas[persona]
        self.go("/demonstration/")
        whom = re.compile(rf"as {re.escape(who['name'])}, .*{re.escape(ROLES[who['role']].title)}")
        self.page.get_by_role("button", name=whom).click()

    def menu(self, title: str) -> None:
        """By the bar of the menu, or what folds away under More."""
        bar = self.page.get_by_role("navigation", name="Menu")
        if not bar.get_by_role("link", name=title).count():
            bar.get_by_text("More", exact=True).click()
        bar.get_by_role("link", name=title).click()

    def follow(self, words: str, **options: Any) -> None:
        self.main.get_by_role("link", name=words, **options).first.click()

    def press(self, words: str) -> None:
        self.main.get_by_role("button", name=words).click()

    def press_or_follow(self, words: str) -> None:
        """The next step: green whether it leads on or acts."""
        self.main.get_by_role("button", name=words).or_(self.main.get_by_role("link", name=words)).first.click()

    def words(self) -> str:
        """All that the page shows, with single spaces."""
        return " ".join(self.page.locator("body").inner_text().split())

    def sees(self, *words: str) -> None:
        """Each of the words stands on the page, now or in a moment."""
        for _ in range(50):
            shown = self.words()
            if all(each in shown for each in words):
                return
            self.page.wait_for_timeout(100)
        missing = [each for each in words if each not in shown]
        raise AssertionError(f"{self.page.url} does not say {missing}; it says: {shown}")

    def sees_not(self, *words: str) -> None:
        shown = self.words()
        assert [each for each in words if each in shown] == [], self.page.url

    def wait_for(self, words: str, *, seconds: int = 60) -> None:
        """Looks again, as the page tells a person to, until the page says so."""
        for _ in range(seconds * 2):
            if words in self.words():
                return
            self.page.wait_for_timeout(500)
            self.page.goto(self.page.url)
        raise AssertionError(f"{self.page.url} never said: {words}")
