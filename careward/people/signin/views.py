"""Pages about roles. Each parses what was asked, makes one call, and renders."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from careward.core.days import ONE_DAY
from careward.core.rights import EVERYWHERE
from careward.core.roles import ROLES
from careward.people.signin import actions, forms, listings
from careward.people.signin.rules import WARNED
from careward.web import exports
from careward.web.acts import act, typed
from careward.web.house import house
from careward.web.permission import needs
from careward.web.words import day


@needs("signin:roles:see")
def roles(request: HttpRequest) -> HttpResponseBase:
    place = {"organisation_id": request.viewer.organisation_id, "on": request.viewer.today}
    wanted = listings.ask_roles(on=place["on"], given=request.GET)
    if wanted.asked.download:
        lines = listings.roles_lines(wanted, **place)
        return exports.download(wanted.asked.download, "roles", listings.ROLES_HEADS, lines, place["on"])
    return render(request, "signin/roles.jinja", {"list": listings.roles_page(wanted, **place)})


@needs("signin:roles:see")
def role_kinds(request: HttpRequest) -> HttpResponse:
    return render(request, "signin/role_kinds.jinja", {"kinds": ROLES})


@needs("signin:roles:give")
def give_role(request: HttpRequest) -> HttpResponse:
    viewer = request.viewer
    may, known = viewer.systems_for("signin:roles:give"), house().systems(organisation_id=viewer.organisation_id)
    systems = {"": "Every system" if may is EVERYWHERE else "Choose a system", **{c: n for c, n in known.items() if c in may}}

    def give(form: forms.GiveRole) -> str:
        actions.give_role(organisation_id=viewer.organisation_id, **form.wanted(), now=viewer.now, by=viewer.actor)
        return f"Role given. {form.cleaned_data['email']} holds it from {day(form.cleaned_data['from_on'])}."

    form = forms.GiveRole(typed(request), initial={"from_on": viewer.today}, systems=systems)
    return act(request, form=form, do=give, to="signin:roles", template="signin/give_role.jinja", page={"warning": WARNED})


@needs("signin:roles:give")
def end_role(request: HttpRequest, role_held_id: int) -> HttpResponse:
    viewer = request.viewer
    role = listings.role_held(organisation_id=viewer.organisation_id, role_held_id=role_held_id, on=viewer.today)
    if role is None:
        raise Http404

    def end(form: forms.EndRole) -> str:
        last_on = form.cleaned_data["last_on"]
        end_on = last_on + ONE_DAY if last_on else max(viewer.today, role.from_on)
        place = {"organisation_id": viewer.organisation_id, "role_held_id": role_held_id}
        actions.end_role(**place, end_on=end_on, now=viewer.now, by=viewer.actor)
        return f"Role ended. {role.holder} no longer holds it from {day(end_on)}."

    form = forms.EndRole(typed(request))
    return act(request, form=form, do=end, to="signin:roles", template="signin/end_role.jinja", page={"role": role})
