"""One way for a page to act: a form, the act, and every refusal on the same page with what was typed."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from careward.core.decision import Reason, Refused

F = TypeVar("F", bound=forms.Form)
View = Callable[..., HttpResponse]


def typed(request: HttpRequest) -> Mapping[str, Any] | None:
    """What a form is bound to: what was sent, or nothing where the page is only opened."""
    return request.POST if request.method == "POST" else None


def act(
    request: HttpRequest, *, form: F, do: Callable[[F], str], to: str, template: str, page: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Does what a form asks and leads on, or shows the page with the form, with what is amiss and what was typed.

    `do(form)` acts and returns what to say once it is done; a Refused it raises is shown with every reason (409), as mistakes are (422).
    `to` is where one is led afterwards. The template gets `form` and `reasons` beside what `page` holds, and draws them with form.problems.
    """
    reasons: tuple[Reason, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            done = do(form)
        except Refused as refused:
            reasons = tuple(refused.decision.reasons)
        else:
            messages.success(request, done)
            return redirect(to)
    status = 409 if reasons else 422 if form.errors else 200
    return render(request, template, {**(page or {}), "form": form, "reasons": reasons}, status=status)


def form_at(page: str, *, keyed: bool = True) -> Callable[[View], View]:
    """For an act whose form stands on another page: whoever only opens its address, as after signing in again, is led to that page.

    `keyed`: the page takes the same key from its address as the act.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(page, *args, **kwargs) if keyed else redirect(page)
            return view(request, *args, **kwargs)

        return posted

    return wrap
