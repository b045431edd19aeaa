"""Rows of a file that contradict themselves, counted for its preview. What follows from such a row the rules of the rooms say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from careward.core.days import london_day, moment_written

# Feed: of which two days of a row the second may not come first, and what is made of a row where it does.
CROSSED = {
    "staff": ("start_on", "end_on", "Nobody is taken to have left by such a row: it is asked about"),
    "training": ("completed_on", "expires_on", "The course counts as run out"),
    "authorisations": ("approved_on", "expires_on", "Nothing is locked by such a row: it is asked about"),
    "generic_accounts": ("ig_approved_on", "expires_on", "Nothing is locked by such a row: it is asked about"),
    "accounts": ("created_on", "last_used_at", "Disuse counts from the later of the two"),
}
COMING = "end_on: {} still to come where the assignment_status is terminated. Each counts as a leaver from the day after."


class Doubts:
    """What the rows of one file say against themselves, some rows at a time."""

    def __init__(self, feed: str, on: date) -> None:
        self._crossed, self._on = CROSSED.get(feed), on.isoformat()
        self._counts: Counter[str] = Counter()

    def note(self, cells: Mapping[str, Sequence[Any]]) -> None:
        """Takes in some rows, column by column, their days and moments as text."""
        if self._crossed:
            begins, ends, follows = self._crossed
            told = f"{ends}: {{}} before the {begins} of the same row. {follows}."
            self._counts[told] += _crossed(cells.get(begins, ()), cells.get(ends, ()))
        coming = zip(cells.get("assignment_status", ()), cells.get("end_on", ()), strict=False)
        self._counts[COMING] += sum(1 for status, end in coming if status.casefold() == "terminated" and end and end >= self._on)

    def notices(self) -> list[str]:
        """One notice for each column and kind, with how many cells."""
        return [told.format("1 cell" if n == 1 else f"{n:,} cells") for told, n in self._counts.items() if n]


def _crossed(begins: Iterable[str | None], ends: Iterable[str | None]) -> int:
    before = [(begin, end) for begin, end in zip(begins, ends, strict=False) if begin and end and end < begin]
    return sum(1 for begin, end in before if len(end) == len(begin) or _day_of(end) < begin)


def _day_of(moment: str) -> str:
    """The day in London, which is never before the same moment's day in UTC."""
    return london_day(moment_written(moment)).isoformat()
