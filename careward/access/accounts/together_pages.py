"""One act on many findings as a page: those that were ticked, what goes with the act, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from careward.access.accounts import queries
from careward.access.accounts.acting import act_on_findings, chosen_findings, finding_digest, named, to_act_on
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.models import Finding
from careward.access.accounts.wording import title
from careward.core.decision import Reason, Refused
from careward.web.acts import typed
from careward.web.permission import Request, Viewer, needs
from careward.web.words import written_out
from careward.work.tasks import deeds, words
from careward.work.tasks.queries import acts_for
from careward.work.tasks.rules import DO
from careward.work.tasks.together import NotDone, Together
from careward.work.tasks.worklists import MOST, Choosing, ChosenLine, choosing_of

NOUN = "finding"


@needs(DO)
def together_page(request: Request) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    act, chosen, within = deeds.one_of(given.get("act", "")), deeds.ticked(given, NOUN), _reach(request.viewer)
    rows = list(chosen_findings(within, list(chosen)[:MOST]))
    if chosen and not rows:
        raise Http404("no such findings here")
    seen = choosing_findings(request.viewer, rows, act)
    form = deeds.form_of(act, seen, typed(request))
    refused: tuple[Reason, ...] = ()
    if chosen and form.is_bound and form.is_valid():
        there = {f.pk: chosen[f.pk] for f in rows}
        deed, viewer = deeds.deed(act, form, seen, request.viewer), request.viewer
        try:
            outcome = act_on_findings(within=within, chosen=there, act=deed, now=viewer.now, by=viewer.actor)
        except Refused as no:
            refused = form.refuse(no.decision)
        else:
            return _told(request, act, outcome, deeds.follows(act, form, outcome, viewer), _back(given))
    kind = title(rows[0].code, rows[0].topic) if rows else ""
    page = {
        "form": form, "act": act, "choosing": seen, "asks": given.get("back", ""), "chosen": chosen, "reasons": refused,
        "heading": f"{words.heading(act, len(seen.able), NOUN)}: {kind}", "button": words.BUTTONS[act], **_place(_back(given)),
    }  # fmt: skip
    return render(request, "tasks/together.jinja", page, status=409 if refused else 422 if form.errors or not chosen else 200)


def _reach(viewer: Viewer) -> Reach:
    return queries.reach(viewer, acts_for(viewer))


def choosing_findings(viewer: Viewer, rows: list[Finding], act: str) -> Choosing:
    """Some findings as the page of one act on them shows them: those first whose task the act can be done to."""
    able = [f for f in rows if to_act_on(f)]
    tasks = {f.task.pk: f.task for f in able if f.task}
    of_tasks = choosing_of(viewer, list(tasks.values()), act)
    may, why = {line.id for line in of_tasks.able}, {each.id: each.reasons for each in of_tasks.refused}
    lines = [ChosenLine(f.pk, f"{f.pk}-{finding_digest(f)}", named(f), f.due_on, _detail(f)) for f in able if f.task_id in may]
    refused = [NotDone(f.pk, named(f), to_act_on(f).reasons) for f in rows if not to_act_on(f)]
    refused += [NotDone(f.pk, named(f), why[f.task_id]) for f in able if f.task_id in why]
    return Choosing(tuple(lines), tuple(refused), of_tasks.offered, of_tasks.receivers, of_tasks.given, of_tasks.question)


def _detail(finding: Finding) -> str:
    return f"{written_out(finding.detail)}."


def _place(back: str) -> dict[str, Any]:
    trail = (("Findings", back),)
    return {
        "section": "Findings",
        "trail": trail,
        "back": back,
        "to": reverse("accounts:together"),
        "noun": NOUN,
        "one": "accounts:finding",
    }


def _back(given: Mapping[str, Any]) -> str:
    """The list that one came from: an address of the findings alone."""
    asked = given.get("back", "")
    return reverse("accounts:findings") + (asked if asked.startswith("?") else "")


def _told(request: Request, act: str, outcome: Together, follows: str, back: str) -> HttpResponse:
    """All done: back to the list. Some refused: each is shown with its reasons."""
    said = words.came_of(act, len(outcome.done), follows, NOUN)
    if outcome.done and not outcome.refused:
        messages.success(request, said)
        return redirect(back)
    heading = words.came_short(act, len(outcome.done), len(outcome.refused), NOUN)
    page = {"outcome": outcome, "said": said, "heading": heading, **_place(back)}
    return render(request, "tasks/together_done.jinja", page, status=200 if outcome.done else 409)
