"""One person's whole access on a page: what they may, what they have, when they used it, and what is to be done now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Prefetch, QuerySet

from careward.access.accounts import wording
from careward.access.accounts.models import Account, Finding, FindingAccount
from careward.access.accounts.shut import SHUT_WORDS, Shut, shut_accounts, use_words
from careward.access.authorisations import rules as authorisations
from careward.access.authorisations.models import Authorisation
from careward.access.authorisations.queries import Approvers, authority_of
from careward.access.authorisations.rules import Authority
from careward.core.days import FAR
from careward.core.packs.training import Course
from careward.core.rights import EVERYWHERE, Systems
from careward.core.roles import ROLES
from careward.people.staff import rules as staff
from careward.people.staff.models import Person, TrainingHeld
from careward.people.staff.packs import pack_on
from careward.people.staff.queries import posts_of
from careward.people.staff.rules import employment
from careward.people.staff.training import booking_of, bookings, names_of
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.web.words import day, written_out

NOTHING = "Nothing"
Place = tuple[int, str, str]  # system, environment, kind


@dataclass(frozen=True, slots=True)
class Now:
    """One thing to put right on an account."""

    words: str
    who: str
    due_on: date
    clause: str
    task_id: int | None


@dataclass(frozen=True, slots=True)
class AccessRow:
    system: str
    system_code: str
    sub: str  # environment or kind, where it is not the plain live account
    may: str
    may_sub: str
    has: str
    has_sub: str
    used: str
    used_sub: str
    now: tuple[Now, ...]
    state: str  # ok, fix, shut, wait
    word: str = ""  # of one that is shut: Locked, Closed
    said_theirs: int | None = None  # the account, where somebody said that it is theirs


@dataclass(frozen=True, slots=True)
class Rest:
    """Something the access rests on: a course, a registration."""

    title: str
    state: str
    words: str
    book: str = ""  # where a course is booked


@dataclass(frozen=True, slots=True)
class WholeAccess:
    person_id: int
    to_put_right: tuple[AccessRow, ...]
    waiting: tuple[AccessRow, ...]
    in_order: tuple[AccessRow, ...]
    accounts: int
    systems: int
    late: int
    shut: tuple[Shut, ...] = ()  # why they cannot get in
    left: str = ""  # "Left on 3 November 2026", of one who has
    only: tuple[str, ...] = ()  # where whoever asks sees some systems only: their names
    opens: frozenset[int] = frozenset()  # of the tasks those that whoever asks can come to

    @property
    def task_ids(self) -> list[int | None]:
        """The tasks of all that is to be put right."""
        return [now.task_id for row in (*self.to_put_right, *self.waiting, *self.in_order) for now in row.now]

    def rows(self) -> list[tuple[str, ...]]:
        """The access for a download, what is to be put right first."""
        every = (*self.to_put_right, *self.waiting, *self.in_order)
        return [(a.system, a.sub, a.may, a.may_sub, a.has, a.has_sub, a.used, "; ".join(n.words for n in a.now)) for a in every]


@dataclass(frozen=True, slots=True)
class PlaceSaid:
    """What was said of one place: the last approval, the one that speaks today if any counts, and whether that is in force."""

    last: Authorisation
    speaks: Authorisation | None
    in_force: bool


def whole_access(*, organisation_id: int, person_id: int, today: date, within: Systems = EVERYWHERE) -> WholeAccess:
    """Everything of one person, on the systems that whoever asks may see, in ten queries at most, whatever they have."""
    accounts = list(_accounts(organisation_id, person_id, within))
    grants = list(_grants(organisation_id, person_id, today, within))
    wrong: defaultdict[int, list[Finding]] = defaultdict(list)
    rows = Finding.objects.filter(organisation_id=organisation_id, person_id=person_id, closed_on=None).select_related(
        "system", "manager", "task"
    )
    for finding in rows.order_by("due_on", "id").prefetch_related(Prefetch("accounts", FindingAccount.objects.filter(gone_on=None))):
        for touched in finding.accounts.all():
            wrong[touched.account_id].append(finding)
    person = Person.objects.get(organisation_id=organisation_id, pk=person_id)
    work = employment(posts_of([person_id], organisation_id=organisation_id)[person_id], today)
    left = work.state == "left" and work.words
    said = _said(grants, person, today)
    access = [*_of_accounts(accounts, said, wrong, today), *_without_account(accounts, said, today)]
    access = [_of_a_leaver(row, left) for row in access if row.state != "wait" or row.now] if left else access
    right = [a for a in access if a.state == "fix"]
    return WholeAccess(
        person_id=person_id,
        to_put_right=tuple(sorted(right, key=lambda a: min(n.due_on for n in a.now))),
        waiting=tuple(a for a in access if a.state == "wait"),
        in_order=tuple(sorted((a for a in access if a.state in ("ok", "shut")), key=lambda a: (a.state, a.system, a.sub))),
        accounts=len(accounts),
        systems=len({a.system_id for a in accounts}),
        late=sum(1 for a in right if min(n.due_on for n in a.now) < today),
        shut=shut_accounts(accounts, organisation_id=organisation_id, left=bool(left), wrong=wrong, today=today),
        left=left or "",
    )


def _of_a_leaver(row: AccessRow, left: str) -> AccessRow:
    """What was authorised ends with the last post, whatever day it was given to."""
    return row if row.may == NOTHING else replace(row, may=NOTHING, may_sub=f"{left}, so it has ended. It was: {row.may_sub}")


def _accounts(organisation_id: int, person_id: int, within: Systems) -> QuerySet[Account]:
    rows = Account.objects.filter(within_systems(within), organisation_id=organisation_id, person_id=person_id, gone_on=None)
    return rows.select_related("system")


def _grants(organisation_id: int, person_id: int, today: date, within: Systems) -> Iterable[Authorisation]:
    rows = Authorisation.objects.filter(organisation_id=organisation_id, person_id=person_id, gone_on=None, approved_on__lte=today)
    rows = rows.filter(within_systems(within))
    return rows.select_related("system").order_by("approved_on", "id")


def _place(row: Account | Authorisation) -> Place:
    return (row.system_id, row.environment, "admin" if row.kind == "admin" else "normal")


def _said(grants: list[Authorisation], holder: Person, today: date) -> dict[Place, PlaceSaid]:
    """What was said of each place: the approval that speaks today, and of those that count for nothing the last."""
    of_place: dict[Place, list[Authorisation]] = defaultdict(list)
    for grant in grants:
        of_place[_place(grant)].append(grant)
    approvers = Approvers(holder.organisation_id, (g.approved_by_employee_number for g in grants), [holder.pk])
    judged = {place: {authority_of(g, approvers): g for g in given} for place, given in of_place.items()}
    return {place: _speaking(given, holder.employee_number, today) for place, given in judged.items()}


def _speaking(values: dict[Authority, Authorisation], number: str, today: date) -> PlaceSaid:
    given = list(values.values())
    pack = pack_on(given[-1].system.pack, today)
    speaks = authorisations.latest_in_force(authorisations.counted(values, holder=number, pack=pack), today)
    return PlaceSaid(given[-1], values[speaks] if speaks else None, bool(speaks and speaks.in_force(today)))


def _of_accounts(
    accounts: list[Account], said: dict[Place, PlaceSaid], wrong: Mapping[int, list[Finding]], today: date
) -> Iterable[AccessRow]:
    for account in accounts:
        findings = [f for f in wrong.get(account.pk, ()) if not f.settled]
        yield _row(account.system, account.environment, account.kind, said.get(_place(account)), account, findings, today)


def _without_account(accounts: list[Account], said: dict[Place, PlaceSaid], today: date) -> Iterable[AccessRow]:
    """What is authorised and not there: no account yet, or one that went."""
    there = {_place(a) for a in accounts}
    for place, told in said.items():
        if place not in there and told.in_force:
            yield _row(told.last.system, told.last.environment, told.last.kind, told, None, [], today)


def _row(
    system: System, environment: str, kind: str, said: PlaceSaid | None, account: Account | None, findings: list[Finding], today: date
) -> AccessRow:
    sub = ", ".join(
        w for w in ("" if environment == "live" else environment, "" if kind == "normal" else wording.KIND_WORDS[kind].lower()) if w
    )
    word = SHUT_WORDS.get(account.status, "") if account else ""
    said_done = bool(findings) and all(f.task and f.task.state == "said_done" for f in findings)
    state = "wait" if said_done or account is None else "fix" if findings else "shut" if word else "ok"
    used = account.last_used_at if account else None
    may, may_sub = _may(said)
    return AccessRow(
        system=system.name, system_code=system.code, sub=sub[:1].upper() + sub[1:], may=may, may_sub=may_sub,
        has=_rights(account.roles, account.teams) if account else "No account yet",
        has_sub=f"{account.username}, {wording.STATUS_WORDS[account.status]}" if account else "",
        used=day(used) if used else "Never, or not told" if account else "Not yet",
        used_sub=_used_sub(account, today) if account else "",
        now=tuple(_now(f, system) for f in findings), state=state, word=word,
        said_theirs=account.pk if account and account.bound_id else None,
    )  # fmt: skip


def _used_sub(account: Account, today: date) -> str:
    made = f"Made {day(account.created_on)}." if account.created_on and not account.last_used_at else ""
    figure = use_words(account, today)
    return " ".join(w for w in (made, f"{figure}." if figure else "") if w).rstrip(".")


def _may(said: PlaceSaid | None) -> tuple[str, str]:
    """What someone may, and who said so; an approval that is no authority is named as that."""
    if said is None:
        return NOTHING, "Nobody authorised it"
    if said.speaks is None:
        return NOTHING, f"{_said_by(said.last)}: no authority by the procedure"
    return _rights(said.speaks.roles, said.speaks.teams), _said_by(said.speaks)


def _rights(roles: str | None, teams: str | None) -> str:
    """Roles, then teams; what no list says is not called nothing."""
    if roles is None and teams is None:
        return wording.UNSTATED
    return ". ".join(wording.several(t, "") for t in (roles, teams) if t) or "No role"


def _said_by(grant: Authorisation) -> str:
    role = ROLES[grant.approver_role].title if grant.approver_role in ROLES else grant.approver_role.replace("_", " ").capitalize()
    until = f", until {day(grant.expires_on)}" if grant.expires_on else ""
    return f"{role}, {day(grant.approved_on)}{until}"


def _now(f: Finding, system: System) -> Now:
    who = f.manager.name if f.who == "line_manager" and f.manager else system.administrator_title if f.who == "system_administrator" else ""
    words = f"{wording.STEP_WORDS[f.step]}. {written_out(f.detail)}"
    return Now(words, who or (ROLES[f.who].title if f.who in ROLES else f.who), f.due_on, f.clause, f.task_id)


def rests_on(*, organisation_id: int, person_id: int, today: date, within: Systems = EVERYWHERE) -> tuple[Rest, ...]:
    """What somebody's access rests on: the courses that their systems ask for, and their registration; three queries."""
    person = Person.objects.get(organisation_id=organisation_id, pk=person_id)
    theirs = _accounts(organisation_id, person_id, within)
    return tuple(_rests(person, set(theirs.order_by().values_list("system__pack", flat=True).distinct()), today))


