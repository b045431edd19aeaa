"""The board's sheet, and its figures by system, directorate and team: parse, one call, render."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from careward.access.accounts.trend import BY
from careward.core.days import ONE_DAY
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.evidence.ledger.pages import read_day, unread
from careward.governance.procedures import board
from careward.governance.procedures.board import BoardSheet
from careward.governance.procedures.queries import document_in_force
from careward.web.permission import Request, needs

SEE = "procedures:clauses:see"
TREND_HEADS = ("By", "Of", "Month", "To put right", "Late")


@needs(SEE)
def board_sheet(request: Request) -> HttpResponse:
    sheet = _sheet(request)
    if sheet is None:
        return render(request, "procedures/no_board.jinja")
    context = {
        "sheet": sheet,
        "directorates": board.lines(sheet.trend.groups["directorate"], sheet.against.on),
        "picture": board.picture(sheet.trend.whole),
        "says": board.says(sheet.trend.whole),
    }
    return render(request, "procedures/board.jinja", context)


@needs(SEE)
def over_time(request: Request, by: str) -> HttpResponseBase:
    """Twelve months of each system, directorate or team."""
    sheet = _sheet(request)
    if by not in BY or sheet is None:
        raise Http404
    groups = sheet.trend.groups[by]
    if request.GET.get("as") in ("csv", "xlsx"):
        rows = ((by, g.title, m.on, m.to_put_right, m.late) for g in groups for m in g.months)
        return download(request, request.GET["as"], DownloadRows(f"cases by {by}", TREND_HEADS, rows))
    chosen = next((g for g in groups if g.title == request.GET.get("of")), sheet.trend.whole)
    context = {"sheet": sheet, "by": by, "groups": board.lines(groups, sheet.against.on), "chosen": chosen}
    return render(request, "procedures/over_time.jinja", {**context, "picture": board.picture(chosen), "says": board.says(chosen)})


@needs(SEE)
def changes(request: Request) -> HttpResponse:
    """What changed since a day: since whoever asks was last here, or yesterday, unless another is asked."""
    viewer, typed, yesterday = request.viewer, request.GET.get("since", ""), request.viewer.today - ONE_DAY
    since = min(read_day(typed) or request.last_here or yesterday, yesterday)
    document = document_in_force(organisation_id=viewer.organisation_id, document=request.GET.get("document", ""), on=viewer.today)
    code = document.document.code if document else ""
    found = board.changed_since(organisation_id=viewer.organisation_id, on=viewer.today, since=since, document=code)
    context = {"lines": found, "since": since, "yesterday": yesterday, "unread": unread(request.GET, ("since",)), "document": document}
    more = {"last_here": request.last_here, "sees_cases": viewer.may("accounts:findings:see")}
    return render(request, "procedures/changes.jinja", {**context, **more})


def _sheet(request: Request) -> BoardSheet | None:
    viewer = request.viewer
    return board.board_sheet(organisation_id=viewer.organisation_id, on=viewer.today, against=request.GET.get("against", ""))
