"""Holding the tables against the ledger when somebody asks and each night: what is found stands as an alarm, as all that is found does."""

from datetime import datetime, time

from django.db import transaction

from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.sealing import alarm_of_check
from careward.evidence.tables import proof, sums
from careward.evidence.tables.actions import MOST_TOLD
from careward.evidence.tables.proof import TablesReport

NIGHTLY_AT = time(2, 40)  # before the night's files and comparison, and never in the hour that the clocks skip or repeat
BY = "job/tables"


class TablesToCheck:
    """What whoever checks the whole ledger asks of the tables."""

    def rows(self) -> int:
        """How many rows there are to be read, by the sums, which are quick to ask and not believed."""
        return sums.rows_in_all()

    def problems(self) -> tuple[str, ...]:
        """What is wrong with tables now, each with its name."""
        return proof.verify().problems


def check_each_night(*, now: datetime) -> TablesReport:
    """Holds every table against the ledger, writes down that it was done, and has what is found stand as an alarm."""
    report = proof.verify()
    if not report.ok:
        alarm_of_check(report.problems, now=now)
    with transaction.atomic():
        ledger.record(
            at=now, actor=BY, verb="rows.checked", subject="tables", organisation="", ok=report.ok, tables=report.tables, rows=report.rows,
            problems=report.problems[:MOST_TOLD], more_problems=max(0, len(report.problems) - MOST_TOLD),
        )  # fmt: skip
    return report
