"""Pages of loads: parse, one call, render."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.access.feeds import actions, pages, queries, uploads
from careward.access.feeds.compared import after_load
from careward.access.feeds.reading import FEED_READER
from careward.access.feeds.rules import ALLOW, RUN, WAITS
from careward.access.feeds.undoing import against_undo
from careward.access.feeds.versions import versions_in_use
from careward.core.rights import EVERYWHERE
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.web import lists
from careward.web.acts import form_at
from careward.web.listing import shown
from careward.web.permission import Request, needs
from careward.web.size import most_sent, takes_files

SEE = "feeds:loads:see"
OURS = "ours"


@needs(SEE)
def loads(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    asked = lists.parse(pages.LOADS, request.GET)
    if asked.download:
        rows = queries.load_rows(viewer.organisation_id, asked, viewer.systems_for(SEE))
        return download(request, asked.download, DownloadRows("loads", pages.LOAD_HEADS, rows, asked.narrowed_by))
    page = queries.loads(viewer.organisation_id, asked, viewer.systems_for(SEE))
    context = {"list": shown(pages.LOADS, asked, page), "held": queries.held(viewer.organisation_id, viewer.systems_for(SEE))}
    return render(request, "feeds/loads.jinja", context)


@needs(RUN)
@takes_files
def begin(request: Request) -> HttpResponse:
    mistakes: list[uploads.UploadMistake] = []
    known, faults = uploads.profiles()
    viewer = request.viewer
    own = versions_in_use(organisation_id=viewer.organisation_id)
    profile = request.POST.get("profile", OURS if own else known[0].id)
    if request.method == "POST":
        feeds, accounts = (request.FILES.getlist(name) for name in ("files", "accounts"))
        usual, versions = (known[0].id, own) if profile == OURS else (profile, [])
        sent, mistakes = uploads.name_uploads(feeds, accounts, profile=usual, known=known)
        if not mistakes:
            facts: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
            return redirect("feeds:load", load_id=actions.begin_upload(uploads=sent, profile=usual, versions=versions, **facts).pk)
    context = {
        "errors": {field: "; ".join(m.message for m in mistakes if m.field == field) for field in ("files", "accounts", "profile")},
        "summary": [(m.field, m.message) for m in mistakes],
        "most": most_sent(),
        "known": uploads.KNOWN,
        "kinds": uploads.kinds(known),
        "profiles": [
            *([(OURS, "As the profiles made here say, else in Careward’s own form")] if own else []),
            *((p.id, p.title) for p in known),
        ],
        "profile": profile,
        "faults": faults,
    }
    return render(request, "feeds/begin.jinja", context, status=422 if mistakes else 200)


@needs(SEE)
def columns(request: Request) -> HttpResponse:
    return render(request, "feeds/columns.jinja", {"columns": FEED_READER().columns()})


@needs(SEE)
def load(request: Request, load_id: int) -> HttpResponse:
    viewer = request.viewer
    seen = queries.load_seen(organisation_id=viewer.organisation_id, load_id=load_id)
    if seen is None or not _sees(request, load_id):
        raise Http404("no such load here")
    systems = {file.system for file in seen.report.files}
    may = viewer.rights.on(*systems)
    context = {
        "after": after_load(organisation_id=viewer.organisation_id, load_id=load_id, systems=systems),
        "load": seen.report,
        "seen": seen,
        "may_run": RUN in may,
        "may_allow": ALLOW in may,
        "marks": pages.MARKS,
        "waits": WAITS.days,
        "most_problems": queries.PROBLEMS_ON_A_PAGE,
    }
    return render(request, "feeds/load.jinja", context)


@needs(SEE)
def problems(request: Request, load_id: int) -> HttpResponseBase:
    viewer = request.viewer
    rows = queries.problem_rows(organisation_id=viewer.organisation_id, load_id=load_id)
    if rows is None or not _sees(request, load_id):
        raise Http404("no such load here")
    return download(request, "csv", DownloadRows(f"problems of load {load_id}", pages.PROBLEM_HEADS, rows))


@needs(RUN)
@form_at("feeds:load")
def apply(request: Request, load_id: int) -> HttpResponse:
    viewer = request.viewer
    _here(request, load_id)
    actions.ask_to_apply(organisation_id=viewer.organisation_id, load_id=load_id, now=viewer.now, by=viewer.actor)
    return redirect("feeds:load", load_id=load_id)


@needs(RUN)
def undo(request: Request, load_id: int) -> HttpResponse:
    viewer = request.viewer
    report = _here(request, load_id)
    if request.method == "POST":
        actions.ask_to_undo(organisation_id=viewer.organisation_id, load_id=load_id, now=viewer.now, by=viewer.actor)
        return redirect("feeds:load", load_id=load_id)
    against = against_undo(organisation_id=viewer.organisation_id, load_id=load_id)
    return render(request, "feeds/undo.jinja", {"load": report, "reasons": against.reasons})


def _here(request: Request, load_id: int) -> queries.LoadReport:
    report = queries.load_report(organisation_id=request.viewer.organisation_id, load_id=load_id, most=0)
    if report is None or not _sees(request, load_id):
        raise Http404("no such load here")
    return report


def _sees(request: Request, load_id: int) -> bool:
    """A load with files of other systems than theirs does not exist for somebody."""
    viewer = request.viewer
    within = viewer.systems_for(SEE)
    return within is EVERYWHERE or queries.may_see(organisation_id=viewer.organisation_id, load_id=load_id, within=within)
