"""What a room gives the house, typed: each room's room.py holds one Room, and config/rooms.py lists them.

A room names things of its own and of lower rooms. Where a lower room must lead to what only a higher one shows (a person's page, a clause),
it names the kind of thing, a word of KINDS, and the room that shows it says so by a Home.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, TypeVar

from careward.core.commands import Command
from careward.core.decision import Decision
from careward.core.forms import Form
from careward.core.machine import Machine
from careward.core.names import ThingNames
from careward.core.ports import Measure
from careward.core.roles import ROLES

# What can be led to: one meaning each (DESIGN section 3). The plural is the list of them.
KINDS = frozenset({
    "account", "approval", "clause", "entry", "finding", "findings", "first", "job", "jobs", "load", "loads", "my_access", "own_account",
    "own_data", "person", "people", "procedure", "search", "sign_out", "somebody_else", "system", "systems", "task", "tasks",
    "team", "team_access", "my_team", "my_team_access", "my_work", "views",
})  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done. `roles` may do it; a client of the API may where its token has one of `scopes`.

    Where it is `by_name`, a named person does it: no job of the house ever does.
    """

    name: str  # "tasks:tasks:do": room, thing, verb
    words: str  # "do the tasks that are theirs": verb first
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of ledger entry: past tense, and what a page calls it."""

    name: str  # "load.applied"
    words: str  # "Files loaded"
    lane: str = ""  # an order of writing of its own in each organisation, where pages write such entries: they hold up no act


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One place in the menu. `permissions`: any one will do, none for everybody. `badge` counts what waits behind it."""

    title: str
    url: str  # the name of a URL pattern
    permissions: tuple[str, ...]
    place: int  # 10 comes before 20
    badge: Callable[[Any], int] | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Where one kind of thing is shown. `needs`: who may follow the link; empty for whoever may see the thing named."""

    kind: str
    url: str  # the name of a URL pattern; it takes the thing's key, if it has one
    needs: str = ""  # a permission


@dataclass(frozen=True, slots=True)
class ErrandKind:
    """Work done by the worker after the transaction that asked for it. `prepare` reads and computes before the transaction of `handle`."""

    name: str  # "feeds.apply"
    handle: Callable[..., object]
    prepare: Callable[..., object] | None = None
    words: str = ""  # "Load the files"


@dataclass(frozen=True, slots=True)
class TimedJob:
    """Work that is due by the clock: each `every`, or each day `at` a time in London; missed, it is caught up once where `catch_up`."""

    name: str  # "reconciliation.nightly"
    words: str  # "Compare every account"
    run: Callable[..., object]
    every: timedelta | None = None
    at: time | None = None
    for_each_organisation: bool = False
    looks: bool = False  # it looks again at everything: pages say when
    catch_up: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another thing's page. `facts(viewer=, key=, asked=)` gives a value for the template, or None for nothing to show.

    `asked` is what the address asks, so that a panel may be a list; of one page one panel at most is a list, or can be downloaded.
    The value of a list has its `page_title`.
    """

    on: str  # a word of KINDS: "person", "system"; the plural is the list, where `template` is drawn in each row, as a column
    title: str
    place: int
    template: str  # of the room itself; draws `panel`
    facts: Callable[..., object | None]
    permission: str = ""  # empty: whoever sees the page
    lead: str = ""  # another template of the room: the sentence and the next step under the name; the first panel that has one speaks
    rows: Callable[..., "DownloadRows"] | None = None  # rows(viewer=, key=, asked=): what a download of the page holds
    half: bool = False  # short: two such stand side by side where there is room


@dataclass(frozen=True, slots=True)
class DownloadRows:
    """What a download of a page holds."""

    name: str  # of the file: "access"
    heads: tuple[str, ...]
    lines: Iterable[Sequence[Any]]
    narrowed_by: tuple[str, ...] = ()  # the names of the filters that are on


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to somebody or something, for the history on its page."""

    at: datetime | date
    words: str
    sub: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What a room knows to have happened to a thing of a kind: `find(viewer=, key=, most=)`, newest first."""

    on: str
    find: Callable[..., Sequence[Happening]]
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a search found, led to by its Home."""

    kind: str
    key: str
    words: str
    sub: str = ""
    exact: bool = False  # what was written names just this: the search leads there at once


@dataclass(frozen=True, slots=True)
class Search:
    """What of a room can be found by words: `find(viewer=, words=, most=)`.

    `near(viewer=, words=)` gives what might have been meant where nothing is found; `known(words)` whether words name such a thing, where
    that is no secret: whoever may not see it is told so.
    """

    title: str  # "People"
    find: Callable[..., Sequence[Hit]]
    permission: str = ""
    near: Callable[..., Sequence[str]] | None = None
    known: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class OwnData:
    """What a room holds about somebody, for their own page: `find(user_id=, person_id=)` gives rows of (what, value).

    `models`: the names of the tables it tells of, so that a test sees which are told to nobody.
    """

    title: str
    find: Callable[..., Sequence[Sequence[tuple[str, str]]]]
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A thing as whoever answers about it is shown it: an answer is to exactly these facts and these candidates."""

    facts: tuple[tuple[str, str], ...]  # (what, value)
    candidates: tuple[tuple[int, str], ...] = ()  # (person, who they are and why they are offered): whose it may be
    note: str = ""  # what an answer does, and how far
    at_most: date | None = None  # the last day that "still needed" moves anything to


