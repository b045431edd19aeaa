"""Writes a plan of keeping, and nothing else: few statements over many rows, inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from careward.access.accounts.keeping.plan import Changed, KeepingPlan, Opened
from careward.access.accounts.keeping.shapes import Told, Touched
from careward.access.accounts.models import Finding, FindingAccount, Run
from careward.access.accounts.touched import on_systems
from careward.evidence.rows import bulk

SAYS = (
    "step", "clause", "detail", "settled", "person_id", "employee_number", "account_id", "manager_id", "who", "asked_on", "due_on",
    "task_id",
)  # fmt: skip
FINDING = ("organisation_id", "system_id", "environment", "username", "code", "topic", "found_on", "run_id", "closed_on", *SAYS)
ACCOUNT = ("finding_id", "account_id", "system_id", "clause", "found_on", "gone_on")
Row = tuple[Any, ...]


def write_findings(plan: KeepingPlan, *, run: Run, tasks: Mapping[str, int], systems: Mapping[str, int]) -> None:
    """Opens, changes and closes findings as planned. `tasks` holds the row of each task raised, `systems` that of each system's code."""
    day = bulk.storing().get("day", lambda on: on)
    closed = [(c.id, day(run.on_date), run.pk) for c in plan.closed]
    bulk.update(Finding._meta.db_table, ("closed_on", "run_id"), closed)  # first, for what began anew opens in its place
    ids = bulk.Ids()
    numbers = ids.take(Finding._meta.db_table, len(plan.opened))
    new = [_new(n, o, run, tasks, systems, day) for n, o in zip(numbers, plan.opened, strict=True)]
    bulk.insert(Finding._meta.db_table, FINDING, new)
    bulk.update(Finding._meta.db_table, SAYS, [(c.id, *_says(c.told, c.task, tasks, day)) for c in plan.changed])
    _write_accounts(zip(numbers, plan.opened, strict=True), plan.changed, ids, day(run.on_date), systems, day)
    found = Finding.objects.filter(organisation_id=run.organisation_id, closed_on=None, found_on__lte=run.on_date)
    found = found.filter(on_systems([run.system_code])) if run.system_code else found
    found.update(run=run)


def _new(number: int, opened: Opened, run: Run, tasks: Mapping[str, int], systems: Mapping[str, int], day: Any) -> Row:
    trouble = opened.trouble
    about = (systems.get(trouble.system), trouble.environment, trouble.username, trouble.code, trouble.topic)
    return (number, run.organisation_id, *about, day(opened.found_on), run.pk, None, *_says(opened.told, opened.task, tasks, day))


def _says(told: Told, task: int | str | None, tasks: Mapping[str, int], day: Any) -> Row:
    return (
        told.step, told.clause, told.detail, told.settled, told.person_id, told.employee_number, told.account_id, told.manager_id, told.who,
        day(told.asked_on), day(told.due_on), tasks[task] if isinstance(task, str) else task,
    )  # fmt: skip


def _write_accounts(
    opened: Iterable[tuple[int, Opened]],
    changed: Sequence[Changed],
    ids: bulk.Ids,
    on: date | str,
    systems: Mapping[str, int],
    day: Any,
) -> None:
    table = FindingAccount._meta.db_table
    begun = [(n, a, day(o.found_on)) for n, o in opened for a in o.accounts] + [(c.id, a, on) for c in changed for a in c.added]
    rows = zip(ids.take(table, len(begun)), begun, strict=True)
    bulk.update(table, ("gone_on",), [(row, on) for c in changed for row in c.ended])
    bulk.insert(table, ACCOUNT, ((n, *_touched(finding, account, since, systems)) for n, (finding, account, since) in rows))


def _touched(finding: int, account: Touched, on: date | str, systems: Mapping[str, int]) -> Row:
    return (finding, account.account_id, systems[account.system], account.clause, on, None)
