"""Pages and files of a clause's evidence: parse, one call, render."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from careward.access.accounts import clause_cases, in_order
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.queries import reach
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download, download_bundle
from careward.evidence.ledger.pages import unread
from careward.governance.procedures import evidence
from careward.governance.procedures.evidence import CaseSeen, ClauseEvidence
from careward.people.looks.seeing import shown_to
from careward.web import lists
from careward.web.listing import shown
from careward.web.permission import NotAllowed, Request, needs

SEES_CASES, SEES_LEDGER = "accounts:findings:see", "ledger:entries:verify"
NOBODY: frozenset[int] = frozenset()


@needs(SEES_CASES)
def clause_evidence(request: Request, document: str, clause: str) -> HttpResponseBase:
    """The cases of a clause in a period: to put right at its end, and put right in it."""
    found = _found(request, document, clause)
    rows = clause_cases.in_period(clause_cases.cases(_within(request), clause, found.document.systems), found.period)
    listed = clause_cases.case_listing(request.viewer.organisation_id, found.period)
    asked = lists.parse(listed, request.GET)
    if asked.download:
        lines = clause_cases.case_rows(lists.narrowed(listed, asked, rows), request.viewer.organisation)
        return download(request, asked.download, DownloadRows(f"cases {clause}", clause_cases.HEADS, lines, asked.narrowed_by))
    context = {
        "found": found,
        "list": shown(listed, asked, clause_cases.case_page(rows, listed, asked)),
        "days": urlencode({"from": found.period.from_on.isoformat(), "to": found.period.to_on.isoformat()}),
        "unread": unread(request.GET, ("from", "to")),
        "takes": request.viewer.may(SEES_LEDGER),
    }
    return render(request, "procedures/evidence.jinja", context)


@needs(SEES_CASES)
def accounts_in_order(request: Request, document: str, clause: str) -> HttpResponseBase:
    """The accounts in order under a clause now."""
    found, viewer = _found(request, document, clause), request.viewer
    listed = in_order.in_order_listing(viewer.organisation_id)
    asked = lists.parse(listed, request.GET)
    place = (_within(request), clause, found.document.systems, viewer.today)
    if asked.download:
        rows = in_order.in_order_rows(lists.narrowed(listed, asked, in_order.in_order(*place)))
        return download(request, asked.download, DownloadRows(f"in order {clause}", in_order.HEADS, rows, asked.narrowed_by))
    context = {"found": found, "list": shown(listed, asked, in_order.in_order_page(*place, listed, asked))}
    return render(request, "procedures/in_order.jinja", context)


@needs(SEES_CASES)
def case(request: Request, document: str, clause: str, case_id: int) -> HttpResponse:
    """One case, which stays here after it was put right."""
    seen = _case(request, document, clause, case_id)
    shown_to(request, seen.line.person_id)
    return render(request, "procedures/case.jinja", {"case": seen, "takes": request.viewer.may(SEES_LEDGER)})


@needs(SEES_LEDGER)
def clause_bundle(request: Request, document: str, clause: str) -> HttpResponseBase:
    """All of it with the ledger's proof."""
    _may_see_cases(request)
    viewer, found = request.viewer, _found(request, document, clause)
    place = {"organisation": viewer.organisation, "name": viewer.organisation_name}
    return download_bundle(request, evidence.bundle_of(_within(request), found, on=viewer.today, **place))


@needs(SEES_LEDGER)
def case_bundle(request: Request, document: str, clause: str, case_id: int) -> HttpResponseBase:
    """One case with the ledger's proof."""
    _may_see_cases(request)
    viewer, seen = request.viewer, _case(request, document, clause, case_id)
    bundle = evidence.bundle_of_case(_within(request), seen, organisation=viewer.organisation, name=viewer.organisation_name)
    return download_bundle(request, bundle)


def _within(request: Request) -> Reach:
    return reach(request.viewer, NOBODY)


def _may_see_cases(request: Request) -> None:
    if not request.viewer.may(SEES_CASES):
        raise NotAllowed(SEES_CASES)


def _found(request: Request, document: str, clause: str) -> ClauseEvidence:
    viewer = request.viewer
    period = clause_cases.period_asked(request.GET, today=viewer.today)
    found = evidence.clause_evidence(_within(request), document, clause, period=period, on=viewer.today)
    if found is None:
        raise Http404
    return found


def _case(request: Request, document: str, clause: str, case_id: int) -> CaseSeen:
    seen = evidence.case_seen(_within(request), document, clause, case_id, organisation=request.viewer.organisation)
    if seen is None:
        raise Http404
    return seen
