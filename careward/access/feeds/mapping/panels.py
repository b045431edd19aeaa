"""What is held about somebody who says how files are read, as they are told of it."""

from careward.access.feeds.mapping.queries import FEED_WORDS
from careward.access.feeds.models import MappingDraft
from careward.web.own_data import Facts
from careward.web.words import moment


def own_files(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The files that somebody is saying how to read, as they are told of what is held about them."""
    rows = MappingDraft.objects.filter(user_id=user_id).order_by("pk")
    return [(("File", r.name), ("List", FEED_WORDS[r.feed]), ("Chosen", moment(r.begun_at))) for r in rows]
