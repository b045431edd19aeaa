"""The invitations that wait for an answer."""

from datetime import datetime

from django.db.models import QuerySet

from careward.people.signin.models import Invitation


def waiting(*, organisation_id: int, now: datetime) -> QuerySet[Invitation]:
    """Those of an organisation that can still be accepted."""
    return Invitation.objects.filter(organisation_id=organisation_id, accepted_at=None, withdrawn_at=None, ends_at__gt=now)
