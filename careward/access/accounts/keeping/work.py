"""The piece of work that findings ask for: whose it is, by when, and the words of its task. Without Django."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from careward.access.accounts import tasks
from careward.access.accounts.keeping.shapes import KeepingFacts, Told, Touched, Trouble
from careward.core import days
from careward.core.packs.findings import FindingRule
from careward.core.ports import STEPS
from careward.work.tasks.wanted import NewTask

Member = tuple[Trouble, Told, frozenset[Touched]]


def who_acts(step: str, rule: FindingRule, manager: int | None) -> str:
    """A notice goes to the line manager (EL-037); where nobody is on record as that, to the administrator."""
    asked = "line_manager" if step == "warn" else rule.who
    return "system_administrator" if asked == "line_manager" and manager is None else asked


def due_on_of(step: str, account_id: int | None, asked_on: date, rule: FindingRule, facts: KeepingFacts) -> date:
    """The day by which a finding asks for its step: for a notice the day of the lock (EL-037), else so many working days on."""
    locks_on = facts.locks_on.get(account_id or 0) if step == "warn" else None
    return locks_on or _working_days_on(asked_on, rule.working_days, facts.calendar)


@cache
def _working_days_on(on: date, working_days: int, calendar: days.Calendar) -> date:
    return days.add_working_days(on, working_days, calendar)


def place_of(trouble: Trouble, accounts: Iterable[Touched]) -> tuple[str, str, str]:
    """The system, environment and user name that stand for a finding: its own, or of a person's accounts the last by name."""
    return max((a[:3] for a in accounts), default=trouble[:3]) if trouble.of_a_person else trouble[:3]


def cause_of(trouble: Trouble, told: Told, accounts: Iterable[Touched], facts: KeepingFacts) -> tasks.Cause:
    """A finding as its task needs it."""
    system, environment, username = place_of(trouble, accounts)
    return tasks.Cause(
        code=trouble.code, topic=trouble.topic, step=told.step, detail=told.detail, system_code=system,
        system_name=facts.systems.get(system, system), environment=environment, username=username,
        employee_number=told.employee_number or "", holder=facts.name(told.person_id), who=told.who,
        course=next((c.title for c in facts.packs[system].training if c.code == trouble.topic), ""),
    )  # fmt: skip


def task_for(members: Sequence[Member], facts: KeepingFacts) -> NewTask:
    """The one piece of work that findings of one task ask for, in the words of the strictest and by the first day of any."""
    trouble, told, accounts = members[0] if len(members) == 1 else max(members, key=lambda m: (STEPS.index(m[1].step), m[0]))
    cause = cause_of(trouble, told, accounts, facts)
    locks_on = facts.locks_on.get(told.account_id or 0) if told.step == "warn" else None
    words = tasks.words(cause, locks_on=locks_on)
    to_manager = told.who == "line_manager"
    return NewTask(
        key=tasks.key_of(cause), kind=trouble.code, title=words.title, why=words.why, otherwise=words.otherwise, step=told.step,
        clause=told.clause, role=told.who, system_code="" if to_manager else cause.system_code,
        assignee_id=told.manager_id if to_manager else None, about_id=told.person_id, link=_link(trouble, told, cause.system_code),
        due_on=min(_due_on(m, facts) for m in members), question=tasks.question(cause),
    )  # fmt: skip


def _due_on(member: Member, facts: KeepingFacts) -> date:
    trouble, told, accounts = member
    rule = facts.packs[place_of(trouble, accounts)[0]].findings[trouble.code]
    return due_on_of(told.step, told.account_id, told.asked_on, rule, facts)


def _link(trouble: Trouble, told: Told, system: str) -> str:
    if trouble.of_a_person:
        return f"person/{trouble.person_id}"
    return f"account/{told.account_id}" if told.account_id else f"system/{system}"
