"""Sealing what was just written, in a thread of its own: no errand and no clock that was set back holds it up."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.db import close_old_connections, connection

from careward.evidence.ledger import rows
from careward.evidence.ledger.sealing import SealingStopped, seal
from careward.people.looks.taking_in import take_in_waiting
from careward.seal.keys import KeyLost

log = structlog.get_logger("careward.sealing")
EVERY_SECONDS = 0.5  # a wait by the steady clock of the machine: the moment of day is told to the ledger, and decides nothing


class Sealer:
    """Looks for what waits, and tells once when sealing stops and once when it goes on."""

    def __init__(self, moment: Callable[[], datetime]) -> None:
        self.moment = moment
        self.began = False
        self.said = {"sealing": "", "looks": ""}

    def take_in(self) -> None:
        """Takes in looks that had to wait for somebody who wrote for long; what goes wrong with them holds up no sealing."""
        try:
            take_in_waiting()
            self.tell("", of="looks")
        except Exception as error:  # tried again, and an alarm stands where it goes on
            self.tell(type(error).__name__, of="looks")

    def look(self) -> bool:
        """Seals what waits, and at the start also what a crash left between what is signed and what is kept; whether it did anything."""
        if self.began and not rows.any_link():
            return False
        try:
            seal(now=self.moment())
        except (SealingStopped, KeyLost) as stopped:
            self.tell(type(stopped).__name__)
            return False
        self.began = True
        self.tell("")
        return True

    def tell(self, why: str, *, of: str = "sealing") -> None:
        """By its kind alone, for words may name a person."""
        if why and why != self.said[of]:
            log.error(f"{of}.stopped", why=why)
        elif self.said[of] and not why:
            log.warning(f"{of}.goes_on")
        self.said[of] = why


def keep_sealing(stop: threading.Event, moment: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Until told to stop; what was written before is sealed first and last."""
    sealer = Sealer(moment)
    while not stop.is_set():
        _look(sealer)
        stop.wait(EVERY_SECONDS)
    _look(sealer)
    connection.close()


def _look(sealer: Sealer) -> None:
    sealer.take_in()
    try:
        sealer.look()
    except Exception as error:  # the database does not answer: it is asked again
        sealer.tell(type(error).__name__)
    close_old_connections()


def begin_in_background() -> None:
    """For a web server, whose processes end when they are told to: a thread that ends with them."""
    threading.Thread(target=keep_sealing, args=(threading.Event(),), name="sealing", daemon=True).start()
