"""The worker: one thread claims errands and runs them, another sees to what is due by the clock, a third seals: none waits for another."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

import structlog
from django.db import close_old_connections, connection

from careward.core.room import TimedJob
from careward.evidence.errands import actions as errands
from careward.evidence.errands import clocks, rules
from careward.evidence.errands.models import Errand
from careward.evidence.errands.rules import ErrandOutcome, Last
from careward.jobs.machine import at_work
from careward.jobs.sealing import keep_sealing
from careward.jobs.watching import FaultWatch
from careward.people.staff.models import Organisation
from careward.web.house import house

log = structlog.get_logger("careward.worker")
IDLE_SECONDS = 1.0
INSTALLATION = ("",)


class UnknownErrand(Exception):
    """No worker of this version knows an errand of that name; a newer one may."""


def unknown(errand: Errand) -> None:
    raise UnknownErrand(errand.name)


def name() -> str:
    """Who claims: this machine's process."""
    return f"{socket.gethostname()}/{os.getpid()}"


def moment() -> datetime:
    return datetime.now(UTC)


def work_once(*, now: datetime, worker: str) -> bool:
    """Runs one waiting errand, if there is one, and says whether there was. One that fails is put off, and in the end stuck."""
    errand = errands.claim(now=now, worker=worker)
    if errand is None:
        return False
    kind = house().errands.get(errand.name)
    handler, prepare = (kind.handle, kind.prepare) if kind else (unknown, None)
    outcome = errands.run(errand=errand, handle=handler, now=now, prepare=prepare)
    if outcome not in (ErrandOutcome.DONE, ErrandOutcome.LOST):
        fault = Errand.objects.values_list("fault", flat=True).get(pk=errand.pk)
        log.error("errand.failed", errand=errand.pk, kind=errand.name, outcome=str(outcome), tries=errand.tries, fault=fault)
    return True


def run_due(*, clock: Callable[[], datetime], worker: str) -> int:
    """Begins every timed job that is due, one after the other, and says how many. One that breaks does not stop the others."""
    lasts, organisations = clocks.lasts(), _organisations()
    return sum(
        _run(job, organisation, lasts.get((job.name, organisation), Last()), clock, worker)
        for job in house().jobs.values()
        for organisation in (organisations if job.for_each_organisation else INSTALLATION)
    )


def _organisations() -> list[str]:
    """The organisations that have systems: the others have nothing to look after."""
    return list(Organisation.objects.filter(system__isnull=False).distinct().order_by("id").values_list("ods_code", flat=True))


def _run(job: TimedJob, organisation: str, last: Last, clock: Callable[[], datetime], worker: str) -> bool:
    now = clock()
    if not rules.due(job, last, now) or not clocks.begin(job=job, organisation=organisation, now=now, worker=worker):
        return False
    fault = ""
    try:
        job.run(now=now, **({"organisation": organisation} if job.for_each_organisation else {}))
    except Exception as error:
        fault = rules.fault_of(error)
        _tell(job.name, error)
    clocks.end(job=job, organisation=organisation, began_at=now, now=clock(), worker=worker, fault=fault)
    return True


def work(stop: threading.Event) -> None:
    """Until told to stop."""
    with at_work():
        _work(stop)


def _work(stop: threading.Event) -> None:
    beside = [threading.Thread(target=target, args=(stop,), name=target.__name__) for target in (keep_time, keep_sealing)]
    for thread in beside:
        thread.start()
    while not stop.is_set():
        busy = attempt(work_once, now=moment(), worker=name())
        close_old_connections()
        if not busy:
            stop.wait(IDLE_SECONDS)
    for thread in beside:
        thread.join()


def keep_time(stop: threading.Event) -> None:
    """The clock's thread: looks each second for what is due and what is wrong, however long an errand runs beside it."""
    watch = FaultWatch()
    while not stop.is_set():
        attempt(run_due, clock=moment, worker=name())
        attempt(watch.look)
        close_old_connections()
        stop.wait(IDLE_SECONDS)
    connection.close()


def attempt(job: Callable[..., object], **given: object) -> bool:
    """Runs something and says whether it did anything; what breaks is logged."""
    try:
        return bool(job(**given))
    except Exception as error:
        _tell(job.__name__, error)
        return False


def _tell(job: str, error: Exception) -> None:
    """By kind and place, for words may name a person."""
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in extract_tb(error.__traceback__)]
    log.error("job.failed", job=job, fault=type(error).__name__, at=" ".join(places[-6:]))
