"""Who calls the API: a client's token, looked up by its hash, for one organisation and only what its scopes allow."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from careward.core.rights import Rights, Systems, rights_everywhere
from careward.people.signin import rules
from careward.people.signin.models import ApiToken
from careward.web.house import house


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


class Bearer(HttpBearer):
    """`auth=Bearer("accounts:findings:see")`: 401 without a token in use, 403 where its scopes do not reach.

    The token is hashed before it is looked up, so how long the look-up takes says nothing about any token that exists.
    """

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> Client | None:
        row = ApiToken.objects.select_related("organisation").filter(token_hash=rules.hash_of(token), ended_at=None).first()
        if row is None:
            return None
        client = Client(row.pk, row.name, row.organisation_id, row.organisation.ods_code, rights_in(row.scope))
        if not client.may(self.permission):
            raise HttpError(403, f"This token may not do that: it needs a scope with {self.permission}")
        return client


def rights_in(scope: str) -> Rights:
    """What the scopes of a token allow together, on every system; a scope no longer known allows nothing."""
    return rights_everywhere(house().permissions_in(scope.split()))
