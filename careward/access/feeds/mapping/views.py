"""Pages of mapping profiles: parse, one call, render."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from careward.access.feeds.mapping import actions, forms, queries, rules
from careward.access.feeds.rules import RUN
from careward.core.decision import Reason, Refused
from careward.core.mapping import MappingFacts
from careward.evidence.ledger.exporting import download_text
from careward.systems.register.queries import known_systems
from careward.web.acts import act, form_at, typed
from careward.web.permission import Request, needs
from careward.web.size import takes_files

ONE_HOUR = timedelta(hours=1)


@needs(RUN)
def mappings(request: Request) -> HttpResponse:
    viewer = request.viewer
    found = queries.profiles(organisation_id=viewer.organisation_id, within=viewer.systems_for(RUN))
    context = {"profiles": found, "begun": queries.begun(**_whose(request), now=viewer.now)}
    return render(request, "feeds/mappings.jinja", context)


@needs(RUN)
@takes_files
def mapping_begin(request: Request) -> HttpResponse:
    viewer = request.viewer
    choices = queries.choices(organisation_id=viewer.organisation_id, within=viewer.systems_for(RUN))
    form = forms.NewFile(typed(request), _files(request), **choices)
    if form.is_bound and form.is_valid():
        facts: dict[str, Any] = {**_whose(request), "now": viewer.now, "by": viewer.actor}
        return redirect("feeds:mapping_columns", draft_id=actions.begin_draft(**form.wanted(), **facts))
    context = {"form": form, "hours": rules.KEPT // ONE_HOUR, "changes": None}
    return render(request, "feeds/mapping_begin.jinja", context, status=422 if form.errors else 200)


@needs(RUN)
def mapping_columns(request: Request, draft_id: int) -> HttpResponse:
    draft = _draft(request, draft_id)
    if request.method != "POST" or draft.working:
        return _columns(request, draft, draft.facts)
    if "sheet" in request.POST or "heading_line" in request.POST:
        line = request.POST.get("heading_line", "")
        facts: dict[str, Any] = {"sheet": request.POST.get("sheet", ""), "heading_line": int(line[:6]) if line.isdecimal() else 0}
        actions.look_again(draft_id=draft_id, whose=_whose(request), now=request.viewer.now, by=request.viewer.actor, **facts)
        return redirect("feeds:mapping_columns", draft_id=draft_id)
    said, chosen = forms.facts_posted(request.POST, draft.look, draft.facts)
    if not (decision := rules.columns_fit(draft.feed, chosen, said.constants)):
        return _columns(request, draft, said, decision.reasons)
    _choose(request, draft_id, said, words_told=False)
    return redirect("feeds:mapping_rows", draft_id=draft_id)


def _columns(request: Request, draft: queries.DraftSeen, facts: MappingFacts, reasons: tuple[Reason, ...] = ()) -> HttpResponse:
    context = {
        "draft": draft,
        "columns": forms.column_choices(draft.look, facts),
        "constants": forms.constant_choices(facts),
        "ours": forms.our_columns(draft.feed),
        "sheets": [(name, name) for name in draft.look.sheets],
        "reasons": reasons,
    }
    return render(request, "feeds/mapping_columns.jinja", context, status=409 if reasons else 200)


@needs(RUN)
def mapping_rows(request: Request, draft_id: int) -> HttpResponse:
    draft = _draft(request, draft_id)
    if request.method == "POST" and draft.trial and not draft.working:
        said = forms.words_posted(request.POST, draft.facts, draft.trial.words)
        if said == draft.facts:
            return redirect("feeds:mapping_check", draft_id=draft_id)
        _choose(request, draft_id, said, words_told=True)
        messages.success(request, "Every row is read again. See what comes of it, then continue.")
        return redirect("feeds:mapping_rows", draft_id=draft_id)
    return render(request, "feeds/mapping_rows.jinja", {"draft": draft})


@needs(RUN)
def mapping_check(request: Request, draft_id: int) -> HttpResponse:
    draft, viewer = _draft(request, draft_id), request.viewer
    if draft.trial is None or draft.working:
        return redirect("feeds:mapping_columns", draft_id=draft_id)
    saved: list[int] = []

    def save(form: forms.SaveProfile) -> str:
        facts: dict[str, Any] = {"draft_id": draft_id, "whose": _whose(request), "now": viewer.now, "by": viewer.actor}
        saved.append(actions.save_draft(**form.cleaned_data, **facts))
        return "The profile is saved. The next load of these lists is read by it."

    page = {"draft": draft, "told": queries.told(draft.facts)}
    form = forms.SaveProfile(typed(request), initial={"title": draft.title or _title(draft)})
    answer = act(request, form=form, do=save, to="feeds:mappings", template="feeds/mapping_check.jinja", page=page)
    return redirect("feeds:mapping", profile_id=saved[0]) if saved else answer


def _choose(request: Request, draft_id: int, said: MappingFacts, *, words_told: bool) -> None:
    facts: dict[str, Any] = {"now": request.viewer.now, "by": request.viewer.actor}
    actions.choose(draft_id=draft_id, whose=_whose(request), facts=said, words_told=words_told, **facts)


def _title(draft: queries.DraftSeen) -> str:
    return f"{draft.system_words} user list" if draft.system else draft.feed_words


@needs(RUN)
@form_at("feeds:mapping_columns")
def mapping_throw_away(request: Request, draft_id: int) -> HttpResponse:
    _draft(request, draft_id)
    actions.throw_away(draft_id=draft_id, whose=_whose(request), now=request.viewer.now, by=request.viewer.actor)
    messages.success(request, "The file is deleted. Nothing was saved.")
    return redirect("feeds:mappings")


@needs(RUN)
def mapping(request: Request, profile_id: int) -> HttpResponse:
    return render(request, "feeds/mapping.jinja", _shown(request, profile_id))


def _shown(request: Request, profile_id: int) -> dict[str, Any]:
    viewer = request.viewer
    seen = _profile(request, profile_id)
    draft = queries.draft_for(**_whose(request), profile_id=profile_id, now=viewer.now)
    return {"seen": seen, "draft": draft, "told": queries.told(seen.facts)}


@needs(RUN)
@form_at("feeds:mapping")
def mapping_load(request: Request, profile_id: int) -> HttpResponse:
    viewer = request.viewer
    _profile(request, profile_id)
    draft = queries.draft_for(**_whose(request), profile_id=profile_id, now=viewer.now)
    if draft is None:
        messages.warning(request, "The file is no longer here. Choose it again.")
        return redirect("feeds:begin")
    facts: dict[str, Any] = {"whose": _whose(request), "now": viewer.now, "by": viewer.actor}
    return redirect("feeds:load", load_id=actions.load_draft(draft_id=draft, profile_id=profile_id, **facts))


@needs(RUN)
@takes_files
def mapping_send(request: Request, profile_id: int) -> HttpResponse:
    viewer = request.viewer
    seen = _profile(request, profile_id)
    systems = known_systems(organisation_id=viewer.organisation_id).items() if seen.row.feed == "accounts" and not seen.row.system else ()
    form = forms.AnotherFile(typed(request), _files(request), systems=tuple(systems))
    reasons: tuple[Reason, ...] = ()
    if form.is_bound and form.is_valid():
        facts: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
        told = {"system": form.cleaned_data.get("system", ""), "sent": form.cleaned_data["file"]}
        try:
            return redirect("feeds:load", load_id=actions.load_file(profile_id=profile_id, **told, **facts))
        except Refused as refused:
            reasons = tuple(refused.decision.reasons)
    context = {"form": form, "seen": seen, "reasons": reasons}
    return render(request, "feeds/mapping_send.jinja", context, status=409 if reasons else 422 if form.errors else 200)


@needs(RUN)
@takes_files
def mapping_change(request: Request, profile_id: int) -> HttpResponse:
    viewer = request.viewer
    seen = _profile(request, profile_id)
    form = forms.AnotherFile(typed(request), _files(request))
    if form.is_bound and form.is_valid():
        facts: dict[str, Any] = {**_whose(request), "feed": seen.row.feed, "system": seen.row.system, "changes": profile_id}
        draft = actions.begin_draft(sent=form.cleaned_data["file"], **facts, now=viewer.now, by=viewer.actor)
        return redirect("feeds:mapping_columns", draft_id=draft)
    context = {"form": form, "hours": rules.KEPT // ONE_HOUR, "changes": seen.row}
    return render(request, "feeds/mapping_begin.jinja", context, status=422 if form.errors else 200)


@needs(RUN)
@takes_files
def mapping_take_in(request: Request) -> HttpResponse:
    viewer = request.viewer

    def take(form: forms.TakeIn) -> str:
        facts: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
        actions.take_in(text=form.cleaned_data["text"], why=form.cleaned_data["why"], **facts)
        return "The profile is saved. The next load of these lists is read by it."

    form = forms.TakeIn(typed(request), _files(request))
    return act(request, form=form, do=take, to="feeds:mappings", template="feeds/mapping_take_in.jinja")


@needs(RUN)
def mapping_text(request: Request, profile_id: int, number: int) -> HttpResponseBase:
    seen = _profile(request, profile_id)
    text = next((v.text for v in seen.versions if v.number == number), None)
    if text is None:
        raise Http404("no such version here")
    return download_text(request, seen.row.code, "toml", text)


def _files(request: Request) -> Any:
    return request.FILES if request.method == "POST" else None


@needs(RUN)
def mapping_end(request: Request, profile_id: int) -> HttpResponse:
    viewer = request.viewer
    seen = _profile(request, profile_id)

    def end(form: forms.EndProfile) -> str:
        facts: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
        actions.end_profile(profile_id=profile_id, **form.cleaned_data, **facts)
        return f"“{seen.row.title}” has ended. No load is read by it any more."

    return act(
        request, form=forms.EndProfile(typed(request)), do=end, to="feeds:mappings", template="feeds/mapping_end.jinja", page={"seen": seen}
    )


def _whose(request: Request) -> dict[str, int]:
    return {"organisation_id": request.viewer.organisation_id, "user_id": request.viewer.user_id}


def _draft(request: Request, draft_id: int) -> queries.DraftSeen:
    """What somebody has begun; a stranger's, and one for a system they may no longer load for, does not exist for them."""
    viewer = request.viewer
    found = queries.draft_seen(**_whose(request), draft_id=draft_id, now=viewer.now)
    if found is None or not viewer.may(RUN, system=found.system):
        raise Http404("no such file here")
    return found


def _profile(request: Request, profile_id: int) -> queries.MappingSeen:
    viewer = request.viewer
    seen = queries.profile_seen(organisation_id=viewer.organisation_id, profile_id=profile_id, within=viewer.systems_for(RUN))
    if seen is None:
        raise Http404("no such profile here")
    return seen
