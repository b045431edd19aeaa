"""A page whose opening is written down: it is shown to whoever opens it, and nothing of it to who only asks ahead.

Writing down a look is no act that whoever looks asks for, so GET stays safe (RFC 9110, 9.2.1), and no other site can bring one about: the
session's cookie is SameSite=Lax, which no picture, frame or script of another site sends. A browser may ask ahead for a page that nobody
opens in the end. That is no look; and were it answered, whoever says that they only ask ahead would see the page and leave no trace. So it
gets nothing, and asks again when the page is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.http import HttpRequest

RETRY_AFTER = "30"  # seconds, where the database cannot be written or reached
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
WORDS = ("prefetch", "prerender", "preview")


class AskedAhead(Exception):
    """The page is not opened by this request: it asks whether there is one (HEAD), or fetches ahead."""

    def __init__(self, *, whether: bool) -> None:
        self.whether = whether
        super().__init__("HEAD" if whether else "prefetch")


class NotWrittenDown(Exception):
    """What is to be shown cannot be written down now, so it is not shown: what leaves no trace is refused."""


def must_be_opened(request: HttpRequest) -> None:
    """Raises AskedAhead unless this request opens the page."""
    if request.method == "HEAD":
        raise AskedAhead(whether=True)
    said = " ".join(request.headers.get(name, "") for name in AHEAD).lower()
    if any(word in said for word in WORDS):
        raise AskedAhead(whether=False)


@contextmanager
def written_first() -> Iterator[None]:
    """Around what writes down that something is about to be shown: NotWrittenDown where the database takes nothing in."""
    try:
        yield
    except DatabaseError as error:
        raise NotWrittenDown from error
