"""Who calls with a token: looked up by its hash, for one organisation and only what its scopes name of what its person may do."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from careward.core.days import london_day
from careward.core.rights import Rights, Systems
from careward.people.signin import guesses, rules
from careward.people.signin.arrivals import rights_by, tokens_in_use
from careward.people.signin.models import ApiToken
from careward.people.signin.tokens import PREFIX

PEOPLE = "staff:people:see"  # who may be told names


@dataclass(frozen=True, slots=True)
class Client:
    """The client asking; `request.auth` in every API view."""

    token_id: int
    name: str
    organisation_id: int
    organisation: str  # ODS code
    rights: Rights

    @property
    def actor(self) -> str:
        """How the ledger names it."""
        return f"token/{self.token_id}"

    def may(self, permission: str, *, system: str | None = None) -> bool:
        return self.rights.may(permission, system=system)

    def systems_for(self, permission: str) -> Systems:
        return self.rights.systems_for(permission)


class ApiRequest(HttpRequest):
    """A request as an API view gets it, once its token is known."""

    auth: Client
    now: datetime


class TooManyTries(Exception):
    """So many wrong tokens came from here, or began like this one, that no more are looked at for some minutes."""


def look_up(token: str, *, source: str, now: datetime) -> ApiToken | None:
    """The token in use that these letters are; None, and counted, where there is none. TooManyTries where too many were wrong.

    The token is hashed before it is looked up, so how long the look-up takes says nothing about any token that exists.
    """
    sources = (f"from/{source}", f"begins/{token[:PREFIX]}")
    if guesses.too_many(sources=sources, now=now):
        raise TooManyTries
    row = tokens_in_use(london_day(now)).filter(token_hash=rules.hash_of(token)).first()
    if row is None:
        guesses.count_wrong(sources=sources, now=now)
    return row


class Bearer(HttpBearer):
    """`auth=Bearer("accounts:findings:see")`: 401 without a token in use, 403 where its scopes or its person's roles do not reach."""

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> Client | None:
        now: datetime = request.now  # type: ignore[attr-defined]
        row = _found(token, _source(request), now)
        if row is None:
            return None
        rights = rights_by(row, on=london_day(now))
        client = Client(row.pk, row.name, row.organisation_id, row.organisation.ods_code, rights)
        if not client.may(self.permission):
            raise HttpError(403, f"This token may not do that: it needs a scope with {self.permission}, and its person a role with it")
        return client


def _source(request: HttpRequest) -> str:
    """Where a request comes from; whatever a server gives no address of shares one count."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""


def _found(token: str, source: str, now: datetime) -> ApiToken | None:
    try:
        return look_up(token, source=source, now=now)
    except TooManyTries as tries:
        minutes = int(guesses.STRETCH.total_seconds()) // 60
        raise HttpError(429, f"Too many tokens that open nothing were tried. Wait {minutes} minutes") from tries
