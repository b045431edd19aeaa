"""Reading findings and accounts: rows to frozen values, always within one organisation and what the reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from careward.access.accounts import pages, wording
from careward.access.accounts.allowing import KIND
from careward.access.accounts.counts import counts_of
from careward.access.accounts.finding_lines import FindingLine, Reach, line_of, open_findings, places, to_put_right, touched
from careward.access.accounts.models import Account, Finding, FindingAccount, Run
from careward.access.accounts.rules.shapes import OF_A_PERSON
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.accounts.touched import on_systems, touching
from careward.access.authorisations.queries import of_shared
from careward.access.authorisations.rules import DECIDED, LISTED
from careward.core.rights import EVERYWHERE, Everywhere, Systems
from careward.core.roles import ROLES
from careward.core.room import Happening
from careward.evidence.tables import figures as figures_of
from careward.people.staff.models import Person
from careward.systems.register.models import System
from careward.web import lists
from careward.web.lists import Asked, Counts, Listing, Option, Page
from careward.web.permission import Viewer
from careward.web.words import written_out
from careward.work.approvals.queries import waiting_about


@dataclass(frozen=True, slots=True)
class FindingFigures:
    """The opening sentence of the findings page: one finding may touch several accounts, and one account have several findings."""

    open: int
    accounts: int
    late: int
    with_managers: int
    soonest: date | None


@dataclass(frozen=True, slots=True)
class LastRun:
    on: date
    finished_at: datetime
    accounts: int
    unsafe: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many findings one system, manager, person or kind has."""

    key: str
    title: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class Groups:
    """Those with most, how many findings all have together, and how many more groups there are."""

    rows: tuple[Grouped, ...]
    open: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: int
    username: str
    display_name: str
    environment: str
    person_id: int | None
    person: str
    fits: int | None
    kind: str
    status: str
    roles: str
    teams: str
    created_on: date | None
    last_used_at: datetime | None
    findings: tuple[str, ...]


def reach(viewer: Viewer, managers: frozenset[int]) -> Reach:
    """Those who may see findings see them all, or their systems'; a line manager sees their own people's."""
    see, see_team = (viewer.systems_for(p) for p in ("accounts:findings:see", "accounts:findings:see_team"))
    return Reach(viewer.organisation_id, see, managers, see_team)


@dataclass(frozen=True, slots=True)
class Sort:
    """The open findings of one state, code, clause, role and system, if they have one: how many, how many are late, and the next due."""

    state: str
    code: str
    clause: str
    who: str
    system_id: int | None
    open: int
    late: int
    soonest: date


def sorts(within: Reach, today: date) -> tuple[Sort, ...]:
    """All open findings within someone's reach by what a list can be narrowed to: the one query its choices and figures come from."""
    rows = open_findings(within).order_by().values_list("state", "code", "clause", "who", "system_id")
    counted = rows.annotate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today)), soonest=Min("due_on"))
    return tuple(Sort(*row) for row in figures_of.lines(counted))


def kinds_counted(known: Iterable[Sort], asked: Asked) -> Counts | None:
    """How many findings each kind would show, where the sorts alone tell it; None where what is asked must be counted anew."""
    if {name for name, _ in asked.chosen} - {"code", "state", "who"}:
        return None
    states = {"right": TO_PUT_RIGHT, "settled": ("settled",)}.get(asked.one("state"))
    counts: defaultdict[str, int] = defaultdict(int)
    for sort in known:
        if (states is None or sort.state in states) and asked.one("who") in ("", sort.who):
            counts[sort.code] += sort.open
    return {"code": counts}


def listing(within: Reach, known: Iterable[Sort], manager_id: str) -> Listing:
    """The list with this organisation's systems, roles and clauses as its choices."""
    known = tuple(known)
    systems = System.objects.filter(organisation_id=within.organisation_id).order_by("name")
    there, clauses = _touched_by_persons(within)
    there |= {s.system_id for s in known}
    roles = tuple(Option(r, ROLES[r].title) for r in sorted({s.who for s in known}) if r in ROLES)
    every = systems.values_list("pk", "code", "name")
    shown = tuple(Option(code, name) for pk, code, name in every if within.systems is EVERYWHERE or pk in there)
    clauses |= {s.clause for s in known}
    return pages.findings(
        within.organisation_id, shown, frozenset(s.code for s in known), roles, tuple(sorted(clauses)), _manager(within, manager_id)
    )


