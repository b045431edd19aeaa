"""One act on many tasks: each weighed by itself, those that may move move, and the others are refused each with its reasons.

Each keeps its own row of history and its own ledger entry, which says of how many acts done at once it is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import Decision, Reason, Refused, refuse
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.rules import Deed
from careward.evidence.moves import actions as moves
from careward.people.staff.models import Person
from careward.work.tasks import rules
from careward.work.tasks.models import TASKS, Task
from careward.work.tasks.receivers import Receivers
from careward.work.tasks.rules import DO, SEE
from careward.work.tasks.whose import evidence_clause, holds, is_doers, shown_of

Chosen = Mapping[int, str]  # the number of each task, with the digest of what was shown of it
Weigh = Callable[[Task], Decision]

BUSY = refuse("task.busy", "house", "It is being changed just now", "Look again in a moment")
NOT_THERE = refuse("task.not_there", "house", "It is not yours to see any more", "Ask whoever does it now")


@dataclass(frozen=True, slots=True)
class NotDone:
    """A task that was chosen and may not move, with every reason."""

    id: int
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What came of one act on many tasks."""

    done: tuple[int, ...]
    refused: tuple[NotDone, ...]
    systems: frozenset[str] = frozenset()  # of those that are done; "" where one belongs to none
    kinds: frozenset[str] = frozenset()  # of those that are done


def may_say(task: Task, doer: rules.Doer, seen: str | None = None) -> Decision:
    """Whether somebody may say, with those of others, that this task is done."""
    if not (still := rules.still_open(task.state)):
        return still
    about_themselves = task.about_id is not None and task.about_id == doer.person_id
    decision = rules.yours(theirs=is_doers(task, doer)) & rules.not_about_themselves(about_themselves=about_themselves)
    decision &= rules.ends_by_saying_so(asks=bool(task.question), step=task.step) & rules.unchanged(shown=shown_of(task), seen=seen)
    return decision & rules.TASK.may("say_done", state=task.state, holds=holds(task, doer), gates={})


def may_give(task: Task, doer: rules.Doer, to: int | None, able: bool, seen: str | None = None) -> Decision:
    """Whether somebody may give this task to a person, or to nobody by name."""
    if not (still := rules.still_open(task.state)):
        return still
    decision = rules.may_give(theirs=is_doers(task, doer), able=able, about_them=to is not None and to == task.about_id)
    decision &= rules.unchanged(shown=shown_of(task), seen=seen)
    return decision & rules.TASK.may("pass_on", state=task.state, holds=holds(task, doer), gates={})


@transaction.atomic
def say_done_together(*, organisation_id: int, chosen: Chosen, doer: rules.Doer, evidence: str, now: datetime, by: str) -> Together:
    """Records that many tasks are done, with one text of evidence; the next export closes each or reopens it. Refused without the text."""
    rows, told = locked_rows(organisation_id, chosen), evidence.strip()
    if rows and not told:
        clause = evidence_clause(rows[0], london_day(now))
        raise Refused(rules.may_say_done(theirs=True, about_themselves=False, evidence=told, clause=clause))
    able, outcome = parted(organisation_id, chosen, rows, lambda task: may_say(task, doer, chosen[task.pk]))
    change = {"evidence": told, "said_done_at": now, "said_done_by": by}
    _move(able, "say_done", change, told, now, by)
    return outcome


@transaction.atomic
def give_together(
    *, organisation_id: int, chosen: Chosen, doer: rules.Doer, to: int | None, why: str, receivers: Receivers, now: datetime, by: str
) -> Together:
    """Gives many tasks to one person, or back to everybody of their role; each is still to be done."""
    rows = locked_rows(organisation_id, chosen)
    whom = Person.objects.get(organisation_id=organisation_id, pk=to) if to is not None else None

    def weigh(task: Task) -> Decision:
        return may_give(task, doer, to, receivers.able(task, to), chosen[task.pk])

    able, outcome = parted(organisation_id, chosen, rows, weigh)
    note = ": ".join(w for w in (f"To {whom.name}" if whom else "To everybody whose work it is", why.strip()) if w)
    _move(able, "pass_on", {"passed_to": whom}, note, now, by)
    return outcome


@transaction.atomic
def note_together(*, organisation_id: int, chosen: Chosen, doer: rules.Doer, note: str, now: datetime, by: str) -> Together:
    """Writes one note on many tasks, whatever their state. Refused where nothing is written."""
    if not (written := rules.may_note(seen=True, note=note)):
        raise Refused(written)
    rows = locked_rows(organisation_id, chosen)
    able, outcome = parted(organisation_id, chosen, rows, lambda task: rules.may_note(seen=may_see(task, doer), note=note))
    if able:
        facts: dict[str, Any] = {"kind": TASKS, "organisation": able[0].organisation, "now": now, "by": by, "counted": ""}
        moves.remark_many(notes={task: note.strip() for task in able}, what="note", verb="task.noted", **facts)
        _write_down("task.noted", able, now, by)
    return outcome


def may_see(task: Task, doer: rules.Doer) -> bool:
    """Whether a task is somebody's, or of a system whose tasks they may see."""
    return is_doers(task, doer) or doer.rights.may(SEE, system=task.system_code)


def locked_rows(organisation_id: int, chosen: Chosen) -> list[Task]:
    """The rows, locked. One that another holds is passed over, never waited for: two who act on the same many would wait for each other."""
    rows = Task.objects.select_for_update(of=("self",), skip_locked=True).select_related("organisation")
    return list(rows.filter(organisation_id=organisation_id, pk__in=chosen.keys()).order_by("pk"))


def parted(organisation_id: int, chosen: Chosen, rows: Sequence[Task], weigh: Weigh) -> tuple[list[Task], Together]:
    """The tasks that may move, and what is to be told of all."""
    weighed = [(task, weigh(task)) for task in rows]
    able = [task for task, decision in weighed if decision]
    refused = [NotDone(task.pk, task.title, decision.reasons) for task, decision in weighed if not decision]
    passed_over = sorted(chosen.keys() - {task.pk for task in rows})
    titles = dict(Task.objects.filter(organisation_id=organisation_id, pk__in=passed_over).values_list("pk", "title"))
    refused += [NotDone(n, titles.get(n, f"Task {n}"), (BUSY if n in titles else NOT_THERE).reasons) for n in passed_over]
    systems, kinds = frozenset(task.system_code for task in able), frozenset(task.kind for task in able)
    return able, Together(tuple(task.pk for task in able), tuple(refused), systems, kinds)


def _move(able: Sequence[Task], move: str, change: Mapping[str, Any], note: str, now: datetime, by: str) -> None:
    """Each was asked by itself whether it may; together they move by the right that all these need."""
    if able:
        facts: dict[str, Any] = {"kind": TASKS, "organisation": able[0].organisation, "now": now, "by": by, "counted": ""}
        moves.make_many(ids=[task.pk for task in able], move=move, holds=frozenset({DO}), change=change, note=note, **facts)
        _write_down(TASKS.verbs[move], able, now, by)


def _write_down(verb: str, able: Sequence[Task], now: datetime, by: str) -> None:
    deeds = [Deed(verb, f"task/{task.pk}", {"clause": task.clause, "of": len(able)}) for task in able]
    ledger.record_many(at=now, actor=by, organisation=able[0].organisation.ods_code, deeds=deeds)