def _rests(person: Person, packs: set[str], today: date) -> Iterable[Rest]:
    courses = {c.code: c for pack in packs for c in pack_on(pack, today).training}
    told = ("course_code", "result", "completed_on", "expires_on", "declaration_signed_on")
    taken = [staff.CourseTaken(*row) for row in TrainingHeld.objects.filter(person=person, gone_on=None).values_list(*told)]
    found = [_course(course, taken, today) for _, course in sorted(courses.items())]
    yield from _with_bookings(found, list(courses.values()), person.organisation_id)
    if person.registration_body:
        until = person.registration_expires_on
        good = until is not None and until >= today
        words = f"In date to {day(until)}" if good and until else f"Ran out on {day(until)}" if until else "No end date on record"
        yield Rest(f"{person.registration_body} registration", "ok" if good else "fix", words)


def _with_bookings(found: list[Rest], courses: Iterable[Course], organisation_id: int) -> Iterable[Rest]:
    """The same, each course that is to be done with where it is booked; one query where any is."""
    listed = bookings(organisation_id=organisation_id) if any(rest.state == "fix" for rest in found) else {}
    for rest, course in zip(found, sorted(courses, key=lambda c: c.code), strict=True):
        booking = booking_of(names_of(course), listed)
        yield replace(rest, book=booking.where) if booking else rest


def _course(course: Course, taken: list[staff.CourseTaken], today: date) -> Rest:
    stands = staff.course_state(taken, course, today)
    if stands.good_until is None or stands.passed_on is None:
        return Rest(course.title, "fix", "Not passed")
    if stands.state == staff.EXPIRED:
        return Rest(course.title, "fix", f"Ran out on {day(stands.good_until)}")
    if stands.state == staff.UNDECLARED:
        return Rest(course.title, "fix", "Passed, but no signed declaration")
    return Rest(
        course.title, "ok", f"Passed {day(stands.passed_on)}" if stands.good_until == FAR else f"Passed; good to {day(stands.good_until)}"
    )
