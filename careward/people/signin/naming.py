"""What users are called, for pages that know them by number."""

from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet

from careward.people.signin.models import RoleHeld, User


def users_named(*, organisation_id: int, keys: Sequence[str]) -> Mapping[str, str]:
    """The names of users who hold or held a role in an organisation; of another's nothing is told."""
    rows = _of(organisation_id).filter(pk__in=[int(key) for key in keys if key.isdigit() and len(key) <= 12])
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def users_called(*, organisation_id: int, words: str) -> Sequence[str]:
    """The numbers of those whose name holds every word."""
    every = Q()
    for word in words.split():
        every &= Q(name__icontains=word)
    return [str(pk) for pk in _of(organisation_id).filter(every).order_by("pk").values_list("pk", flat=True)]


def _of(organisation_id: int) -> QuerySet[User]:
    return User.objects.filter(pk__in=RoleHeld.objects.filter(organisation_id=organisation_id).values("user_id"))
