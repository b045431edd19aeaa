"""Pictures worked out as shapes with their places, which web/pictures.jinja writes as SVG: no script, no colour that says something alone.

360 units wide, words 13 units high: readable on a phone without a second drawing. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 360
HEAD, FOOT, GAP = 44, 20, 24  # room above the highest column for its figure, below the base for the names, and between two pictures


@dataclass(frozen=True, slots=True)
class PictureColumn:
    """One column of a picture: its name, and its figure; None where nobody knows it."""

    name: str
    value: int | None


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column with its place; one of which nothing is known is a hollow box."""

    name: str
    words: str
    x: float
    middle: float
    y: float
    wide: float
    high: float
    kind: str  # "is-bar", "is-now" for the last one, "is-hollow" where it is not known


@dataclass(frozen=True, slots=True)
class DrawnColumns:
    """A row of columns under a title, each with its own scale from zero."""

    title: str
    top: float
    base: float
    columns: tuple[DrawnColumn, ...]


@dataclass(frozen=True, slots=True)
class ColumnPicture:
    """Rows of columns one under another."""

    high: float
    rows: tuple[DrawnColumns, ...]


def column_picture(rows: Sequence[tuple[str, Sequence[PictureColumn], int]]) -> ColumnPicture:
    """Rows of columns, each with a title and the height of its highest column; each column carries its figure."""
    drawn: list[DrawnColumns] = []
    top = 0.0
    for title, columns, high in rows:
        drawn.append(_row(title, columns, high, top))
        top = drawn[-1].base + FOOT + GAP
    return ColumnPicture(top - GAP, tuple(drawn))


def _row(title: str, columns: Sequence[PictureColumn], high: int, top: float) -> DrawnColumns:
    base = top + HEAD + high
    most = max((c.value or 0 for c in columns), default=0) or 1
    step = WIDTH / max(len(columns), 1)
    wide = min(20.0, step * 2 / 3)
    placed = []
    for at, each in enumerate(columns):
        tall = high * (each.value or 0) / most if each.value is not None else 6.0
        middle = step * at + step / 2
        kind = "is-hollow" if each.value is None else "is-now" if at == len(columns) - 1 else "is-bar"
        words = "?" if each.value is None else f"{each.value:,}"
        placed.append(DrawnColumn(each.name, words, _r(middle - wide / 2), _r(middle), _r(base - tall), _r(wide), _r(tall), kind))
    return DrawnColumns(title, _r(top + 12), _r(base), tuple(placed))


def mini_bar(value: int, most: int, wide: int = 48) -> float:
    """How long a bar in a row of a table is, of the longest."""
    return _r(wide * value / most) if most else 0


def _r(value: float) -> float:
    return round(value, 2)


@dataclass(frozen=True, slots=True)
class PictureSpan:
    """Something that was so from one day to another, both in it; None: begun before, or not over."""

    begins: date | None
    ends: date | None
    kind: str  # "is-bar", "is-hollow", "is-line"


@dataclass(frozen=True, slots=True)
class DrawnSpan:
    kind: str
    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """One thing over time: its name, and what was so of it, bars under it and lines under these."""

    name: str
    base: float
    spans: tuple[DrawnSpan, ...]


@dataclass(frozen=True, slots=True)
class SpanPicture:
    """Lanes one under another over the same days, and where each year or half of one begins."""

    high: float
    lanes: tuple[DrawnLane, ...]
    marks: tuple[tuple[float, str], ...]


LANE, NAME = 40, 12  # units from one lane to the next, and from its top to the foot of its name
HEIGHTS = {"is-bar": (18, 9), "is-hollow": (18, 9), "is-line": (31, 3)}  # from the top of a lane, and how high


def span_picture(lanes: Sequence[tuple[str, Sequence[PictureSpan]]], *, begins: date, ends: date) -> SpanPicture:
    """Things over the days from one to another; what lies outside of them is cut off, and what lies there alone is not drawn."""
    days = (ends - begins).days + 1

    def place(on: date) -> float:
        return _r(WIDTH * (on - begins).days / days)

    drawn = []
    for nth, (name, spans) in enumerate(lanes):
        top, placed = nth * LANE, []
        for span in spans:
            first, last = max(span.begins or begins, begins), min(span.ends or ends, ends)
            if first <= last:
                down, high = HEIGHTS[span.kind]
                wide = max(2.0, _r(WIDTH * ((last - first).days + 1) / days))
                placed.append(DrawnSpan(span.kind, min(place(first), WIDTH - wide), top + down, wide, high))
        drawn.append(DrawnLane(name, top + NAME, tuple(placed)))
    halves = [date(year, month, 1) for year in range(begins.year, ends.year + 1) for month in (1, 7)]
    marks = tuple((place(on), f"{on:%b %Y}") for on in halves if begins <= on <= ends)
    return SpanPicture(len(lanes) * LANE + FOOT, tuple(drawn), marks)
