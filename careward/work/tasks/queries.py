"""Reading the queue: whose tasks they are, in the order they are due."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from careward.core.rights import EVERYWHERE, Everywhere, Rights
from careward.core.roles import ROLES
from careward.evidence.tables import figures
from careward.people.signin.models import User
from careward.people.staff.models import Deputy, Person
from careward.web import lists
from careward.web.lists import Asked, Listing, Page
from careward.web.permission import Viewer
from careward.work.tasks.models import Task, TaskAnswer, TaskMove
from careward.work.tasks.questions import PASSING, Question, from_data
from careward.work.tasks.rules import DO, SEE, Doer, group_of, is_theirs
from careward.work.tasks.whose import asked_of, seen_of

DONE_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as the inbox shows it."""

    id: int
    title: str
    why: str
    otherwise: str
    clause: str
    kind: str
    system_code: str
    raised_on: date
    due_on: date
    state: str
    group: str  # late, today, week, later
    times_reopened: int


@dataclass(frozen=True, slots=True)
class MoveLine:
    at: datetime
    by: str  # a name; "" where no person did it
    move: str
    was: str
    became: str
    note: str


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """One task with its history."""

    line: TaskLine
    step: str
    role: str
    subject: tuple[str, ...]  # what it is about, as links name it: ("account", "12"), ("systems",); ("",) for nothing that has a page
    about_id: int | None
    assignee_name: str
    evidence: str
    said_done_at: datetime | None
    closed_at: datetime | None
    proof: str
    moves: tuple[MoveLine, ...]
    theirs: bool
    may_do: bool  # what the action asks before it is done
    question: Question | None
    passed_to: str
    cannot: str  # why it cannot be done, as last said
    seen: str  # the digest of what is shown, which an answer is to
    asked_for_word: bool  # its answer asks somebody else to decide


@dataclass(frozen=True, slots=True)
class Inbox:
    """What one person has to do, and how much of it."""

    total: int
    late: int
    due_today: int
    lines: tuple[TaskLine, ...]  # soonest first, at most `shown`
    said_done: int
    done_lately: int


def doer(*, organisation_id: int, person_id: int | None, rights: Rights, on: date) -> Doer:
    """Who someone is to the queue: themselves, and each manager they stand in for that day (PA-021)."""
    rows = Deputy.objects.filter(organisation_id=organisation_id, deputy_id=person_id or 0, from_on__lte=on, gone_on=None)
    managers = rows.filter(Q(to_on=None) | Q(to_on__gt=on)).values_list("manager_id", flat=True)
    return Doer(person_id, frozenset(managers), rights, organisation_id)


def theirs(organisation_id: int, who: Doer) -> QuerySet[Task]:
    """Every task that is this person's; agrees with rules.is_theirs."""
    return Task.objects.filter(where_theirs(who), organisation_id=organisation_id)


def where_theirs(who: Doer) -> Q:
    """What makes a task somebody's, for a list."""
    people = [p for p in (who.person_id, *who.stands_in_for) if p is not None]
    given = Q(assignee_id__in=people) | Q(assignee=None) & _of_roles(who.rights)
    return Q(passed_to_id__in=people) | Q(passed_to=None) & given


def _of_roles(rights: Rights) -> Q:
    """The tasks of the roles somebody holds, each on its own systems; those that belong to no system, of every role."""
    found = Q(role__in=[r for r, systems in rights.roles.items() if systems is EVERYWHERE])
    found |= Q(role__in=list(rights.roles), system_code="")
    for role, systems in rights.roles.items():
        if not isinstance(systems, Everywhere):
            found |= Q(role=role, system_code__in=systems)
    return found


def due_days(*, organisation_id: int, person_id: int | None, rights: Rights, on: date) -> list[date]:
    """The days on which someone's open tasks are due, soonest first."""
    who = doer(organisation_id=organisation_id, person_id=person_id, rights=rights, on=on)
    return list(theirs(organisation_id, who).filter(state="open").order_by("due_on").values_list("due_on", flat=True))


def due_days_of_others(*, organisation_id: int, person_id: int | None, rights: Rights, on: date) -> list[date]:
    """The days that have passed on which open tasks of others were due, of the systems whose tasks someone sees."""
    who = doer(organisation_id=organisation_id, person_id=person_id, rights=rights, on=on)
    late = tasks(organisation_id=organisation_id, who=who).filter(state="open", due_on__lt=on)
    others = late.exclude(pk__in=theirs(organisation_id, who).filter(state="open", due_on__lt=on).values("pk"))
    return list(others.order_by("due_on").values_list("due_on", flat=True))


def waiting_count(*, organisation_id: int, who: Doer) -> int:
    return figures.count(theirs(organisation_id, who).filter(state="open"))


