"""Pictures worked out as shapes with their places, which web/pictures.jinja writes as SVG: no script, no colour that says something alone.

360 units wide, words 13 units high: readable on a phone without a second drawing. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
