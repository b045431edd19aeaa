"""What a cell was read as where that is not what it seems to say: each kind told in one notice a column, and never in silence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST_WORDS = 4  # shown of what the cells held
NOTHING = "words for nothing, read as blank"
MARKS = "marks of a spreadsheet, taken off"
NO_DAY = "days that mean none, read as blank"
ENDLESS = "days that mean none, read as no end"
TO_COME = "days after the day of the load, read as blank"

Told = Mapping[tuple[str, str], int]  # kind and cell: how often


@dataclass(frozen=True, slots=True)
class Aside:
    """A value, with what is to be said of how its cell was read; `word` is what the cell held, empty where none may repeat it."""

    value: Any
    kind: str
    word: str = ""


class Asides:
    """What was read aside in one file, by column and kind."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._words: dict[tuple[str, str], dict[str, None]] = {}

    def note(self, heading: str, told: Told) -> None:
        """Takes in what some cells of a column were read as."""
        for (kind, word), count in told.items():
            self._counts[heading, kind] += count
            words = self._words.setdefault((heading, kind), {})
            if word and len(words) <= _MOST_WORDS:
                words.setdefault(word)

    def notices(self) -> list[str]:
        """One notice for each column and kind, with how many cells and the first words they held."""
        return [f"{heading}: {kind}: {_cells(count)}{self._shown(heading, kind)}." for (heading, kind), count in self._counts.items()]

    def _shown(self, heading: str, kind: str) -> str:
        words = list(self._words[heading, kind])
        more = ", ..." if len(words) > _MOST_WORDS else ""
        return f" ({', '.join(words[:_MOST_WORDS])}{more})" if words else ""


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
