"""Looks that were written down beside the database come into it, as soon as whoever wrote to it for long is done."""

from datetime import datetime, timedelta

from django.db import transaction

from careward.evidence.ledger.actions import record
from careward.people.looks import waiting
from careward.people.looks.actions import LOOKED, write_down
from careward.people.looks.waiting import WaitingLook
from careward.people.staff.models import Person

WAITS_AT_MOST = timedelta(minutes=15)  # the longest load measured writes for under three


def take_in_waiting() -> int:
    """Brings in all that wait, each with its own moment, and says how many did."""
    read, looks = waiting.waiting()
    if not looks:
        return 0
    with transaction.atomic():
        there = set(Person.objects.filter(pk__in=[each.person_id for each in looks]).values_list("pk", flat=True))
        for each in looks:
            _take_in(each, is_there=each.person_id in there)
    waiting.taken_in(read)
    return len(looks)


def _take_in(look: WaitingLook, *, is_there: bool) -> None:
    said = {"organisation": look.organisation}
    if is_there:
        write_down(person_id=look.person_id, now=look.moment, by=look.viewer, **said)
    else:  # taken back with their load meanwhile: the entry needs no row of theirs
        record(at=look.moment, actor=look.viewer, verb=LOOKED, subject=f"person/{look.person_id}", **said)


def waits_too_long(*, now: datetime) -> str:
    """That looks wait and nobody takes them in, in words; "" where none does."""
    oldest = min((each.moment for each in waiting.waiting()[1]), default=now)
    return "" if now - oldest <= WAITS_AT_MOST else f"looks at people wait since {oldest:%Y-%m-%d %H:%M} UTC to be written into the ledger"
