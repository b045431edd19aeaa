"""What a staff row does not say of its assignment, worked out from the person's other rows of the same file."""

from collections.abc import Mapping, Sequence
from typing import Any

from careward.core.blocks import Block
from careward.engines.connectors.csv.kept import KeptRows


class Assignments:
    """Numbers blank assignments and finds each person's primary one.

    Refused rows are counted too: a person's second row keeps its number when the first is put right.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._person = columns.index("employee_number")
        self._number = columns.index("assignment_number")
        self._primary = columns.index("primary_assignment")
        self._count: dict[Any, int] = {}
        self._known: dict[int, Any] = {}  # by what a row says in all its columns: the number of the first that says so

    def numbered(self, values: list[Sequence[Any]]) -> list[Sequence[Any]]:
        """The columns, with the number its place among the person's rows gives each row that had none."""
        numbers = [self._number_of(row) for row in zip(*values, strict=True)]
        return [*values[: self._number], numbers, *values[self._number + 1 :]]

    def _number_of(self, row: tuple[Any, ...]) -> Any:
        """A row alike in every column is no further post of the person."""
        said = hash(row)
        if said not in self._known:
            person, number = row[self._person], row[self._number]
            count = self._count[person] = self._count.get(person, 0) + 1
            self._known[said] = number if number != "" else person if count == 1 else f"{person}-{count}"
        return self._known[said]

    def renumbered(self, block: Block, numbers: Mapping[int, str]) -> Block:
        """A block in which the rows of some lines have other numbers."""
        known = block.values[self._number]
        column = [numbers.get(line, number) for line, number in zip(block.lines, known, strict=True)]
        return Block(block.columns, block.lines, [*block.values[: self._number], column, *block.values[self._number + 1 :]])

    def settle(self, rows: KeptRows) -> None:
        """Blank primaries decided: yes for the first row of a person none of whose rows says yes, else no."""
        has_one = {
            person
            for block in rows.blocks()
            for person, primary in zip(block.values[self._person], block.values[self._primary], strict=True)
            if primary
        }

        def decided(block: Block) -> Block:
            primaries = []
            for person, primary in zip(block.values[self._person], block.values[self._primary], strict=True):
                primaries.append(person not in has_one if primary is None else primary)
                if primary is None:
                    has_one.add(person)
            return Block(block.columns, block.lines, [*block.values[: self._primary], primaries, *block.values[self._primary + 1 :]])

        rows.settle(decided)
