"""Handing what is to be locked or closed to the connector that the register names for each system, once it is safe.

Of a system on the worklist the task is the asking, and nothing is handed over. What rights an account shall have is not known here before
requests and decisions are, so rights are put right by hand on every system.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from careward.access.accounts.allowing import is_allowed
from careward.access.accounts.models import Account, Finding
from careward.access.accounts.rules.states import already_so
from careward.core.changes import SHUTTING, Change, ChangePlan, Outcome
from careward.core.ports import Connector, Port
from careward.evidence.ledger import actions as ledger
from careward.evidence.moves import actions as moves
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.work.tasks.models import TASKS, Task, TaskMove

if TYPE_CHECKING:
    from careward.evidence.errands.models import Errand

CONNECTORS: Port[Callable[[str], Mapping[str, Connector]]] = Port("the connectors of an organisation, by its ODS code")
HAND_OVER = "accounts.hand_over"  # the errand
HANDED_OVER = "handed_over"  # in a task's history
BY_HAND = "worklist"


@transaction.atomic
def hand_over(*, organisation: Organisation, on: date, now: datetime, by: str) -> int:
    """Hands open work on accounts to the connectors of its systems, each task once until it opens again; returns how many tasks.

    A plan that would shut too many accounts at once is held, and said in the ledger, until a named person allows it.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    known = CONNECTORS()(organisation.ods_code)
    systems = System.objects.filter(organisation=organisation, connector__in=known.keys() - {BY_HAND}).order_by("code")
    return sum(_hand_over(system, known[system.connector], on, now, by) for system in systems)


def _hand_over(system: System, connector: Connector, on: date, now: datetime, by: str) -> int:
    tasks, changes = _wanted(system)
    if not changes:
        return 0
    here = Account.objects.filter(system=system, gone_on=None, status__in=("active", "locked"))
    plan = connector.plan(system.code, changes, open_accounts=here.count())
    pack = pack_on(system.pack, on)
    safe = plan.safe(pack.safety, clause=pack.findings["feed.unsafe"].clause)
    if not safe and not is_allowed(system.organisation_id, system.code):
        _note(system, "changes.held", plan, now, by, codes=[r.code for r in safe.reasons])
        return 0
    return _keep(system, tasks, plan, list(connector.apply(plan)), now, by)


def _wanted(system: System) -> tuple[dict[str, Task], list[Change]]:
    """The open tasks of a system that shut one account and wait to be handed over since they last opened, with the change of each.

    None for an account that a list has shown to be so meanwhile: the next comparison closes its task.
    """
    last = TaskMove.objects.filter(task=OuterRef("pk"), move__in=(HANDED_OVER, "begin", "reopen")).order_by("-id").values("move")[:1]
    rows = Task.objects.filter(organisation_id=system.organisation_id, system_code=system.code, state="open", step__in=SHUTTING)
    waiting = rows.annotate(last=Coalesce(Subquery(last), Value("", TextField()))).exclude(last=HANDED_OVER)
    tasks = {t.pk: t for t in waiting.order_by("id")}
    found = Finding.objects.filter(task_id__in=tasks, state="asked", system=system).exclude(username="").order_by("id")
    found = found.select_related("account")
    about = {f.task_id: f for f in found if f.task_id and f.account and not already_so(f.step, status=f.account.status)}
    changes = [
        Change(f"task/{pk}/{tasks[pk].times_reopened}", system.code, f.environment, f.username, tasks[pk].step, tasks[pk].clause)
        for pk, f in about.items()
    ]
    return {c.key: tasks[pk] for c, pk in zip(changes, about, strict=True)}, changes


def _keep(system: System, tasks: Mapping[str, Task], plan: ChangePlan, came: list[Outcome], now: datetime, by: str) -> int:
    """What came of it stands in each task's history, and in one entry of the ledger."""
    notes = {tasks[o.change.key]: f"{o.words or 'Handed to the system'} ({o.came.value})" for o in came}
    facts: dict[str, Any] = {"organisation": system.organisation, "now": now, "by": by, "counted": ""}
    done = moves.remark_many(kind=TASKS, notes=notes, what=HANDED_OVER, verb="changes.handed_over", **facts)
    _note(system, "changes.handed_over", plan, now, by, came=sorted({o.came.value for o in came}))
    return done


def _note(system: System, verb: str, plan: ChangePlan, now: datetime, by: str, **body: object) -> None:
    said = hashlib.sha256("\n".join(repr(c) for c in plan.changes).encode()).hexdigest()
    ledger.record(
        at=now, actor=by, verb=verb, subject=f"system/{system.pk}", organisation=system.organisation.ods_code, connector=system.connector,
        changes=len(plan.changes), cannot=len(plan.cannot), digest=said, **body,
    )  # fmt: skip


def hand_over_for(errand: "Errand") -> None:
    """After a comparison, for the organisation that it was of."""
    organisation = Organisation.objects.get(pk=errand.body["organisation"])
    hand_over(organisation=organisation, on=date.fromisoformat(errand.body["on"]), now=errand.began_at, by=errand.body["by"])
