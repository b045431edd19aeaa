"""Pages about roles. Each parses what was asked, makes one call, and renders."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from careward.core.days import ONE_DAY
from careward.core.forms import Answers, Known
from careward.core.rights import EVERYWHERE
from careward.core.roles import ROLES
from careward.core.room import DownloadRows
from careward.evidence.ledger.exporting import download
from careward.people.signin import actions, forms, listings
from careward.people.signin.actions import ADD, GIVE
from careward.people.signin.drafts import draft_of
from careward.people.signin.rules import WARNED
from careward.web.acts import act, typed
from careward.web.forms import Act, Asking, ask
from careward.web.house import house
from careward.web.permission import Request, needs
from careward.web.words import day


@needs("signin:roles:see")
def roles(request: Request) -> HttpResponseBase:
    place: dict[str, Any] = {"organisation_id": request.viewer.organisation_id, "on": request.viewer.today}
    wanted = listings.ask_roles(on=place["on"], given=request.GET)
    if wanted.asked.download:
        lines = listings.roles_lines(wanted, **place)
        return download(request, wanted.asked.download, DownloadRows("roles", listings.ROLES_HEADS, lines, wanted.asked.narrowed_by))
    systems = house().systems(organisation_id=place["organisation_id"])
    return render(request, "signin/roles.jinja", {"list": listings.roles_page(wanted, **place), "systems": systems})


@needs("signin:roles:see")
def role_kinds(request: Request) -> HttpResponse:
    return render(request, "signin/role_kinds.jinja", {"kinds": ROLES})


GIVE_ROLE = Asking(
    forms.GIVE_ROLE, "signin:give_role", to="signin:roles", back="Roles held", section="Roles",
    button="Give the role", refused="The role cannot be given",
    note="Nobody gives a role to themselves. It is written in the ledger who gave what to whom.",
    second_words={WARNED: "Give it all the same: I know that these roles check each other"},
)  # fmt: skip
ADD_USER = Asking(
    forms.ADD_USER, "signin:add_user", to="signin:roles", back="Roles held", section="Roles",
    button="Add them", refused="They cannot be added",
    note="They get a letter with a link to choose a password. It is written in the ledger who added whom.",
)  # fmt: skip


@needs(GIVE)
def give_role(request: Request, step: str = "") -> HttpResponse:
    viewer = request.viewer

    def give(answers: Answers, lifted: frozenset[str]) -> str:
        email, wanted = str(answers["email"]), forms.role_wanted(answers)
        facts: dict[str, Any] = {
            "organisation_id": viewer.organisation_id,
            "user_id": forms.user_with(email),
            "knowingly": WARNED in lifted,
        }
        actions.give_role(**facts, **wanted, now=viewer.now, by=viewer.actor)
        return f"Role given. {email.lower()} holds it from {day(wanted['from_on'])}."

    return _ask(request, step, GIVE_ROLE, GIVE, give, {"email": forms.who_signs_in})


@needs(ADD)
def add_user(request: Request, step: str = "") -> HttpResponse:
    viewer = request.viewer

    def add(answers: Answers, lifted: frozenset[str]) -> str:
        whom: dict[str, Any] = {"name": str(answers["name"]), "email": str(answers["email"])}
        actions.add_user(organisation_id=viewer.organisation_id, **whom, **forms.role_wanted(answers), now=viewer.now, by=viewer.actor)
        return f"{whom['name']} is added. Their invitation is on its way to {whom['email'].lower()}."

    return _ask(request, step, ADD_USER, ADD, add, {})


def _ask(request: Request, step: str, asking: Asking, permission: str, do: Act, checks: Mapping[str, Callable[[str], str]]) -> HttpResponse:
    """Either form, about a role on the systems for which whoever asks may give one."""
    viewer = request.viewer
    may, systems = viewer.systems_for(permission), house().systems(organisation_id=viewer.organisation_id)
    known = Known(viewer.today, {c: n for c, n in systems.items() if c in may}, checks=checks)
    preset = forms.preset(viewer.today, everywhere=may is EVERYWHERE)
    return ask(request, step, asking, drafts=draft_of(viewer, asking.form), known=known, do=do, preset=preset)


@needs(GIVE)
def end_role(request: Request, grant_id: int) -> HttpResponse:
    viewer = request.viewer
    role = listings.one_grant(organisation_id=viewer.organisation_id, grant_id=grant_id, on=viewer.today)
    if role is None:
        raise Http404

    def end(form: forms.EndRole) -> str:
        last_on = form.cleaned_data["last_on"]
        end_on = last_on + ONE_DAY if last_on else max(viewer.today, role.from_on)
        place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "grant_id": grant_id}
        actions.end_role(**place, end_on=end_on, now=viewer.now, by=viewer.actor)
        return f"Role ended. {role.holder} no longer holds it from {day(end_on)}."

    form = forms.EndRole(typed(request))
    return act(request, form=form, do=end, to="signin:roles", template="signin/end_role.jinja", page={"role": role})
