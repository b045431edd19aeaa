"""Live counts of the clauses that authorisations carry."""

from datetime import date

from django.db.models import Count, Q

from careward.access.authorisations.models import Authorisation, GenericApproval
from careward.core.ports import Measured
from careward.systems.register.measures import pack_on
from careward.systems.register.models import System

EXCEPTIONS = {"PA-009": "tewv"}  # the clause that asks for a graver approver of exceptions, and the pack it stands in


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """PA-009: exceptions in force, and those the named approver approved. EL-026: approvals of shared accounts, and those that say why."""
    shared = GenericApproval.objects.filter(organisation_id=organisation_id, gone_on=None, expires_on__gte=on).aggregate(
        total=Count("id"), complies=Count("id", filter=~Q(reason=""))
    )
    return {"EL-026": Measured(**shared), **{clause: _exceptions(organisation_id, pack, on) for clause, pack in EXCEPTIONS.items()}}


def _exceptions(organisation_id: int, pack: str, on: date) -> Measured:
    in_force = Q(expires_on=None) | Q(expires_on__gte=on)
    systems = System.objects.filter(organisation_id=organisation_id, pack=pack)
    given = Authorisation.objects.filter(in_force, system__in=systems, gone_on=None).exclude(exception_reason="")
    proper = Q(approver_role__in=pack_on(pack, on).registration.exception_approvers)
    return Measured(**given.aggregate(total=Count("id"), complies=Count("id", filter=proper)))