def _touched_by_persons(within: Reach) -> tuple[set[int | None], set[str]]:
    """The systems and clauses under which findings of a person touch accounts: a course of two packs rests on a clause of each."""
    rows = touched(within).filter(finding__closed_on=None, finding__system=None).order_by()
    found = figures_of.lines(rows.values_list("system_id", "clause").distinct())
    return {system for system, _ in found}, {clause for _, clause in found}


def _manager(within: Reach, manager_id: str) -> tuple[Option, ...]:
    """Only the manager asked for is a choice: thousands in a list help nobody; one comes here by a link."""
    if not manager_id.isascii() or not manager_id.isdigit() or len(manager_id) > 12:
        return ()
    if not within.systems and int(manager_id) not in within.managers:  # else any number in the address would tell a name
        return ()
    row = Person.objects.filter(organisation_id=within.organisation_id, pk=int(manager_id)).first()
    return (Option(manager_id, row.name),) if row else ()


def figures(within: Reach, known: Iterable[Sort]) -> FindingFigures:
    """How many are open, late and with line managers, and how many accounts they are about: one query beside what is known."""
    right = [s for s in known if s.state in TO_PUT_RIGHT]
    accounts = figures_of.count(to_put_right(within).order_by().values("account_id").distinct())
    return FindingFigures(
        open=sum(s.open for s in right),
        accounts=accounts,
        late=sum(s.late for s in right),
        with_managers=sum(s.open for s in right if s.who == "line_manager"),
        soonest=min((s.soonest for s in right), default=None),
    )


def last_run(organisation_id: int) -> LastRun | None:
    row = Run.objects.filter(organisation_id=organisation_id, system_code="").exclude(finished_at=None).order_by("-id").first()
    return LastRun(row.on_date, row.finished_at, row.accounts, counts_of(row.counts).unsafe) if row and row.finished_at else None


def waiting_allowance(organisation_id: int, systems: Systems) -> tuple[tuple[str, int], ...]:
    """Those systems, which somebody may let go, whose latest plan waits for a named person's word, each with its question."""
    waiting = waiting_about(organisation_id=organisation_id, kind=KIND)
    return tuple((code, number) for code, number in sorted(waiting.items()) if code in systems)


MOST_GROUPS = 150
GROUPS = {"system": "system", "manager": "manager_id", "code": "code", "person": "person_id"}


def grouped(within: Reach, by: str, today: date) -> Groups:
    """Open findings counted by system, manager, person or kind, most first. One that touches several systems counts in each."""
    if by == "system":
        return Groups(systems := by_system(within, today), sum(g.open for g in systems))
    key = GROUPS[by]
    rows = open_findings(within).filter(state__in=TO_PUT_RIGHT).exclude(**{key: None}).order_by().values(key)
    found = figures_of.lines(
        rows.annotate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today))).order_by("-open", key)[:MOST_GROUPS]
    )
    names = _names(by, [r[key] for r in found], within.organisation_id)
    groups = tuple(Grouped(str(r[key]), names[r[key]], r["open"], r["late"]) for r in found)
    if len(groups) < MOST_GROUPS:
        return Groups(groups, sum(g.open for g in groups))
    return Groups(groups, figures_of.count(rows), more=figures_of.count(rows.distinct()) - MOST_GROUPS)


