"""Live counts of the clauses that authorisations carry."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from careward.access.authorisations.models import Authorisation
from careward.access.authorisations.queries import TOLD, Approvers, authority_told
from careward.access.authorisations.rules import LIVE, Authority, counts
from careward.core.packs.duties import HOUSE
from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System

BY, WHOSE = TOLD.index("approved_by_employee_number"), TOLD.index("person_id")


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """For each clause that asks for a graver approver of exceptions, those given on the systems of its pack, and those rightly approved."""
    found: dict[str, Measured] = {}
    for name in System.objects.filter(organisation_id=organisation_id).order_by("pack").values_list("pack", flat=True).distinct():
        pack = pack_on(name, on)
        clause = pack.registration.exception_clause
        if clause != HOUSE:
            counted = _exceptions(organisation_id, pack, on)
            found[clause] = found[clause] + counted if clause in found else counted
    return found


def _exceptions(organisation_id: int, pack: Pack, on: date) -> Measured:
    """Who holds an exception to the procedure on one of its systems: right where one approval of it in force is by a graver approver.

    Such an approval comes by a list. Where no list of role holders tells that its approver held the role, that is claimed.
    """
    in_force = Q(approved_on__lte=on) & (Q(expires_on=None) | Q(expires_on__gte=on))
    systems = System.objects.filter(organisation_id=organisation_id, pack=pack.id)
    rows = Authorisation.objects.filter(in_force, system__in=systems, environment=LIVE, gone_on=None).exclude(exception_reason="")
    found = list(rows.values_list(*TOLD, "person__employee_number"))
    approvers = Approvers(organisation_id, (told[BY] for told in found), (told[WHOSE] for told in found))
    judged = [(each, holder) for *told, holder in found if (each := authority_told(told, approvers)).is_exception]
    rightly = [(each, holder) for each, holder in judged if counts(each, holder=holder, pack=pack)]
    right, known = _whose(rightly), _whose((each, holder) for each, holder in rightly if approvers.knows(each))
    return Measured(len(_whose(judged)), len(right), claimed=len(right - known))


def _whose(approvals: Iterable[tuple[Authority, str]]) -> set[tuple[str, str]]:
    """Whose they are, and on which system."""
    return {(each.system, holder) for each, holder in approvals}
