"""The register of systems as a page."""

from django.http import HttpResponse
from django.shortcuts import render

from careward.core.rights import EVERYWHERE
from careward.systems.register import queries
from careward.web import panels
from careward.web.permission import Request, needs


@needs("register:systems:see")
def systems(request: Request) -> HttpResponse:
    """Every system, with a column from each room that has something to say of them."""
    viewer = request.viewer
    within = viewer.systems_for("register:systems:see")
    rows = queries.systems_seen(organisation_id=viewer.organisation_id, on=viewer.today, within=within)
    columns = panels.panels("systems", viewer=viewer, key=None, asked=request.GET)
    return render(request, "register/systems.jinja", {"systems": rows, "panels": columns, "whole": within is EVERYWHERE})
