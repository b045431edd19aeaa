"""Finds who is asking, once per request, and keeps them before the pages until nothing stands between (PA-003, LR-027)."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from careward.people.signin.arrivals import SessionFacts, arrive
from careward.people.signin.rules import Step
from careward.web.house import home_of
from careward.web.permission import ANYONE

ORGANISATION_KEY = "organisation"  # the organisation chosen by someone with roles at several
FACTOR_KEY = "factor_set_up_by"  # a factor set up in this session is proved in it: its code was just read back
DEMONSTRATION_KEY = "demonstration_of"

SIGN_OUT = {"account_logout"}
PROVE = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SECURITY = {
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
    "account_reauthenticate", "account_change_password", "account_set_password",
}  # fmt: skip

# What may be opened before each step is done; everything else waits.
OPEN: dict[Step, set[str]] = {
    Step.PROVE_FACTOR: SIGN_OUT | PROVE,
    Step.CHOOSE: SIGN_OUT | {"signin:choose"},
    Step.TERMS: SIGN_OUT | {"signin:terms", "signin:choose"},
    Step.SET_UP_FACTOR: SIGN_OUT | PROVE | SECURITY | {"signin:second_factor", "signin:choose"},
    Step.OWN_DATA: SIGN_OUT | PROVE | SECURITY,
}
FIRST = {Step.CHOOSE: "signin:choose", Step.TERMS: "signin:terms", Step.SET_UP_FACTOR: "signin:second_factor"}


class WhoIsAsking:
    """Sets `request.now`, and `request.viewer`: None before signing in, else a Viewer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = settings.CLOCK()  # type: ignore[attr-defined]
        request.viewer, request.step = None, Step.PAGES  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            arrived = arrive(user=request.user, session=_session(request), now=request.now)  # type: ignore[attr-defined]
            if arrived.over:
                logout(request)
            else:
                request.viewer, request.step = arrived.viewer, arrived.step  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        step: Step = request.step  # type: ignore[attr-defined]
        if step is Step.PAGES or getattr(view, "permission", "") == ANYONE:
            return None
        if request.resolver_match is not None and request.resolver_match.view_name in OPEN[step]:
            return None
        if step is Step.OWN_DATA and request.path == home_of("own_data"):
            return None
        return _to_step(request, step)


def _session(request: HttpRequest) -> SessionFacts:
    user, session = request.user, request.session
    records = get_authentication_records(request, user)
    return SessionFacts(
        organisation_id=session.get(ORGANISATION_KEY),
        factor_proved=session.get(FACTOR_KEY) == user.pk or any(r.get("method") == "mfa" for r in records),
        by_demonstration=session.get(DEMONSTRATION_KEY) == user.pk,
    )


def _to_step(request: HttpRequest, step: Step) -> HttpResponse:
    if step is Step.OWN_DATA:
        return redirect(home_of("own_data")) if request.path == home_of("first") else render(request, "signin/no_role.jinja", status=403)
    where = _factor_page(request) if step is Step.PROVE_FACTOR else reverse(FIRST[step])
    if request.method != "GET":  # an act is not held back and then done: they come back and do it again
        return redirect(where)
    return redirect(f"{where}?{urlencode({'next': request.path})}")


def _factor_page(request: HttpRequest) -> str:
    by_code = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()
    return reverse("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn")
