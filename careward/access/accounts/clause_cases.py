"""The cases of one clause in a period, as its evidence shows them: to put right at its end, and put right in it and how that was seen.

A case is an account under a clause. It stays here after it was put right: a finding that closes keeps its accounts, its moves and its task.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Case, DateField, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, TruncDate

from careward.access.accounts import wording
from careward.access.accounts.case_entries import entries_of
from careward.access.accounts.finding_lines import Reach, who_acts
from careward.access.accounts.finding_pages import OF_ITSELF
from careward.access.accounts.models import FindingAccount, FindingMove
from careward.core.days import LONDON
from careward.core.rights import Everywhere
from careward.evidence.ledger.pages import Day, read_day
from careward.evidence.tables import figures
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.web import lists
from careward.web.lists import Asked, Choice, ColumnHead, Listing, Option, Page
from careward.web.words import day, written_out

BATCH = 500
RIGHT, DONE, MOVED = "right", "done", "moved"
ANEW = "it began anew on "  # why a finding closes that opens again as another: nothing was put right
STATES = {RIGHT: "To put right", DONE: "Put right", MOVED: "Goes on under another clause"}
HEADS = (
    "Case", "State", "System", "Environment", "User name", "Person", "Staff number", "What is wrong", "Detail", "Who acts", "Found", "Due",
    "Put right on", "How that was seen", "What was said", "Entries in the ledger",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CasePeriod:
    """From one day to another, both of them in it."""

    from_on: date
    to_on: date

    @property
    def words(self) -> str:
        return f"{day(self.from_on)} to {day(self.to_on)}"


class PeriodDay(Day):
    """The first or the last day of a period: what is in it is asked of the rows before they come to the list."""

    def where(self, values: tuple[str, ...]) -> Q:
        return Q()


def period_asked(given: Mapping[str, str], *, today: date) -> CasePeriod:
    """The period that is asked for: what is left out, or is no day, is the twelve months up to today."""
    first, last = (read_day(given.get(name, "")) for name in ("from", "to"))
    to_on = min(last or today, today)
    return CasePeriod(min(first or _a_year_before(to_on), to_on), to_on)


def _a_year_before(on: date) -> date:
    return on.replace(year=on.year - 1) if (on.month, on.day) != (2, 29) else date(on.year - 1, 3, 1)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One account under a clause, from the day it was found."""

    id: int
    finding_id: int
    account_id: int
    username: str
    system: str
    environment: str
    person_id: int | None
    person: str
    employee_number: str
    what: str
    detail: str
    who: str
    found_on: date
    due_on: date
    ended_on: date | None
    moved: str  # the clause under which it goes on; then nothing was put right
    how: str  # what showed that it is put right
    said: str  # what whoever acted said, where a task asked them
    task_id: int | None

    @property
    def state(self) -> str:
        return f"Goes on under {self.moved}" if self.moved else STATES[DONE if self.ended_on else RIGHT]

    @property
    def where(self) -> str:
        return self.system if self.environment == "live" else f"{self.system}, {self.environment}"


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """How many accounts, each counted once, are in each list."""

    to_put_right: int
    late: int
    put_right: int


def cases(within: Reach, clause: str, systems: Sequence[str]) -> QuerySet[FindingAccount]:
    """Every account that was ever found under a clause, on some systems or all."""
    rows = every_case(within).filter(clause=clause)
    return rows.filter(system__code__in=systems) if systems else rows


def every_case(within: Reach) -> QuerySet[FindingAccount]:
    """Every account that was ever found under any clause, as far as someone's reach goes, with the day on which it ended."""
    rows = FindingAccount.objects.filter(finding__organisation_id=within.organisation_id)
    if not isinstance(within.systems, Everywhere):
        theirs = Q(finding__manager_id__in=within.managers) & within_systems(within.team)
        rows = rows.filter(within_systems(within.systems) | theirs)
    anew = FindingMove.objects.filter(finding=OuterRef("finding"), move="close", note__startswith=ANEW)
    rows = rows.annotate(was=_was_when_closed(), settled=_settled_on(), moved=_goes_on_under()).annotate(ended=ENDED)
    return rows.exclude(Exists(anew)).filter(EVER)


ENDED = Case(  # the day from which nothing was to put right: what is already so closes only once it is found no longer
    When(gone_on__isnull=False, then="gone_on"),
    When(Q(finding__state="settled") | Q(was="settled"), then="settled"),
    default="finding__closed_on",
    output_field=DateField(),
)
EVER = Q(settled__isnull=False) | (~Q(finding__state="settled") & ~Q(was="settled"))  # else it was already so when it was found


def _was_when_closed() -> Coalesce:
    """ "" while it is open, for what is unknown is neither so nor not."""
    moves = FindingMove.objects.filter(finding=OuterRef("finding"), move="close").order_by("-id")
    return Coalesce(Subquery(moves.values("was")[:1]), Value("", output_field=TextField()))


def _settled_on() -> Subquery:
    """The day from which its step was already so, where it was not when it was found."""
    moves = FindingMove.objects.filter(finding=OuterRef("finding"), became="settled").exclude(note=OF_ITSELF).order_by("-id")
    return Subquery(moves.annotate(on=TruncDate("at", tzinfo=LONDON)).values("on")[:1])


