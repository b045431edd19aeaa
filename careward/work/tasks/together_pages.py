"""One act on many tasks as a page: those that were ticked, what goes with the act, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from careward.core.decision import Reason, Refused
from careward.web.acts import typed
from careward.web.permission import Request, needs
from careward.work.tasks import deeds, together, words, worklists
from careward.work.tasks.rules import DO


@needs(DO)
def together_page(request: Request) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    act, chosen = deeds.one_of(given.get("act", "")), deeds.ticked(given, "task")
    seen = worklists.choosing(request.viewer, chosen.keys(), act)
    if chosen and not seen.able and not seen.refused:
        raise Http404("no such tasks here")
    form = deeds.form_of(act, seen, typed(request))
    refused: tuple[Reason, ...] = ()
    if chosen and form.is_bound and form.is_valid():
        may_see = worklists.visible(request.viewer, chosen)
        try:
            outcome = deeds.deed(act, form, seen, request.viewer)({n: digest for n, digest in chosen.items() if n in may_see})
        except Refused as no:
            refused = form.refuse(no.decision)
        else:
            return _told(request, act, outcome, deeds.follows(act, form, outcome, request.viewer), _back(given))
    page = {
        "form": form, "act": act, "choosing": seen, "asks": given.get("back", ""), "chosen": chosen, "reasons": refused,
        "heading": words.heading(act, len(seen.able)), "button": words.BUTTONS[act], **_place(_back(given)),
    }  # fmt: skip
    return render(request, "tasks/together.jinja", page, status=409 if refused else 422 if form.errors or not chosen else 200)


def _place(back: str) -> dict[str, Any]:
    """Where these pages stand, and what they are of: those of what tasks are about are drawn alike."""
    trail = (("My work", reverse("tasks:my_work")), ("Tasks", back))
    return {"section": "My work", "trail": trail, "back": back, "to": reverse("tasks:together"), "noun": "task", "one": "tasks:task"}


def _back(given: Mapping[str, Any]) -> str:
    """The list that one came from: an address of the worklist alone."""
    asked = given.get("back", "")
    return reverse("tasks:worklist") + (asked if asked.startswith("?") else "")


def _told(request: Request, act: str, outcome: together.Together, follows: str, back: str) -> HttpResponse:
    """All done: on to what is next. Some refused: each is shown with its reasons."""
    said = words.came_of(act, len(outcome.done), follows)
    if outcome.done and not outcome.refused:
        messages.success(request, said)
        return redirect("tasks:my_work" if act in ("done", "answer") else back)
    heading = words.came_short(act, len(outcome.done), len(outcome.refused))
    page = {"outcome": outcome, "said": said, "heading": heading, **_place(back)}
    return render(request, "tasks/together_done.jinja", page, status=200 if outcome.done else 409)
