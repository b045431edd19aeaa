"""Rows of one file that have one key: which of them count, and what is said of the others (FEEDS B2.7)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]
Placed = tuple[int, Row]  # the line a row began on, and the row
OPEN = ("active", "locked")
FAR = "9999-12-31"

ALIKE = "Rows that stand again, alike in every column, taken once: {}."
PASSED = "result: {} where a course was failed and passed on one day. The pass counts."
OPENED = "status: {} where one user name is open in one row and closed in another. The open row counts, and it is asked about."
HISTORY = "assignment_number: {} of the history of an assignment. The row in force on a day counts on it."


@dataclass(slots=True)
class Story:
    """What became of the rows of one key: lines left out, lines refused with the one they repeat, and lines with a key of their own now."""

    left_out: set[int] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)
    renumbered: dict[int, str] = field(default_factory=dict)
    says: Counter[str] = field(default_factory=Counter)
    contradicted: set[int] = field(default_factory=set)  # lines that count, where the rows disagree on whether the thing is open


def tell(feed: str, columns: Sequence[str], rows: Sequence[Placed]) -> Story:
    """What becomes of several rows of one key, in the order of the file: of rows alike one counts, and where they differ the feed says."""
    told = Story()
    rest = _distinct(rows, told)
    if feed == "accounts":
        rest = _opened(rest, columns.index("status"), told)
    elif feed == "training" and "result" in columns:
        rest = _passed(rest, columns.index("result"), told)
    elif feed == "staff":
        rest = _chapters(rest, columns, told)
    told.refused |= {line: rest[0][0] for line, _ in rest[1:]}
    return told


def _distinct(rows: Sequence[Placed], told: Story) -> list[Placed]:
    first: dict[Row, int] = {}
    for line, row in rows:
        if first.setdefault(row, line) != line:
            told.left_out.add(line)
            told.says[ALIKE] += 1
    return [(line, row) for row, line in first.items()]


def _opened(rows: list[Placed], at: int, told: Story) -> list[Placed]:
    shut = [line for line, row in rows if row[at] not in OPEN]
    if not shut or len(shut) == len(rows):
        return rows
    opened = [(line, row) for line, row in rows if row[at] in OPEN]
    told.contradicted.add(opened[0][0])
    told.left_out.update(shut)
    told.says[OPENED] += 1
    return opened


def _passed(rows: list[Placed], at: int, told: Story) -> list[Placed]:
    passes = [(line, row) for line, row in rows if row[at] == "passed"]
    failed = {line for line, row in rows if row[at] != "passed"}
    if not passes or not failed:
        return rows
    told.left_out |= failed
    told.says[PASSED] += 1
    return passes


def _chapters(rows: list[Placed], columns: Sequence[str], told: Story) -> list[Placed]:
    """Rows of one assignment number at different times: each is a post of its own, and the last begun keeps the number."""
    times: dict[Any, Placed] = {}
    refused = [each for each in rows if times.setdefault(_time(each[1], columns), each) is not each]
    number = columns.index("assignment_number")
    *earlier, _ = [times[time] for time in sorted(times)]
    for place, (line, row) in enumerate(earlier, 1):
        told.renumbered[line] = f"{row[number]} (earlier {place})"
        told.says[HISTORY] += 1
    return [next(iter(times.values())), *refused] if refused else []


def _time(row: Row, columns: Sequence[str]) -> tuple[str, str, bool]:
    said = dict(zip(columns, row, strict=True))
    return str(said.get("start_on") or ""), str(said.get("end_on") or FAR), said.get("assignment_status") != "terminated"


def notices(said: Counter[str]) -> Iterator[str]:
    """One notice for each kind, with how many rows."""
    return (words.format("1 row" if n == 1 else f"{n:,} rows") for words, n in said.items())
