"""The pages of who may use what: of a team, and of the people that somebody manages or stands in for."""

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from careward.access.accounts.matrix import HEADS, AccessMatrix, access_matrix
from careward.core.rights import EVERYWHERE
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.looks.seeing import all_shown_to
from careward.people.staff import queries as staff
from careward.people.staff.my_team import people_of
from careward.web.house import home_of
from careward.web.lists import DOWNLOADS
from careward.web.permission import Request, needs


@needs("accounts:accounts:see")
def team_access(request: Request, team_id: int) -> HttpResponseBase:
    viewer = request.viewer
    found = staff.team(organisation_id=viewer.organisation_id, team_id=team_id, on=viewer.today)
    if found is None:
        raise Http404(team_id)
    people, within = [member.id for member in found.members], viewer.systems_for("accounts:accounts:see")
    all_shown_to(request, people)
    seen = access_matrix(organisation_id=viewer.organisation_id, people=people, within=within, today=viewer.today)
    return _page(
        request, seen, "team", f"Who may use what in {found.name}", (("People", home_of("people")), (found.name, home_of("team", team_id)))
    )


@needs("accounts:findings:see_team")
def my_team_access(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    people = people_of(staff.my_teams(person_id=viewer.person_id, organisation_id=viewer.organisation_id, on=viewer.today))
    all_shown_to(request, people)
    seen = access_matrix(organisation_id=viewer.organisation_id, people=people, within=EVERYWHERE, today=viewer.today)
    return _page(request, seen, "my-team", "Who may use what in my team", (("My team", home_of("my_team")),))


def _page(request: Request, seen: AccessMatrix, name: str, title: str, trail: tuple[tuple[str, str], ...]) -> HttpResponseBase:
    if request.GET.get("as") in DOWNLOADS:
        return download(request, request.GET["as"], DownloadRows(f"{name}-access", HEADS, seen.lines()))
    return render(request, "accounts/matrix.jinja", {"matrix": seen, "title": title, "trail": trail})
