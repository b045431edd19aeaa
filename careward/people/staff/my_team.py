"""The people of a manager as one page: one line a person, with what is to be put right of them, what is due first on top."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from careward.people.staff.queries import Colleague, Led, MyTeams

HEADS = ("Name", "Staff number", "Job", "Team", "Manager", "State", "To put right", "Late", "First due", "What")


@dataclass(frozen=True, slots=True)
class ToPutRight:
    """What is to be put right of one person, as a room upstairs tells it: how much, and what is due first."""

    count: int
    late: int
    due_on: date
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One person of a team, with what is to be put right of them."""

    person: Colleague
    right: ToPutRight | None


@dataclass(frozen=True, slots=True)
class TeamLines:
    """The lines of one manager's people, what is due first on top, those with nothing to put right after them by name."""

    led: Led
    lines: tuple[TeamLine, ...]

    @property
    def late(self) -> int:
        return sum(1 for line in self.lines if line.right and line.right.late)


Told = Mapping[int, ToPutRight]


def people_of(mine: MyTeams) -> frozenset[int]:
    """Everybody who may stand on the page."""
    return frozenset(person.id for led in mine.led for person in (*led.people, *led.left))


def lines_of(mine: MyTeams, told: Iterable[Told]) -> tuple[TeamLines, ...]:
    """Each manager's people with what the rooms tell of them; who has left stands there while something of theirs is to put right."""
    right = {person: each for room in told for person, each in room.items()}
    shown = [(led, (*led.people, *(p for p in led.left if p.id in right))) for led in mine.led]
    return tuple(TeamLines(led, tuple(sorted((TeamLine(p, right.get(p.id)) for p in people), key=_first))) for led, people in shown)


def _first(line: TeamLine) -> tuple[bool, date]:
    return line.right is None, line.right.due_on if line.right else date.max


def with_something(teams: Iterable[TeamLines]) -> tuple[TeamLine, ...]:
    """Everybody of whom something is to be put right, what is due first on top."""
    return tuple(sorted((line for team in teams for line in team.lines if line.right), key=_first))


def rows_of(teams: Iterable[TeamLines]) -> Iterator[tuple[object, ...]]:
    """The same for a file, each person once for each manager."""
    for team in teams:
        for line in team.lines:
            p, r = line.person, line.right
            right = (r.count, r.late, r.due_on, r.what) if r else (0, 0, "", "")
            yield (p.name, p.employee_number, p.job, p.team.name if p.team else "", team.led.manager.name, p.state_words, *right)
