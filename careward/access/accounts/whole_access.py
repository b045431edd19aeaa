"""One person's whole access on a page: what they may, what they have, when they used it, and what is to be done now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q

from careward.access.accounts import wording
from careward.access.accounts.models import Account, Finding, FindingAccount
from careward.access.accounts.rules.holding import good_until
from careward.access.accounts.rules.shapes import FAR, TrainingRecord
from careward.access.authorisations.models import Authorisation
from careward.core.packs.training import Course
from careward.core.roles import ROLES
from careward.people.staff.models import Assignment, Person, TrainingHeld
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.web.words import day, written_out

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


@dataclass(frozen=True, slots=True)
class Rest:
    """Something the access rests on: a course, a registration."""

    title: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime | date
    words: str


@dataclass(frozen=True, slots=True)
class WholeAccess:
    person_id: int
    to_put_right: tuple[AccessRow, ...]
    waiting: tuple[AccessRow, ...]
    in_order: tuple[AccessRow, ...]
    rests_on: tuple[Rest, ...]
    history: tuple[Happening, ...]
    accounts: int
    systems: int
    late: int

    def rows(self) -> list[tuple[str, ...]]:
        """The access for a download, what is to be put right first."""
        every = (*self.to_put_right, *self.waiting, *self.in_order)
        return [(a.system, a.sub, a.may, a.may_sub, a.has, a.has_sub, a.used, "; ".join(n.words for n in a.now)) for a in every]


def whole_access(*, organisation_id: int, person_id: int, today: date) -> WholeAccess:
    """Everything of one person, in ten queries whatever they have."""
    accounts = list(Account.objects.filter(organisation_id=organisation_id, person_id=person_id, gone_on=None).select_related("system"))
    grants = list(_grants(organisation_id, person_id, today))
    wrong: defaultdict[int, list[Finding]] = defaultdict(list)
    rows = Finding.objects.filter(organisation_id=organisation_id, person_id=person_id, closed_on=None).select_related(
        "system", "manager", "task"
    )
    for finding in rows.order_by("due_on", "id").prefetch_related(Prefetch("accounts", FindingAccount.objects.filter(gone_on=None))):
        for touched in finding.accounts.all():
            wrong[touched.account_id].append(finding)
    access = [*_of_accounts(accounts, grants, wrong), *_without_account(accounts, grants)]
    person = Person.objects.get(organisation_id=organisation_id, pk=person_id)
    right = [a for a in access if a.state == "fix"]
    return WholeAccess(
        person_id=person_id,
        to_put_right=tuple(sorted(right, key=lambda a: min(n.due_on for n in a.now))),
        waiting=tuple(a for a in access if a.state == "wait"),
        in_order=tuple(sorted((a for a in access if a.state in ("ok", "shut")), key=lambda a: (a.state, a.system, a.sub))),
        rests_on=tuple(_rests_on(person, {s.system for s in accounts}, today)),
        history=tuple(_history(organisation_id, person)),
        accounts=len(accounts),
        systems=len({a.system_id for a in accounts}),
        late=sum(1 for a in right if min(n.due_on for n in a.now) < today),
    )


def _grants(organisation_id: int, person_id: int, today: date) -> Iterable[Authorisation]:
    rows = Authorisation.objects.filter(organisation_id=organisation_id, person_id=person_id, gone_on=None, approved_on__lte=today)
    return rows.select_related("system").order_by("approved_on", "id")


def _place(row: Account | Authorisation) -> Place:
    return (row.system_id, row.environment, "admin" if row.kind == "admin" else "normal")


def _of_accounts(accounts: list[Account], grants: list[Authorisation], wrong: Mapping[int, list[Finding]]) -> Iterable[AccessRow]:
    by_place: dict[Place, list[Authorisation]] = defaultdict(list)
    for grant in grants:
        by_place[_place(grant)].append(grant)
    for account in accounts:
        findings = [f for f in wrong.get(account.pk, ()) if not f.settled]
        given = by_place.get(_place(account), [])
        yield _row(account.system, account.environment, account.kind, given, account, findings)


def _without_account(accounts: list[Account], grants: list[Authorisation]) -> Iterable[AccessRow]:
    """What is authorised and not there: no account yet, or one that went."""
    there = {_place(a) for a in accounts}
    for place in dict.fromkeys(_place(g) for g in grants):
        if place not in there:
            given = [g for g in grants if _place(g) == place]
            yield _row(given[-1].system, given[-1].environment, given[-1].kind, given, None, [])


def _row(
    system: System, environment: str, kind: str, grants: list[Authorisation], account: Account | None, findings: list[Finding]
) -> AccessRow:
    sub = ", ".join(
        w for w in ("" if environment == "live" else environment, "" if kind == "normal" else wording.KIND_WORDS[kind].lower()) if w
    )
    last = grants[-1] if grants else None
    shut = account is not None and account.status == "closed"
    said_done = bool(findings) and all(f.task and f.task.state == "said_done" for f in findings)
    state = "wait" if said_done or account is None else "fix" if findings else "shut" if shut else "ok"
    used = account.last_used_at if account else None
    return AccessRow(
        system=system.name, system_code=system.code, sub=sub[:1].upper() + sub[1:],
        may=_rights(last.roles, last.teams) if last else "Nothing",
        may_sub=_said_by(last) if last else "Nobody authorised it",
        has=_rights(account.roles, account.teams) if account else "No account yet",
        has_sub=f"{account.username}, {wording.STATUS_WORDS[account.status]}" if account else "",
        used=day(used) if used else "Never, or not told" if account else "Not yet",
        used_sub=f"Made {day(account.created_on)}" if account and account.created_on and not used else "",
        now=tuple(_now(f, system) for f in findings), state=state,
    )  # fmt: skip


def _rights(roles: str | None, teams: str | None) -> str:
    """Roles, then teams; what was not told is not called nothing."""
    if roles is None and teams is None:
        return "Not told"
    return ". ".join(wording.several(t, "") for t in (roles, teams) if t) or "No role"


def _said_by(grant: Authorisation) -> str:
    role = ROLES[grant.approver_role].title if grant.approver_role in ROLES else grant.approver_role.replace("_", " ").capitalize()
    until = f", until {day(grant.expires_on)}" if grant.expires_on else ""
    return f"{role}, {day(grant.approved_on)}{until}"


def _now(f: Finding, system: System) -> Now:
    who = f.manager.name if f.who == "line_manager" and f.manager else system.administrator_title if f.who == "system_administrator" else ""
    words = f"{wording.STEP_WORDS[f.step]}. {written_out(f.detail)}"
    return Now(words, who or (ROLES[f.who].title if f.who in ROLES else f.who), f.due_on, f.clause, f.task_id)


def _rests_on(person: Person, systems: set[System], today: date) -> Iterable[Rest]:
    courses = {c.code: c for pack in {s.pack for s in systems} for c in pack_on(pack, today).training}
    held = list(TrainingHeld.objects.filter(person=person, gone_on=None, result="passed", completed_on__lte=today))
    for _, course in sorted(courses.items()):
        yield _course(course, held, today)
    if person.registration_body:
        until = person.registration_expires_on
        good = until is not None and until >= today
        words = f"In date to {day(until)}" if good and until else f"Ran out on {day(until)}" if until else "No end date on record"
        yield Rest(f"{person.registration_body} registration", "ok" if good else "fix", words)


def _course(course: Course, held: list[TrainingHeld], today: date) -> Rest:
    names = {name.lower() for name in (course.code, *course.aliases)}
    mine = [
        TrainingRecord(h.course_code, h.result, h.completed_on, h.expires_on, h.declaration_signed_on)
        for h in held
        if h.course_code.lower() in names
    ]
    if not mine:
        return Rest(course.title, "fix", "Not passed")
    until = max(good_until(r, course) for r in mine)
    if until < today:
        return Rest(course.title, "fix", f"Ran out on {day(until)}")
    if course.declaration and not any(signed_by(r, today) for r in mine if good_until(r, course) >= today):
        return Rest(course.title, "fix", "Passed, but no signed declaration")
    last = max(r.completed_on for r in mine)
    return Rest(course.title, "ok", f"Passed {day(last)}" if until == FAR else f"Passed; good to {day(until)}")


def signed_by(record: TrainingRecord, today: date) -> bool:
    return record.declaration_signed_on is not None and record.declaration_signed_on <= today


def _history(organisation_id: int, person: Person, most: int = 12) -> Iterable[Happening]:
    """Posts, approvals and findings in one line of time, newest first."""
    happened: list[Happening] = []
    findings = Finding.objects.filter(organisation_id=organisation_id, person=person).select_related("system").order_by("-id")[:most]
    for f in findings:
        what = wording.title(f.code, f.topic)
        where, found = (f"{f.system.name}: ", f"{what.lower()} found") if f.system else ("", f"{what} found")
        if f.closed_on:
            happened.append(Happening(f.closed_on, f"{where}{'put' if where else 'Put'} right. {what}."))
        happened.append(Happening(f.found_on, f"{where}{found}. {written_out(f.detail)}."))
    grants = (
        Authorisation.objects.filter(organisation_id=organisation_id, person=person)
        .select_related("system")
        .order_by("-approved_on")[:most]
    )
    happened += [Happening(g.approved_on, f"{g.system.name} authorised by {_said_by(g).split(',')[0].lower()}.") for g in grants]
    posts = Assignment.objects.filter(organisation_id=organisation_id, person=person).filter(Q(gone_on=None)).select_related("team")
    for post in posts:
        happened.append(
            Happening(post.start_on, f"Began as {post.position_title or post.job_role or 'a member of staff'}, {post.team.name}.")
        )
        if post.end_on:
            happened.append(Happening(post.end_on, f"Left {post.team.name}."))
    return sorted(happened, key=lambda h: h.at, reverse=True)[:most]
