"""Which roles people of the staff list hold as users of Careward, and from when until when."""

from datetime import date

from careward.people.signin.models import RoleHeld


def roles_of_people(*, organisation_id: int) -> list[tuple[str, str, str, date, date | None]]:
    """Role, system ("" for all), staff number, first day, and the first day no longer; one query."""
    rows = RoleHeld.objects.filter(organisation_id=organisation_id, user__person__isnull=False)
    return list(rows.values_list("role", "system_code", "user__person__employee_number", "from_on", "to_on"))
