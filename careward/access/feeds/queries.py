"""Reads of loads: what a terminal or a page shows of each, always of one organisation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from careward.access.feeds.models import Load, LoadFile, LoadMove
from careward.access.feeds.pages import LOADS as LOADS_LIST
from careward.access.feeds.rules import STATE_WORDS, from_reasons
from careward.core.decision import Reason
from careward.core.ports import Problem
from careward.core.rights import EVERYWHERE, Everywhere, Systems
from careward.evidence.errands.models import Errand
from careward.people.signin.models import User
from careward.web import lists
from careward.web.lists import Asked, Page
from careward.web.words import plural
from careward.work.approvals.queries import waiting_about

UNDO = "feeds.undo"
KINDS = ("added", "changed", "gone")
ROWS_ON_A_PAGE = 30  # of the first rows of a load's files
PROBLEMS_ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Fact:
    column: str
    was: str
    becomes: str

    @property
    def said(self) -> str:
        """The column in words: 'employee number'."""
        return self.column.replace("_id", "").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the preview: what it is called, and what is new, different or gone of it."""

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class FileReport:
    name: str
    feed: str
    system: str
    digest: str
    rows: int
    added: int
    changed: int
    unchanged: int
    gone: int
    refused: int
    problems_in_all: int
    problems: tuple[Problem, ...]  # the first thousand
    notices: tuple[str, ...]
    samples_added: tuple[Sample, ...]
    samples_changed: tuple[Sample, ...]
    samples_gone: tuple[Sample, ...]
    read_by: str = ""  # the version of an own profile by which it was read
    profile_id: int | None = None

    @property
    def changes(self) -> int:
        return self.added + self.changed + self.gone


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Everything a terminal or a page shows of a load."""

    id: int
    source: str
    profile: str
    folder: str
    state: str
    begun_at: datetime
    begun_by: str
    asked: str
    asked_at: datetime | None
    examined_at: datetime | None
    applied_at: datetime | None
    applied_by: str
    undone_at: datetime | None
    undone_by: str
    allowed_by: str
    allowed_reason: str
    reasons: tuple[Reason, ...]
    whole_problems: tuple[Problem, ...]  # of files that could not be used at all
    load_notices: tuple[str, ...]
    files: tuple[FileReport, ...]

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def rows(self) -> int:
        return sum(f.rows for f in self.files)

    @property
    def added(self) -> int:
        return sum(f.added for f in self.files)

    @property
    def changed(self) -> int:
        return sum(f.changed for f in self.files)

    @property
    def gone(self) -> int:
        return sum(f.gone for f in self.files)

    @property
    def unchanged(self) -> int:
        return sum(f.unchanged for f in self.files)

    @property
    def refused_rows(self) -> int:
        return sum(f.refused for f in self.files)

    @property
    def refused(self) -> int:
        """Rows, and whole files, that did not go in: above nought the load is only partly done."""
        return self.refused_rows + len(self.whole_problems)

    @property
    def changes(self) -> int:
        return self.added + self.changed + self.gone

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.whole_problems, *(p for f in self.files for p in f.problems))

    @property
    def problems_in_all(self) -> int:
        return len(self.whole_problems) + sum(f.problems_in_all for f in self.files)

    @property
    def notices(self) -> tuple[str, ...]:
        return (*self.load_notices, *(f"{f.name}: {n}" for f in self.files for n in f.notices))

    @property
    def exit_status(self) -> int:
        """As the output contract has it: 5 refused or held, 6 partly done, 0 done."""
        if self.state in ("held", "refused"):
            return 5
        return 6 if self.refused or self.problems_in_all else 0  # a column or a word that was not understood refuses no row


def load_report(*, organisation_id: int, load_id: int, most: int | None = None) -> LoadReport | None:
    """One load with its files; None when this organisation has none of that number. Two queries.

    `most`: no more problems are read than so many and what is left of their file, nor more first rows than a page shows; a thousand of
    each file take longer than a page has.
    """
    load = Load.objects.filter(organisation_id=organisation_id, pk=load_id).first()
    if load is None:
        return None
    files = list(load.files.select_related("version__profile").defer("before", *(("problems",) if most is not None else ())).order_by("id"))
    if most is not None:
        _give_first_problems(load, files, most - len(load.problems))
    plain = [f.name for f in fields(LoadReport) if f.name not in ("reasons", "whole_problems", "load_notices", "files")]
    return LoadReport(
        **{name: getattr(load, name) for name in plain},
        reasons=from_reasons(load.reasons),
        whole_problems=_problems(load.problems),
        load_notices=tuple(load.notices),
        files=tuple(_file(f, None if most is None else _rows_of_each(files)) for f in files),
    )


def stood_before(load: Load) -> list[tuple[str, int]]:
    """The files of a load that look wrong, and how many rows stood here before; what an earlier version kept counts as one."""
    told = load.files.order_by("id").values_list("name", "samples__stood", "samples__doubted")
    return [(name, 1 if stood is None else stood) for name, stood, doubted in told if doubted is not False]


def waiting_alike(*, organisation_id: int, profile: str, versions: Sequence[int] = (), digests: Mapping[str, str]) -> Load | None:
    """The newest load of exactly these files, read where they lie in the same way, that is held, or was allowed and has not gone in."""
    waits = Q(state="held") | Q(state="examined") & ~Q(allowed_by="")
    loads = Load.objects.filter(waits, organisation_id=organisation_id, profile=profile, folder="").order_by("-id")
    alike = (row for row in loads if row.versions == list(versions))
    return next((row for row in alike if dict(row.files.values_list("name", "digest")) == dict(digests)), None)


def _give_first_problems(load: Load, files: Sequence[LoadFile], most: int) -> None:
    """Gives the first files their problems, until there are so many: one query, whatever the number of files."""
    wanted = []
    for file in files:
        if most > 0 and (many := (file.samples or {}).get("problems", 1)):
            wanted.append(file.pk)
            most -= many
    found = dict(load.files.filter(pk__in=wanted).values_list("pk", "problems")) if wanted else {}
    for file in files:
        file.problems = found.get(file.pk, [])


def _rows_of_each(files: Sequence[LoadFile]) -> int:
    """How many rows of each kind a page shows of each file: all that are kept, or so many of each that a load of many files can be read."""
    kinds = sum(bool((f.samples or {}).get(kind)) for f in files for kind in KINDS)
    return max(1, ROWS_ON_A_PAGE // max(kinds, 1))


def _file(row: Any, first: int | None) -> FileReport:
    counts = ("name", "feed", "digest", "rows", "added", "changed", "unchanged", "gone", "refused")
    samples = row.samples or {}
    shown: dict[str, Any] = {f"samples_{kind}": _samples(samples.get(kind, ())[:first]) for kind in KINDS}
    return FileReport(
        **{name: getattr(row, name) for name in counts},
        system=row.system_code,
        problems=_problems(row.problems),
        problems_in_all=samples.get("problems", len(row.problems)),
        notices=tuple(row.notices),
        **shown,
        **_read_by(row),
    )


def _read_by(row: LoadFile) -> dict[str, Any]:
    version = row.version
    return {"read_by": f"Version {version.number} of {version.profile.title}", "profile_id": version.profile_id} if version else {}


def _problems(rows: Iterable[list[Any]]) -> tuple[Problem, ...]:
    return tuple(Problem(*row) for row in rows)


def _samples(rows: Iterable[Any]) -> tuple[Sample, ...]:
    return tuple(Sample(name, tuple(Fact(*fact) for fact in facts)) for name, facts in rows)


def who(actor: str) -> str:
    """An actor as a page names them."""
    kind, _, number = actor.partition("/")
    if kind == "user" and number.isdigit():
        return User.objects.filter(pk=int(number)).values_list("name", flat=True).first() or "someone no longer here"
    return {"cli": f"{number} at the command line", "job": "Careward"}.get(kind, actor)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One load as the list shows it."""

    id: int
    source: str
    begun_at: datetime
    state: str
    state_words: str
    added: int
    changed: int
    gone: int
    refused: int


