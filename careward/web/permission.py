"""Who may see a view: every view names its permission, and default is refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import get_urlconf, resolve

from careward.core.packs.pack import Pack
from careward.core.rights import Rights, Systems

ANYONE = "anyone"  # before signing in: the sign-in pages, health
SIGNED_IN = "signed_in"  # one's own work and data

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Viewer:
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
    rights: Rights  # nothing at all while anything stands before the pages
    now: datetime
    today: date
    pack: Pack  # what their organisation runs today: its clauses, its calendar

    @property
    def actor(self) -> str:
        """How the ledger names them: a number, never a name."""
        return f"user/{self.user_id}"

    def may(self, permission: str, *, system: str | None = None) -> bool:
        """Whether they may do something to a system; on any at all where none is named."""
        return self.rights.may(permission, system=system)

    def systems_for(self, permission: str) -> Systems:
        """On which systems they may do something: every read that is by system asks this."""
        return self.rights.systems_for(permission)


class Request(HttpRequest):
    """A request as the views of pages get it, once the middleware has said who asks and when."""

    viewer: Viewer
    now: datetime
    last_here: date | None  # the day on which they were here before today


class NotAllowed(Exception):
    """The person is signed in but has no role that may do this, or not for this system; the page says who may and how to ask."""

    def __init__(self, permission: str, system: str = "") -> None:
        self.permission, self.system = permission, system
        super().__init__(permission)


def opens(viewer: Viewer, address: str) -> bool:
    """Whether the page at one of our own addresses is one this person may see, so that no link leads to a refusal."""
    permission, system = _asked_at(urlsplit(address).path, get_urlconf() or settings.ROOT_URLCONF)
    return permission in (ANYONE, SIGNED_IN) or viewer.may(permission, system=system)


@lru_cache(maxsize=1024)
def _asked_at(path: str, urls: str) -> tuple[str, str | None]:
    """The permission that a page asks, and for which system: a table of many links asks it of the same few addresses."""
    found = resolve(path)
    return getattr(found.func, "permission", SIGNED_IN), found.kwargs.get(getattr(found.func, "system_in", ""))


def needs(permission: str, *, system_in: str = "") -> Callable[[View], View]:
    """Declares a view's permission, `room:thing:verb`, or ANYONE or SIGNED_IN; checks it before the view runs.

    `system_in` names the part of the address that holds a system's code: the permission is then asked for that system.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permission != ANYONE:
                if (viewer := getattr(request, "viewer", None)) is None:
                    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path}, safe='/')}")
                if permission != SIGNED_IN and not viewer.may(permission, system=kwargs.get(system_in)):
                    raise NotAllowed(permission, kwargs.get(system_in, ""))
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.system_in = system_in  # type: ignore[attr-defined]
        return guarded

    return wrap
