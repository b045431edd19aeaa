"""Cases over twelve months: how many were to put right at the end of each, by the days on which each was found and ended. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from careward.core.days import ONE_DAY

ENDS_SHOWN = 12


class CaseSpan(NamedTuple):
    """A case from the day it was found: an account, the clause, its system, its holder, the day it ended and the day its step is due."""

    account_id: int
    clause: str
    system_id: int
    person_id: int | None
    found_on: date
    ended_on: date | None
    due_on: date
    moved: str | None

    def open_on(self, day: date) -> bool:
        return self.found_on <= day and (self.ended_on is None or self.ended_on > day)


@dataclass(frozen=True, slots=True)
class CaseMonth:
    """The end of a month, or today: how many cases were to put right, and how many of them late; None where nobody knows."""

    on: date
    to_put_right: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """One system, directorate or team: its months, the last of which is today, and what changed since a day."""

    key: str
    title: str
    months: tuple[CaseMonth, ...]
    found: int
    put_right: int

    @property
    def now(self) -> CaseMonth:
        return self.months[-1]


@dataclass(frozen=True, slots=True)
class CaseTrend:
    """All cases of an organisation over twelve months, and by group. `first_on`: the day of the first comparison; None before it."""

    first_on: date | None
    since: date
    whole: CaseGroup
    groups: Mapping[str, tuple[CaseGroup, ...]]


def month_ends(today: date) -> tuple[date, ...]:
    """The last days of the eleven months before, and today."""
    ends = []
    first = today.replace(day=1)
    for _ in range(ENDS_SHOWN - 1):
        ends.append(first - ONE_DAY)
        first = ends[-1].replace(day=1)
    return (*reversed(ends), today)


def group_of(key: str, title: str, spans: Iterable[CaseSpan], ends: tuple[tuple[date, bool], ...], since: date) -> CaseGroup:
    """An account counts once under a clause, however much is wrong with it there; `ends` are days, and whether anything is known."""
    right: defaultdict[date, set[tuple[int, str]]] = defaultdict(set)
    late: defaultdict[date, set[tuple[int, str]]] = defaultdict(set)
    seen: Counter[str] = Counter()
    for span in spans:
        case = (span.account_id, span.clause)
        for end, known in ends:
            if known and span.open_on(end):
                right[end] |= {case}
                late[end] |= {case} if span.due_on < end else set()
        seen["found"] += span.found_on > since
        seen["put right"] += span.ended_on is not None and span.ended_on > since and span.moved is None
    months = tuple(CaseMonth(end, len(right[end]) if known else None, len(late[end]) if known else None) for end, known in ends)
    return CaseGroup(key, title, months, seen["found"], seen["put right"])
