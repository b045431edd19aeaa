"""The one list of rooms, lowest first. Settings, addresses, API, worker, menu, words and docs follow from it; a new room is a line here."""

from functools import cache
from importlib import import_module

from careward.core.room import House, Room

ROOMS = (
    "careward.evidence.rows",
    "careward.evidence.ledger",
    "careward.evidence.tables",
    "careward.evidence.errands",
    "careward.evidence.moves",
    "careward.people.staff",
    "careward.people.signin",
    "careward.people.looks",
    "careward.work.notices",
    "careward.work.tasks",
    "careward.work.approvals",
    "careward.systems.register",
    "careward.access.authorisations",
    "careward.access.accounts",
    "careward.access.feeds",
    "careward.governance.procedures",
    "careward.front",
    "careward.jobs",
)


@cache
def house() -> House:
    """The house, once every table is known. Raises TwiceGiven where two rooms give one thing."""
    return House(tuple(_room(package) for package in ROOMS))


def _room(package: str) -> Room:
    found: Room = import_module(f"{package}.room").ROOM
    return found
