"""My work, one task, and the worklist: parse, one call, render."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from careward.core.decision import Reason, Refused
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.looks.seeing import shown_to
from careward.web import lists
from careward.web.house import house
from careward.web.listing import shown
from careward.web.panels import panels
from careward.web.permission import SIGNED_IN, Request, needs
from careward.work.tasks import actions, pages, queries, words, worklists
from careward.work.tasks.answering import answer_task
from careward.work.tasks.forms import AnswerForm
from careward.work.tasks.rules import DO

SAID = "Your answer is written down. The next comparison reads it."
PRINT = "print"  # what an address asks for beside the files: a list to print
SAID_TO_DECIDERS = "It is asked for. This task waits for a named person's decision."


@needs(SIGNED_IN)
def my_work(request: Request) -> HttpResponse:
    viewer = request.viewer
    who = queries.doer_of(viewer)
    inbox = queries.inbox(organisation_id=viewer.organisation_id, who=who, now=viewer.now, today=viewer.today)
    mine = queries.theirs(viewer.organisation_id, who)
    systems = house().systems(organisation_id=viewer.organisation_id)
    after = worklists.next_alike(mine, organisation_id=viewer.organisation_id, after=request.GET.get("after", ""))
    standbys = queries.deputised_for(organisation_id=viewer.organisation_id, who=who)
    begun = panels("my_work", viewer=viewer, key=None, asked=request.GET)
    context = {"inbox": inbox, "standbys": standbys, "panels": begun, "done_for": queries.DONE_FOR.days, "after": after}
    since = {"last_here": request.last_here, "came": queries.came_since(mine, request.last_here)}
    return render(request, "tasks/my_work.jinja", {**context, **since, "alike": worklists.alike(mine, systems)})


@needs(SIGNED_IN)
def task(request: Request, task_id: int) -> HttpResponse:
    seen = _seen(request, task_id)
    return _task_page(request, seen, AnswerForm(seen.question) if seen.question else None, ())


def _seen(request: Request, task_id: int) -> queries.TaskDetail:
    """A task of theirs, or one they may look at; any other does not exist for them."""
    viewer = request.viewer
    who = queries.doer_of(viewer)
    seen = queries.task(organisation_id=viewer.organisation_id, task_id=task_id, who=who, today=viewer.today)
    if seen is None or not (seen.theirs or queries.may_look(viewer, seen.line.system_code)):
        raise Http404("no such task here")
    return seen


def _task_page(request: Request, seen: queries.TaskDetail, form: AnswerForm | None, refused: tuple[Reason, ...]) -> HttpResponse:
    shown_to(request, seen.about_id)
    about_me = seen.about_id is not None and seen.about_id == request.viewer.person_id
    context = {
        "task": seen,
        "about_me": about_me,
        "form": form,
        "refused": refused,
        "proved_by": _proved_by(request, seen.line.kind, seen.line.system_code),
        "in_system": (in_system := seen.line.kind in request.viewer.pack.findings),
        "hint": words.evidence_hint(in_system=in_system),
    }
    status = 409 if refused else 422 if form is not None and form.errors else 200
    return render(request, "tasks/task.jinja", context, status=status)


@needs(DO)
def answer(request: Request, task_id: int) -> HttpResponse:
    """Takes the answer to a task's question; every mistake and refusal stands on the task's own page with what was typed."""
    viewer, seen = request.viewer, _seen(request, task_id)
    if request.method != "POST" or seen.question is None:
        return redirect("tasks:task", task_id)
    form = AnswerForm(seen.question, request.POST)
    if not form.is_valid():
        return _task_page(request, seen, form, ())
    facts: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
    try:
        answer_task(task_id=task_id, given=form.given(), doer=queries.doer_of(viewer), seen=request.POST.get("seen", ""), **facts)
    except Refused as refused:
        return _task_page(request, seen, form, form.refuse(refused.decision))
    messages.success(request, SAID_TO_DECIDERS if form.given().choice == "approve" else SAID)
    return _on_from(task_id)


def _proved_by(request: Request, kind: str, system: str) -> str:
    names = house().systems(organisation_id=request.viewer.organisation_id)
    return words.will_show((kind,), request.viewer.pack.findings, (system,), names)


def _on_from(task_id: int) -> HttpResponse:
    """To one's work, which offers the next one like this first."""
    return redirect(f"{reverse('tasks:my_work')}?after={task_id}")


@needs(DO)
def say_done(request: Request, task_id: int) -> HttpResponse:
    viewer = request.viewer
    if request.method == "POST":
        _known(request, task_id)
        evidence = request.POST.get("evidence", "")
        done = actions.say_done(task_id=task_id, doer=queries.doer_of(viewer), evidence=evidence, now=viewer.now, by=viewer.actor)
        messages.success(request, words.recorded(done.step, _proved_by(request, done.kind, done.system_code)))
        return _on_from(task_id)
    return redirect("tasks:task", task_id)


@needs(DO)
def take_back(request: Request, task_id: int) -> HttpResponse:
    if request.method == "POST":
        _known(request, task_id)
        viewer = request.viewer
        actions.take_back(task_id=task_id, doer=queries.doer_of(viewer), now=viewer.now, by=viewer.actor)
        messages.success(request, "The task is open again.")
    return redirect("tasks:task", task_id)


def _known(request: Request, task_id: int) -> None:
    """A task of another organisation does not exist for this one."""
    if not queries.is_here(organisation_id=request.viewer.organisation_id, task_id=task_id):
        raise Http404("no such task here")


@needs(SIGNED_IN)
def worklist(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    who = queries.doer_of(viewer)
    rows = queries.tasks(organisation_id=viewer.organisation_id, who=who)
    mine, systems = queries.where_theirs(who), house().systems(organisation_id=viewer.organisation_id)
    lately, last_here = viewer.now - timedelta(days=30), request.last_here
    listed = pages.tasks(queries.sorts(rows), systems=systems, mine=mine, lately=lately, last_here=last_here)
    asked = lists.parse(listed, request.GET)
    if asked.download:
        lines = queries.task_rows(rows, listed, asked)
        return download(request, asked.download, DownloadRows("tasks", pages.TASK_HEADS, lines, asked.narrowed_by))
    page = queries.task_page(rows, listed, asked, viewer.today)
    drawn = shown(listed, asked, page)
    if request.GET.get("as") == PRINT:
        return render(
            request,
            "tasks/sheet.jinja",
            {"list": drawn, "lines": worklists.sheet(rows, listed, asked), "back": lists.address(listed, asked)},
        )
    ticks = viewer.may(DO) and asked.one("state") in ("open", "reopened")
    every = worklists.all_of(rows, listed, asked) if ticks else ()
    context = {"list": drawn, "ticks": ticks, "every": every, "back": lists.address(listed, asked), "most": worklists.MOST}
    return render(request, "tasks/worklist.jinja", {**context, "print": lists.address(listed, asked, download=PRINT, page=1)})
