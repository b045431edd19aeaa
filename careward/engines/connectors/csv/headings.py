"""The heading line against what a feed's profile looks for: which column of the file is which of ours."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from careward.core.columns import Column
from careward.engines.connectors.csv.orders import Doubt, doubt_of
from careward.engines.connectors.csv.profiles import FeedProfile
from careward.engines.connectors.csv.resembling import likeness
from careward.engines.connectors.csv.sources import Unusable
from careward.engines.connectors.csv.values import Block, block_reader


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One canonical column of this file: where its cells stand, or the constant that stands for them."""

    column: Column
    heading: str  # as the file writes it; a column the file lacks goes by its canonical name
    index: int  # -1: every row says `constant`
    constant: str
    read: Block
    doubt: Doubt | None = None  # what watches days whose order can be doubted


class Readers:
    """What reads the cells of each kind of column, for all files of one folder: a word or a day that stands in many is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Block] = {}

    def of(self, column: Column, profile: FeedProfile, on: date) -> Block:
        """The reader of a column as this profile writes it, on the day of the load."""
        formats, values = profile.formats_of(column.name, on), profile.values.get(column.name)
        key = (column, formats, tuple((values or {}).items()))
        if key not in self._known:
            self._known[key] = block_reader(column, formats, values)
        return self._known[key]


class Unmatched(Exception):
    """The heading line cannot be used; carries every reason."""

    def __init__(self, reasons: tuple[Unusable, ...]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(r.what for r in reasons))


def fields_of(headings: list[str], line: int, profile: FeedProfile, on: date, readers: Readers) -> tuple[FileColumn, ...]:
    """The fields of a file in the order of its feed's shape; raises Unmatched with every reason at once, each naming the heading's line."""
    places: dict[str, int] = {}
    for index, heading in enumerate(headings):
        places.setdefault(normal(heading), index)
    wanted = {name: normal(theirs) for name, theirs in profile.theirs.items()}
    if reasons := _against(headings, line, places, wanted, profile):
        raise Unmatched(tuple(reasons))
    return tuple(
        FileColumn(
            column,
            headings[places[wanted[column.name]]].strip(),
            places[wanted[column.name]],
            "",
            readers.of(column, profile, on),
            doubt_of(column.kind, profile.formats_of(column.name)),
        )
        if wanted.get(column.name) in places
        else FileColumn(column, column.name, -1, profile.constants.get(column.name, ""), readers.of(column, profile, on))
        for column in profile.shape.columns
        if wanted.get(column.name) in places or column.name in profile.constants or column.always
    )


def misnamed(headings: list[str], profile: FeedProfile) -> dict[str, str]:
    """Each column that is not read and resembles a missing one, with that one's heading (FEEDS B2.6)."""
    there = set(map(normal, headings))
    wanted = {normal(theirs) for theirs in profile.theirs.values()}
    missing = {ours: theirs for ours, theirs in profile.theirs.items() if normal(theirs) not in there}
    return likeness([h for h in headings if h.strip() and normal(h) not in wanted], missing) if missing else {}


def problems_of(headings: list[str], line: int, profile: FeedProfile) -> list[Unusable]:
    """What is wrong with the headings of a file that can be read all the same."""
    return [
        Unusable(
            line,
            f"The column is not read, and {theirs}, which it resembles, is missing",
            f"Call it {theirs}, or map it in a profile",
            short(h),
        )
        for h, theirs in misnamed(headings, profile).items()
    ]


def notices_of(headings: list[str], profile: FeedProfile) -> list[str]:
    """One notice for each column that is not read."""
    wanted = {normal(theirs) for theirs in profile.theirs.values()} | set(map(normal, misnamed(headings, profile)))
    out = []
    for number, heading in enumerate(headings, 1):
        if not heading.strip():
            out.append(f"Column {number} has no name and is not read.")
        elif normal(heading) not in wanted:
            out.append(f'The column "{short(heading)}" is not known and is not read.')
    return out


def normal(heading: str) -> str:
    """A heading as it is compared: outer blanks, case and a mark of the bytes' order (of a file joined on) do not matter."""
    return heading.lstrip("\ufeff").strip().casefold()


def needed(profile: FeedProfile) -> frozenset[str]:
    """The headings that there must be, as they are compared."""
    theirs = profile.theirs
    return frozenset(normal(theirs[c.name]) for c in profile.shape.columns if c.required and c.name in theirs)


def short(heading: str) -> str:
    """A heading as a message may repeat it: a file without one shows data in its place."""
    text = "".join(c if c.isprintable() else " " for c in heading.strip())
    return f"{text[:40]}..." if len(text) > 40 else text


def _against(headings: list[str], line: int, places: dict[str, int], wanted: dict[str, str], profile: FeedProfile) -> list[Unusable]:
    sought = set(wanted.values())
    if not sought & places.keys():
        return [_no_heading(headings, line, profile)]
    counts = Counter(map(normal, headings))
    reasons = [
        Unusable(line, f"The column stands {counts[theirs]} times in the heading", "Keep one of them", headings[places[theirs]].strip())
        for theirs in dict.fromkeys(wanted.values())
        if counts[theirs] > 1
    ]
    for column in profile.shape.columns:
        if column.required and column.name in wanted and wanted[column.name] not in places:
            theirs = profile.theirs[column.name]
            reasons.append(Unusable(line, "The column is missing, and the feed must have it", f"Add a column called {theirs}", theirs))
    return reasons


def _no_heading(headings: list[str], line: int, profile: FeedProfile) -> Unusable:
    other = next((name for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "upright strokes")) if mark in headings[0]), None)
    if len(headings) == 1 and other:
        what = f"The first line is not parted by commas, it seems to be by {other}"
        return Unusable(line, what, "Save it as CSV with commas, or choose a mapping profile with its delimiter")
    must = [profile.theirs[c.name] for c in profile.shape.columns if c.required and c.name in profile.theirs]
    what = "The first line is no heading: it names no column of this feed"
    return Unusable(line, what, f"Put a heading line first, with at least {', '.join(must)}; or choose the mapping profile of this extract")
