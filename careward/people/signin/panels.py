"""What signing in gives the page of what is held about oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.urls import reverse

from careward.core.days import ONE_DAY
from careward.core.forms import Known
from careward.core.roles import ROLES
from careward.people.signin.drafts import answers_of, kept_until
from careward.people.signin.models import ApiToken, Draft, Invitation, KeptQuestion, LastHere, RoleHeld, SavedView, TermsAccepted, User
from careward.people.signin.token_listings import scope_words
from careward.web.house import house
from careward.web.own_data import Facts, told
from careward.web.permission import Viewer, opens
from careward.web.questions import in_words
from careward.web.words import day, moment

KINDS = {"totp": "Authenticator app", "webauthn": "Passkey", "recovery_codes": "Recovery codes"}


def signing_in(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Somebody's sign-in; a password is kept only as a hash that says nothing to anybody."""
    return told(User.objects.filter(pk=user_id), but=("password", "person"))


def roles(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The roles they hold and held: where, for what, from when to when, and who gave them."""
    rows = list(RoleHeld.objects.filter(user_id=user_id).select_related("organisation").order_by("pk"))
    givers = {int(r.given_by.removeprefix("user/")) for r in rows if r.given_by.startswith("user/")}
    names = dict(User.objects.filter(pk__in=givers).values_list("pk", "name")) if givers else {}
    return [_role(row, names) for row in rows]


def _role(row: RoleHeld, names: Mapping[int, str]) -> Facts:
    kind, _, who = row.given_by.partition("/")
    giver = (
        names.get(int(who), "")
        if kind == "user" and who.isdecimal()
        else f"{who}, at the machine itself"
        if kind == "cli"
        else row.given_by
    )
    facts = (
        ("Role", ROLES[row.role].title if row.role in ROLES else row.role), ("At", row.organisation.name),
        ("For one system", row.system_code.upper()), ("From", day(row.from_on)),
        ("Last day", _last_day(row)), ("Given by", giver),
    )  # fmt: skip
    return tuple((what, value) for what, value in facts if value)


def _last_day(row: RoleHeld) -> str:
    if row.to_on is None:
        return "None named"
    return "It ended on the day it began" if row.to_on <= row.from_on else day(row.to_on - ONE_DAY)


def invitations(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Those sent to the address they sign in with; what an organisation wrote of them, also before they accepted."""
    mine = Q(accepted_by_id=user_id) | Q(email__in=User.objects.filter(pk=user_id).values("email"))
    titles = {"systems": "For the systems", "made_at": "Sent", "ends_at": "Open until", "to_on": "To"}
    return told(Invitation.objects.filter(mine), but=("accepted_by", "made_by"), also=("organisation",), titles=titles)


def terms(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The terms of use they accepted."""
    return told(TermsAccepted.objects.filter(user_id=user_id), but=("user",), titles={"text_hash": "Fingerprint of the text"})


def tokens(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Their keys to the API and the command line; what is kept of a key itself is a hash that opens nothing."""
    rows = ApiToken.objects.filter(user_id=user_id).select_related("organisation").order_by("made_at", "pk")
    return [_token(row) for row in rows]


def _token(row: ApiToken) -> Facts:
    may = "; ".join(scope_words(row.scope.split()))
    end = moment(row.ended_at) if row.ended_at else day(row.ends_on) if row.ends_on else ""
    facts = (
        ("Name", row.name), ("At", row.organisation.name), ("Begins with", row.prefix), ("May", may), ("Made", moment(row.made_at)),
        ("Ended" if row.ended_at else "Ends", end),
    )  # fmt: skip
    return tuple((what, value) for what, value in facts if value)


def factors(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Second factors by kind and day; their secrets are told to nobody."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "id")
    return [(("Kind", KINDS[r.type]), ("Added", moment(r.created_at)), ("Last used", _used(r))) for r in rows]


def _used(row: Authenticator) -> str:
    return moment(row.last_used_at) if row.last_used_at else "Never"


@dataclass(frozen=True, slots=True)
class Begun:
    """A form that somebody began and has not sent."""

    title: str
    address: str
    changed_at: datetime
    kept_until: date


def begun(*, viewer: Viewer, key: Any, asked: Any) -> tuple[Begun, ...] | None:
    """What whoever asks has begun, newest first, as far as they may still go on with it; None where that is nothing."""
    rows = Draft.objects.filter(user_id=viewer.user_id, organisation_id=viewer.organisation_id).order_by("-changed_at")
    known = [(house().forms[row.form], row) for row in rows if row.form in house().forms]
    found = (Begun(page.form.title, reverse(page.url), row.changed_at, kept_until(row)) for page, row in known)
    return tuple(each for each in found if opens(viewer, each.address)) or None


def drafts(*, user_id: int, person_id: int | None) -> list[Facts]:
    """What they have begun to answer, each answer under its question where the form is still asked."""
    return [_draft(row) for row in Draft.objects.filter(user_id=user_id).order_by("pk")]


def _draft(row: Draft) -> Facts:
    page, answers = house().forms.get(row.form), answers_of(row)
    asked = [(page.form.question(q) if page else None, q, a) for q, a in answers.items()]
    told = tuple((q.short if q else name, in_words(q, a, Known(date.min)) if q else str(a)) for q, name, a in asked)
    return (("Form", page.form.title if page else row.form), ("Last changed", moment(row.changed_at)), *told)


def questions(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The words that they asked of lists and searches, as long as they are kept."""
    rows = KeptQuestion.objects.filter(user_id=user_id).order_by("asked_at", "pk")
    return [(("Asked", moment(row.asked_at)), ("On", row.page), ("Words", ", ".join(_values(row.words)))) for row in rows]


def _values(words: Any) -> list[str]:
    return [value for values in words.values() for value in values]


def last_here(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The last two days on which they were here, at each organisation."""
    titles = {"latest_on": "Last day here", "before_on": "And before that"}
    return told(LastHere.objects.filter(user_id=user_id), but=("user",), also=("organisation",), titles=titles)


def saved_views(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The lists that they keep under a name, with the words that each asks."""
    rows = SavedView.objects.filter(user_id=user_id).order_by("made_at", "number")
    return [_view(row) for row in rows]


def _view(row: SavedView) -> Facts:
    facts = (
        ("Name", row.name),
        ("Of", row.noun),
        ("On", row.page),
        ("Words", ", ".join(_values(row.words))),
        ("Kept", moment(row.made_at)),
    )
    return tuple((what, value) for what, value in facts if value)
