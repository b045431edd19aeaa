"""What waits for a decision, and one question with its answer: parse, one call, render."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from careward.core.decision import ALLOWED, Decision, Refused
from careward.web.acts import form_at
from careward.web.permission import NotAllowed, Request, needs
from careward.work.approvals import actions, queries
from careward.work.approvals.forms import DecisionForm
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import ASK, DECIDE


@needs(DECIDE)
def approvals(request: Request) -> HttpResponse:
    waiting, ended = queries.lines(request.viewer)
    return render(request, "approvals/approvals.jinja", {"waiting": waiting, "ended": ended})


@needs(DECIDE)
def approval(request: Request, approval_id: int) -> HttpResponse:
    row = _here(request, approval_id)
    if request.method != "POST":
        return _page(request, approval_id, DecisionForm(initial={"seen": row.digest}), ALLOWED)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, approval_id, form, ALLOWED)
    try:
        _answer(request, row, form)
    except Refused as refused:
        return _page(request, approval_id, form, refused.decision)
    said = "You have approved it." if form.cleaned_data["answer"] == "approve" else "You have refused it."
    messages.success(request, f"{said} Your reason is kept with your name.")
    return redirect("approvals:approval", approval_id)


def _answer(request: Request, row: Approval, form: DecisionForm) -> None:
    viewer, typed = request.viewer, form.cleaned_data
    actions.answer(
        approval_id=row.pk, organisation_id=viewer.organisation_id, who=queries.who_of_viewer(viewer),
        holds=viewer.rights.on(row.system_code),
        may=queries.authority(viewer, row), approves=typed["answer"] == "approve", seen=typed["seen"], reason=typed["reason"],
        now=viewer.now, by=viewer.actor,
    )  # fmt: skip


def _here(request: Request, approval_id: int) -> Approval:
    """The question, for whoever may decide it or asked for it: what it shows is of a system."""
    viewer = request.viewer
    row = queries.found(organisation_id=viewer.organisation_id, approval_id=approval_id)
    if row is None:
        raise Http404("no such decision here")
    if not queries.authority(viewer, row) and row.asked_by != viewer.actor:
        raise NotAllowed(row.permission, row.system_code)
    return row


def _page(request: Request, approval_id: int, form: DecisionForm, refused: Decision) -> HttpResponse:
    """The question as it is now, with what was typed and every reason against."""
    seen = queries.seen(request.viewer, approval_id)
    if seen is None:
        raise Http404("no such decision here")
    status = 422 if form.errors else 409 if refused.reasons else 200
    context = {"seen": seen, "form": form, "refused": refused.reasons, "may_withdraw": seen.mine and request.viewer.may(ASK)}
    return render(request, "approvals/approval.jinja", context, status=status)


@needs(ASK)
@form_at("approvals:approval")
def withdraw(request: Request, approval_id: int) -> HttpResponse:
    viewer = request.viewer
    row = _here(request, approval_id)
    actions.withdraw(
        approval_id=row.pk, organisation_id=viewer.organisation_id, who=queries.who_of_viewer(viewer),
        holds=viewer.rights.on(row.system_code),
        now=viewer.now, by=viewer.actor,
    )  # fmt: skip
    messages.success(request, "It is withdrawn. Nobody is asked any more.")
    return redirect("approvals:approval", approval_id)
