"""Pages about roles. Each parses what was asked, makes one call, and renders."""

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
from careward.people.signin import actions, forms, invitations, listings
from careward.people.signin.drafts import draft_of
from careward.people.signin.rules import ADD, GIVE, WARNED
from careward.web.acts import act, typed
from careward.web.forms import Asking, ask
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
    invited = listings.invited(organisation_id=place["organisation_id"], now=request.viewer.now)
    return render(request, "signin/roles.jinja", {"list": listings.roles_page(wanted, **place), "systems": systems, "invited": invited})


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
    button="Invite them", refused="They cannot be invited",
    note="They get a letter, and hold the role once they accept it. It is written in the ledger who invited whom.",
    second_words=GIVE_ROLE.second_words,
)  # fmt: skip


@needs(GIVE)
def give_role(request: Request, step: str = "") -> HttpResponse:
    return _ask(request, step, GIVE_ROLE, GIVE)


@needs(ADD)
def add_user(request: Request, step: str = "") -> HttpResponse:
    return _ask(request, step, ADD_USER, ADD)


def _ask(request: Request, step: str, asking: Asking, permission: str) -> HttpResponse:
    """Either form, about a role on the systems for which whoever asks may give one."""
    viewer = request.viewer

    def offer(answers: Answers, lifted: frozenset[str]) -> str:
        wanted, email = forms.role_wanted(answers), str(answers["email"]).lower()
        whom: dict[str, Any] = {"email": email, "name": str(answers.get("name", "")), "knowingly": WARNED in lifted}
        place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "now": viewer.now, "by": viewer.actor}
        if invitations.offer_role(**place, **whom, **wanted):
            return f"Role given. {email} holds it from {day(wanted['from_on'])}."
        return f"{whom['name']} is invited. A letter is on its way to {email}; they hold the role once they accept it."

    may, systems = viewer.systems_for(permission), house().systems(organisation_id=viewer.organisation_id)
    known = Known(viewer.today, {c: n for c, n in systems.items() if c in may})
    preset = {**forms.preset(viewer.today, everywhere=may is EVERYWHERE), **_whose(request)}
    return ask(request, step, asking, drafts=draft_of(viewer, asking.form), known=known, do=offer, preset=preset)


def _whose(request: Request) -> dict[str, str]:
    """The address of whoever holds a role of the list, where another is to be given to them."""
    grant = request.GET.get("like", "")
    viewer = request.viewer
    role = listings.one_grant(organisation_id=viewer.organisation_id, grant_id=int(grant), on=viewer.today) if grant.isdecimal() else None
    return {"email": role.email} if role else {}


@needs(GIVE)
def withdraw(request: Request, invitation_id: int) -> HttpResponse:
    viewer = request.viewer
    invited = listings.one_invitation(organisation_id=viewer.organisation_id, invitation_id=invitation_id, now=viewer.now)
    if invited is None:
        raise Http404

    def take_back(form: Any) -> str:
        place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "invitation_id": invitation_id}
        invitations.withdraw_invitation(**place, now=viewer.now, by=viewer.actor)
        return f"Invitation withdrawn. The link sent to {invited.email} opens nothing any more."

    return act(
        request,
        form=forms.Sure(typed(request)),
        do=take_back,
        to="signin:roles",
        template="signin/withdraw.jinja",
        page={"invited": invited},
    )


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
