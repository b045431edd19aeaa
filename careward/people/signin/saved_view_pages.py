"""Pages of the views that somebody keeps: keeping a list as it is seen, opening, renaming and ending a view."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from careward.people.signin import saved_views
from careward.people.signin.forms import Sure, ViewKept, ViewName
from careward.people.signin.saved_views import ListShown
from careward.web.acts import act, typed
from careward.web.permission import SIGNED_IN, Request, needs


@needs(SIGNED_IN)
def views(request: Request) -> HttpResponse:
    """The views that somebody keeps; where they come from a list, its own first, and a box to keep it as they see it."""
    given = typed(request) or request.GET
    page = given.get("page", "")
    if page and not saved_views.is_a_list(page):
        raise Http404("no such list here")
    mine = saved_views.views_of(request.viewer)
    context = {"views": mine, "here_first": [v for v in mine if v.page == page], "others": [v for v in mine if v.page != page]}
    if not page:
        return render(request, "signin/views.jinja", {**context, "form": None, "reasons": (), "back": ""})
    form = ViewKept(typed(request), initial={name: given.get(name, "") for name in ("page", "shows", "noun")})
    back = page + (shows if (shows := given.get("shows", "")).startswith("?") else "")
    return act(request, form=form, do=_keep(request), to=back, template="signin/views.jinja", page={**context, "back": back})


def _keep(request: Request) -> Callable[[ViewKept], str]:
    def keep(form: ViewKept) -> str:
        sent = form.cleaned_data
        listed = ListShown(sent["page"], sent["noun"], sent["shows"])
        saved_views.keep_view(request.viewer, name=sent["name"], listed=listed)
        return "View kept. It stands under Your views, beside the filter of this list."

    return keep


@needs(SIGNED_IN)
def open_view(request: Request, number: int) -> HttpResponse:
    """Leads to the list with what was kept; whoever has the address of a view sees of it what they may see."""
    address = saved_views.address_of(request.viewer, number)
    return redirect(address) if address else render(request, "signin/view_over.jinja", status=410)


@needs(SIGNED_IN)
def rename(request: Request, number: int) -> HttpResponse:
    view = _mine(request, number)

    def give(form: ViewName) -> str:
        saved_views.rename_view(request.viewer, number=number, name=form.cleaned_data["name"])
        return "View renamed."

    form = ViewName(typed(request), initial={"name": view.name})
    return act(request, form=form, do=give, to="signin:views", template="signin/rename_view.jinja", page={"kept": view})


@needs(SIGNED_IN)
def end(request: Request, number: int) -> HttpResponse:
    view = _mine(request, number)

    def stop(form: Sure) -> str:
        saved_views.end_view(request.viewer, number=number)
        return "View ended. Its address opens nothing any more."

    return act(request, form=Sure(typed(request)), do=stop, to="signin:views", template="signin/end_view.jinja", page={"kept": view})


def _mine(request: Request, number: int) -> saved_views.ViewLine:
    view = saved_views.view_of(request.viewer, number)
    if view is None:
        raise Http404("no such view of yours")
    return view
