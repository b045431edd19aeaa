"""Finding people by what somebody types. How everybody is looked for is worked out once and kept while no row of staff has changed.

So a load has nothing more to write, and no row that is evidence holds a second spelling (ADR 0027).
"""

import json
from collections.abc import Collection

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from careward.evidence.tables import figures
from careward.people.staff.models import Person
from careward.people.staff.spelling import Names, names_of, written

ROWS = ("id", "first_name", "last_name", "preferred_name", "employee_number", "email")
BY_NAME = ("last_name", "first_name", "id")


def names(*, organisation_id: int) -> Names:
    """Everybody of an organisation as they are looked for: one small query while nothing has changed."""
    rows = Person.objects.filter(organisation_id=organisation_id).order_by(*BY_NAME)
    return figures.figure(("names", organisation_id), lambda: names_of(rows.values_list(*ROWS).iterator(chunk_size=5000)))


def called(typed: str, *, organisation_id: int) -> list[int]:
    """Who fits what somebody typed, by name: each part of it a part of their names, or the beginning of a number or an e-mail address."""
    asked = written(typed)
    return names(organisation_id=organisation_id).called(asked) if asked else []


def instead(typed: str, *, organisation_id: int) -> tuple[str, ...]:
    """Near spellings of what somebody typed, under which somebody is found."""
    return names(organisation_id=organisation_id).instead(written(typed))


def are(ids: Collection[int], field: str = "pk") -> Q:
    """Rows of some people, however many: a long list of values takes longer to say than to look through."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__in": RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])})
    return Q(**{f"{field}__in": RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])})
