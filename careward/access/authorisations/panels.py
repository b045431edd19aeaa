"""What the authorisations give the page of what is held about oneself."""

from django.db.models import Q

from careward.access.authorisations.models import Authorisation, GenericApproval, RoleHolder
from careward.web.own_data import Facts, told


def own_data(*, user_id: int, person_id: int | None) -> list[Facts]:
    """What was authorised for somebody, and who said so."""
    return told(Authorisation.objects.filter(person_id=person_id or 0), but=("person",), also=("system", "environment"))


def roles(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The roles that they hold by the list of role holders."""
    return told(RoleHolder.objects.filter(person_id=person_id or 0), but=("person",))


def owned(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The shared and service accounts they own."""
    theirs = GenericApproval.objects.filter(Q(owner_id=person_id or 0) | Q(new_owner_id=person_id or 0) | Q(instead_of_id=person_id or 0))
    return told(theirs, but=("owner", "new_owner", "instead_of"), also=("system", "username", "expires_on"))
