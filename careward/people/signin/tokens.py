"""What can be done with the keys to the API and the command line: made for oneself, ended by oneself or by who administers users."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.evidence.ledger import actions as ledger
from careward.people.signin import rules
from careward.people.signin.arrivals import rights_of
from careward.people.signin.models import ApiToken
from careward.people.signin.rules import ADD
from careward.people.staff.models import Organisation
from careward.web.house import house

BEGINS = "cw_"  # so that a scanner of repositories knows one when it sees one
PREFIX = 11  # letters: the beginning, and eight of chance that tell nothing of the rest


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new key; `token` is shown this once and kept nowhere."""

    id: int
    token: str
    ends_on: date


@transaction.atomic
def make_token(
    *, organisation_id: int, user_id: int, name: str, scope: str, ends_on: date | None = None, now: datetime, by: str
) -> MadeToken:
    """Makes a key for one person at one organisation, until a day; only its SHA-256 is kept. Refused with every reason at once."""
    organisation = Organisation.objects.get(pk=organisation_id)
    today = london_day(now)
    ends_on = ends_on or today + timedelta(days=settings.TOKEN_DAYS)
    scopes = sorted(set(scope.split()))
    theirs = rights_of(actor=f"user/{user_id}", organisation_id=organisation.pk, on=today)
    reached = frozenset(s for s in scopes if theirs.on() & house().permissions_in((s,)))
    own = by == f"user/{user_id}" or by.startswith(rules.KEYBOARD)
    wanted = rules.TokenWanted(name.strip(), tuple(scopes), today, ends_on, settings.TOKEN_DAYS, house().scopes, reached, own)
    if not (decision := rules.may_make_token(wanted)):
        raise Refused(decision)
    token = BEGINS + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        organisation=organisation, user_id=user_id, name=wanted.name, scope=" ".join(scopes), prefix=token[:PREFIX],
        token_hash=rules.hash_of(token), made_at=now, ends_on=ends_on,
    )  # fmt: skip
    _record_token(row, organisation, verb="token.made", now=now, by=by)
    return MadeToken(row.pk, token, ends_on)


@transaction.atomic
def end_token(*, organisation_id: int, token_id: int, now: datetime, by: str) -> None:
    """Ends a key at once; ending it again changes nothing. Refused for whoever it neither belongs to nor administers users."""
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=token_id, organisation_id=organisation_id)
    if not (decision := _may_end(row, now=now, by=by)):
        raise Refused(decision)
    if row.ended_at is None:
        end_row(row, row.organisation, now=now, by=by)


def end_row(row: ApiToken, organisation: Organisation, *, now: datetime, by: str) -> None:
    """Ends a token that is locked and in use, and writes it down."""
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _record_token(row, organisation, verb="token.ended", now=now, by=by)


def _may_end(row: ApiToken, *, now: datetime, by: str) -> Decision:
    if row.user_id is not None and by == f"user/{row.user_id}":
        return ALLOWED
    rights = rights_of(actor=by, organisation_id=row.organisation_id, on=london_day(now))
    if by.startswith("job/") or rights.may(ADD):
        return ALLOWED
    return refuse("token.anothers", "house", "The token belongs to somebody else", f"Ask them, or somebody whose role holds {ADD}")


def _record_token(row: ApiToken, organisation: Organisation, *, verb: str, now: datetime, by: str) -> None:
    ledger.record(
        at=now, actor=by, verb=verb, subject=f"token/{row.pk}", organisation=organisation.ods_code, name=row.name, scope=row.scope,
        user=row.user_id, ends_on=row.ends_on.isoformat() if row.ends_on else None,
    )  # fmt: skip
