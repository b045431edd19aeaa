"""Writing down that somebody was shown another person's access, before they are shown it."""

from datetime import date, datetime

from django.db import connection, transaction

from careward.core.days import london_day
from careward.evidence.ledger import actions as ledger

LOOKED = "person.looked_at"
_THERE = 'SELECT 1 FROM looks_look WHERE viewer = %s AND person_id = %s AND "on" = %s'
_UNLESS_THERE = 'INSERT INTO looks_look (viewer, person_id, "on") VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id'


def look(*, person_id: int, organisation: str, now: datetime, by: str) -> bool:
    """Writes down that somebody looks at a person, once a day by London's clocks; whether it was not written down before.

    Of two at once one writes it. What was written down already costs one read, and takes no lock.
    """
    day = (by, person_id, london_day(now))
    if _answers(_THERE, day):
        return False
    with transaction.atomic():
        is_new = _answers(_UNLESS_THERE, day)
        if is_new:
            ledger.record(at=now, actor=by, verb=LOOKED, subject=f"person/{person_id}", organisation=organisation)
    return is_new


def _answers(sql: str, day: tuple[str, int, date]) -> bool:
    """In SQL, for each page of a person waits for it: an object of a row costs more than the row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, day)
        return bool(cursor.fetchall())
