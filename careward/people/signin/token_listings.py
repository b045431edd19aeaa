"""Tokens as their person, and whoever administers users, sees them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from careward.core.days import london_day
from careward.people.signin.models import ApiToken
from careward.web.house import house
from careward.web.permission import Viewer
from careward.web.words import day


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token; never its letters, only those by which its keeper knows it again."""

    id: int
    name: str
    whose: str
    prefix: str
    may: tuple[str, ...]  # what its scopes are for, in words
    made_on: date
    words: str  # how it stands
    mark: str
    in_use: bool


def tokens_of(*, organisation_id: int, user_id: int | None = None, on: date) -> list[TokenLine]:
    """The tokens of an organisation, or of one person there: those in use first, the next to end first."""
    rows = ApiToken.objects.filter(organisation_id=organisation_id).select_related("user").order_by("ends_on", "pk")
    rows = rows.filter(user_id=user_id) if user_id is not None else rows
    return sorted((_line(row, on) for row in rows), key=lambda line: not line.in_use)


def one_token(*, organisation_id: int, token_id: int, on: date) -> TokenLine | None:
    """One token; None where the organisation has no such."""
    row = ApiToken.objects.filter(organisation_id=organisation_id, pk=token_id).select_related("user").first()
    return _line(row, on) if row else None


def _line(row: ApiToken, on: date) -> TokenLine:
    whose = row.user.name if row.user else "Nobody: made before tokens were somebody's"
    mark, words = _state(row.ended_at, row.ends_on if row.user else row.ends_on or on, on)
    in_use = mark in ("ok", "fix")
    return TokenLine(row.pk, row.name, whose, row.prefix, scope_words(row.scope.split()), london_day(row.made_at), words, mark, in_use)


def _state(ended_at: datetime | None, ends_on: date | None, on: date) -> tuple[str, str]:
    if ended_at is not None:
        return "shut", f"Ended on {day(london_day(ended_at))}"
    if ends_on is None or ends_on <= on:
        return "shut", f"Over since {day(ends_on)}" if ends_on else "Opens nothing"
    near = ends_on - on <= timedelta(days=settings.TOKEN_WARNING_DAYS)
    return ("fix", f"Ends on {day(ends_on)}: make another before then") if near else ("ok", f"Ends on {day(ends_on)}")


def scope_words(scopes: list[str]) -> tuple[str, ...]:
    """What some scopes are for: the words of the permissions they reach."""
    reached = house().permissions_in(scopes)
    return tuple(p.words for p in house().permissions.values() if p.name in reached)


def scopes_of(viewer: Viewer) -> list[tuple[str, str]]:
    """The scopes of which somebody's own roles open anything, each with what it is for."""
    theirs = viewer.rights.on()
    return [(s, f"{s}: {', '.join(scope_words([s]))}") for s in house().scopes if theirs & house().permissions_in([s])]
