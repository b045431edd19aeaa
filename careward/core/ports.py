"""The shapes that cross between rooms and what stands beside the stair: feeds read, accounts found wrong, plans."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from careward.core.blocks import Block, Rows, block_of, joined, parted, written
from careward.core.changes import Change, ChangePlan, Observed, Outcome, Proof
from careward.core.columns import FEEDS

T = TypeVar("T")

STEPS = ("nothing", "warn", "ask", "amend", "reopen", "lock", "close")  # mildest first


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a file says that cannot be used; `line` counts from 1 with the header, 0 where there is no line."""

    file: str
    line: int
    column: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of a feed, read through its profile into canonical names and typed values.

    `columns` are the canonical columns the file gave, in the order of each row's values: str, date, aware datetime, bool,
    or None where the cell was blank and the column is not text. A column the file lacks is not listed, except that one with a
    default always is, and so are assignment_number and primary_assignment of staff, worked out from the other rows.
    `lines` holds the line each row began on. `refused` rows are counted and stand in `problems`, never in `rows`.

    `key` names the columns that tell this file's rows apart. `refused_keys` holds, in that order, the cleaned text of those columns
    for each refused row (defaults applied, lower case where the column is), so that nobody takes such a row for gone; None where some
    refused row cannot be told: `unkeyed` are the lines of those. A heading line that comes again is refused and stands for no row.
    """

    feed: str  # "staff", "training", "accounts" ...
    name: str  # "accounts/paris.csv", as the person who loads it knows it
    system: str  # the system's code for an accounts file, else ""
    digest: str  # SHA-256 of the bytes, hex
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] | Rows
    lines: Sequence[int]
    refused: int
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]
    snapshot: bool  # a full list, so a row no longer in it is gone
    key: tuple[str, ...] = ()
    refused_keys: frozenset[tuple[str, ...]] | None = None
    unkeyed: tuple[int, ...] = ()
    canonical: bool = False  # read by a connector, so that lists, lower case and closed words are already in their one form
    given: tuple[str, ...] = ()  # of the columns, those that stand in the file itself; none where that is not known
    contradicted: frozenset[tuple[str, ...]] = frozenset()  # keys whose rows disagreed on whether the thing is open; the open one stands

    def blocks(self) -> Iterator[Block]:
        """All rows with days and moments as text, some thousands at a time; one block, perhaps empty, at least."""
        if isinstance(self.rows, list):
            kinds = [FEEDS[self.feed].column(name).kind for name in self.columns]
            yield written(block_of(self.columns, self.lines, self.rows), kinds)
        else:
            yield from self.rows.blocks()

    def whole(self) -> Block:
        """All rows at once, for a feed whose rows bear on each other."""
        return joined(self.columns, list(self.blocks()))

    def parts(self, column: str) -> Iterator[tuple[Any, Iterator[Block]]]:
        """The rows of each value of a column by themselves, some thousands at a time."""
        if isinstance(self.rows, list):
            yield from ((value, iter((part,))) for value, part in parted(self.whole(), column).items())
        else:
            yield from self.rows.parts(column)


@dataclass(frozen=True, slots=True)
class Reading:
    files: tuple[FeedFile, ...]
    problems: tuple[Problem, ...]  # of whole files: missing, unreadable, too large
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One line of what reconciliation finds (FEEDS E). `topic` tells apart lines of one code: a course, roles, teams."""

    system: str
    environment: str
    username: str
    employee_number: str | None
    code: str
    step: str
    clause: str
    detail: str
    topic: str = ""
    settled: bool = False  # the step is already so: a lock on an account that is locked
    since: date | None = None  # the first day it could be so, as far as the rows say: the day after a last day, or of creation

    def line(self) -> dict[str, str | None]:
        """The eight keys of the output contract, in its order."""
        return {
            "system": self.system,
            "environment": self.environment,
            "username": self.username,
            "employee_number": self.employee_number,
            "code": self.code,
            "step": self.step,
            "clause": self.clause,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """The live count of one clause: how many cases there are and how many comply."""

    total: int
    complies: int
    link: str = ""  # where the cases are listed, those to put right first
    late: int = 0  # of those to put right, how many should have been by now
    claimed: int = 0  # of those that comply, how many rest on an approval that a list tells of, and nobody gave here
    listed: bool = True  # whether the findings under the clause are the cases to put right

    @property
    def to_put_right(self) -> int:
        return self.total - self.complies

    def __add__(self, other: "Measured") -> "Measured":
        """The cases of both, where one clause asks for two things; the link is of the one with more to put right."""
        worse = max(self, other, key=lambda m: m.to_put_right)
        return Measured(
            self.total + other.total, self.complies + other.complies, worse.link, self.late + other.late, self.claimed + other.claimed,
            self.listed and other.listed,
        )  # fmt: skip


class Measure(Protocol):
    """Counts much of one organisation at once, so that a page costs few queries.

    Each count is named by a duty (core.packs.duties), whose clause the organisation's packs give, or by a clause that a pack's section
    names.
    """

    def __call__(self, *, organisation_id: int, on: Any) -> Mapping[str, Measured]: ...


class Port(Generic[T]):
    """Where config hands a room what it needs from beside the stair, its type kept. RuntimeError when asked before anything is fitted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fitted: list[T] = []

    def fit(self, thing: T) -> None:
        """Hands in what is to be used from now on."""
        self._fitted[:] = [thing]

    def __call__(self) -> T:
        if not self._fitted:
            raise RuntimeError(f"nothing is fitted as {self.name}; config/wiring.py hands it in")
        return self._fitted[0]


class ProfiledFile(Protocol):
    """How one feed's files are called in a mapping profile."""

    @property
    def feed(self) -> str: ...
    @property
    def file(self) -> str: ...
    def reads(self, name: str) -> bool: ...


class ProfileChoice(Protocol):
    """A mapping profile as it is chosen from."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def feeds(self) -> tuple[ProfiledFile, ...]: ...


class FeedReader(Protocol):
    """Reads folders of files, and says what such files may hold."""

    def read(self, folder: Path, *, profile: str, on: date, keep: bool = False, own: Sequence[str] = ()) -> Reading:
        """Every file of a folder, read through a profile on the day of the load; `own` are texts of profiles that read some of them."""
        ...

    def profiles(self) -> tuple[tuple[ProfileChoice, ...], tuple[str, ...]]:
        """The mapping profiles that can be chosen, canonical first, and why each other one cannot be used."""
        ...

    def columns(self) -> object:
        """What each file of the feeds holds, for the page that describes them."""
        ...


class Connector(Protocol):
    """One way to reach a system: how its accounts are read, and how changes of them are made and proved.

    Whoever applies a plan has asked `plan.safe` first. Applying one plan twice makes its changes once (by their keys).
    """

    @property
    def name(self) -> str:
        """As the register of systems names it: "worklist", "csv"."""
        ...

    @property
    def can(self) -> frozenset[str]:
        """The steps of core.changes.STEPS that it can have made; "read" where it reads the accounts by itself."""
        ...

    def plan(self, system: str, wanted: Sequence[Change], *, open_accounts: int) -> ChangePlan:
        """What it would do, and what it cannot."""
        ...

    def apply(self, plan: ChangePlan) -> Iterator[Outcome]:
        """Has the changes made, and says of each what came of it: one outcome a change, in the order of the plan."""
        ...

    def read_back(
        self, changes: Sequence[Change], seen: Mapping[tuple[str, str], Observed], *, whole_list: bool
    ) -> Iterator[tuple[Change, Proof]]:
        """Holds changes against a later reading, by (environment, user name)."""
        ...