def by_system(within: Reach, today: date) -> tuple[Grouped, ...]:
    """Two queries: findings by the accounts they touch, and those about a whole system."""
    right = open_findings(within).filter(state__in=TO_PUT_RIGHT).order_by()
    there = to_put_right(within).order_by()
    late = Count("finding_id", filter=Q(finding__due_on__lt=today), distinct=True)
    touching_it = there.values_list("system__code", "system__name").annotate(open=Count("finding_id", distinct=True), late=late)
    whole = right.filter(account=None).exclude(system=None).values_list("system__code", "system__name")
    about_it = whole.annotate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today)))
    found = (*figures_of.lines(touching_it), *figures_of.lines(about_it))
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for code, name, several, of_them in found:
        counts[code, name] = [counts[code, name][0] + several, counts[code, name][1] + of_them]
    groups = [Grouped(code, name, several, of_them) for (code, name), (several, of_them) in counts.items()]
    return tuple(sorted(groups, key=lambda g: (-g.open, g.key)))


def _names(by: str, keys: list[Any], organisation_id: int) -> dict[Any, str]:
    if by == "code":
        return {k: wording.title(k) for k in keys}
    return {p.pk: p.name for p in Person.objects.filter(organisation_id=organisation_id, pk__in=keys)}


def system_accounts(organisation_id: int, system_id: int, asked: Asked, listed: Listing, whole: int) -> Page[AccountLine]:
    """One page of a system's accounts, of so many in all, with what is wrong with each: one query beside the list's own."""
    page = lists.apply(listed, asked, _accounts(organisation_id, system_id), whole, figures=figures_of)
    wrong = _wrong([a.pk for a in page.rows])
    return page.map(lambda a: _account_line(a, wrong))


def account_rows(organisation_id: int, system_id: int, asked: Asked, listed: Listing) -> Iterator[tuple[Any, ...]]:
    """Every match, for a download, a thousand accounts' findings at a time."""
    batch: list[Account] = []
    for account in lists.stream(lists.matching(listed, asked, _accounts(organisation_id, system_id).select_related("system"))):
        batch.append(account)
        if len(batch) == 1000:
            yield from _download_rows(batch)
            batch = []
    yield from _download_rows(batch)


def _download_rows(batch: list[Account]) -> Iterator[tuple[Any, ...]]:
    wrong = _wrong([a.pk for a in batch])
    for a in batch:
        yield (
            a.system.name, a.environment, a.username, a.display_name, a.person.name if a.person else "", wording.KIND_WORDS[a.kind],
            a.status,
            a.created_on, a.last_used_at, a.roles or "", a.teams or "", "; ".join(wrong.get(a.pk, ())),
        )  # fmt: skip


def _accounts(organisation_id: int, system_id: int) -> QuerySet[Account]:
    return Account.objects.filter(organisation_id=organisation_id, system_id=system_id, gone_on=None).select_related("person")


def _wrong(account_ids: list[int]) -> dict[int, tuple[str, ...]]:
    out: dict[int, tuple[str, ...]] = {}
    rows = FindingAccount.objects.filter(account_id__in=account_ids, gone_on=None, finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)
    rows = rows.order_by("finding__code", "finding__topic")
    for account_id, code, topic in rows.values_list("account_id", "finding__code", "finding__topic"):
        out[account_id] = (*out.get(account_id, ()), wording.title(code, topic))
    return out


