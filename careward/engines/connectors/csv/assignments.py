"""What a staff row does not say of its assignment, worked out from the person's other rows of the same file."""

from typing import Any

Row = tuple[Any, ...]


class Assignments:
    """Numbers blank assignments and finds each person's primary one.

    Refused rows are counted too: a person's second row keeps its number when the first is put right.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._person = columns.index("employee_number")
        self._number = columns.index("assignment_number")
        self._primary = columns.index("primary_assignment")
        self._count: dict[Any, int] = {}

    def numbered(self, row: Row) -> Row:
        """The row, with the number its place among the person's rows gives it where it had none."""
        person = row[self._person]
        count = self._count[person] = self._count.get(person, 0) + 1
        if row[self._number] != "":
            return row
        number = person if count == 1 else f"{person}-{count}"
        return (*row[: self._number], number, *row[self._number + 1 :])

    def settled(self, rows: list[Row]) -> list[Row]:
        """Blank primaries decided: yes for the first row of a person none of whose rows says yes, else no."""
        person, primary = self._person, self._primary
        has_one = {row[person] for row in rows if row[primary]}
        for i, row in enumerate(rows):
            if row[primary] is None:
                first = row[person] not in has_one
                has_one.add(row[person])
                rows[i] = (*row[:primary], first, *row[primary + 1 :])
        return rows
