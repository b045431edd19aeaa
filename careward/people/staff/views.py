"""Pages about staff and teams. Each parses what was asked, makes one call, and renders."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.staff import listings, queries
from careward.people.staff import my_team as page
from careward.web import panels
from careward.web.lists import DOWNLOADS
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
def my_team(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    mine = queries.my_teams(person_id=viewer.person_id, organisation_id=viewer.organisation_id, on=viewer.today)
    told = panels.panels("my_team", viewer=viewer, key=page.people_of(mine), asked=request.GET)
    teams = page.lines_of(mine, [each.facts for each in told])
    if request.GET.get("as") in DOWNLOADS:
        return download(request, request.GET["as"], DownloadRows("my-team", page.HEADS, page.rows_of(teams)))
    return render(request, "staff/my_team.jinja", {"mine": mine, "teams": teams, "right": page.with_something(teams), "panels": told})
