"""Live counts of the clauses that this room carries."""

from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from careward.core import roles
from careward.core.ports import Measured
from careward.people.signin.arrivals import FACTORS, roles_in_force
from careward.people.signin.models import RoleHeld, TermsAccepted, User
from careward.people.signin.terms import terms_of


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Users who hold a role, and those of them who have accepted the terms in force (PA-003).

    Users who have signed in, whose role needs a second factor, and who hold one (LR-027). Three queries.
    """
    terms = terms_of(organisation_id=organisation_id, on=on)
    grants = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id)
    needing = [name for name, role in roles.ROLES.items() if role.second_factor]
    users = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).annotate(
        accepted=Exists(TermsAccepted.objects.filter(user=OuterRef("pk"), text_hash=terms.text_hash)),
        needs_factor=Exists(grants.filter(user=OuterRef("pk"), role__in=needing)),
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)),
    )
    signed_in = Q(last_login__isnull=False)
    counts = users.aggregate(
        holding=Count("pk"),
        accepted_terms=Count("pk", filter=Q(accepted=True)),
        in_need=Count("pk", filter=signed_in & Q(needs_factor=True)),
        provided=Count("pk", filter=signed_in & Q(needs_factor=True, has_factor=True)),
    )
    return {
        terms.clause: Measured(counts["holding"], counts["accepted_terms"], reverse("signin:roles")),
        "factor.second": Measured(counts["in_need"], counts["provided"], reverse("signin:roles")),
    }
