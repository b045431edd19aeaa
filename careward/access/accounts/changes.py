"""What changed under each clause since a day: things found on accounts since, and things put right since."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from careward.access.accounts.clause_cases import every_case
from careward.access.accounts.finding_lines import Reach
from careward.core.rights import EVERYWHERE
from careward.evidence.tables import figures


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause, and how many things were found and put right under it since a day."""

    clause: str
    found: int
    put_right: int


def changes_since(organisation_id: int, clauses: Collection[str], *, since: date) -> tuple[ClauseChange, ...]:
    """The clauses under which anything changed after a day, most first: two queries."""
    rows = every_case(Reach(organisation_id, EVERYWHERE)).filter(clause__in=clauses).order_by()
    found: Counter[str] = Counter(dict(figures.lines(rows.filter(found_on__gt=since).values_list("clause").annotate(n=Count("id")))))
    right: Counter[str] = Counter(
        dict(figures.lines(rows.filter(Q(ended__gt=since, moved=None)).values_list("clause").annotate(n=Count("id"))))
    )
    changed = [ClauseChange(clause, found[clause], right[clause]) for clause in found | right]
    return tuple(sorted(changed, key=lambda c: (-c.found - c.put_right, c.clause)))
