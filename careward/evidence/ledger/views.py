"""Pages of the ledger: parse, one call, render."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.core.room import DownloadRows
from careward.evidence.ledger import errands, naming, pages, queries
from careward.evidence.ledger.exporting import download
from careward.evidence.ledger.heard import read_kept
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.proof import SCRIPT
from careward.evidence.ledger.witnessed import witness_seen
from careward.web import lists
from careward.web.acts import form_at
from careward.web.house import house
from careward.web.listing import shown
from careward.web.permission import Request, needs
from careward.web.words import plural

VERIFY = "ledger:entries:verify"


@needs(VERIFY)
def entries(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    known = house().systems(organisation_id=viewer.organisation_id)
    listed = pages.entries_list(known, lambda words: naming.called(viewer, words))
    asked = lists.parse(listed, request.GET)
    if asked.download:
        rows = queries.entry_rows(viewer.organisation, asked, listed)
        return download(request, asked.download, DownloadRows("ledger entries", pages.HEADS, rows, asked.narrowed_by))
    page = queries.entries(viewer.organisation, asked, listed)
    context = {
        "list": shown(listed, asked, page),
        "names": naming.names_for(viewer, [ref for row in page.rows for ref in (row.about, row.actor)]),
        "front": queries.front(viewer.organisation, viewer.now),
        "unread": pages.unread_days(request.GET),
        "every": pages.CHECK_EVERY.days,
    }
    return render(request, "ledger/entries.jinja", context)


@needs(VERIFY)
def entry(request: Request, entry_id: int) -> HttpResponse:
    seen = queries.seen(organisation=request.viewer.organisation, entry_id=entry_id, proof="proof" in request.GET)
    if seen is None:
        raise Http404("no such entry here")
    names = naming.names_for(request.viewer, (seen.kept.subject, seen.kept.actor, *naming.refs_in(seen.kept.body or {})))
    return render(request, "ledger/entry.jinja", {"entry": seen, "names": names, "facts": naming.named(seen.facts, names)})


@needs(VERIFY)
@form_at("ledger:entries")
def check(request: Request) -> HttpResponse:
    viewer = request.viewer
    report = errands.check(now=viewer.now, by=viewer.actor, organisation=viewer.organisation)
    if report is None:
        messages.success(request, "The check has been asked for. You may leave this page; what it finds stands here.")
    elif report.ok:
        messages.success(request, _in_order(report))
    else:
        messages.error(request, "The ledger is not as it was written. What was found and what to do stands below.")
    return redirect("ledger:entries")


def _in_order(report: queries.Report) -> str:
    if not report.checked:
        return "Nothing is sealed yet. There was nothing to check."
    words = f"{plural(report.checked, 'entry is', 'entries are')} as {'it was' if report.checked == 1 else 'they were'} written."
    return f"{words} {plural(report.unsealed, 'newer one waits', 'newer ones wait')} to be sealed." if report.unsealed else words


@needs(VERIFY)
def checkpoints(request: Request) -> HttpResponse:
    return render(
        request, "ledger/checkpoints.jinja", {"checkpoints": queries.checkpoints(), "key": queries.public_key(), "witness": witness_seen()}
    )


@needs(VERIFY)
def newest(request: Request) -> HttpResponse:
    found = queries.checkpoints()
    if not found:
        raise Http404("nothing is sealed yet")
    return _file(f"careward-checkpoint-{found[0].size}.txt", found[0].note)


@needs(VERIFY)
def cosigned(request: Request) -> HttpResponse:
    witness, note = witness_seen(), read_kept().note
    if witness is None or not witness.size:
        raise Http404("no witness has cosigned anything")
    return _file(f"careward-cosigned-{witness.size}.txt", note)


@needs(VERIFY)
def key(request: Request) -> HttpResponse:
    if not (vkey := queries.public_key()):
        raise Http404("there is no public key yet")
    return _file(ledger_keys().public.name, f"{vkey}\n")


@needs(VERIFY)
def script(request: Request) -> HttpResponse:
    return _file(SCRIPT.name, SCRIPT.read_text(encoding="utf-8"))


def _file(name: str, text: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
