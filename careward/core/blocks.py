"""Rows of a file some thousands at a time, column by column, so that nobody need hold a whole file."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one file: the line each began on, and for each column its values."""

    columns: tuple[str, ...]
    lines: Sequence[int]
    values: Sequence[Sequence[Any]]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def cells(self) -> dict[str, list[Any]]:
        """The values column by column; ours to add to and to change."""
        return dict(zip(self.columns, map(list, self.values), strict=True))

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.values, strict=True)

    def only(self, places: Sequence[int]) -> "Block":
        """The rows at these places alone."""
        return Block(self.columns, [self.lines[i] for i in places], [[column[i] for i in places] for column in self.values])


def block_of(columns: tuple[str, ...], lines: Sequence[int], rows: Sequence[tuple[Any, ...]]) -> Block:
    """Rows as a block."""
    return Block(columns, lines, list(zip(*rows, strict=True)) if rows else [()] * len(columns))


def joined(columns: tuple[str, ...], blocks: Sequence[Block]) -> Block:
    """Several blocks of one file as one."""
    if len(blocks) == 1:
        return blocks[0]
    lines = list(chain.from_iterable(b.lines for b in blocks))
    return Block(columns, lines, [list(chain.from_iterable(b.values[i] for b in blocks)) for i in range(len(columns))])


def parted(block: Block, column: str) -> dict[Any, Block]:
    """A block in parts, one for each value of a column, in the order in which the values come."""
    values = block.values[block.columns.index(column)]
    if not values or values.count(values[0]) == len(values):
        return {values[0]: block} if values else {}
    places: dict[Any, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    return {value: block.only(at) for value, at in places.items()}


@contextmanager
def collector_off() -> Iterator[None]:
    """Leaves Python's cycle collector off meanwhile: rows hold no cycles, and it would walk each of a million again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Rows(Protocol):
    """The rows of a file, wherever they are kept; what iterates gets them one by one."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

    def blocks(self) -> Iterator[Block]:
        """All rows, some thousands at a time."""
        ...

    def parts(self, column: str) -> Iterator[tuple[Any, Iterator[Block]]]:
        """The rows of each value of a column by themselves, some thousands at a time."""
        ...
