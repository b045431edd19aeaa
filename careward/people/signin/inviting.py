"""The letter of an invitation, with a link that only it holds: signed when the letter is made, and kept nowhere."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from careward.evidence.ledger import actions as ledger
from careward.people.signin.letters import letter
from careward.people.signin.models import Invitation

BY = "job/invitations"
DAY = 24 * 3600
SIGNER = Signer(salt="careward invitation")


def send(errand: Any) -> bool:
    """Hands the letter to the relay; one that was withdrawn or accepted meanwhile is not sent."""
    row = Invitation.objects.select_related("organisation").get(pk=errand.body["invitation"])
    if row.accepted_at or row.withdrawn_at:
        return False
    facts = {"password_reset_url": address(row.pk), "days": settings.PASSWORD_RESET_TIMEOUT // DAY, "at": row.organisation.name}
    subject, body = letter("invitation", facts)
    send_mail(subject, body, None, [row.email])
    return True


def sent(errand: Any, went: bool) -> None:
    """Writes down that they were invited."""
    if went:
        subject = f"invitation/{errand.body['invitation']}"
        ledger.record(at=errand.claimed_at, actor=BY, verb="user.invited", subject=subject, organisation=errand.organisation)


def address(invitation_id: int) -> str:
    """The link of an invitation."""
    return settings.BASE_URL + reverse("signin:invited", args=[SIGNER.sign(str(invitation_id))])


def invitation_of(key: str, *, now: datetime) -> Invitation | None:
    """The invitation whose letter held a link; None where the link was never sent, or opens nothing any more."""
    try:
        number = int(SIGNER.unsign(key))
    except (BadSignature, ValueError):
        return None
    rows = Invitation.objects.select_related("organisation").filter(accepted_at=None, withdrawn_at=None, ends_at__gt=now)
    return rows.filter(pk=number).first()
