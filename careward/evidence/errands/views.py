"""Pages of the queue and the timed jobs: parse, one call, render."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.core.room import DownloadRows
from careward.evidence.errands import actions, pages, queries
from careward.evidence.errands.backups import backups
from careward.evidence.ledger.exporting import download
from careward.web import lists
from careward.web.acts import form_at
from careward.web.listing import shown
from careward.web.permission import Request, needs


@needs("errands:jobs:see")
def jobs(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    asked = lists.parse(pages.QUEUE, request.GET)
    if asked.download:
        rows = queries.errand_rows(viewer.organisation, asked)
        return download(request, asked.download, DownloadRows("work that waits", pages.HEADS, rows, asked.narrowed_by))
    context = {
        "list": shown(pages.QUEUE, asked, queries.errands(viewer.organisation, asked)),
        "jobs": queries.timed_jobs(organisation=viewer.organisation, now=viewer.now),
        "backups": backups(now=viewer.now),
        "queue": queries.queue(organisation=viewer.organisation, now=viewer.now),
    }
    return render(request, "errands/jobs.jinja", context)


@needs("errands:jobs:run")
@form_at("errands:jobs", keyed=False)
def again(request: Request, errand_id: int) -> HttpResponse:
    viewer = request.viewer
    if actions.retry(errand_id=errand_id, organisation=viewer.organisation, now=viewer.now, by=viewer.actor):
        messages.success(request, "It was set going again. It begins within seconds while Careward's worker runs.")
    else:
        messages.error(request, "It is not stopped any more, so nothing was changed. Where it stands now is listed below.")
    return redirect("errands:jobs")