def _within(organisation_id: int, within: Systems) -> QuerySet[Load]:
    """The loads of which somebody may see every file: of those systems' accounts, or any where these are all."""
    rows = Load.objects.filter(organisation_id=organisation_id)
    if isinstance(within, Everywhere):
        return rows
    others = LoadFile.objects.filter(load__organisation_id=organisation_id).exclude(system_code__in=within)
    return rows.exclude(pk__in=others.values("load"))


def may_see(*, organisation_id: int, load_id: int, within: Systems) -> bool:
    """Whether a load is one of those that the list shows somebody."""
    return _within(organisation_id, within).filter(pk=load_id).exists()


def _listed(organisation_id: int, within: Systems) -> QuerySet[Load]:
    sums = {f"sum_{name}": Coalesce(Sum(f"files__{name}"), 0) for name in ("added", "changed", "gone", "refused")}
    return _within(organisation_id, within).annotate(**sums)


def _row(load: Any) -> LoadRow:
    sums = (load.sum_added, load.sum_changed, load.sum_gone, load.sum_refused)
    return LoadRow(load.pk, load.source, load.begun_at, load.state, STATE_WORDS[load.state], *sums)


def loads(organisation_id: int, asked: Asked, within: Systems = EVERYWHERE) -> Page[LoadRow]:
    """One page of the organisation's loads."""
    return lists.apply(LOADS_LIST, asked, _listed(organisation_id, within)).map(_row)


