"""Tells the person of a token, by letter, that its end is near: once, and long enough before to make another."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from careward.core.days import london_day
from careward.evidence.errands import actions as errands
from careward.evidence.ledger import actions as ledger
from careward.people.signin.arrivals import tokens_in_use
from careward.people.signin.letters import letter
from careward.people.signin.models import ApiToken
from careward.web.words import day

WARN = "signin.token_ending"
BY = "job/tokens"


@transaction.atomic
def warn_of_ends(*, now: datetime) -> int:
    """Asks for a letter to the person of each token that ends soon and was not warned of; returns how many."""
    today = london_day(now)
    rows = tokens_in_use(today).select_for_update(of=("self",)).filter(warned_at=None)
    near = list(rows.filter(ends_on__lte=today + timedelta(days=settings.TOKEN_WARNING_DAYS)))
    for row in near:
        row.warned_at = now
        row.save(update_fields=["warned_at"])
        at = row.organisation.ods_code
        ledger.record(at=now, actor=BY, verb="token.end_told", subject=f"token/{row.pk}", organisation=at, user=row.user_id)
        errands.ask(name=WARN, organisation=at, subject=f"token/{row.pk}", now=now, body={"token": row.pk})
    return len(near)


def send(errand: Any) -> bool:
    """Hands the letter to the relay, unless the token was ended meanwhile."""
    row = ApiToken.objects.select_related("user").get(pk=errand.body["token"])
    if row.ended_at is not None or row.user is None or row.ends_on is None:
        return False
    subject, body = letter("token_ending", {"name": row.name, "day": day(row.ends_on), "address": settings.BASE_URL})
    send_mail(subject, body, None, [row.user.email])
    return True


def sent(errand: Any, went: bool) -> None:
    """Nothing more: that they are told was written down when the letter was asked for."""
