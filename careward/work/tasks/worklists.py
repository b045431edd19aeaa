"""Reading many tasks as one worklist: those alike that wait for somebody, those somebody ticked, and a list to print."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from careward.core.decision import Decision
from careward.evidence.tables import figures
from careward.web import lists
from careward.web.lists import Asked, Listing
from careward.web.permission import Viewer
from careward.work.tasks import rules, together
from careward.work.tasks.answers_together import asked_together, may_answer
from careward.work.tasks.models import Task
from careward.work.tasks.pages import kind_words
from careward.work.tasks.queries import doer_of, tasks
from careward.work.tasks.questions import Question, from_data
from careward.work.tasks.receivers import Receivers, receivers_of
from careward.work.tasks.rules import BY_HAND, Doer
from careward.work.tasks.together import NotDone
from careward.work.tasks.whose import shown_of
from careward.work.tasks.words import where

MOST = 150  # tasks of one act, and of one printed list
LONGEST = 15  # digits of a number
FEWEST, SHOWN = 2, 6  # alike, to be offered as one; so many of these


@dataclass(frozen=True, slots=True)
class Alike:
    """Open tasks of somebody that are alike: 'Lock on PARIS (13)'."""

    words: str
    count: int
    asks: str  # the query string of the list that shows them


def alike(mine: "QuerySet[Task]", systems: Mapping[str, str]) -> tuple[Alike, ...]:
    """What waits for somebody, by what is to be done where, most first: one query."""
    rows = mine.filter(state="open").order_by().values_list("system_code", "step", "kind")
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for system, step, kind, count in figures.lines(rows.annotate(n=Count("pk"))):
        found[_asks(system, step, kind)] += count
    many = [pair for pair in found.most_common() if pair[1] >= FEWEST]
    return tuple(Alike(_words(dict(asks), systems), n, urlencode([("whose", "mine"), *asks])) for asks, n in many[:SHOWN])


def _asks(system: str, step: str, kind: str) -> tuple[tuple[str, str], ...]:
    what = ("step", step) if system and step in BY_HAND else ("kind", kind)
    return (("system", system), what) if system else (what,)


def _words(asks: Mapping[str, str], systems: Mapping[str, str]) -> str:
    system = systems.get(asks.get("system", ""), asks.get("system", ""))
    if "step" in asks:
        return where(asks["step"], system)
    return f"{kind_words(asks['kind'])}{f' on {system}' if system else ''}"


@dataclass(frozen=True, slots=True)
class ChosenLine:
    """What may be acted on with others; `value` is its number with the digest of what is shown of it."""

    id: int
    value: str
    title: str
    due_on: date
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Choosing:
    """Some tasks as the page of one act on them shows them."""

    able: tuple[ChosenLine, ...]
    refused: tuple[NotDone, ...]
    offered: tuple[tuple[int, str], ...]  # whom they may be given to
    receivers: Receivers
    given: bool  # whether any is given to somebody by name, and may go back
    question: Question | None = None  # what they ask together, where they are to be answered


def choosing(viewer: Viewer, ids: Collection[int], act: str) -> Choosing:
    """The tasks of these numbers that somebody may see, those first on which they may act so."""
    rows = tasks(organisation_id=viewer.organisation_id, who=doer_of(viewer)).filter(pk__in=list(ids)[:MOST]).order_by("due_on", "pk")
    return choosing_of(viewer, list(rows), act)


def choosing_of(viewer: Viewer, rows: Sequence[Task], act: str) -> Choosing:
    """Some tasks as the page of one act on them shows them, whoever may see them."""
    who = doer_of(viewer)
    weighed = weigh_each(rows, act, who)
    able = [task for task, decision in weighed if decision]
    refused = tuple(NotDone(task.pk, task.title, decision.reasons) for task, decision in weighed if not decision)
    receivers = receivers_of(able, organisation_id=viewer.organisation_id, on=viewer.today) if act == "give" and able else Receivers()
    lines = tuple(
        ChosenLine(task.pk, f"{task.pk}-{shown_of(task)}", task.title, task.due_on, task.why if act == "answer" else "") for task in able
    )
    question = asked_together(able, viewer.today) if act == "answer" else None
    return Choosing(lines, refused, tuple(receivers.for_all(able)), receivers, any(task.passed_to_id for task in able), question)


def weigh_each(rows: Sequence[Task], act: str, who: Doer) -> list[tuple[Task, Decision]]:
    """Whether somebody may act so on each; those to be answered ask what the first of them asks."""
    found = [(task, _weigh(task, act, who)) for task in rows]
    asked = next((from_data(task.question) for task, decision in found if decision), None) if act == "answer" else None
    return [(task, may_answer(task, who, asked.kind)) for task in rows] if asked else found


def _weigh(task: Task, act: str, who: Doer) -> Decision:
    if act == "note":
        return rules.may_note(seen=together.may_see(task, who), note=act)
    if act == "answer":
        return may_answer(task, who)
    return together.may_say(task, who) if act == "done" else together.may_give(task, who, None, able=True)


def visible(viewer: Viewer, ids: Iterable[int]) -> frozenset[int]:
    """Of some tasks those that somebody may see."""
    rows = tasks(organisation_id=viewer.organisation_id, who=doer_of(viewer))
    return frozenset(rows.filter(pk__in=list(ids)).values_list("pk", flat=True))


def all_of(rows: "QuerySet[Task]", listed: Listing, asked: Asked) -> tuple[int, ...]:
    """The numbers of the first tasks of a list, as many as one act takes."""
    return tuple(lists.matching(listed, asked, rows).values_list("pk", flat=True)[:MOST])


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A task on a printed list."""

    title: str
    due_on: date


def sheet(rows: "QuerySet[Task]", listed: Listing, asked: Asked) -> tuple[SheetLine, ...]:
    """A list to print."""
    found = lists.matching(listed, asked, rows).values_list("title", "due_on")[:MOST]
    return tuple(SheetLine(*row) for row in found)


@dataclass(frozen=True, slots=True)
class NextOne:
    """The task that comes after one that somebody has just done."""

    id: int
    title: str
    why: str


def next_alike(mine: "QuerySet[Task]", *, organisation_id: int, after: str) -> NextOne | None:
    """The next open task of somebody that is like the one of a number, which they have just done; None where there is none."""
    if not (after.isascii() and after.isdigit() and len(after) <= LONGEST):
        return None
    done = Task.objects.filter(organisation_id=organisation_id, pk=int(after)).values_list("kind", "system_code").first()
    rows = mine.filter(state="open", kind=done[0], system_code=done[1]).order_by("due_on", "id") if done else mine.none()
    found = rows.values_list("pk", "title", "why").first()
    return NextOne(*found) if found else None