@dataclass(frozen=True, slots=True)
class AnswerWeighed:
    """An answer before it is taken, as the room of the thing weighs it; what was not said, or is nobody's number, is None."""

    answer: str
    person: int | None
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a room tells, to whoever answers a task about a thing of a kind: `told(organisation_id=, key=, task_kind=, task_key=, today=)`.

    `against(organisation_id=, key=, task_kind=, weighed=, today=)` says every reason of that room's own against an AnswerWeighed.
    """

    on: str  # a word of KINDS
    told: Callable[..., SubjectFacts | None]
    against: Callable[..., Decision] | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not wait: it stands on every page for who may see to it, in /healthz, and after each command."""

    words: str  # "what is wrong"
    remedy: str  # verb first
    permission: str  # who is told on pages
    url: str  # the name of a URL pattern


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure for whoever watches the installation from outside (/metrics): of all organisations together, and of nobody."""

    name: str  # "careward_errands", as Prometheus wants it
    words: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passing:
    """A table that is no evidence, or some columns of one that is, and why: what passes is not held against the ledger."""

    table: str
    why: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form that can be begun and gone on with later, and where."""

    form: Form
    url: str  # the name of a URL pattern


@dataclass(frozen=True, slots=True)
class Room:
    """Everything a room gives; most rooms give a few of these."""

    name: str  # the last folder, the namespace of its addresses, permissions and templates
    title: str = ""  # what its entries in the ledger are grouped under
    permissions: tuple[Permission, ...] = ()
    verbs: tuple[Verb, ...] = ()
    urls: str = ""  # the module of its URL patterns: by name, since only what serves pages reads it
    router: str = ""  # its part of the JSON API, by name likewise
    menu: tuple[MenuEntry, ...] = ()
    homes: tuple[Home, ...] = ()
    errands: tuple[ErrandKind, ...] = ()
    jobs: tuple[TimedJob, ...] = ()
    measures: Measure | None = None
    machines: tuple[Machine, ...] = ()
    panels: tuple[Panel, ...] = ()
    histories: tuple[History, ...] = ()
    searches: tuple[Search, ...] = ()
    own_data: tuple[OwnData, ...] = ()
    subjects: tuple[Subject, ...] = ()
    names: tuple[ThingNames, ...] = ()
    forms: tuple[FormPage, ...] = ()
    alarms: Callable[[], Sequence[Alarm]] | None = None  # what stands now; asked often, so it asks little
    faults: Callable[[], Sequence[Alarm]] | None = None  # what is wrong with the machine now: told like alarms, but no command fails for it
    gauges: Callable[..., Sequence[Gauge]] | None = None  # gauges(now=): for /metrics
    commands: tuple[Command, ...] = ()  # those of its commands.py, where the command line finds them
    systems: Callable[..., Mapping[str, str]] | None = None  # systems(organisation_id=): the code and name of each in the register
    passing: tuple[Passing, ...] = ()  # what of its tables is no evidence; every other table is


class TwiceGiven(ValueError):
    """Two rooms give a thing of one name, or a room names what nobody knows; the message says which."""


