"""Live counts of the clauses about the documents themselves, and every room's counts together."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.urls import reverse

from careward.access.accounts.measures import late as late_accounts
from careward.access.accounts.measures import measures as of_accounts
from careward.access.authorisations.measures import measures as of_access
from careward.core.ports import Measure, Measured
from careward.governance.procedures import rules
from careward.governance.procedures.carried import documents
from careward.governance.procedures.models import Adoption
from careward.people.signin.measures import measures as of_signin
from careward.people.staff.measures import measures as of_staff
from careward.systems.register.measures import measures as of_systems
from careward.work.tasks.measures import measures as of_work

REVIEWED = {("tewv", "paris"): "PA-096", ("llr", "sop"): "LR-054"}  # the clause of each document that asks for its review


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Whether each document in force is within its review date (PA-096, LR-054)."""
    counts = {}
    for pack, document in running(organisation_id, on):
        if clause := REVIEWED.get((pack, document)):
            in_date = not rules.review_state(documents()[pack, document].next_review_on, today=on).late
            counts[clause] = Measured(1, int(in_date), reverse("procedures:about", args=[document]))
    return counts


def running(organisation_id: int, on: date) -> list[tuple[str, str]]:
    """The documents an organisation has in force on a day, by pack and code."""
    rows = Adoption.objects.filter(organisation_id=organisation_id, from_on__lte=on).order_by("from_on", "id")
    return [(pack, document) for pack, document, to_on in rows.values_list("pack", "document", "to_on") if to_on is None or on < to_on]


MEASURES: tuple[Measure, ...] = (of_staff, of_signin, of_work, of_systems, of_access, of_accounts, measures)


def collected(*, organisation_id: int, on: date, rooms: Iterable[Measure] = MEASURES) -> dict[str, Measured]:
    """Every room's counts. Two rooms that count one clause are a mistake in the house: ValueError."""
    found: dict[str, Measured] = {}
    for room in rooms:
        counts: Mapping[str, Measured] = room(organisation_id=organisation_id, on=on)
        if twice := found.keys() & counts.keys():
            raise ValueError(f"{', '.join(sorted(twice))} is counted by two rooms; leave it to one")
        found |= counts
    return found


def collected_late(*, organisation_id: int, on: date, counted: Mapping[str, Measured]) -> dict[str, int]:
    """How many cases of each clause are late. A review that is to be put right is late: it is due from its day on."""
    reviews = {clause: counted[clause].to_put_right for clause in REVIEWED.values() if clause in counted}
    return late_accounts(organisation_id=organisation_id, on=on) | {clause: n for clause, n in reviews.items() if n}
