"""Who may see a view: every view names its permission, and default is refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve

from careward.core.packs.pack import Pack

ANYONE = "anyone"  # before signing in: the sign-in pages, health
SIGNED_IN = "signed_in"  # one's own work and data

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is asking, for which organisation, with which permissions, today. Set on each request by people.middleware."""

    user_id: int
    person_id: int | None
    name: str
    role_title: str
    organisation_id: int
    organisation: str
    organisation_name: str
    contact: str
    roles: frozenset[str]
    systems: frozenset[str]  # system codes their roles are bound to; empty: none is bound
    permissions: frozenset[str]
    now: datetime
    today: date
    pack: Pack  # what their organisation runs today: its clauses, its calendar

    @property
    def actor(self) -> str:
        """How the ledger names them: a number, never a name."""
        return f"user/{self.user_id}"

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class NotAllowed(Exception):
    """The person is signed in but has no role that may do this; the page says who may and how to ask."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(permission)


def opens(standing: Standing, address: str) -> bool:
    """Whether the page at one of our own addresses is one this person may see, so that no link leads to a refusal."""
    permission = getattr(resolve(urlsplit(address).path).func, "permission", SIGNED_IN)
    return permission in (ANYONE, SIGNED_IN) or standing.may(permission)


def needs(permission: str) -> Callable[[View], View]:
    """Declares a view's permission, `room:thing:verb`, or ANYONE or SIGNED_IN; checks it before the view runs."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if permission != ANYONE:
                if (standing := getattr(request, "standing", None)) is None:
                    return redirect(f"/sign-in/?{urlencode({'next': request.path}, safe='/')}")
                if permission != SIGNED_IN and not standing.may(permission):
                    raise NotAllowed(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap
