"""Writing down that somebody was shown another person's access, before they are shown it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import OperationalError, connection, transaction

from careward.core.days import london_day
from careward.evidence.ledger import actions as ledger
from careward.evidence.rows.turns import for_a_moment
from careward.people.looks import waiting
from careward.people.looks.models import Look
from careward.people.looks.waiting import WaitingLook

LOOKED = "person.looked_at"
_THERE = 'SELECT 1 FROM looks_look WHERE viewer = %s AND person_id = %s AND "on" = %s'
_UNLESS_THERE = 'INSERT INTO looks_look (viewer, person_id, "on") VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id'


def look(*, person_id: int, organisation: str, now: datetime, by: str) -> bool:
    """Writes down that somebody looks at a person, once a day by London's clocks; whether it was not written down before.

    Of two at once one writes it. What was written down already costs one read, and takes no lock. Where somebody else writes to SQLite
    for long, it is written down beside the database, and comes in after them.
    """
    if _answers(_THERE, (by, person_id, london_day(now))):
        return False
    try:
        with for_a_moment(), transaction.atomic():
            return write_down(person_id=person_id, organisation=organisation, now=now, by=by)
    except OperationalError as busy:
        if connection.vendor != "sqlite" or "is locked" not in str(busy):
            raise
    waiting.keep(WaitingLook(by, person_id, organisation, now.isoformat()))
    return True


def look_at_all(*, people: Collection[int], organisation: str, now: datetime, by: str) -> int:
    """The same of several people; how many were not written down before. Those that were cost one read together."""
    there = set(Look.objects.filter(viewer=by, on=london_day(now), person_id__in=people).values_list("person_id", flat=True))
    return sum(look(person_id=person, organisation=organisation, now=now, by=by) for person in sorted({*people} - there))


def write_down(*, person_id: int, organisation: str, now: datetime, by: str) -> bool:
    """The same inside a transaction, which waits for whoever writes."""
    is_new = _answers(_UNLESS_THERE, (by, person_id, london_day(now)))
    if is_new:
        ledger.record(at=now, actor=by, verb=LOOKED, subject=f"person/{person_id}", organisation=organisation)
    return is_new


def _answers(sql: str, day: tuple[str, int, date]) -> bool:
    """In SQL, for each page of a person waits for it: an object of a row costs more than the row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, day)
        return bool(cursor.fetchall())
