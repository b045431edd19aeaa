"""The worker: claims errands one by one and runs them, and what is due by the clock between them."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog
from django.db import close_old_connections

from careward.feeds.errands import HANDLERS as FEEDS
from careward.jobs import nightly
from careward.jobs.reconcile import reconcile
from careward.ledger import actions as ledger
from careward.ledger.models import Errand
from careward.ledger.rules import Outcome
from careward.people.models import Organisation

log = structlog.get_logger("careward.worker")
IDLE_SECONDS = 1.0

Handler = Callable[[Errand], object]


def look_again(errand: Errand) -> None:
    """Someone asked to look again, or allowed what was held."""
    organisation = Organisation.objects.get(pk=errand.body["organisation"])
    on = date.fromisoformat(errand.body["on"])
    reconcile(organisation=organisation, on=on, system="", keep=True, now=errand.claimed_at, by=errand.body["by"])


HANDLERS: dict[str, Handler] = {**FEEDS, "accounts.reconcile": look_again}


def name() -> str:
    """Who claims: this machine's process."""
    return f"{socket.gethostname()}/{os.getpid()}"


def work_once(*, now: datetime, worker: str) -> bool:
    """Runs one waiting errand, if there is one, and says whether there was."""
    errand = ledger.claim(now=now, worker=worker)
    if errand is None:
        return False
    outcome = ledger.run_errand(errand=errand, handler=HANDLERS[errand.name], now=now)
    if outcome not in (Outcome.DONE, Outcome.LOST):
        log.error("errand.failed", errand=errand.pk, name=errand.name, outcome=outcome)
    return True


def work(stop: threading.Event) -> None:
    """Until told to stop: errands first, then what is due by the clock."""
    sealed_at: datetime | None = None
    while not stop.is_set():
        now = datetime.now(UTC)
        try:
            busy = work_once(now=now, worker=name())
            busy = bool(nightly.run_due(now)) or busy
            sealed_at = nightly.seal_if_due(now, sealed_at)
        except Exception:  # one broken job must not stop the others; it is written down and tried again
            log.exception("job.failed")
            busy = False
        close_old_connections()
        if not busy:
            stop.wait(IDLE_SECONDS)
