"""Careward's answers to django-allauth: nobody signs themselves up, words of our own, secrets kept sealed."""

import base64
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest

from careward.people.signin import actions
from careward.people.signin.idle import ENDED
from careward.people.signin.letters import DONE, VERBS, WRONG, letter
from careward.people.signin.models import User

log = logging.getLogger("careward.people.signin")
SEALED = "sealed:"  # before a secret that is encrypted, so that one kept before still opens


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {**DefaultAccountAdapter.error_messages, **WRONG}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Signs in and writes down by what: "password", "mfa"."""
        super().login(request, user)
        request.session.pop(ENDED, None)
        methods = tuple(str(r["method"]) for r in get_authentication_records(request, user))
        actions.note_sign_in(user_id=user.pk, methods=methods, now=settings.CLOCK(), by=f"user/{user.pk}")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Said in the log without the address that was tried (ASVS 7.1.3)."""
        log.warning("sign_in.failed")
        super().authentication_failed(request, **credentials)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        subject, body = letter(template_prefix, context)
        EmailMessage(subject, body, self.get_from_email(), [email]).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Writes down what was done to someone's sign-in and tells them by letter; it carries no address or browser of anybody."""
        actions.note_credential(user_id=user.pk, verb=VERBS[template_prefix], now=settings.CLOCK(), by=f"user/{user.pk}")
        self.send_mail(template_prefix, email or user.email, {})

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any) -> None:
        words = kwargs.get("message") or DONE.get(message_template or "")
        if words:
            messages.add_message(request, level, words)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: named for Careward, their secrets encrypted with a key that is not in the database."""

    error_messages = {**DefaultMFAAdapter.error_messages, **WRONG}

    def encrypt(self, text: str) -> str:
        return SEALED + _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        return _box().decrypt(encrypted_text.removeprefix(SEALED).encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Careward"}

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"


def _box() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"careward second factor").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class ForgottenForm(ResetPasswordForm):
    """Answers a known and an unknown address alike: a letter goes to it, and the page says the same."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if self.users:
            return super().save(request, **kwargs)
        email = self.cleaned_data["email"]
        AccountAdapter(request).send_mail("account/email/unknown_account", email, {})
        return email
