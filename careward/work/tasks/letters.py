"""The letters about tasks: at half past seven of each day that is worked, to whoever has something to do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from careward.core.days import london_day
from careward.people.signin.arrivals import rights_of, roles_in_force
from careward.people.signin.models import RoleHeld
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_of
from careward.work.notices import actions as notices
from careward.work.notices.rules import Letter, letters, long_late
from careward.work.tasks.queries import due_days, due_days_of_others
from careward.work.tasks.rules import TOLD_LATE

LETTERS_AT = time(7, 30)
BY = "job/letters"


def write_letters(*, organisation: str, now: datetime) -> int:
    """Writes the day's letters of an organisation, once however often it is asked; returns how many."""
    trust, on = Organisation.objects.get(ods_code=organisation), london_day(now)
    if not pack_of(trust.pk, on).calendar.days.works(on):
        return 0
    return notices.write_letters(organisation=trust, letters=_letters(trust, on), now=now, by=BY)


def _letters(trust: Organisation, on: date) -> Mapping[int, Sequence[Letter]]:
    """The letters of each user who holds a role today; those who look after the whole are told of what others have left late for long."""
    pack = pack_of(trust.pk, on)
    calendar, after = pack.calendar.days, pack.escalation.working_days
    grants = RoleHeld.objects.filter(roles_in_force(on), organisation=trust, user__is_active=True).exclude(user__email="")
    users = dict(grants.order_by("user_id").values_list("user_id", "user__person_id"))
    found = {}
    for user, person in users.items():
        rights = rights_of(actor=f"user/{user}", organisation_id=trust.pk, on=on)
        whose: dict[str, Any] = {"organisation_id": trust.pk, "person_id": person, "rights": rights, "on": on}
        wanted = letters(due=due_days(**whose), on=on, calendar=calendar)
        if rights.may(TOLD_LATE):
            wanted += long_late(due=due_days_of_others(**whose), on=on, after=after, calendar=calendar)
        if wanted:
            found[user] = wanted
    return found
