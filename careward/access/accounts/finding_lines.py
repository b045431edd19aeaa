"""Findings as pages, downloads and programs show them: each a line, with the accounts it is about, as far as someone's reach goes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from careward.access.accounts import wording
from careward.access.accounts.models import Finding, FindingAccount
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.accounts.touched import on_systems
from careward.core.rights import EVERYWHERE, Everywhere, Systems
from careward.core.roles import ROLES
from careward.evidence.tables import figures
from careward.systems.register.queries import within_systems
from careward.web import lists
from careward.web.lists import Asked, Counts, Listing, Page
from careward.web.words import written_out


@dataclass(frozen=True, slots=True)
class Reach:
    """What of an organisation's findings someone may see: those of some systems or all, and of the people they answer for.

    `managers` are those whose people they answer for, and `team` the systems on which they may see what is wrong with these.
    """

    organisation_id: int
    systems: Systems
    managers: frozenset[int] = frozenset()
    team: Systems = EVERYWHERE

    def sees(self, *, system: str, manager_id: int | None) -> bool:
        """Whether they see what is wrong on a system with an account of somebody that a manager answers for; the queries agree."""
        return system in self.systems or (manager_id in self.managers and system in self.team)


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """An account that a finding touches: where it is, and what asks it there."""

    account_id: int
    system: str
    system_code: str
    environment: str
    username: str
    clause: str

    @property
    def where(self) -> str:
        return self.system if self.environment in ("live", "") else f"{self.system}, {self.environment}"


@dataclass(frozen=True, slots=True)
class FindingLine:
    id: int
    whose: str
    sub: str
    person_id: int | None
    account_id: int | None
    system_code: str
    places: tuple[AccountPlace, ...]
    code: str
    what: str
    detail: str
    step: str
    step_words: str
    settled: bool
    who: str
    due_on: date
    found_on: date
    clause: str
    task_id: int | None


def open_findings(within: Reach) -> QuerySet[Finding]:
    """Open findings within someone's reach."""
    return findings_within(within, Finding.objects.filter(closed_on=None))


