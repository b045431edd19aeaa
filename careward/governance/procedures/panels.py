"""What procedures give the search."""

from collections.abc import Sequence

from careward.core.room import Hit
from careward.people.staff.packs import clause_called
from careward.web.permission import Viewer


def known(words: str) -> bool:
    """Whether words are the number of a clause, which is no secret."""
    return clause_called(words) is not None


def found(*, viewer: Viewer, words: str, most: int) -> Sequence[Hit]:
    """The clause whose number was written, however it was written."""
    clause = clause_called(words)
    return [Hit("clause", clause, clause, exact=True)] if clause else []
