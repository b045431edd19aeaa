"""Live counts of the clauses that this room carries."""

from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from careward.core.ports import Measured
from careward.people import roles
from careward.people.arrivals import FACTORS, roles_in_force
from careward.people.models import Deputy, Organisation, RoleHeld, TermsAccepted, User
from careward.people.terms import terms_in_force


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """PA-003: users with a role who accepted the terms in force. PA-021: deputies in force or to come whose dates have an end.

    LR-027: users whose role needs a second factor and who hold one.
    """
    pack = Organisation.objects.values_list("pack", flat=True).get(pk=organisation_id)
    terms = terms_in_force(pack, on).text_hash
    held = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id)
    users = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    needing = [name for name, role in roles.ROLES.items() if role.second_factor]
    accepted = Exists(TermsAccepted.objects.filter(user=OuterRef("pk"), text_hash=terms))
    factor = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS))
    return {
        "PA-003": Measured(users.count(), users.filter(accepted).count(), reverse("people:roles")),
        "PA-021": _deputies(organisation_id, on),
        "LR-027": _of(users.filter(pk__in=held.filter(role__in=needing).values("user_id")), factor),
    }


def _of(users: "object", condition: Exists) -> Measured:
    return Measured(users.count(), users.filter(condition).count(), reverse("people:roles"))


def _deputies(organisation_id: int, on: date) -> Measured:
    known = Deputy.objects.filter(Q(to_on=None) | Q(to_on__gt=on), organisation_id=organisation_id, gone_on=None)
    return Measured(known.count(), known.exclude(to_on=None).count(), reverse("people:people"))
