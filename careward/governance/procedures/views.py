"""Pages of procedures: the front door of those who answer for a system."""

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.access.accounts.bridge import bridge
from careward.access.accounts.queries import reach
from careward.core.packs.pack import HOUSE_PACK
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download, download_data
from careward.governance.procedures import actions, exports, narrowing, queries
from careward.governance.procedures.board import SinceThen, board_sheet, since_then
from careward.governance.procedures.carried import clauses
from careward.governance.procedures.forms import AdoptForm, EndForm
from careward.governance.procedures.queries import InForce, Procedure
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.web.acts import act, typed
from careward.web.permission import SIGNED_IN, NotAllowed, Request, needs, opens
from careward.web.words import day

SEE, ADOPT = "procedures:clauses:see", "procedures:documents:adopt"
SEES_BREACHES = "accounts:findings:see"
READS = (SEE, "tasks:tasks:do", "accounts:findings:see_team")  # whose work cites a clause may read it


@needs(SEE)
def all_procedures(request: Request) -> HttpResponse:
    viewer = request.viewer
    sheet = board_sheet(organisation_id=viewer.organisation_id, on=viewer.today)
    if sheet is None:
        return render(request, "procedures/all.jinja", {"procedures": (), "may_adopt": viewer.may(ADOPT)})
    context = {"procedures": sheet.procedures, "whole": sheet.figures, "sheet": sheet, "bridge": bridge(viewer.organisation_id)}
    return render(request, "procedures/all.jinja", {**context, "may_adopt": viewer.may(ADOPT), "change": _since_then(request)})


@needs(SEE)
def procedure(request: Request, document: str) -> HttpResponseBase:
    found = _procedure(request, document)
    asked = narrowing.parse(request.GET, found)
    sections = narrowing.narrowed(found, asked)
    if request.GET.get("as") == "csv":
        rows = (exports.clause_line(d) for s in sections for d in s.duties)
        return download(request, "csv", DownloadRows(f"clauses-{document}", exports.CLAUSE_HEADS, rows, asked.narrowed_by))
    return render(
        request,
        "procedures/procedure.jinja",
        {
            "procedure": found,
            "sections": sections,
            "asked": asked,
            "shown": sum(len(s.duties) for s in sections),
            "views": narrowing.views(found.figures, asked),
            "actors": narrowing.actors(found),
            "sees_breaches": request.viewer.may(SEES_BREACHES),
            "opens": partial(opens, request.viewer),
            "change": _since_then(request, document),
        },
    )


def _since_then(request: Request, document: str = "") -> SinceThen | None:
    viewer = request.viewer
    return since_then(organisation_id=viewer.organisation_id, on=viewer.today, since=request.last_here, document=document)


@needs(SIGNED_IN)
def clause(request: Request, document: str, clause: str) -> HttpResponse:
    _may_read(request)
    sees = request.viewer.may(SEES_BREACHES)
    found = queries.duty(within=reach(request.viewer, frozenset()), clause=clause, on=request.viewer.today)
    if found is None or found.document.code != document:
        raise Http404
    context = {"view": found, "duty": found.duty, "sees_breaches": sees, "opens": partial(opens, request.viewer)}
    return render(request, "procedures/clause.jinja", context)


@needs(SIGNED_IN)
def clause_by_id(request: Request, clause: str) -> HttpResponse:
    """Where every clause cited anywhere leads: to its page, in force here or not."""
    _may_read(request)
    if clause == "house":
        return render(request, "procedures/house.jinja", {"unused": pack_on(HOUSE_PACK, request.viewer.today).inactivity})
    if (known := clauses().get(clause)) is None:
        raise Http404
    return redirect("procedures:clause", known.document.code, clause)


@needs(SEE)
def about(request: Request, document: str) -> HttpResponse:
    running = _in_force(request, document)
    context = {"running": running, "document": running.document, "may_adopt": request.viewer.may(ADOPT)}
    return render(request, "procedures/about.jinja", context)


@needs(SEE)
def about_file(request: Request, document: str, kind: str) -> HttpResponseBase:
    """The header and control fields as a file; JSON holds the clauses too."""
    found, name = _in_force(request, document).document, f"document-{document}"
    if kind == "json":
        return download_data(request, name, exports.as_data(found), rows=len(found.clauses))
    return download(request, "csv", DownloadRows(name, exports.ABOUT_HEADS, exports.about_rows(found)))


@needs(SIGNED_IN)
def how_counted(request: Request) -> HttpResponse:
    return render(request, "procedures/how_counted.jinja")


@needs(ADOPT)
def adopt(request: Request) -> HttpResponse:
    viewer = request.viewer

    def bring(form: AdoptForm) -> str:
        pack, code = form.chosen()
        given = {key: form.cleaned_data[key] for key in ("from_on", "owner", "reference")}
        place: dict[str, Any] = {"organisation": _organisation(request), "pack": pack, "document": code}
        actions.adopt_document(**place, **given, now=viewer.now, by=viewer.actor)
        return f"The document is in force from {day(given['from_on'])}. Its clauses are listed under Procedures."

    return act(request, form=AdoptForm(typed(request)), do=bring, to="procedures:all", template="procedures/adopt.jinja")


@needs(ADOPT)
def end(request: Request, document: str) -> HttpResponse:
    running, viewer = _in_force(request, document), request.viewer

    def take(form: EndForm) -> str:
        place: dict[str, Any] = {"organisation": _organisation(request), "adoption_id": running.adoption_id}
        actions.end_adoption(**place, to_on=form.day(), now=viewer.now, by=viewer.actor)
        return f"{running.document.title} is no longer in force from {day(form.day())}. What was found under it stays."

    page = {"running": running, "document": running.document}
    return act(request, form=EndForm(typed(request)), do=take, to="procedures:all", template="procedures/end.jinja", page=page)


def _may_read(request: Request) -> None:
    if not any(request.viewer.may(each) for each in READS):
        raise NotAllowed(SEE)


def _procedure(request: Request, document: str) -> Procedure:
    viewer = request.viewer
    found = queries.procedure(organisation_id=viewer.organisation_id, document=document, on=viewer.today)
    if found is None:
        raise Http404
    return found


def _in_force(request: Request, document: str) -> InForce:
    viewer = request.viewer
    found = queries.document_in_force(organisation_id=viewer.organisation_id, document=document, on=viewer.today)
    if found is None:
        raise Http404
    return found


def _organisation(request: Request) -> Organisation:
    return Organisation.objects.get(pk=request.viewer.organisation_id)