def _goes_on_under() -> Subquery:
    """The clause that asks it of the same account from the day on which this one no longer does: that puts nothing right."""
    same = FindingAccount.objects.filter(finding=OuterRef("finding"), account=OuterRef("account"), found_on=OuterRef("gone_on"))
    return Subquery(same.exclude(clause=OuterRef("clause")).values("clause")[:1])


def of_state(state: str, period: CasePeriod) -> Q:
    """To put right at the end of a period, or put right in it, or asked by another clause since. What was already so is in order."""
    if state != RIGHT:
        return Q(ended__gte=period.from_on, ended__lte=period.to_on, moved__isnull=state == DONE)
    return Q(found_on__lte=period.to_on) & (Q(ended=None) | Q(ended__gt=period.to_on))


def case_figures(within: Reach, clause: str, systems: Sequence[str], period: CasePeriod) -> CaseFigures:
    """The opening sentence: three counts, each of accounts."""
    rows = cases(within, clause, systems)
    right = rows.filter(of_state(RIGHT, period))
    done = rows.filter(of_state(DONE, period))
    return CaseFigures(*(_accounts(each) for each in (right, right.filter(finding__due_on__lt=period.to_on), done)))


def _accounts(rows: QuerySet[FindingAccount]) -> int:
    return figures.count(rows.order_by().values("account_id").distinct())


def case_listing(organisation_id: int, period: CasePeriod) -> Listing:
    """The cases of a period, both days of which are asked here."""
    systems = System.objects.filter(organisation_id=organisation_id).order_by("name").values_list("code", "name")
    return Listing(
        noun="cases",
        columns=(
            ColumnHead("Account", "account", ("account__username",), upward="Account"),
            ColumnHead("What was wrong"),
            ColumnHead("Found", "found", ("found_on",), upward="Found, earliest first", downward="Found, latest first"),
            ColumnHead("Put right", "ended", ("ended",), upward="Put right, earliest first", downward="Put right, latest first"),
        ),
        filters=(
            Choice("state", "State", tuple(Option(*each) for each in STATES.items()), make=lambda state: of_state(state, period)),
            Choice("system", "System", tuple(Option(*each) for each in systems), field="system__code"),
            PeriodDay("from", "From the day, like 1 11 2026", ()),
            PeriodDay("to", "To the day, like 30 11 2026", (), until=True),
        ),
        sort="found",
        kind="cases",
        none_yet="Nothing was found under this clause in these days.",
    )


def case_page(rows: QuerySet[FindingAccount], listed: Listing, asked: Asked) -> Page[CaseLine]:
    """One page of the cases of a period."""
    return lists.apply(listed, asked, told(rows), figures=figures).map(line_of_case)


def in_period(rows: QuerySet[FindingAccount], period: CasePeriod) -> QuerySet[FindingAccount]:
    """Of some cases those that were to put right at the end of a period, or put right in it."""
    return rows.filter(of_state(RIGHT, period) | of_state(DONE, period) | of_state(MOVED, period))


def told(rows: QuerySet[FindingAccount]) -> QuerySet[FindingAccount]:
    """Cases with all that their lines tell of them."""
    closing = FindingMove.objects.filter(finding=OuterRef("finding"), move="close").order_by("-id").values("note")[:1]
    names = ("account", "system", "finding__person", "finding__manager", "finding__system", "finding__task")
    return rows.annotate(closing=Subquery(closing)).select_related(*names)


def line_of_case(row: Any) -> CaseLine:
    """A case in words; `row` is of `told`."""
    f, a = row.finding, row.account
    return CaseLine(
        id=row.pk, finding_id=f.pk, account_id=a.pk, username=a.username, system=row.system.name, environment=a.environment,
        person_id=f.person_id, person=f.person.name if f.person else "", employee_number=f.employee_number or "",
        what=wording.title(f.code, f.topic), detail=written_out(f.detail), who=who_acts(f), found_on=row.found_on, due_on=f.due_on,
        ended_on=row.ended, moved=row.moved or "", how=_how(row) if row.ended else "",
        said=f.task.evidence if row.ended and f.task else "", task_id=f.task_id,
    )  # fmt: skip


def _how(row: Any) -> str:
    """What showed that a case is put right: what the next list showed where a task asked for it, else why the comparison closed it."""
    task = row.finding.task
    if row.moved:
        return f"from {day(row.gone_on)} {row.moved} asks it of this account"
    if row.gone_on:
        return f"the comparison of {day(row.gone_on)} found it on this account no longer"
    if row.finding.state == "settled":
        return f"by the comparison of {day(row.ended)} it is already so"
    return written_out((task.proof if task and task.closed_at else "") or row.closing or "no longer found")


def case_rows(rows: QuerySet[FindingAccount], organisation: str) -> Iterator[tuple[object, ...]]:
    """All cases of a period under HEADS, a batch at a time, each with the entries of the ledger that tell of it."""
    stream = lists.stream(told(rows).order_by("found_on", "pk"))
    while batch := list(islice(stream, BATCH)):
        entries = entries_of(batch, organisation)
        for row in batch:
            line, of_it = line_of_case(row), "; ".join(map(str, entries[row.pk]))
            yield (
                line.id, line.state, line.system, line.environment, line.username, line.person, line.employee_number, line.what,
                line.detail, line.who, line.found_on, line.due_on, line.ended_on, line.how, line.said, of_it,
            )  # fmt: skip
