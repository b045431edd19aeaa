"""Sending one letter: before the transaction, so that a slow relay holds nobody up; then writing down that it went."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from careward.work.notices.models import Notice
from careward.work.notices.rules import SUBJECT, body


def send(errand: Any) -> bool:
    """Hands the letter to the relay; one that went already, or whose user is closed, is not sent again."""
    row = Notice.objects.select_related("user").get(pk=errand.body["notice"])
    if row.sent_at is not None or not row.user.is_active:
        return False
    send_mail(SUBJECT, body(row.words, address=settings.BASE_URL), None, [row.user.email])
    return True


def sent(errand: Any, went: bool) -> None:
    """Writes down when it went."""
    if went:
        Notice.objects.filter(pk=errand.body["notice"], sent_at=None).update(sent_at=errand.claimed_at)
