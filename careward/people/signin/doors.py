"""What stands before the pages: which organisation, the terms, a second factor, and the door of the demonstration."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from careward.core.days import london_day
from careward.core.decision import Reason, Refused
from careward.core.roles import ROLES
from careward.people.signin import actions, arrivals, invitations, inviting
from careward.people.signin.forms import NewPassword, Sure
from careward.people.signin.middleware import DEMONSTRATION_KEY, ORGANISATION_KEY
from careward.people.signin.models import Invitation
from careward.people.signin.terms import terms_of
from careward.web.acts import act, typed
from careward.web.house import home_of
from careward.web.permission import ANYONE, SIGNED_IN, Request, needs

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _onward(request: Request) -> HttpResponse:
    """Where they were going, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return redirect(wanted if safe else "/")


@needs(SIGNED_IN)
def choose(request: Request) -> HttpResponse:
    places = arrivals.organisations_of(user_id=request.viewer.user_id, on=request.viewer.today)
    problem = ""
    if request.method == "POST":
        chosen = next((o for o in places if str(o.id) == request.POST.get("organisation")), None)
        if chosen:
            request.session[ORGANISATION_KEY] = chosen.id
            return _onward(request)
        problem = "Choose an organisation"
    page = {"places": places, "problem": problem, "next": request.GET.get("next") or request.POST.get("next", "")}
    return render(request, "signin/choose.jinja", page)


@needs(SIGNED_IN)
def terms(request: Request) -> HttpResponse:
    viewer = request.viewer
    text = terms_of(organisation_id=viewer.organisation_id, on=viewer.today)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        try:
            actions.accept_terms(
                organisation_id=viewer.organisation_id,
                user_id=viewer.user_id,
                text_hash=request.POST.get("text_hash", ""),
                now=viewer.now,
                by=viewer.actor,
            )
            return _onward(request)
        except Refused as refused:
            reasons = refused.decision.reasons
    page = {"terms": text, "reasons": reasons, "next": request.GET.get("next") or request.POST.get("next", "")}
    return render(request, "signin/terms.jinja", page, status=409 if reasons else 200)


@needs(SIGNED_IN)
def second_factor(request: Request) -> HttpResponse:
    return render(request, "signin/second_factor.jinja")


@needs(ANYONE)
def invited(request: Request, key: str) -> HttpResponse:
    """The page that an invitation leads to: accept it as who signs in already, or choose a password as who does not yet."""
    row = inviting.invitation_of(key, now=request.now)
    if row is None:
        return render(request, "signin/invitation_ended.jinja", status=410)
    page = {"invited": row, "role": ROLES[row.role].title, "here": request.path}
    if request.user.is_authenticated and request.user.email == row.email:
        return _accept(request, row, page)
    if arrivals.signs_in(email=row.email):
        return render(request, "signin/invited.jinja", {**page, "way": "sign in", "reasons": ()})
    return _join(request, row, page)


def _accept(request: Request, row: Invitation, page: dict[str, Any]) -> HttpResponse:
    by = f"user/{request.user.pk}"

    def accept(form: Sure) -> str:
        invitations.accept_invitation(invitation_id=row.pk, user_id=int(request.user.pk or 0), now=request.now, by=by)
        return f"You accepted. You are {page['role']} at {row.organisation.name}."

    return act(
        request, form=Sure(typed(request)), do=accept, to=home_of("first"), template="signin/invited.jinja", page={**page, "way": "accept"}
    )


def _join(request: Request, row: Invitation, page: dict[str, Any]) -> HttpResponse:
    def join(form: NewPassword) -> str:
        password = form.cleaned_data["password1"]
        invitations.join(invitation_id=row.pk, password=password, now=request.now, by=f"invitation/{row.pk}")
        return "You accepted. Sign in with your e-mail address and the password you chose."

    form, page = NewPassword(typed(request)), {**page, "way": "join"}
    return act(request, form=form, do=join, to=settings.LOGIN_URL, template="signin/invited.jinja", page=page)


@needs(ANYONE)
def demonstration(request: Request) -> HttpResponse:
    if not settings.DEMONSTRATION:
        raise Http404
    if request.method == "POST":
        chosen = request.POST.get("persona", "")
        user = actions.enter_as_persona(user_id=int(chosen) if chosen.isdecimal() else 0, now=request.now, by="demonstration")
        login(request, user, backend=BACKEND)
        request.session[DEMONSTRATION_KEY] = user.pk
        return redirect(home_of("first"))
    return render(request, "signin/demonstration.jinja", {"personas": arrivals.personas(on=london_day(request.now))})
