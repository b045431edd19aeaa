"""What one comparison does to findings and tasks: a plan made of frozen values, before anything is written. Without Django.

A finding still there stays, one no longer there closes, a new one opens; each that asks something of somebody has one task, which says
what the strictest of its findings asks and is done by the first day of any. Keeping the same twice plans nothing the second time.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date

from careward.access.accounts import tasks
from careward.access.accounts.keeping.shapes import Judged, KeepingFacts, KnownFinding, StandingTask, Told, Touched, Trouble, trouble_of
from careward.access.accounts.keeping.work import cause_of, due_on_of, task_for, who_acts
from careward.access.accounts.rules.states import FINDING, move_of_finding, state_of_finding
from careward.core.ports import STEPS
from careward.work.tasks.wanted import TOLD, NewTask, TaskPlan

HELD_STEPS = ("lock", "close")
SAYS = ("step", "clause", "detail", "settled", "person_id", "employee_number", "account_id", "manager_id")
Ref = int | str  # a task that stands, by its row; a new one, by its key


@dataclass(frozen=True, slots=True)
class Opened:
    """A finding to open."""

    trouble: Trouble
    told: Told
    accounts: tuple[Touched, ...]
    task: Ref | None
    why: str = "found"

    @property
    def found_on(self) -> date:
        """The day it is asked from: that of the comparison, but never before its cause."""
        return self.told.asked_on

    @property
    def move(self) -> str:
        """The move by which it leaves its first state at once; none where nobody is to be asked yet."""
        return move_of_finding(FINDING.start, state_of_finding(settled=self.told.settled, has_task=self.task is not None))


@dataclass(frozen=True, slots=True)
class Changed:
    """A finding that stays and changes: what it says, its task, the accounts it touches."""

    id: int
    told: Told
    task: Ref | None
    added: tuple[Touched, ...]
    ended: tuple[int, ...]  # rows of accounts it no longer touches
    why: str
    move: str = ""  # none where its state stays

    @property
    def state(self) -> str:
        """The state it then has."""
        return state_of_finding(settled=self.told.settled, has_task=self.task is not None)


@dataclass(frozen=True, slots=True)
class Closed:
    id: int
    why: str


@dataclass(frozen=True, slots=True)
class KeepingPlan:
    """Everything that one comparison changes; `still` findings stay open, most of them as they are."""

    opened: tuple[Opened, ...] = ()
    changed: tuple[Changed, ...] = ()
    closed: tuple[Closed, ...] = ()
    tasks: TaskPlan = field(default_factory=TaskPlan)
    still: int = 0

    def digest(self) -> str:
        """SHA-256 over all of it, so that the ledger binds what was done without holding it."""
        lines = [repr(x) for part in (self.opened, self.changed, self.closed) for x in part]
        lines += [repr(x) for part in (self.tasks.raised, self.tasks.told, self.tasks.closed, self.tasks.reopened) for x in part]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Open:
    """A finding as it will stand open. Its `task` is None where it has none yet, or where it has become another piece of work."""

    trouble: Trouble
    told: Told
    accounts: frozenset[Touched]
    was: KnownFinding | None = None
    task: Ref | None = None
    why: str = ""

    @property
    def asks(self) -> bool:
        return not self.told.settled


def plan_keeping(
    *, judged: Iterable[Judged], known: Iterable[KnownFinding], standing: Sequence[StandingTask], facts: KeepingFacts
) -> KeepingPlan:
    """What becomes of findings and tasks.

    `known` are the open findings of the systems compared, and every one of a person; `standing` all tasks not closed that these have or
    whose keys the found may ask for. A finding whose task has closed meanwhile has none.
    """
    there = {t.id for t in standing}
    gone, now = _met(judged, known, there, facts)
    had = [k.task_id for k, _ in gone] + [o.was.task_id for o in now if o.was and o.task is None]
    left = {task for task in had if task is not None and task in there}
    touched = left | {o.task for o in now if o.why and isinstance(o.task, int)}
    tasks_now, opens = _work(now, left, touched, standing, facts)
    return KeepingPlan(
        opened=tuple(Opened(o.trouble, o.told, tuple(sorted(o.accounts)), o.task) for o in opens if o.was is None),
        changed=tuple(c for o in opens if o.was and (c := _change(o, o.was))),
        closed=tuple(Closed(k.id, why) for k, why in gone),
        tasks=tasks_now,
        still=sum(1 for o in now if o.was),
    )


def keys_wanted(
    *, judged: Iterable[Judged], known: Iterable[KnownFinding], states: Mapping[int, str], facts: KeepingFacts
) -> frozenset[str]:
    """The keys of the tasks that will be asked for where a finding has none: one of them may stand already."""
    _, now = _met(judged, known, states.keys(), facts)
    return frozenset(_key(o, facts) for o in now if _wants_task(o, facts))


def _met(
    judged: Iterable[Judged], known: Iterable[KnownFinding], there: AbstractSet[int], facts: KeepingFacts
) -> tuple[list[tuple[KnownFinding, str]], list[Open]]:
    """Findings no longer there, each with why, and all that will stand open: those that stay, then the new."""
    lines, before = _lines(judged), sorted(known, key=lambda k: (k.trouble, k.id))
    gone = [(k, why) for k in before if (why := _why_gone(k, lines.get(k.trouble, ()), facts))]
    left = {k.id for k, _ in gone}
    still = [_as_now(k, lines.get(k.trouble, ()), there, facts) for k in before if k.id not in left]
    known_now = {o.trouble for o in still}
    new = [Open(t, _said(found, facts), _accounts(found)) for t, found in sorted(lines.items()) if t not in known_now]
    return gone, [*still, *new]


def stirred(
    judged: Sequence[Judged], known: Sequence[KnownFinding], states: Mapping[int, str], facts: KeepingFacts
) -> tuple[list[Judged], list[KnownFinding]]:
    """Of all that was found and is open, what a plan may touch: what is new, gone, changed or waits, and all that shares work with it.

    `states` holds the state of each task that is not closed. The plan of these is the plan of everything, which a property holds.
    """
    lines, now = _lines(judged), {k.trouble for k in known}
    awake = {t for t in lines if t not in now}
    awake |= {k.trouble for k in known if not _is_quiet(k, lines.get(k.trouble, ()), states, facts)}
    accounts = {t[:3] for t in awake if not t.of_a_person}
    persons = {t.person_id for t in awake if t.of_a_person}

    def shares(trouble: Trouble) -> bool:
        return trouble.person_id in persons if trouble.of_a_person else trouble[:3] in accounts

    return [j for j in judged if shares(trouble_of(j))], [k for k in known if shares(k.trouble)]


def _is_quiet(known: KnownFinding, lines: Sequence[Judged], states: Mapping[int, str], facts: KeepingFacts) -> bool:
    """Nothing about it has changed: not what it says, nor its accounts, nor its task; and it waits for none."""
    if _why_gone(known, lines, facts):
        return False
    now = _as_now(known, lines, states.keys(), facts)
    if now.why or now.accounts != known.accounts:
        return False
    return known.told.settled if now.task is None else states[known.task_id or 0] == "open"


def _lines(judged: Iterable[Judged]) -> dict[Trouble, tuple[Judged, ...]]:
    found: defaultdict[Trouble, list[Judged]] = defaultdict(list)
    for each in judged:
        found[trouble_of(each)].append(each)
    return {trouble: tuple(rows) for trouble, rows in found.items()}


def _why_gone(known: KnownFinding, lines: Sequence[Judged], facts: KeepingFacts) -> str:
    """Why it closes: no longer found, on any system compared or left out, or the same for a cause that came later than it.

    A look at a day before it was found proves nothing.
    """
    if any(a.system not in facts.systems for a in known.rows) or known.found_on > facts.on:
        return ""
    if not lines:
        return f"no longer found by {facts.run}"
    since = _since(lines)  # of a person's trouble it hangs on which accounts they have
    anew = since and not known.trouble.of_a_person and known.found_on < since <= facts.on
    return f"it began anew on {since}" if anew else ""


def _since(lines: Sequence[Judged]) -> date | None:
    """The first day of what is found, as far as the rows say of every line."""
    days = [j.found.since for j in lines]
    return None if None in days else min((day for day in days if day), default=None)


def _asked_on(lines: Sequence[Judged], facts: KeepingFacts) -> date:
    """The day of the comparison; looking back, the day of the cause where that came later, but none still to come."""
    since, today = _since(lines), max(facts.on, facts.today or facts.on)
    return max(facts.on, min(since, today)) if since else facts.on


def _as_now(known: KnownFinding, lines: Sequence[Judged], there: AbstractSet[int], facts: KeepingFacts) -> Open:
    """A finding that stays, as it is found now. A warning that has become a lock is new work, for someone else."""
    task = known.task_id if known.task_id in there else None
    elsewhere = frozenset(a for a in known.rows if a.system not in facts.systems)
    if known.found_on > facts.on:
        return Open(known.trouble, known.told, known.accounts, known, task)
    if elsewhere or not lines:  # a look at some systems says nothing of the others
        accounts = elsewhere | _accounts(lines)
        return Open(known.trouble, known.told, accounts, known, task, _why_accounts(known, accounts))
    told, why = _told_now(known.told, _said(lines, facts))
    accounts = _accounts(lines)
    return Open(known.trouble, told, accounts, known, None if why == "its step changed" else task, why or _why_accounts(known, accounts))


def _why_accounts(known: KnownFinding, accounts: frozenset[Touched]) -> str:
    return "" if accounts == known.accounts else "the accounts it touches changed"


def _told_now(was: Told, fresh: Told) -> tuple[Told, str]:
    """What it says now and why; its day stays unless its step changed, and a new manager answers from the day they lead."""
    if all(getattr(was, name) == getattr(fresh, name) for name in SAYS):
        return was, ""
    if (was.step, was.settled) != (fresh.step, fresh.settled):
        return fresh, "its step changed"
    moved = was.manager_id != fresh.manager_id
    who = fresh.who if moved and "line_manager" in (was.who, fresh.who) else was.who
    told = replace(fresh, who=who, asked_on=was.asked_on, due_on=was.due_on)
    return told, "its manager changed" if moved else "what it says changed"


def _said(lines: Sequence[Judged], facts: KeepingFacts) -> Told:
    """What the strictest line says, the last by name where several are alike."""
    chosen = lines[0] if len(lines) == 1 else max(lines, key=_strictness)
    found, manager = chosen.found, facts.manager(chosen.person_id)
    account = None if trouble_of(chosen).of_a_person else chosen.account_id
    rule, asked_on = facts.packs[found.system].findings[found.code], _asked_on(lines, facts)
    return Told(
        step=found.step, clause=found.clause, detail=found.detail, settled=found.settled, person_id=chosen.person_id,
        employee_number=found.employee_number, account_id=account, manager_id=manager, who=who_acts(found.step, rule, manager),
        asked_on=asked_on, due_on=due_on_of(found.step, account, asked_on, rule, facts),
    )  # fmt: skip


def _strictness(judged: Judged) -> tuple[int, str, str, str, str]:
    found = judged.found
    return STEPS.index(found.step), found.system, found.environment, found.username, found.detail


def _accounts(lines: Iterable[Judged]) -> frozenset[Touched]:
    return frozenset(
        Touched(j.found.system, j.found.environment, j.found.username, j.account_id, j.found.clause) for j in lines if j.account_id
    )


def _work(
    opens: Sequence[Open], left: AbstractSet[int], touched: AbstractSet[int], standing: Sequence[StandingTask], facts: KeepingFacts
) -> tuple[TaskPlan, list[Open]]:
    """The tasks, and each finding with the task it has. `left` are tasks that a finding has left, `touched` all whose words may change."""
    of_key = {t.key: t for t in standing}
    opens = [_with_task(o, of_key, facts) for o in opens]
    members: defaultdict[Ref, list[Open]] = defaultdict(list)
    for each in opens:
        if each.task and each.asks:
            members[each.task].append(each)
    joined = {o.task for o in opens if o.task and o.task != (o.was.task_id if o.was else None)}
    wanted = {ref: task_for([(o.trouble, o.told, o.accounts) for o in members[ref]], facts) for ref in joined | touched if ref in members}
    days = {ref: task.due_on for ref, task in wanted.items()}
    opens = [_due_with_task(o, days) for o in opens]
    return _task_plan(wanted, members, left, standing, facts), opens


def _due_with_task(each: Open, days: Mapping[Ref, date]) -> Open:
    """A finding is due when its task is."""
    due_on = days.get(each.task, each.told.due_on) if each.task and each.asks else each.told.due_on
    return each if due_on == each.told.due_on else replace(each, told=replace(each.told, due_on=due_on))


def _with_task(each: Open, of_key: Mapping[str, StandingTask], facts: KeepingFacts) -> Open:
    if not _wants_task(each, facts):
        return each
    key = _key(each, facts)
    return replace(each, task=of_key[key].id if key in of_key else key)


def _wants_task(each: Open, facts: KeepingFacts) -> bool:
    """None for a step already so, nor for a lock or close of an unsafe plan not yet allowed."""
    waits = each.told.step in HELD_STEPS and each.trouble.system in facts.held
    return each.task is None and each.asks and not waits


def _key(each: Open, facts: KeepingFacts) -> str:
    return tasks.key_of(cause_of(each.trouble, each.told, each.accounts, facts))


def _task_plan(
    wanted: Mapping[Ref, NewTask],
    members: Mapping[Ref, Sequence[Open]],
    left: AbstractSet[int],
    standing: Sequence[StandingTask],
    facts: KeepingFacts,
) -> TaskPlan:
    """Read-back: a task whose every finding is gone or settled closes; one said to be done whose finding stands reopens."""
    still = [t for t in standing if t.id in members]
    return TaskPlan(
        raised=tuple(wanted[key] for key in sorted(k for k in wanted if isinstance(k, str))),
        told=tuple((t.id, wanted[t.id]) for t in standing if t.id in wanted and wanted[t.id].words != t.words),
        closed=tuple((i, f"No longer found by {facts.run}") for i in sorted(left - members.keys())),
        reopened=tuple((t.id, f"Still found by {facts.run}") for t in still if _is_disproved(t, wanted.get(t.id), facts)),
    )


def _is_disproved(task: StandingTask, now: NewTask | None, facts: KeepingFacts) -> bool:
    """Said to be done or answered, and found all the same: its day has passed, or the next export, not the last, shows it (EL-023).

    `now` is what the task will say where that changes: the system that is heard from is that of the task as it will stand.
    """
    if task.state == "answered" and task.answered_until is not None:
        return task.answered_until < facts.on
    told = facts.told_at.get(now.system_code if now else str(task.words[TOLD.index("system_code")]))
    return task.state in ("said_done", "answered") and task.said_done_at is not None and told is not None and told > task.said_done_at


def _change(now: Open, was: KnownFinding) -> Changed | None:
    if (now.told, now.task, now.accounts) == (was.told, was.task_id, was.accounts):
        return None
    why = now.why or ("its work was raised" if now.task != was.task_id else "the day of its task moved")
    ended = tuple(sorted(was.rows[a] for a in was.accounts - now.accounts))
    move = move_of_finding(was.state, state_of_finding(settled=now.told.settled, has_task=now.task is not None))
    return Changed(was.id, now.told, now.task, tuple(sorted(now.accounts - was.accounts)), ended, why, move)
