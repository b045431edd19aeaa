"""The first page, and the pages made of what rooms offer: one person, one system, a search, oneself."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.core.rights import EVERYWHERE
from careward.core.room import Hit
from careward.evidence.ledger.exporting import download
from careward.front import words
from careward.governance.procedures.queries import in_force
from careward.people.looks.seeing import shown_to
from careward.people.staff.ahead import ahead
from careward.people.staff.queries import answers_for, colleague
from careward.systems.register.queries import system_seen
from careward.web import panels
from careward.web.asked import LONGEST
from careward.web.house import home_for, home_of
from careward.web.permission import SIGNED_IN, NotAllowed, Request, Viewer, needs
from careward.work.tasks.queries import acts_for

EVERYBODY = "staff:people:see"


@needs(SIGNED_IN)
def first(request: Request) -> HttpResponse:
    """The first page after signing in: the procedures for those who answer for a system, their own work for the rest."""
    viewer = request.viewer
    if not viewer.may("procedures:clauses:see"):
        return redirect("tasks:my_work")
    running = in_force(organisation_id=viewer.organisation_id, on=viewer.today)
    return redirect("procedures:procedure", running[0].document.code) if len(running) == 1 else redirect("procedures:all")


@needs(SIGNED_IN)
def person(request: Request, person_id: int) -> HttpResponseBase:
    viewer = request.viewer
    seen = colleague(organisation_id=viewer.organisation_id, person_id=person_id, on=viewer.today)
    if seen is None:
        raise Http404("no such person here")
    about: dict[str, Any] = {"viewer": viewer, "key": person_id, "asked": request.GET}
    because = _because(viewer, person_id)
    shown_to(request, person_id)
    if (rows := panels.rows_for_file("person", **about)) is not None:
        return download(request, request.GET["as"], rows, about=f"person/{person_id}")
    context = {
        "person": seen,
        "facts": words.of_person(seen),
        "note": words.note(seen, ahead(organisation_id=viewer.organisation_id, person_id=person_id, on=viewer.today)),
        "because": because,
        "panels": panels.panels("person", **about),
        "history": panels.happened("person", viewer=viewer, key=person_id),
    }
    return render(request, "front/person.jinja", context)


def _because(viewer: Viewer, person_id: int) -> str:
    """Why somebody may see a person's page; NotAllowed where they may not."""
    if person_id == viewer.person_id:
        return "it is your own"
    everybody = viewer.may(EVERYBODY)
    if everybody and viewer.systems_for(EVERYBODY) is EVERYWHERE:
        return f"of your role: {viewer.role_title}"
    place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "on": viewer.today}
    if answers_for(**place, person_id=person_id, managers=acts_for(viewer)):
        return "you manage this person, or stand in for who does"
    if everybody:
        return f"of your role: {viewer.role_title}"
    raise NotAllowed(EVERYBODY)


@needs(SIGNED_IN)
def my_access(request: Request) -> HttpResponseBase:
    """One's own page; who is no member of staff is told so."""
    if request.viewer.person_id is None:
        return render(request, "front/no_person.jinja")
    return redirect("front:person", request.viewer.person_id)


@needs("register:systems:see", system_in="code")
def system(request: Request, code: str) -> HttpResponseBase:
    viewer = request.viewer
    seen = system_seen(organisation_id=viewer.organisation_id, code=code, on=viewer.today)
    if seen is None:
        raise Http404("no such system here")
    about: dict[str, Any] = {"viewer": viewer, "key": code, "asked": request.GET}
    if (rows := panels.rows_for_file("system", **about)) is not None:
        return download(request, request.GET["as"], rows, about=f"system/{code}")
    context = {"system": seen, "facts": words.of_system(seen), "panels": panels.panels("system", **about)}
    return render(request, "front/system.jinja", context)


@needs(SIGNED_IN)
def search(request: Request) -> HttpResponse:
    typed = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]
    found = panels.found(typed, viewer=request.viewer) if typed else ()
    if exact := next((hit for each in found for hit in each.hits if hit.exact), None):
        return redirect(home_of(exact.kind, exact.key))
    shown = tuple((each.title, tuple((hit, _address(request.viewer, hit)) for hit in each.hits)) for each in found)
    context: dict[str, Any] = {"words": typed, "found": shown, "near": (), "closed": panels.closed(typed, viewer=request.viewer)}
    if typed and not found:
        context["near"] = panels.near(typed, viewer=request.viewer)
    return render(request, "front/search.jinja", context)


def _address(viewer: Viewer, hit: Hit) -> str:
    return home_for(viewer, hit.kind, hit.key)


@needs(SIGNED_IN)
def own_data(request: Request) -> HttpResponse:
    sections = panels.own_data_about(user_id=request.viewer.user_id, person_id=request.viewer.person_id)
    return render(request, "front/own_data.jinja", {"sections": sections})
