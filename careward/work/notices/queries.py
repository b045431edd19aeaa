"""Reading which letters were written and sent, within one organisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from careward.web import lists
from careward.web.lists import Asked, Listing, Page
from careward.work.notices.models import Notice
from careward.work.notices.rules import KIND_WORDS


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter as the list shows it."""

    to: str
    kind: str
    words: str
    written_at: datetime
    sent_at: datetime | None


def _rows(organisation_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(organisation_id=organisation_id).select_related("user")


def _line(row: Notice) -> LetterLine:
    return LetterLine(row.user.name, KIND_WORDS[row.kind], row.words, row.written_at, row.sent_at)


def notices(organisation_id: int, listed: Listing, asked: Asked) -> Page[LetterLine]:
    """One page of letters."""
    return lists.apply(listed, asked, _rows(organisation_id)).map(_line)


def notice_rows(organisation_id: int, listed: Listing, asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Every letter that matches, for a file."""
    for row in lists.stream(lists.matching(listed, asked, _rows(organisation_id))):
        line = _line(row)
        yield (line.to, line.kind, line.words, line.written_at, line.sent_at)
