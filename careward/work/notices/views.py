"""The page of letters: parse, one call, render."""

from django.http import HttpResponseBase
from django.shortcuts import render

from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.web import lists
from careward.web.listing import shown
from careward.web.permission import Request, needs
from careward.work.notices import pages, queries


@needs("notices:notices:see")
def notices(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    asked = lists.parse(pages.NOTICES, request.GET)
    if asked.download:
        rows = queries.notice_rows(viewer.organisation_id, pages.NOTICES, asked)
        return download(request, asked.download, DownloadRows("letters", pages.HEADS, rows, asked.narrowed_by))
    page = queries.notices(viewer.organisation_id, pages.NOTICES, asked)
    return render(request, "notices/notices.jinja", {"list": shown(pages.NOTICES, asked, page)})
