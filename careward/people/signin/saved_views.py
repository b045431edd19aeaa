"""Views of lists that are kept: what somebody asked of a list, under a name, until they end it.

Like a question that is kept for a day (asking.py), a view is opened by a number that tells nothing: words that may name a person stand in
no address. Whoever of the same organisation has the number asks the same, and sees what they may see. It does nothing and decides nothing,
so it is no evidence, and it goes with whose it is.
"""

from dataclasses import dataclass
from datetime import datetime
from secrets import randbelow
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.urls import Resolver404, resolve

from careward.core.decision import Refused, refuse
from careward.people.signin import rules
from careward.people.signin.asking import MOST, NUMBERS, Words, kept
from careward.people.signin.models import SavedView, User
from careward.web.asked import VIEW, cleaned
from careward.web.permission import ANYONE, Viewer

LONGEST_SHOWN = 4_000  # characters of what is asked
OVER = refuse("view.over", "house", "What was typed is not kept any more", "Go back to the list, filter it again, and keep that")
NEVER_KEPT = ("page", "as", VIEW)


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as its keeper's page shows it."""

    number: int
    name: str
    noun: str
    page: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ListShown:
    """A list as somebody sees it: its page, what it is of, and what its address asks."""

    page: str
    noun: str
    shows: str


def is_a_list(page: str) -> bool:
    """Whether an address is a page of ours for those who are signed in."""
    if not page.startswith("/") or page.startswith("//"):
        return False
    try:
        found = resolve(page)
    except Resolver404:
        return False
    return getattr(found.func, "permission", ANYONE) != ANYONE


@transaction.atomic
def keep_view(viewer: Viewer, *, name: str, listed: ListShown) -> int:
    """Keeps a list as somebody sees it; returns its number. Refused where they have one of that name, or as many as one person keeps."""
    name = cleaned(name)
    User.objects.select_for_update().get(pk=viewer.user_id)  # two at once are counted one after the other
    mine = _mine(viewer)
    taken = mine.filter(page=listed.page, name=name).exists()
    if not (may := rules.may_keep_view(name=name, taken=taken, many=mine.count())):
        raise Refused(may)
    shows, words = _asked(viewer, listed)
    number = randbelow(NUMBERS - 1) + 1
    SavedView.objects.create(
        number=number, user_id=viewer.user_id, organisation_id=viewer.organisation_id, page=listed.page, noun=listed.noun, name=name,
        shows=shows, words=words, made_at=viewer.now,
    )  # fmt: skip
    return number


def _asked(viewer: Viewer, listed: ListShown) -> tuple[str, Words]:
    """What may stand in an address, and the words that are kept under the number in it. Refused where these are over."""
    pairs = parse_qsl(listed.shows[:LONGEST_SHOWN].removeprefix("?"), keep_blank_values=True)
    number, words = next((value for name, value in pairs if name == VIEW), ""), Words()
    if number:
        words = dict(kept(viewer, page=listed.page, number=number) or {})
        if not words:
            raise Refused(OVER)
    given = {name for name, _ in pairs}  # what stands in the address counts, also where it is blank: that word was taken away
    open_ = [(name, value) for name, value in pairs if name not in NEVER_KEPT and value]
    return urlencode(open_[: 10 * MOST]), {name: values for name, values in words.items() if values and name not in given}


def address_of(viewer: Viewer, number: int) -> str | None:
    """Where a view of somebody's organisation is shown; None where there is none of that number."""
    row = SavedView.objects.filter(organisation_id=viewer.organisation_id, number=number).first()
    if row is None:
        return None
    asked = "&".join(part for part in (urlencode({VIEW: row.number}) if row.words else "", row.shows) if part)
    return f"{row.page}?{asked}" if asked else row.page


def views_of(viewer: Viewer) -> tuple[ViewLine, ...]:
    """The views that somebody keeps, by list and name."""
    rows = _mine(viewer).order_by("noun", "name", "number")
    return tuple(ViewLine(*row) for row in rows.values_list("number", "name", "noun", "page", "made_at"))


def view_of(viewer: Viewer, number: int) -> ViewLine | None:
    """One of them; None where it is another's."""
    return next((view for view in views_of(viewer) if view.number == number), None)


@transaction.atomic
def rename_view(viewer: Viewer, *, number: int, name: str) -> None:
    """Gives a view another name. Refused where another view of that list has it."""
    name = cleaned(name)
    row = _mine(viewer).select_for_update().get(number=number)
    taken = _mine(viewer).filter(page=row.page, name=name).exclude(number=number).exists()
    if not (may := rules.may_keep_view(name=name, taken=taken, many=0)):
        raise Refused(may)
    row.name = name
    row.save(update_fields=["name"])


def end_view(viewer: Viewer, *, number: int) -> None:
    """Lets a view go; whoever has its address is told that it is over. Twice is as once."""
    _mine(viewer).filter(number=number).delete()


def _mine(viewer: Viewer) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user_id=viewer.user_id, organisation_id=viewer.organisation_id)