def load_rows(organisation_id: int, asked: Asked, within: Systems = EVERYWHERE) -> Iterator[tuple[object, ...]]:
    """Every load that was asked for, to download."""
    rows = (_row(each) for each in lists.stream(lists.matching(LOADS_LIST, asked, _listed(organisation_id, within))))
    return ((r.id, r.source, r.begun_at, r.state_words, r.added, r.changed, r.gone, r.refused) for r in rows)


def held(organisation_id: int, within: Systems = EVERYWHERE) -> tuple[int, ...]:
    """The loads that wait for a named person."""
    return tuple(_within(organisation_id, within).filter(state="held").order_by("id").values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class LoadSeen:
    """A load with what its page says around it: whether work goes on or is stuck, and what happened so far."""

    report: LoadReport
    working: bool
    since: datetime | None  # when the work that goes on was asked for
    stuck: bool
    not_undone: bool  # it was to be taken back and was not: the report has the reasons
    history: tuple[Happened, ...]
    question: int | None  # the number of the question put to a named person

    @property
    def doing(self) -> str:
        """The work that goes on, in a sentence."""
        if self.report.state == "waiting":
            return "Looking at the files."
        if self.report.state == "applied":
            return f"Taking {plural(self.report.changes, 'row')} back."
        return f"Loading {plural(self.report.rows, 'row')}."


def load_seen(*, organisation_id: int, load_id: int) -> LoadSeen | None:
    """One load for its page; None when this organisation has none of that number."""
    report = load_report(organisation_id=organisation_id, load_id=load_id, most=PROBLEMS_ON_A_PAGE)
    if report is None:
        return None
    moves = list(LoadMove.objects.filter(load_id=load_id, load__organisation_id=organisation_id).order_by("-id"))
    stuck = stuck_at(report.id, report.asked)
    not_undone = bool(moves) and moves[0].move == "not_undone"
    return LoadSeen(
        report, bool(report.asked) and not stuck, report.asked_at, stuck, not_undone, _history(moves), _question(report, organisation_id)
    )


def stuck_at(load_id: int, asked: str) -> bool:
    """Whether the worker has given up what it was asked to do with a load, until somebody sets it going again."""
    waiting = Errand.objects.filter(name=f"feeds.{asked}", body__load=load_id, done_at=None)
    return bool(asked) and waiting.exclude(stuck_at=None).exists()


def _question(load: LoadReport, organisation_id: int) -> int | None:
    if load.state != "held":
        return None
    return waiting_about(organisation_id=organisation_id, kind="feeds.load").get(str(load.id))


WORDS = {
    "begin": "Begun by",
    "hold": "Held when looked at by",
    "refuse": "Could not be loaded when looked at by",
    "allow": "Allowed by",
    "vouch": "Allowed at the loading by its loader,",
    "ask_to_apply": "Asked to be loaded by",
    "not_applied": "Not loaded, asked by",
    "apply": "Loaded by",
    "ask_to_undo": "Asked to be taken back by",
    "not_undone": "Not taken back, asked by",
    "undo": "Taken back by",
    "expire": "Refused by",
}  # examining is told by what came of it


def _history(moves: Iterable[LoadMove]) -> tuple[Happened, ...]:
    """What happened to a load, newest first, with the names of those who did it."""
    told = [m for m in moves if m.move in WORDS]
    names = {actor: who(actor) for actor in {m.by for m in told}}
    return tuple(Happened(m.at, f"{WORDS[m.move]} {names[m.by]}") for m in told)


def problem_rows(*, organisation_id: int, load_id: int) -> Iterator[tuple[object, ...]] | None:
    """The problems of a load, to download; None when this organisation has none of that number."""
    report = load_report(organisation_id=organisation_id, load_id=load_id)
    if report is None:
        return None
    return ((p.file, p.line or "", p.column, p.what, p.remedy) for p in report.problems)


def waiting_since(load: Load) -> datetime:
    """When something last happened to a load."""
    last: datetime | None = load.moves.aggregate(last=Max("at"))["last"]
    return last or load.begun_at
