"""Rows of a file some thousands at a time, column by column, so that nobody need hold a whole file."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Protocol

from careward.core.days import moment_written, written_moment


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


def written(block: Block, kinds: Sequence[str]) -> Block:
    """A block with its days and moments as text, in the one form that sorts."""
    return _changed(block, kinds, {"day": date.isoformat, "moment": written_moment})


def read_back(block: Block, kinds: Sequence[str]) -> Block:
    """A block with its days and moments as such, from their text."""
    return _changed(block, kinds, {"day": date.fromisoformat, "moment": moment_written})


def _changed(block: Block, kinds: Sequence[str], changes: Mapping[str, Callable[[Any], Any]]) -> Block:
    pairs = zip(kinds, block.values, strict=True)
    return Block(block.columns, block.lines, [_each(values, changes[kind]) if kind in changes else values for kind, values in pairs])


def _each(values: Sequence[Any], change: Callable[[Any], Any]) -> list[Any]:
    """Each value changed, a blank left blank; a day stands on many rows, and is worked out once."""
    if len(distinct := dict.fromkeys(values)) > len(values) // 2:
        return [None if value is None else change(value) for value in values]
    changed = {value: None if value is None else change(value) for value in distinct}
    return [changed[value] for value in values]


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
        """All rows with days and moments as text, some thousands at a time."""
        ...

    def parts(self, column: str) -> Iterator[tuple[Any, Iterator[Block]]]:
        """The same for each value of a column by itself."""
        ...
