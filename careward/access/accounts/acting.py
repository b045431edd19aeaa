"""One act on many findings of a kind: each through its own task, weighed as it is alone, and each refusal told of that one.

A finding is put right, answered or passed on by its task, so nothing is decided here: what was shown of each must still be so, and the
task must be there.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from careward.access.accounts import wording
from careward.access.accounts.finding_lines import Reach, findings_within
from careward.access.accounts.models import Finding
from careward.core.decision import ALLOWED, Decision, refuse
from careward.work.tasks.models import Task
from careward.work.tasks.together import BUSY, NOT_THERE, Chosen, NotDone, Together
from careward.work.tasks.whose import DIGITS, shown_of

Act = Callable[[Chosen], Together]  # what is to be done to some tasks, by their numbers with the digest of what was shown of each

GONE = refuse("finding.closed", "house", "It is not found any more", "Nothing more is needed of you here")
SETTLED = refuse("finding.settled", "house", "It is already so", "Nothing more is needed of you here")
CHANGED = refuse("finding.changed", "house", "This finding has changed since you opened it", "Read it again as it is now, then act")
NOT_ASKED = "Nobody is asked to act on it yet, for the change to its system is too large to happen by itself"
WAIT = "Wait for the named person who decides about it"


def finding_digest(finding: Finding) -> str:
    """The digest of what a page of many findings shows of one, and of its task: an act on many is on exactly these."""
    task = shown_of(finding.task) if finding.task else ""
    told = [finding.code, finding.topic, finding.step, finding.clause, finding.detail, finding.state, finding.due_on.isoformat(), task]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:DIGITS]


def to_act_on(finding: Finding) -> Decision:
    """Whether anything of a finding is to be done by its task."""
    if finding.closed_on is not None:
        return GONE
    if finding.settled:
        return SETTLED
    return ALLOWED if finding.task_id else refuse("finding.not_asked", finding.clause, NOT_ASKED, WAIT)


def named(finding: Finding) -> str:
    """'Carol Dewhurst: cdewhurst, PARIS'."""
    where = ", ".join(w for w in (finding.username, finding.system.name if finding.system else "") if w)
    whose = finding.person.name if finding.person else ""
    return ": ".join(w for w in (whose, where) if w) or wording.title(finding.code, finding.topic)


def chosen_findings(within: Reach, numbers: Collection[int]) -> QuerySet[Finding]:
    """Of some findings those within someone's reach, with what is shown of them."""
    rows = findings_within(within, Finding.objects.filter(pk__in=numbers))
    return rows.select_related("person", "system", "task").order_by("due_on", "pk")


@transaction.atomic
def act_on_findings(*, within: Reach, chosen: Mapping[int, str], act: Act, now: datetime, by: str) -> Together:
    """Does one thing to the tasks of many findings, and says of each finding what came of it. Raises Refused where the act does."""
    rows = list(chosen_findings(within, chosen).select_for_update(of=("self",), skip_locked=True))
    weighed = [(f, _as_shown(f, chosen[f.pk])) for f in rows]
    able = [f for f, may in weighed if may]
    refused = [NotDone(f.pk, named(f), may.reasons) for f, may in weighed if not may]
    refused += _passed_over(within, chosen.keys() - {f.pk for f in rows})
    tasks: dict[int, Task] = {f.task.pk: f.task for f in able if f.task}
    came = act({number: shown_of(task) for number, task in tasks.items()})
    return replace(came, done=_done(able, came), refused=(*refused, *_not_done(able, came)))


def _as_shown(finding: Finding, digest: str) -> Decision:
    """Whether something is to be done, and the finding is still what somebody saw; what needs nothing more need not be read again."""
    if not (may := to_act_on(finding)):
        return may
    return ALLOWED if digest == finding_digest(finding) else CHANGED


def _done(able: Sequence[Finding], came: Together) -> tuple[int, ...]:
    return tuple(f.pk for f in able if f.task_id in set(came.done))


def _not_done(able: Sequence[Finding], came: Together) -> list[NotDone]:
    """The findings whose task may not move, each with the reasons of that task."""
    why = {each.id: each.reasons for each in came.refused}
    return [NotDone(f.pk, named(f), why[f.task_id]) for f in able if f.task_id in why]


def _passed_over(within: Reach, numbers: Collection[int]) -> list[NotDone]:
    """What a comparison holds just now is never waited for; what is another's, or not there, is not named."""
    there = {f.pk: f for f in chosen_findings(within, numbers)} if numbers else {}
    return [
        NotDone(n, named(there[n]), BUSY.reasons) if n in there else NotDone(n, f"Finding {n}", NOT_THERE.reasons) for n in sorted(numbers)
    ]
