"""Pages about tokens: one's own, those of all where one administers users, making one and ending one."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from careward.core.days import ONE_DAY
from careward.core.decision import Reason, Refused
from careward.people.signin import token_listings, tokens
from careward.people.signin.forms import NewToken, Sure
from careward.people.signin.rules import ADD
from careward.web.acts import act, typed
from careward.web.permission import SIGNED_IN, Request, needs


@needs(SIGNED_IN)
def own(request: Request) -> HttpResponse:
    viewer = request.viewer
    rows = token_listings.tokens_of(organisation_id=viewer.organisation_id, user_id=viewer.user_id, on=viewer.today)
    return render(request, "signin/tokens.jinja", {"tokens": rows, "everybody": False, "may_make": bool(token_listings.scopes_of(viewer))})


@needs(ADD)
def everybody(request: Request) -> HttpResponse:
    viewer = request.viewer
    rows = token_listings.tokens_of(organisation_id=viewer.organisation_id, on=viewer.today)
    return render(request, "signin/tokens.jinja", {"tokens": rows, "everybody": True, "may_make": False})


@needs(SIGNED_IN)
def make(request: Request) -> HttpResponse:
    """The token stands on the answer itself, which no browser keeps: nowhere else is it ever shown."""
    viewer = request.viewer
    form, reasons = NewToken(typed(request), scopes=token_listings.scopes_of(viewer)), tuple[Reason, ...]()
    if form.is_bound and form.is_valid():
        last_on, wanted = form.cleaned_data["last_on"], {"name": form.cleaned_data["name"], "scope": " ".join(form.cleaned_data["scope"])}
        place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "user_id": viewer.user_id}
        try:
            made = tokens.make_token(**place, **wanted, ends_on=last_on + ONE_DAY if last_on else None, now=viewer.now, by=viewer.actor)
            return render(request, "signin/token_made.jinja", {"made": made, "last_on": made.ends_on - ONE_DAY})
        except Refused as refused:
            reasons = tuple(refused.decision.reasons)
    status = 409 if reasons else 422 if form.errors else 200
    return render(request, "signin/make_token.jinja", {"form": form, "reasons": reasons}, status=status)


@needs(SIGNED_IN)
def end(request: Request, token_id: int) -> HttpResponse:
    viewer = request.viewer
    place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "token_id": token_id}
    row = token_listings.one_token(**place, on=viewer.today)
    mine = token_listings.tokens_of(organisation_id=viewer.organisation_id, user_id=viewer.user_id, on=viewer.today)
    is_mine = any(line.id == token_id for line in mine)
    if row is None or not (is_mine or viewer.may(ADD)):
        raise Http404

    def stop(form: Sure) -> str:
        tokens.end_token(**place, now=viewer.now, by=viewer.actor)
        return f"Token ended. {row.name} is refused from now on."

    to = "signin:tokens" if is_mine else "signin:all_tokens"
    return act(request, form=Sure(typed(request)), do=stop, to=to, template="signin/end_token.jinja", page={"token": row, "to": to})
