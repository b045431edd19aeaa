"""Days whose order can be doubted: 12/01/2026 is read by the one order a profile names, unless a cell of it fits the other alone (B2.5)."""

import re
from array import array
from collections.abc import Iterable, Sequence

from careward.engines.connectors.csv.dating import Formats, by_formats

_PARTS = re.compile("%([a-zA-Z])")
_BY_PLACE = frozenset("xcD")  # how such a format orders a day depends on where it is read
WORDS = {"dm": "the day first", "md": "the month first"}
_KEPT_CELLS = 65_536


def order_of(form: str) -> str:
    """How a format orders a day: dm, md, ymd, ydm, or 2ymd with a year of two digits; "" where the month is in letters."""
    parts = _PARTS.findall(form)
    if not _BY_PLACE.isdisjoint(parts):
        return "by place"
    if "d" not in parts or "m" not in parts:
        return ""
    order = "".join(p for p in parts if p in "dm")[:2]
    first = parts[0]
    return f"y{order}" if first == "Y" else f"2y{order}" if first == "y" else order


def two_digit_years(form: str) -> bool:
    """Whether a format has a year that does not say its century."""
    return not {"y", *_BY_PLACE}.isdisjoint(_PARTS.findall(form))


def doubted(forms: Iterable[str]) -> bool:
    """Whether formats give more than one order: year, month, day beside one other is no doubt."""
    orders = set(map(order_of, forms)) - {""}
    rest = orders - {"ymd"}
    return len(rest) > 1 or "by place" in rest or (len(orders) > 1 and any("y" in order for order in rest))


class Doubt:
    """The cells of one column that fit two orders, and the first that fits only the other than its profile's."""

    def __init__(self, order: str, mine: Formats, every: tuple[str, ...]) -> None:
        forms = tuple(f for f in every if order_of(f) == order)
        self.order = order[::-1]  # the other one
        self._mine = by_formats(forms, mine.pivot)
        self._other = by_formats(tuple(map(_swapped, forms)), mine.pivot)
        self._every = by_formats(every, mine.pivot)
        self._known: dict[str, str] = {}
        self.lines = array("q")
        self.against: tuple[int, str] | None = None  # the line and the cell that fits only the other order

    def note(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        """Takes in some cells with the line of each."""
        said = list(map(self._fits, cells))
        if "other" in said and self.against is None:
            place = said.index("other")
            self.against = (lines[place], cells[place].strip())
        self.lines.extend(line for line, fits in zip(lines, said, strict=True) if fits == "both")

    def _fits(self, cell: str) -> str:
        if cell not in self._known:
            if len(self._known) >= _KEPT_CELLS:
                self._known.clear()
            self._known[cell] = self._look(cell.strip())
        return self._known[cell]

    def _look(self, cell: str) -> str:
        mine, other = self._mine(cell), self._other(cell)
        if other and not self._every(cell):
            return "other"
        return "both" if mine and other and mine != other else ""


def doubt_of(kind: str, formats: Formats) -> Doubt | None:
    """What watches a column of this kind; None where its formats leave nothing to doubt."""
    every = formats.days if kind == "day" else formats.moments if kind == "moment" else ()
    order = next((o for o in map(order_of, every) if o in WORDS), "")
    return Doubt(order, formats, every) if order else None


def _swapped(form: str) -> str:
    return form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")
