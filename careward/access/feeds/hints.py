"""Numbers that nobody here has: named, and those beside them that differ in leading noughts alone, never matched by (FEEDS B2.2)."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from careward.access.feeds.world import World
from careward.core.ids import plain

SHOWN = 3


class Hints:
    """Of one column of a file: the cells whose number is known but for its noughts."""

    def __init__(self, column: str, world: World) -> None:
        self._column, self._world = column, world
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, cells: Mapping[str, Iterable[str | None]]) -> None:
        """Takes in some rows, column by column."""
        known = self._world.people
        strange = Counter(n for n in cells.get(self._column, ()) if n and n not in known)
        for number, count in strange.items():
            if plain(number) not in known and (like := self._world.like(number)):
                self._counts[number, like] += count

    def notices(self) -> list[str]:
        """One notice with how many cells, and the first of them."""
        if not self._counts:
            return []
        count = sum(self._counts.values())
        cells = "1 cell" if count == 1 else f"{count:,} cells"
        told = "; ".join(f"{number} is not there, {like} is" for number, like in list(self._counts)[:SHOWN])
        more = "; ..." if len(self._counts) > SHOWN else ""
        return [f"{self._column}: not in the staff list but for leading noughts, and matched to nobody so: {cells} ({told}{more})."]


class Strangers:
    """Of one column of a file: the cells that name nobody of the staff list, and what follows from that (FEEDS B2.8)."""

    def __init__(self, column: str, known: Container[str], follows: str) -> None:
        self._column, self._known, self._follows = column, known, follows
        self._counts: Counter[str] = Counter()

    def note(self, cells: Mapping[str, Iterable[str | None]]) -> None:
        """Takes in some rows, column by column."""
        self._counts.update(n for n in cells.get(self._column, ()) if n and n not in self._known and plain(n) not in self._known)

    def notices(self) -> list[str]:
        """One notice with how many cells, and the first of them."""
        if not self._counts:
            return []
        count = self._counts.total()
        told = ", ".join(list(self._counts)[:SHOWN]) + (", ..." if len(self._counts) > SHOWN else "")
        cells = "1 cell names" if count == 1 else f"{count:,} cells name"
        return [f"{self._column}: {cells} nobody in the staff list ({told}). {self._follows}"]