def came_since(mine: QuerySet[Task], since: date | None) -> int:
    """How many open tasks of somebody are new since they were last here; 0 where that is not known."""
    return figures.count(mine.filter(state="open", raised_on__gt=since)) if since else 0


def inbox(*, organisation_id: int, who: Doer, now: datetime, today: date, shown: int = 60) -> Inbox:
    """What is open for someone, soonest first; three queries whatever the size, and none reads what was done long ago."""
    mine = theirs(organisation_id, who)
    counts = mine.filter(state__in=("open", "said_done")).aggregate(
        total=Count("id", filter=Q(state="open")),
        late=Count("id", filter=Q(state="open", due_on__lt=today)),
        due_today=Count("id", filter=Q(state="open", due_on=today)),
        said=Count("id", filter=Q(state="said_done")),
    )
    lately = mine.filter(state="closed", closed_at__gte=now - DONE_FOR).count()
    rows = mine.filter(state="open").order_by("due_on", "id")[:shown]
    lines = tuple(_line(t, today) for t in rows)
    return Inbox(counts["total"], counts["late"], counts["due_today"], lines, counts["said"], lately)


def tasks(*, organisation_id: int, who: Doer) -> QuerySet[Task]:
    """The worklist as a queryset for the list page: one's own, and those of the systems whose tasks one may see; agrees with may_look."""
    rows, systems = Task.objects.filter(organisation_id=organisation_id), who.rights.systems_for(SEE)
    return rows if isinstance(systems, Everywhere) else rows.filter(where_theirs(who) | Q(system_code__in=systems))


def task(*, organisation_id: int, task_id: int, who: Doer, today: date) -> TaskDetail | None:
    """One task, or None where this organisation has none of that number."""
    row = Task.objects.filter(organisation_id=organisation_id, pk=task_id).select_related("assignee", "passed_to").first()
    if row is None:
        return None
    moves = _moves(row)
    whom = row.passed_to_id or row.assignee_id
    last = row.answers.filter(taken_back_at=None).order_by("-id").first()
    asked = asked_of(row, today) if row.state == "open" else from_data(row.question)
    return TaskDetail(
        line=_line(row, today), step=row.step, role=row.role, subject=_subject(row), about_id=row.about_id,
        assignee_name=row.assignee.name if row.assignee else "", evidence=row.evidence, said_done_at=row.said_done_at,
        closed_at=row.closed_at, proof=row.proof, moves=moves,
        theirs=is_theirs(role=row.role, system_code=row.system_code, assignee_id=whom, doer=who),
        may_do=DO in who.holds(system_code=row.system_code, assignee_id=whom),
        question=asked, passed_to=row.passed_to.name if row.passed_to else "",
        cannot=last.reason if last and last.answer == "cannot" else "", seen=seen_of(row, asked),
        asked_for_word=bool(last and last.answer == "approve"),
    )  # fmt: skip


def _moves(row: Task) -> tuple[MoveLine, ...]:
    """What happened to a task, newest first, with the name of whoever did it where a person did."""
    rows = list(
        TaskMove.objects.filter(task__organisation=row.organisation_id, task=row)
        .order_by("-id")
        .values_list("at", "by", "move", "was", "became", "note")
    )
    users = {by: int(by.removeprefix("user/")) for _, by, *_ in rows if by.startswith("user/")}
    names = dict(User.objects.filter(pk__in=users.values()).values_list("pk", "name")) if users else {}
    return tuple(MoveLine(at, names.get(users.get(by, 0), ""), *rest) for at, by, *rest in rows)


def _subject(row: Task) -> tuple[str, ...]:
    if row.about_id:
        return "person", str(row.about_id)
    return tuple(row.link.split("/", 1))


def _line(row: Task, today: date) -> TaskLine:
    week_ends_on = today + timedelta(
        days=6 - today.weekday() if today.weekday() < 5 else 13 - today.weekday()
    )  # at weekends, the week to come
    return TaskLine(
        row.pk, row.title, row.why, row.otherwise, row.clause, row.kind, row.system_code, row.raised_on, row.due_on, row.state,
        group_of(due_on=row.due_on, today=today, week_ends_on=week_ends_on), row.times_reopened,
    )  # fmt: skip


def acts_for(viewer: Viewer) -> frozenset[int]:
    """The managers whose people someone answers for today: themselves and those they stand in for."""
    who = doer_of(viewer)
    return who.stands_in_for | ({who.person_id} if who.person_id else set())


def doer_of(viewer: Viewer) -> Doer:
    """Who the person asking is to the queue."""
    return doer(
        organisation_id=viewer.organisation_id,
        person_id=viewer.person_id,
        rights=viewer.rights,
        on=viewer.today,
    )


