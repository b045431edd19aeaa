"""Checking the ledger when somebody asks: at once while it is small, else by the worker."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from careward.core.ports import Port
from careward.evidence.ledger.actions import ask_check, keep_check
from careward.evidence.ledger.models import Checkpoint
from careward.evidence.ledger.proof import verify
from careward.evidence.ledger.sealing import alarm_of_check
from careward.seal.walk import Report

VERIFY = "ledger.verify"
AT_ONCE = 50_000  # sealed entries, and rows of tables: about a second of each


class Tables(Protocol):
    """Whoever holds the tables of evidence, which stand on the ledger, against it."""

    def rows(self) -> int:
        """How many rows are to be read."""
        ...

    def problems(self) -> tuple[str, ...]:
        """What is wrong with them."""
        ...


TABLES: Port[Tables] = Port("who holds the tables of evidence against the ledger")


def check(*, now: datetime, by: str, organisation: str) -> Report | None:
    """Checks the whole ledger, with all tables, and writes down what was found; None when that takes so long that the worker does it.

    Asking again before the worker has answered asks once.
    """
    last = Checkpoint.objects.order_by("-size").only("size").first()
    if (last and last.size >= AT_ONCE) or TABLES().rows() >= AT_ONCE:
        ask_check(organisation=organisation, now=now, by=by)
        return None
    report = _looked(now)
    keep_check(report=report, organisation=organisation, now=now, by=by)
    return report


def look(errand: Any) -> Report:
    """The long part, before the transaction: meanwhile everybody else can write."""
    return _looked(errand.claimed_at)


def _looked(now: datetime) -> Report:
    """What is found wrong stands as an alarm, whoever asked."""
    report = verify()
    if wrong := TABLES().problems():
        report = replace(report, ok=False, problems=(*report.problems, *wrong))
    if not report.ok:
        alarm_of_check(report.problems, now=now)
    return report


def keep(errand: Any, report: Report) -> None:
    """Writes down what was found, for whoever asked."""
    asked = errand.body
    keep_check(report=report, organisation=asked["organisation"], now=errand.claimed_at, by=asked["by"], check_id=asked.get("check"))