@dataclass(frozen=True)
class House:
    """The rooms, lowest first, and what they give together. Raises TwiceGiven where two of them give one thing."""

    rooms: tuple[Room, ...]
    permissions: Mapping[str, Permission] = field(init=False)
    verbs: Mapping[str, Verb] = field(init=False)
    errands: Mapping[str, ErrandKind] = field(init=False)
    jobs: Mapping[str, TimedJob] = field(init=False)
    homes: Mapping[str, Home] = field(init=False)
    forms: Mapping[str, FormPage] = field(init=False)
    names: Mapping[str, ThingNames] = field(init=False)
    subjects: Mapping[str, Subject] = field(init=False)
    commands: Mapping[str, Command] = field(init=False)
    carries: Mapping[str, frozenset[str]] = field(init=False)  # what each role may do

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "permissions", _by("permission", (p for r in self.rooms for p in r.permissions), lambda p: p.name))
        put(self, "verbs", _by("verb", (v for r in self.rooms for v in r.verbs), lambda v: v.name))
        put(self, "errands", _by("errand", (e for r in self.rooms for e in r.errands), lambda e: e.name))
        put(self, "jobs", _by("job", (j for r in self.rooms for j in r.jobs), lambda j: j.name))
        put(self, "homes", _by("home", (h for r in self.rooms for h in r.homes), lambda h: h.kind))
        put(self, "commands", _by("command", (c for r in self.rooms for c in r.commands), lambda c: c.name))
        put(self, "subjects", _by("subject", (s for r in self.rooms for s in r.subjects), lambda s: s.on))
        put(self, "names", _by("name of", (n for r in self.rooms for n in r.names), lambda n: n.of))
        put(self, "forms", _by("form", (f for r in self.rooms for f in r.forms), lambda f: f.form.name))
        if strange := sorted(self.homes.keys() - KINDS):
            raise TwiceGiven(f"{strange[0]} is no word of core.room.KINDS; add it there, or use one of its words")
        if strange := sorted({role for p in self.permissions.values() for role in p.roles} - ROLES.keys()):
            raise TwiceGiven(f"{strange[0]} is no role of core.roles; add it there, or use one of its words")
        put(self, "carries", {role: self.permissions_of((role,)) for role in ROLES})

    @property
    def passing(self) -> tuple[Passing, ...]:
        """What of all tables is no evidence."""
        return tuple(chain.from_iterable(r.passing for r in self.rooms))

    @property
    def menu(self) -> tuple[MenuEntry, ...]:
        return tuple(sorted((e for r in self.rooms for e in r.menu), key=lambda e: e.place))

    @property
    def machines(self) -> tuple[Machine, ...]:
        return tuple(chain.from_iterable(r.machines for r in self.rooms))

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that a client's token may name."""
        return tuple(sorted({scope for p in self.permissions.values() for scope in p.scopes}))

    def systems(self, *, organisation_id: int) -> dict[str, str]:
        """The code and the name of every system that an organisation has, from whichever room keeps the register."""
        return {c: n for r in self.rooms if r.systems for c, n in r.systems(organisation_id=organisation_id).items()}

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that stands now."""
        return tuple(alarm for room in self.rooms if room.alarms for alarm in room.alarms())

    def faults(self) -> tuple[Alarm, ...]:
        """What is wrong with the machine now."""
        return tuple(fault for room in self.rooms if room.faults for fault in room.faults())

    def gauges(self, *, now: datetime) -> tuple[Gauge, ...]:
        """Every figure for those who watch from outside."""
        return tuple(gauge for room in self.rooms if room.gauges for gauge in room.gauges(now=now))

    def panels(self, on: str) -> tuple[Panel, ...]:
        """The panels of one kind of page, in their order."""
        return tuple(sorted((p for r in self.rooms for p in r.panels if p.on == on), key=lambda p: p.place))

    def histories(self, on: str) -> tuple[History, ...]:
        """Those who know what happened to a thing of a kind."""
        return tuple(h for r in self.rooms for h in r.histories if h.on == on)

    @property
    def looks_at(self) -> time | None:
        """When everything is looked at again; None where no room does."""
        return next((job.at for job in self.jobs.values() if job.looks), None)

    @property
    def searches(self) -> tuple[Search, ...]:
        return tuple(chain.from_iterable(r.searches for r in self.rooms))

    @property
    def own_data(self) -> tuple[OwnData, ...]:
        return tuple(chain.from_iterable(r.own_data for r in self.rooms))

    def permissions_of(self, roles: Iterable[str]) -> frozenset[str]:
        """All that some roles may do together; a role that is no longer known gives nothing."""
        given = frozenset(roles)
        return frozenset(p.name for p in self.permissions.values() if given & frozenset(p.roles))

    def permissions_in(self, scopes: Iterable[str]) -> frozenset[str]:
        """What a token with some scopes may do; a scope no longer known allows nothing."""
        given = frozenset(scopes)
        return frozenset(p.name for p in self.permissions.values() if given & frozenset(p.scopes))

    def who_may(self, permission: str) -> tuple[str, ...]:
        """The titles of the roles that may do something: for the page that says why one may not."""
        may = self.permissions[permission].roles if permission in self.permissions else ()
        return tuple(role.title for name, role in ROLES.items() if name in may)


def _by(what: str, things: Iterator[T], name: Callable[[T], str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for thing in things:
        if name(thing) in found:
            raise TwiceGiven(f"two rooms give the {what} {name(thing)}; leave it to one")
        found[name(thing)] = thing
    return found
