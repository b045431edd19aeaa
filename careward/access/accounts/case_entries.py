"""Which entries of the ledger tell of a case: the comparisons that found and closed it, its task's, and what was said of its account."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from careward.access.accounts.models import FindingMove, Run
from careward.evidence.ledger.queries import entries_about

OF_A_CASE = ("begin", "close")  # the moves that found a case and ended it; what lies between is told of its task


def entries_of(cases: Sequence[Any], organisation: str) -> dict[int, tuple[int, ...]]:
    """By the row of each case, the ids of its entries, earliest first: four queries. `cases` are rows of clause_cases.told."""
    if not cases:
        return {}
    runs = _runs_of(cases, cases[0].finding.organisation_id)
    subjects = {c.pk: {*(f"run/{run}" for run in runs[c.pk]), f"task/{c.finding.task_id}", f"account/{c.account_id}"} for c in cases}
    known: defaultdict[str, list[int]] = defaultdict(list)
    for number, subject in entries_about(organisation=organisation, subjects=set().union(*subjects.values())):
        known[subject].append(number)
    return {case: tuple(sorted(n for subject in of_it for n in known[subject])) for case, of_it in subjects.items()}


def _runs_of(cases: Sequence[Any], organisation_id: int) -> dict[int, set[int]]:
    """By the row of each case, the comparisons that found it and ended it: a comparison and its moves are of one moment."""
    moves = FindingMove.objects.filter(finding_id__in={c.finding_id for c in cases}, move__in=OF_A_CASE)
    moments: defaultdict[int, set[Any]] = defaultdict(set)
    for finding, at in moves.values_list("finding_id", "at"):
        moments[finding].add(at)
    kept = Run.objects.filter(organisation_id=organisation_id, finished_at__isnull=False)
    ended = {c.gone_on for c in cases if c.gone_on}
    by_moment = dict(kept.filter(finished_at__in=set().union(*moments.values())).values_list("finished_at", "id"))
    by_day = dict(kept.filter(on_date__in=ended, system_code="").order_by("id").values_list("on_date", "id"))
    return {
        c.pk: {*_known(by_moment, moments[c.finding_id]), *_known(by_day, [c.gone_on] if c.gone_on else [])} for c in cases
    }  # fmt: skip


def _known(runs: dict[Any, int], keys: Iterable[Any]) -> list[int]:
    return [runs[key] for key in keys if key in runs]
