"""What is weighed when a comparison meets what is open already, as frozen values. Without Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from careward.access.accounts.rules.states import state_of_finding
from careward.access.accounts.tasks import OF_A_PERSON
from careward.core.days import Calendar
from careward.core.packs.pack import Pack
from careward.core.ports import Found


@dataclass(frozen=True, slots=True)
class Judged:
    """One line found, with the rows it is about."""

    found: Found
    account_id: int | None
    person_id: int | None


class Trouble(NamedTuple):
    """What makes a finding the same one from run to run: one account's, one person's whatever their accounts, or a whole system's."""

    system: str
    environment: str
    username: str
    person_id: int
    code: str
    topic: str

    @property
    def of_a_person(self) -> bool:
        return self.person_id != 0


def trouble_of(judged: Judged) -> Trouble:
    """A course or a registration that lapsed is one trouble of the person, however many of their accounts it touches."""
    found = judged.found
    if found.code in OF_A_PERSON and judged.person_id:
        return Trouble("", "", "", judged.person_id, found.code, found.topic)
    return Trouble(found.system, found.environment, found.username, 0, found.code, found.topic)


class Touched(NamedTuple):
    """An account that a finding is about, and the clause that asks it there: each system's pack may name its own."""

    system: str
    environment: str
    username: str
    account_id: int
    clause: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a finding says, and who acts by when."""

    step: str
    clause: str
    detail: str
    settled: bool
    person_id: int | None
    employee_number: str | None
    account_id: int | None
    manager_id: int | None
    who: str
    asked_on: date  # the day from which its step is asked
    due_on: date


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding that is open as the comparison comes. `rows` holds the row of each account it touches."""

    id: int
    trouble: Trouble
    told: Told
    found_on: date
    task_id: int | None = None
    rows: Mapping[Touched, int] = field(default_factory=dict)

    @property
    def accounts(self) -> frozenset[Touched]:
        return frozenset(self.rows)

    @property
    def state(self) -> str:
        return state_of_finding(settled=self.told.settled, has_task=self.task_id is not None)


@dataclass(frozen=True, slots=True)
class StandingTask:
    """A task that is not closed, as it stands."""

    id: int
    key: str
    state: str
    said_done_at: datetime | None
    words: tuple[object, ...]  # what work.tasks.wanted.TOLD names, in its order
    answered_until: date | None = None


@dataclass(frozen=True, slots=True)
class KeepingFacts:
    """All else that is asked: the day, the packs, who manages whom, and what was heard from whom when."""

    on: date
    calendar: Calendar  # the organisation's own
    packs: Mapping[str, Pack]  # of each system
    systems: Mapping[str, str]  # the names of those compared: findings elsewhere stay as they are
    names: Mapping[int, str] = field(default_factory=dict)
    managers: Mapping[int, int] = field(default_factory=dict)
    held: frozenset[str] = frozenset()  # systems whose locks and closes wait for a named person's word
    told_at: Mapping[str, datetime] = field(default_factory=dict)  # when each system's accounts were last loaded; under "", anything
    locks_on: Mapping[int, date] = field(default_factory=dict)  # of accounts with notice given: the day each would be locked (EL-037)
    run: str = "the comparison"
    today: date | None = None  # the day the comparison is made, where it looks at another

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id, "") if person_id else ""

    def manager(self, person_id: int | None) -> int | None:
        return self.managers.get(person_id) if person_id else None