def findings_within(within: Reach, rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Of some findings those within someone's reach."""
    rows = rows.filter(organisation_id=within.organisation_id)
    if isinstance(within.systems, Everywhere):
        return rows
    if not isinstance(within.team, Everywhere) and not within.team - within.systems:
        return rows.filter(on_systems(within.systems))  # which holds all that is their people's
    theirs = Q(manager_id__in=within.managers)
    theirs &= Q() if isinstance(within.team, Everywhere) else on_systems(within.team)
    return rows.filter(theirs | on_systems(within.systems) if within.systems else theirs)


def touched(within: Reach) -> QuerySet[FindingAccount]:
    """The accounts that findings touch now. Someone of some systems sees those of theirs, and of the people they manage."""
    rows = FindingAccount.objects.filter(finding__organisation_id=within.organisation_id, gone_on=None)
    theirs = Q(finding__manager_id__in=within.managers) & within_systems(within.team)
    return rows if isinstance(within.systems, Everywhere) else rows.filter(within_systems(within.systems) | theirs)


def to_put_right(within: Reach) -> QuerySet[FindingAccount]:
    """The accounts that open findings touch, where something is still to be done.

    Whoever sees such a row sees its finding: it is on one of their systems, or of somebody they manage.
    """
    return touched(within).filter(finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)


def places(within: Reach, finding_ids: Sequence[int]) -> dict[int, tuple[AccountPlace, ...]]:
    """The accounts that findings touch, by system and user name: one query."""
    rows = touched(within).filter(finding_id__in=finding_ids)
    found: defaultdict[int, list[AccountPlace]] = defaultdict(list)
    names = ("account_id", "system__name", "system__code", "account__environment", "account__username", "clause")
    for finding, *place in rows.order_by("system__name", "account__username", "id").values_list("finding_id", *names):
        found[finding].append(AccountPlace(*place))
    return {number: tuple(there) for number, there in found.items()}


def findings(within: Reach, listed: Listing, asked: Asked, whole: int, counts: Counts | None) -> Page[FindingLine]:
    """One page of the list, of so many findings in all, with what each kind would show where that is known: one query beside the list's."""
    page = lists.apply(listed, asked, open_findings(within).select_related("person", "system", "manager"), whole, counts, figures)
    where = places(within, [f.pk for f in page.rows])
    return page.map(lambda f: line_of(f, where.get(f.pk, ())))


def finding_rows(within: Reach, listed: Listing, asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Every match, for a download: a row for each account it touches, so that a spreadsheet can be sorted by system."""
    batch: list[Finding] = []
    for finding in lists.stream(lists.matching(listed, asked, open_findings(within).select_related("person", "system", "manager"))):
        batch.append(finding)
        if len(batch) == 500:
            yield from _finding_download(within, batch)
            batch = []
    yield from _finding_download(within, batch)


def _finding_download(within: Reach, batch: list[Finding]) -> Iterator[tuple[Any, ...]]:
    where = places(within, [f.pk for f in batch])
    for f in batch:
        line = line_of(f, where.get(f.pk, ()))
        person = (f.person.name if f.person else "", f.employee_number or "", line.what, f.detail, line.step_words, line.who)
        for place in line.places or (AccountPlace(0, f.system.name if f.system else "", "", f.environment, f.username, f.clause),):
            yield (place.system, place.environment, place.username, *person, f.due_on, f.found_on, place.clause, f.pk)


def line_of(f: Finding, where: tuple[AccountPlace, ...]) -> FindingLine:
    """A finding with the accounts it is about, in words."""
    return FindingLine(
        id=f.pk, whose=f.person.name if f.person else f.username or (f.system.name if f.system else ""), sub=_sub(f, where),
        person_id=f.person_id, account_id=f.account_id, system_code=f.system.code if f.system else "", places=where, code=f.code,
        what=wording.title(f.code, f.topic), detail=written_out(f.detail), step=f.step,
        step_words=wording.SETTLED_WORDS.get(f.step, "") if f.settled else wording.STEP_WORDS[f.step], settled=f.settled,
        who=who_acts(f), due_on=f.due_on, found_on=f.found_on, clause=f.clause, task_id=f.task_id,
    )  # fmt: skip


def _sub(f: Finding, where: tuple[AccountPlace, ...]) -> str:
    """'cdewhurst, PARIS' for one account; '3 accounts: ePMA, PARIS, RiO' for a person's; the system for a whole system's."""
    if len(where) > 1:
        return f"{len(where)} accounts: {', '.join(dict.fromkeys(p.where for p in where))}"
    return f"{where[0].username}, {where[0].where}" if where else f.system.name if f.system else ""


def who_acts(f: Finding) -> str:
    """The manager by name, a system's administrator by their title, anyone else by their role."""
    if f.who == "line_manager" and f.manager:
        return f.manager.name
    if f.who == "system_administrator":
        return (f.system.administrator_title if f.system else "") or "System administrator"
    return ROLES[f.who].title if f.who in ROLES else f.who


@dataclass(frozen=True, slots=True)
class UnderClause:
    """What is to be put right under a clause: the first findings, how many there are, and how many accounts they are about."""

    lines: tuple[FindingLine, ...]
    findings: int
    accounts: int


def to_put_right_under(within: Reach, clause: str, systems: Sequence[str], most: int) -> UnderClause:
    """Findings to put right under a clause, on some systems or all, soonest due first: five queries."""
    there = touched(within).filter(clause=clause)
    there = there.filter(system__code__in=systems) if systems else there
    about = Q(pk__in=there.values("finding")) | Q(clause=clause, account=None, system__isnull=False)
    rows = open_findings(within).filter(about, state__in=TO_PUT_RIGHT)
    numbers = figures.lines(rows.order_by("due_on", "id").values_list("pk", flat=True)[:most])
    first = list(Finding.objects.filter(pk__in=numbers).select_related("person", "system", "manager").order_by("due_on", "id"))
    where = places(within, [f.pk for f in first])
    right = there.filter(finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)
    accounts = figures.count(right.order_by().values("account_id").distinct())
    lines = tuple(line_of(f, tuple(p for p in where.get(f.pk, ()) if p.clause == clause)) for f in first)
    return UnderClause(lines, figures.count(rows), accounts)
