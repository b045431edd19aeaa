"""The worker: claims errands one by one and runs them, and sees to what is due by the clock between them."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

import structlog
from django.db import close_old_connections

from careward.access.feeds.actions import clear_uploads
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.errands.rules import Outcome
from careward.evidence.ledger import actions as ledger
from careward.jobs import nightly
from careward.jobs.checking import pass_on_checks
from careward.web.house import house

log = structlog.get_logger("careward.worker")
IDLE_SECONDS = 1.0


class UnknownErrand(Exception):
    """No worker of this version knows an errand of that name; a newer one may."""


def unknown(errand: Errand) -> None:
    raise UnknownErrand(errand.name)


def name() -> str:
    """Who claims: this machine's process."""
    return f"{socket.gethostname()}/{os.getpid()}"


def work_once(*, now: datetime, worker: str) -> bool:
    """Runs one waiting errand, if there is one, and says whether there was. One that fails is put off, and in the end stuck."""
    errand = errands.claim(now=now, worker=worker)
    if errand is None:
        return False
    kind = house().errands.get(errand.name)
    handler, prepare = (kind.handle, kind.prepare) if kind else (unknown, None)
    outcome = errands.run(errand=errand, handle=handler, now=now, prepare=prepare)
    if outcome not in (Outcome.DONE, Outcome.LOST):
        fault = Errand.objects.values_list("fault", flat=True).get(pk=errand.pk)
        log.error("errand.failed", errand=errand.pk, kind=errand.name, outcome=str(outcome), tries=errand.tries, fault=fault)
    return True


def work(stop: threading.Event) -> None:
    """Until told to stop: errands first, then what is due by the clock. A job that breaks does not stop the others."""
    sealed_at: datetime | None = None
    cleared_at: datetime | None = None
    while not stop.is_set():
        now = datetime.now(UTC)
        busy = attempt(work_once, now=now, worker=name())
        busy = attempt(nightly.run_due, now) or busy
        busy = attempt(pass_on_checks, now=now) or busy
        if nightly.is_seal_due(now, sealed_at):
            sealed_at = now
            attempt(ledger.seal, now=now)
        if nightly.is_clear_due(now, cleared_at):
            cleared_at = now
            attempt(clear_uploads, now=now, by=nightly.BY)
        close_old_connections()
        if not busy:
            stop.wait(IDLE_SECONDS)


def attempt(job: Callable[..., object], *given: object, **named: object) -> bool:
    """Runs a job and says whether it did something; one that breaks is logged by kind and place, for words may name a person."""
    try:
        return bool(job(*given, **named))
    except Exception as error:
        places = [f"{Path(f.filename).name}:{f.lineno}" for f in extract_tb(error.__traceback__)]
        log.error("job.failed", job=job.__name__, fault=type(error).__name__, at=" ".join(places[-6:]))
        return False
