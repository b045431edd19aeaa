"""Pages about staff and teams. Each parses what was asked, makes one call, and renders."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.staff import listings, queries
from careward.web import panels
from careward.web.permission import Request, needs


@needs("staff:people:see")
def people(request: Request) -> HttpResponseBase:
    place: dict[str, Any] = {"organisation_id": request.viewer.organisation_id, "on": request.viewer.today}
    wanted = listings.ask_people(**place, given=request.GET)
    if wanted.asked.download:
        lines = listings.people_lines(wanted, **place)
        return download(request, wanted.asked.download, DownloadRows("people", listings.PEOPLE_HEADS, lines, wanted.asked.narrowed_by))
    leads = panels.panels("people", viewer=request.viewer, key=None, asked=request.GET)
    return render(request, "staff/people.jinja", {"list": listings.people_page(wanted, **place), "panels": leads})


@needs("staff:people:see")
def team(request: Request, team_id: int) -> HttpResponse:
    found = queries.team(organisation_id=request.viewer.organisation_id, team_id=team_id, on=request.viewer.today)
    if found is None:
        raise Http404
    return render(request, "staff/team.jinja", {"team": found})


@needs("staff:team:see")
def my_team(request: Request) -> HttpResponse:
    viewer = request.viewer
    place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "on": viewer.today}
    return render(request, "staff/my_team.jinja", {"mine": queries.my_teams(person_id=viewer.person_id, **place)})
