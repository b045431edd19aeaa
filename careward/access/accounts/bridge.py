"""How the numbers of different pages fit together: cases, the findings behind them, their accounts and the tasks that ask for them."""

from dataclasses import dataclass

from django.db.models import Q

from careward.access.accounts.models import Finding, FindingAccount
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.core.packs.duties import HOUSE
from careward.evidence.tables import figures


@dataclass(frozen=True, slots=True)
class Bridge:
    """What stands behind the cases of an organisation."""

    findings: int  # to put right
    house: int  # of these, by a house rule alone: they are no case of a clause
    accounts: int  # that they touch, each once
    tasks: int  # that ask somebody to act on them, each once


def bridge(organisation_id: int) -> Bridge:
    """All of it as it is now: four counts."""
    right = Finding.objects.filter(organisation_id=organisation_id, closed_on=None, state__in=TO_PUT_RIGHT).order_by()
    touched = FindingAccount.objects.filter(gone_on=None, finding__in=right).order_by()
    clauses = FindingAccount.objects.filter(gone_on=None).exclude(clause=HOUSE).values("finding")
    house = right.filter(clause=HOUSE).exclude(Q(pk__in=clauses))
    return Bridge(
        findings=figures.count(right),
        house=figures.count(house),
        accounts=figures.count(touched.values("account_id").distinct()),
        tasks=figures.count(right.exclude(task=None).values("task_id").distinct()),
    )
