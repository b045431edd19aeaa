"""What stands before the pages: which organisation, the terms, a second factor, and the door of the demonstration."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from careward.core.days import london_day
from careward.core.decision import Reason, Refused
from careward.people.signin import actions, arrivals
from careward.people.signin.middleware import DEMONSTRATION_KEY, ORGANISATION_KEY
from careward.people.signin.terms import terms_of
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
