"""Writes a plan of keeping, and nothing else: few statements over many rows, inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from careward.access.accounts.keeping.plan import Changed, Closed, KeepingPlan, Opened
from careward.access.accounts.keeping.shapes import Told, Touched
from careward.access.accounts.models import FINDINGS, Finding, FindingAccount, Run
from careward.access.accounts.rules.states import COMPARISON
from careward.access.accounts.touched import on_systems
from careward.evidence.moves import actions as moves
from careward.evidence.rows import bulk

SAYS = (
    "step", "clause", "detail", "person_id", "employee_number", "account_id", "manager_id", "who", "asked_on", "due_on", "task_id",
)  # fmt: skip
FINDING = ("organisation_id", "system_id", "environment", "username", "code", "topic", "found_on", "run_id", *SAYS)
ACCOUNT = ("finding_id", "account_id", "system_id", "clause", "found_on", "gone_on")
Row = tuple[Any, ...]


def write_findings(plan: KeepingPlan, *, run: Run, tasks: Mapping[str, int], systems: Mapping[str, int], now: datetime, by: str) -> None:
    """Opens, changes and closes findings as planned, each by its move and with its reason in its history.

    `tasks` holds the row of each task raised, `systems` that of each system's code.
    """
    day = bulk.storing().get("day", lambda on: on)
    facts: dict[str, Any] = {"kind": FINDINGS, "now": now, "by": by}
    _close(plan.closed, run, facts)  # first, for what began anew opens in its place
    ids = bulk.Ids()
    numbers = ids.take(Finding._meta.db_table, len(plan.opened))
    new = [_new(n, o, run, tasks, systems, day) for n, o in zip(numbers, plan.opened, strict=True)]
    at_once = [(o.move, o.why) for o in plan.opened]
    moves.begin_many(
        columns=FINDING, rows=new, organisation=run.organisation, counted="", at_once=at_once, holds=COMPARISON, **facts
    )  # fmt: skip
    bulk.update(Finding._meta.db_table, SAYS, [(c.id, *_says(c.told, c.task, tasks, day)) for c in plan.changed])
    _move(plan.changed, run, facts)
    _write_accounts(zip(numbers, plan.opened, strict=True), plan.changed, ids, day(run.on_date), systems, day)
    found = Finding.objects.filter(organisation_id=run.organisation_id, closed_on=None, found_on__lte=run.on_date)
    found = found.filter(on_systems([run.system_code])) if run.system_code else found
    found.update(run=run)


def _close(closed: Sequence[Closed], run: Run, facts: dict[str, Any]) -> None:
    change = {"closed_on": run.on_date, "run": run}
    for why, alike in groupby(sorted(closed, key=lambda c: (c.why, c.id)), key=lambda c: c.why):
        ids = [c.id for c in alike]
        moves.make_many(
            ids=ids, move="close", holds=COMPARISON, organisation=run.organisation, counted="", change=change, note=why, **facts
        )


def _move(changed: Sequence[Changed], run: Run, facts: dict[str, Any]) -> None:
    """Each by its move, where it has one; of what else changes, why."""
    moves.make_each(wanted=[(c.id, c.move, c.why) for c in changed if c.move], holds=COMPARISON, **facts)
    notes = {Finding(pk=c.id, state=c.state): c.why for c in changed if not c.move}
    told: dict[str, Any] = {"verb": "reconciliation.kept", "organisation": run.organisation, "counted": "", **facts}
    moves.remark_many(notes=notes, what="tell_anew", **told)


def _new(number: int, opened: Opened, run: Run, tasks: Mapping[str, int], systems: Mapping[str, int], day: Any) -> Row:
    trouble = opened.trouble
    about = (systems.get(trouble.system), trouble.environment, trouble.username, trouble.code, trouble.topic)
    return (number, run.organisation_id, *about, day(opened.found_on), run.pk, *_says(opened.told, opened.task, tasks, day))


def _says(told: Told, task: int | str | None, tasks: Mapping[str, int], day: Any) -> Row:
    return (
        told.step, told.clause, told.detail, told.person_id, told.employee_number, told.account_id, told.manager_id, told.who,
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