def _account_line(a: Account, wrong: dict[int, tuple[str, ...]]) -> AccountLine:
    return AccountLine(
        id=a.pk, username=a.username, display_name=a.display_name, environment=a.environment, person_id=a.person_id,
        person=a.person.name if a.person else "", fits=a.fits, kind=wording.KIND_WORDS[a.kind], status=a.status,
        roles=wording.several(a.roles, "No role"), teams=wording.several(a.teams, ""), created_on=a.created_on,
        last_used_at=a.last_used_at, findings=wrong.get(a.pk, ()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """The opening sentence of a system's page."""

    open: int
    locked: int
    closed: int
    wrong: int
    late: int

    @property
    def all(self) -> int:
        return self.open + self.locked + self.closed


def system_figures(organisation_id: int, system_id: int, today: date) -> SystemFigures:
    """How many accounts a system has and how many of them have something to put right: two queries."""
    accounts = Account.objects.filter(organisation_id=organisation_id, system_id=system_id, gone_on=None).order_by()
    rows = dict(figures_of.lines(accounts.values_list("status").annotate(n=Count("id"))))
    there = FindingAccount.objects.filter(system_id=system_id, finding__organisation_id=organisation_id, gone_on=None)
    wrong = there.filter(finding__closed_on=None, finding__state__in=TO_PUT_RIGHT).order_by().values_list("system_id")
    late = Count("account_id", filter=Q(finding__due_on__lt=today), distinct=True)
    found = figures_of.lines(wrong.annotate(accounts=Count("account_id", distinct=True), late=late))
    _, accounts_wrong, accounts_late = next(iter(found), (system_id, 0, 0))
    return SystemFigures(rows.get("active", 0), rows.get("locked", 0), rows.get("closed", 0), accounts_wrong, accounts_late)


@dataclass(frozen=True, slots=True)
class ApprovedLine:
    """One approval of a shared or service account: from when to when, who answers for it, why, and how it came."""

    from_on: date
    until: date
    owner: str
    instead_of: str  # whom the approval itself names, where that is somebody else
    reason: str
    came: str


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account nobody, or more than one person, fits: what its system says of it, and what is to be put right."""

    line: AccountLine
    system: str
    system_code: str
    employee_number: str
    email: str
    smartcard: str
    findings: tuple[FindingLine, ...]
    who_fit: tuple[tuple[int, str, str], ...]  # person, name, staff number
    approvals: tuple[ApprovedLine, ...]  # of a shared or service account, the earliest first


def account_seen(within: Reach, systems: Systems, account_id: int) -> AccountSeen | None:
    """One account on one of some systems, or None; what is wrong with it is told as far as someone's reach goes."""
    row = Account.objects.filter(organisation_id=within.organisation_id, pk=account_id).select_related("system", "person").first()
    if row is None or row.system.code not in systems:
        return None
    rows = list(open_findings(within).filter(touching(account=row)).select_related("person", "system", "manager").order_by("due_on", "id"))
    where = places(within, [f.pk for f in rows])
    fit = _who_fit(row) if row.fits and row.fits > 1 else ()
    return AccountSeen(
        _account_line(row, {}), row.system.name, row.system.code, row.employee_number, row.email, row.smartcard_uuid,
        tuple(line_of(f, where.get(f.pk, ())) for f in rows), fit, () if row.kind in OF_A_PERSON else _approved(row),
    )  # fmt: skip


def _approved(row: Account) -> tuple[ApprovedLine, ...]:
    rows = of_shared(row.system, row.username)
    came = {LISTED: "By the list of approved accounts", DECIDED: "Decided here"}
    return tuple(
        ApprovedLine(a.ig_approved_on, a.expires_on, a.answers.name, a.owner.name if a.answers != a.owner else "", a.reason, came[a.source])
        for a in rows
    )


def _who_fit(row: Account) -> tuple[tuple[int, str, str], ...]:
    same = Q()
    for mine, theirs in (("employee_number", "employee_number"), ("email", "email"), ("smartcard_uuid", "smartcard_uuid")):
        if value := getattr(row, mine).strip():
            same |= Q(**{f"{theirs}__iexact": value})
    people = Person.objects.filter(same, organisation_id=row.organisation_id).order_by("last_name", "id")[:20]
    return tuple((p.pk, p.name, p.employee_number) for p in people)


def happened_to(*, organisation_id: int, person_id: int, most: int, within: Systems) -> list[Happening]:
    """What was found wrong with one person's accounts, and put right, newest first."""
    rows = Finding.objects.filter(organisation_id=organisation_id, person_id=person_id)
    rows = rows if isinstance(within, Everywhere) else rows.filter(on_systems(within))
    told: list[Happening] = []
    for f in rows.select_related("system").order_by("-id")[:most]:
        what = wording.title(f.code, f.topic)
        where = f" on {f.system.name}" if f.system else ""
        if f.closed_on:
            told.append(Happening(f.closed_on, f"Put right{where}: {what[:1].lower()}{what[1:]}."))
        told.append(Happening(f.found_on, f"Found{where}: {what[:1].lower()}{what[1:]}. {written_out(f.detail)}."))
    return told
