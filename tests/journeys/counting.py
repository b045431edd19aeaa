"""A window whose clicks are counted, for journeys that must not be long."""

import re
from dataclasses import dataclass
from datetime import date

from tests.journeys.looking import NARROW
from tests.journeys.visiting import Visitor


@dataclass
class Counting:
    """A window whose clicks are counted; what is typed is not."""

    window: Visitor
    clicks: int = 0

    def narrow(self) -> "Counting":
        """The same on a telephone."""
        self.window.page.set_viewport_size(NARROW)
        return self

    def menu(self, title: str) -> None:
        bar = self.window.page.get_by_role("navigation", name="Menu")
        if not bar.get_by_role("link", name=title).first.is_visible():
            bar.get_by_text("More", exact=True).click()
            self.clicks += 1
        bar.get_by_role("link", name=title).first.click()
        self.clicks += 1

    def follow(self, words: str | re.Pattern[str]) -> None:
        self.window.main.get_by_role("link", name=words).first.click()
        self.clicks += 1

    def press(self, words: str) -> None:
        self.window.main.get_by_role("button", name=words).first.click()
        self.clicks += 1

    def press_or_follow(self, words: str) -> None:
        """The next step: green whether it leads on or acts."""
        self.window.press_or_follow(words)
        self.clicks += 1

    def next_step(self) -> None:
        """The one green button."""
        self.window.main.locator(".cw-next").get_by_role("link").or_(
            self.window.main.locator(".cw-next").get_by_role("button")
        ).first.click()
        self.clicks += 1

    def tick(self, words: str | re.Pattern[str]) -> None:
        self.window.main.get_by_label(words).check()
        self.clicks += 1

    def type_day(self, day: date) -> None:
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            self.window.main.get_by_label(part, exact=True).fill(str(value))
