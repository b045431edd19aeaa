"""The invitation of somebody who was added: a letter with a link to choose a password, made when the letter is and kept nowhere."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from careward.evidence.ledger import actions as ledger
from careward.people.signin.letters import letter
from careward.people.signin.models import User

BY = "job/invitations"
DAY = 24 * 3600


def send(errand: Any) -> bool:
    """Hands the letter to the relay; one who is closed, or has a password already, gets none."""
    user = User.objects.get(pk=errand.body["user"])
    if not user.is_active or user.has_usable_password():
        return False
    subject, body = letter("invitation", {"password_reset_url": _link(user), "days": settings.PASSWORD_RESET_TIMEOUT // DAY})
    send_mail(subject, body, None, [user.email])
    return True


def sent(errand: Any, went: bool) -> None:
    """Writes down that they were invited."""
    if went:
        subject = f"user/{errand.body['user']}"
        ledger.record(at=errand.claimed_at, actor=BY, verb="user.invited", subject=subject, organisation=errand.organisation)


def _link(user: User) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)
