"""Writing down what happened to tables that were changed past Careward."""

from datetime import datetime

from django.db import transaction

from careward.core.decision import Refused, refuse
from careward.evidence.ledger import links
from careward.evidence.ledger.rules import SHORTEST_REASON
from careward.evidence.tables import bound, proof
from careward.evidence.tables.kept import evidence_tables
from careward.evidence.tables.taking_over import take_over

MOST_TOLD = 20  # problems that an entry holds in words


@transaction.atomic
def explain(*, what: str, now: datetime, by: str) -> int:
    """Writes down what happened to the tables, and takes over as they stand those that are not as they were left; returns the entry.

    What was wrong stays in every report, as explained. Raises Refused where nothing is wrong or nothing is said.
    """
    if len(what.strip()) < SHORTEST_REASON:
        raise Refused(refuse("explanation.too_short", "house", "the explanation says too little", "Say what happened, and how you know."))
    links.bind_now()
    report = proof.look()
    if report.ok:
        raise Refused(refuse("alarm.missing", "house", "nothing is wrong with the tables", "There is nothing to explain."))
    tables = list(evidence_tables().values()) if "" in report.wrong else [evidence_tables()[n] for n in sorted(report.wrong) if n]
    more = max(0, len(report.problems) - MOST_TOLD)
    entry = take_over(
        tables, bound.newest(), verb=bound.EXPLAINED, now=now, by=by, what=what, problems=report.problems[:MOST_TOLD], more_problems=more
    )
    links.bind_now()
    return entry