def waiting(viewer: Viewer) -> int:
    """The figure beside "My work" in the menu."""
    return waiting_count(organisation_id=viewer.organisation_id, who=doer_of(viewer))


def waiting_for_proof(*, organisation_id: int, systems: Collection[str]) -> int:
    """How many tasks of some systems are said to be done and wait for their next files."""
    return Task.objects.filter(organisation_id=organisation_id, system_code__in=systems, state="said_done").count()


def is_here(*, organisation_id: int, task_id: int) -> bool:
    return Task.objects.filter(organisation_id=organisation_id, pk=task_id).exists()


def may_look(viewer: Viewer, system_code: str) -> bool:
    """Whether someone may look at a task that is not theirs: they may see those of its system, or all where it belongs to none."""
    return viewer.may(SEE, system=system_code)


def may_open(viewer: Viewer, task_ids: Iterable[int | None]) -> frozenset[int]:
    """Of some tasks those whose page somebody can come to, so that no other is linked: one query, none for whoever sees every task."""
    ids = frozenset(number for number in task_ids if number is not None)
    if not ids or isinstance(viewer.systems_for(SEE), Everywhere):
        return ids
    rows = Task.objects.filter(organisation_id=viewer.organisation_id, pk__in=ids)
    seen = rows.filter(pk__in=theirs(viewer.organisation_id, doer_of(viewer)).values("pk")).values_list("pk", flat=True)
    if not viewer.may(SEE):
        return frozenset(seen)
    others = rows.values_list("pk", "system_code")
    return frozenset(seen) | {number for number, system in others if may_look(viewer, system)}


def deputised_for(*, organisation_id: int, who: Doer) -> tuple[str, ...]:
    """The names of those someone stands in for today."""
    if not who.stands_in_for:
        return ()
    rows = Person.objects.filter(organisation_id=organisation_id, pk__in=who.stands_in_for).order_by("last_name", "id")
    return tuple(p.name for p in rows)


def sorts(rows: QuerySet[Task]) -> tuple[tuple[str, str, str], ...]:
    """What sorts of tasks there are: each kind with its system and its step, one query."""
    return tuple(sorted(figures.lines(rows.order_by().values_list("kind", "system_code", "step").distinct())))


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One row of the worklist."""

    line: TaskLine
    who: str
    asks: bool  # it ends by an answer


def task_page(rows: QuerySet[Task], listed: Listing, asked: Asked, today: date) -> Page[WorkLine]:
    page = lists.apply(listed, asked, rows.select_related("assignee", "passed_to"), figures=figures)
    return page.map(lambda t: WorkLine(_line(t, today), _who(t), bool(t.question)))


def task_rows(rows: QuerySet[Task], listed: Listing, asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Every match, for a download."""
    for t in lists.stream(lists.matching(listed, asked, rows.select_related("assignee", "passed_to"))):
        yield (t.title, t.why, _who(t), t.system_code, t.step, t.due_on, t.raised_on, t.state, t.times_reopened, t.clause)


def _who(row: Task) -> str:
    if whom := row.passed_to or row.assignee:
        return whom.name
    return ROLES[row.role].title if row.role in ROLES else row.role


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in force, as the room that asked reads it."""

    task_id: int
    kind: str
    link: str  # what it was about when it was answered: "account/12"
    answer: str
    person_id: int | None
    until: date | None
    at: datetime
    by: str
    reason: str = ""


def _answered(row: TaskAnswer) -> Answered:
    task = row.task
    return Answered(task.pk, task.kind, row.link or task.link, row.answer, row.person_id, row.until, row.at, row.by, row.reason)


def answer_to(*, organisation_id: int, task_id: int) -> Answered | None:
    """The answer to one task's question, unless it was taken back."""
    rows = TaskAnswer.objects.filter(task__organisation_id=organisation_id, task_id=task_id, taken_back_at=None)
    row = rows.exclude(answer__in=PASSING).select_related("task").order_by("-id").first()
    return _answered(row) if row else None


def tasks_report(*, organisation_id: int) -> list[dict[str, Any]]:
    """Every task that is not closed, as the command line prints it: `assignee` is a staff number, empty where it is a role's."""
    rows = Task.objects.filter(organisation_id=organisation_id).exclude(state="closed").order_by("due_on", "id")
    return [_report(row) for row in rows.select_related("assignee", "passed_to", "about")]


def _report(row: Task) -> dict[str, Any]:
    whom = row.passed_to or row.assignee
    return {
        "id": row.pk,
        "key": row.key,
        "kind": row.kind,
        "title": row.title,
        "step": row.step,
        "clause": row.clause,
        "system": row.system_code,
        "about": row.about.employee_number if row.about else "",
        "assignee": whom.employee_number if whom else "",
        "whose": _who(row),
        "role": row.role,
        "raised_on": row.raised_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "state": row.state,
    }
