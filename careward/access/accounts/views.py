"""Pages of findings and accounts: parse, one call, render."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.access.accounts import actions, finding_lines, pages, queries
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.finding_pages import finding_seen
from careward.access.accounts.forms import WhoseForm
from careward.access.accounts.holder_pages import holder_seen
from careward.access.accounts.holders import SAY_WHOSE, say_whose
from careward.access.accounts.picking import clauses_of, picking
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.looks.seeing import shown_to
from careward.people.staff.models import Organisation
from careward.web import lists
from careward.web.acts import act, typed
from careward.web.house import home_of
from careward.web.listing import shown
from careward.web.permission import Request, needs
from careward.work.tasks.queries import acts_for, may_open


def _reach(request: Request) -> Reach:
    return queries.reach(request.viewer, acts_for(request.viewer))


@needs("accounts:findings:see_team")
def findings(request: Request) -> HttpResponseBase:
    within = _reach(request)
    known = queries.sorts(within, request.viewer.today)
    listed = queries.listing(within, known, request.GET.get("manager", ""))
    asked = lists.parse(listed, request.GET)
    if asked.download:
        rows = finding_lines.finding_rows(within, listed, asked)
        return download(request, asked.download, DownloadRows("findings", pages.FINDING_HEADS, rows, asked.narrowed_by))
    page = finding_lines.findings(within, listed, asked, sum(s.open for s in known), queries.kinds_counted(known, asked))
    clauses = clauses_of(known, asked)
    context = {
        "list": shown(listed, asked, page),
        "clauses": clauses,
        "picking": picking(request.viewer, within, listed, asked, clauses, page.rows),
        "back": lists.address(listed, asked),
        "figures": queries.figures(within, known),
        "last_run": queries.last_run(within.organisation_id),
        "held": queries.waiting_allowance(within.organisation_id, request.viewer.systems_for("accounts:plans:allow")),
    }
    return render(request, "accounts/findings.jinja", context)


@needs("accounts:findings:see_team")
def findings_by(request: Request, by: str) -> HttpResponse:
    if by not in queries.GROUPS:
        raise Http404(by)
    within, today = _reach(request), request.viewer.today
    figures = queries.figures(within, queries.sorts(within, today))
    return render(request, "accounts/findings_by.jinja", {"by": by, "groups": queries.grouped(within, by, today), "figures": figures})


@needs("accounts:findings:see_team")
def finding(request: Request, finding_id: int) -> HttpResponse:
    seen = finding_seen(_reach(request), finding_id)
    if seen is None:
        raise Http404("no such finding here")
    shown_to(request, seen.line.person_id)
    return render(request, "accounts/finding.jinja", {"finding": seen, "opens": may_open(request.viewer, [seen.line.task_id])})


@needs("accounts:accounts:see")
def account(request: Request, account_id: int) -> HttpResponse:
    seen = queries.account_seen(_reach(request), request.viewer.systems_for("accounts:accounts:see"), account_id)
    if seen is None:
        raise Http404("no such account here")
    if seen.line.person_id:
        return redirect(home_of("person", seen.line.person_id))
    opens = may_open(request.viewer, (line.task_id for line in seen.findings))
    return render(request, "accounts/account.jinja", {"account": seen, "opens": opens})


@needs("accounts:reconciliation:run")
def look_again(request: Request) -> HttpResponse:
    if request.method == "POST":
        organisation = Organisation.objects.get(pk=request.viewer.organisation_id)
        actions.ask_for_run(organisation=organisation, on=request.viewer.today, now=request.viewer.now, by=request.viewer.actor)
        messages.success(request, "We are looking again. The figures change when it is done, in a minute or so.")
    return redirect("accounts:findings")


@needs("accounts:plans:allow", system_in="code")
def allow(request: Request, code: str) -> HttpResponse:
    """Leads to the question that waits about a system's plan."""
    viewer = request.viewer
    number = dict(queries.waiting_allowance(viewer.organisation_id, viewer.systems_for("accounts:plans:allow"))).get(code)
    if number is None:
        raise Http404("nothing waits for a named person's word about this system")
    return redirect(home_of("approval", number))


@needs(SAY_WHOSE)
def whose(request: Request, account_id: int) -> HttpResponse:
    """Says whose an account is, whatever was answered before; offered is whose it may be, and nobody is chosen beforehand."""
    viewer = request.viewer
    seen = holder_seen(viewer.organisation_id, viewer.systems_for(SAY_WHOSE), account_id)
    if seen is None:
        raise Http404("no such account here")
    shown_to(request, seen.person_id)

    def say(form: WhoseForm) -> str:
        organisation = Organisation.objects.get(pk=viewer.organisation_id)
        say_whose(organisation=organisation, account_id=account_id, given=form.given(), now=viewer.now, by=viewer.actor)
        return "It is written down. The accounts are compared again now, and the figures follow."

    form = WhoseForm(seen.offered, typed(request), initial={"seen": seen.digest})
    return act(request, form=form, do=say, to=request.path, template="accounts/whose.jinja", page={"seen": seen})
