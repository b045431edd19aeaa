"""Words that stand for nothing: what databases, spreadsheets and people write into a cell that has no value (FEEDS B2.1)."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from careward.core.ids import UNSEEN

# Beside those that the contract names: the other errors of Excel, and how MySQL and its like write NULL.
WORDS = frozenset({
    "null", "(null)", "<null>", "[null]", "\\n", "n/a", "na", "none", "nil", "-", "--", ".", "#n/a", "#n/an/a", "#ref!", "#value!",
    "#name?", "#div/0!", "#num!", "#null!", "#spill!", "#calc!",
})  # fmt: skip
_LONGEST = 40  # blanks included
_DASHES = re.compile("[\u2010-\u2015\u2212]")
IsNothing = Callable[[str], bool]


def stands_for_nothing(cell: str) -> bool:
    """Whether a cell holds such a word, in any case and with any blanks; a cell of dashes alone is one too."""
    return len(cell) <= _LONGEST and _squeezed(cell) in WORDS


def _squeezed(cell: str) -> str:
    if not cell.isascii():
        cell = _DASHES.sub("-", UNSEEN.sub("", unicodedata.normalize("NFKC", cell)))
    word = "".join(cell.split()).casefold()
    return "-" if word and not word.strip("-") else word


def nothing_but(kept: Iterable[str]) -> IsNothing:
    """The same, save for words that this column keeps: those of its closed list, and those its profile names."""
    words = frozenset(map(_squeezed, kept)) & WORDS
    return (lambda cell: stands_for_nothing(cell) and _squeezed(cell) not in words) if words else stands_for_nothing


def may_stand_here(cells: Sequence[str], text: str) -> bool:
    """Whether one of some thousand cells, which also stand in one text, may be such a word, quickly. Outer blanks are off."""
    if " " in text or "--" in text or not text.isascii():
        return any(map(stands_for_nothing, set(cells)))
    return not WORDS.isdisjoint(map(str.lower, cells))
