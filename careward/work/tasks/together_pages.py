"""One act on many tasks as a page: those that were ticked, what goes with the act, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from careward.core.decision import Reason, Refused
from careward.web.acts import typed
from careward.web.house import house
from careward.web.permission import Request, needs
from careward.work.tasks import queries, together, words, worklists
from careward.work.tasks.forms import TogetherForm
from careward.work.tasks.rules import DO

ACTS = ("done", "give", "note")


@needs(DO)
def together_page(request: Request) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    act, chosen = _one_of(given.get("act", "")), _chosen(given)
    seen = worklists.choosing(request.viewer, chosen.keys(), act)
    if chosen and not seen.able and not seen.refused:
        raise Http404("no such tasks here")
    form = TogetherForm(act, seen.offered, seen.given, typed(request))
    refused: tuple[Reason, ...] = ()
    if chosen and form.is_bound and form.is_valid():
        try:
            outcome = _do(request, act, chosen, form, seen)
        except Refused as no:
            refused = form.refuse(no.decision)
        else:
            return _told(request, act, outcome, _back(given))
    page = {
        "form": form, "act": act, "choosing": seen, "back": _back(given), "asks": given.get("back", ""),
        "chosen": chosen, "reasons": refused,
        "heading": words.heading(act, len(seen.able)), "button": words.BUTTONS[act], "most": worklists.MOST,
    }  # fmt: skip
    return render(request, "tasks/together.jinja", page, status=409 if refused else 422 if form.errors or not chosen else 200)


def _one_of(act: str) -> str:
    return act if act in ACTS else ACTS[0]


def _chosen(given: Any) -> dict[int, str]:
    """The numbers of what was ticked, each with the digest of what was shown of it, where it was shown already."""
    ticked = given.getlist("task") + (given.get("of", "").split() if given.get("all") else [])
    pairs = (each.partition("-") for each in ticked[: 2 * worklists.MOST])
    found = {
        int(number): digest for number, _, digest in pairs if number.isascii() and number.isdigit() and len(number) <= worklists.LONGEST
    }
    return dict(list(found.items())[: worklists.MOST])


def _back(given: Mapping[str, Any]) -> str:
    """The list that one came from: an address of the worklist alone."""
    asked = given.get("back", "")
    return reverse("tasks:worklist") + (asked if asked.startswith("?") else "")


def _do(request: Request, act: str, chosen: dict[int, str], form: TogetherForm, seen: worklists.Choosing) -> together.Together:
    viewer, may_see = request.viewer, worklists.visible(request.viewer, chosen)
    facts: dict[str, Any] = {
        "organisation_id": viewer.organisation_id, "doer": queries.doer_of(viewer), "now": viewer.now, "by": viewer.actor,
        "chosen": {number: digest for number, digest in chosen.items() if number in may_see},
    }  # fmt: skip
    if act == "done":
        return together.say_done_together(evidence=form.cleaned_data["evidence"], **facts)
    if act == "give":
        return together.give_together(to=form.whom, why=form.cleaned_data["why"], receivers=seen.receivers, **facts)
    return together.note_together(note=form.cleaned_data["note"], **facts)


def _told(request: Request, act: str, outcome: together.Together, back: str) -> HttpResponse:
    """All done: on to what is next. Some refused: each is shown with its reasons."""
    names, many = house().systems(organisation_id=request.viewer.organisation_id), len(outcome.done)
    proved_by = words.will_show(outcome.kinds, request.viewer.pack.findings, outcome.systems, names, many=many != 1)
    said = words.came_of(act, many, proved_by)
    if outcome.done and not outcome.refused:
        messages.success(request, said)
        return redirect("tasks:my_work" if act == "done" else back)
    page = {"outcome": outcome, "said": said, "back": back, "heading": words.came_short(act, len(outcome.done), len(outcome.refused))}
    return render(request, "tasks/together_done.jinja", page, status=200 if outcome.done else 409)
