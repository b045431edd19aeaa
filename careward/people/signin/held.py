"""What is held about one person, gathered from every room that says it may be told (the models' own `personal` fields).

People's own tables are told. A room above opts in with `told_to_subject = True` on its model: an inquiry must not reach its subject.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Field, Model

from careward.core.roles import ROLES
from careward.people.signin.models import User
from careward.people.staff.models import Person
from careward.web.words import day, moment

NEVER = {"password"}  # kept only as a hash that says nothing to anybody
TITLES = {
    "nhs number": "NHS number",
    "gone": "No longer in the feed since",
    "email": "E-mail address",
    "last login": "Last signed in",
    "text hash": "Fingerprint of the text",
    "system code": "For one system",
    "manager": "Deputy for",
}
SECTIONS = {
    "Person": "The staff record",
    "Assignment": "Posts",
    "TrainingHeld": "Training",
    "Absence": "Absences",
    "Deputy": "Deputies",
    "LeaverNotice": "The monthly leavers report",
    "User": "Signing in",
    "RoleHeld": "Roles in Careward",
    "TermsAccepted": "Terms accepted",
}


@dataclass(frozen=True, slots=True)
class Row:
    facts: tuple[tuple[str, str], ...]  # (what, value), blank values left out


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        return len(self.rows)


def what_is_held(*, user_id: int, person_id: int | None) -> list[Section]:
    """Everything held about someone that they may be told, by kind; the same number of queries for everybody."""
    found = [_section(model, user_id, person_id) for model in _told()]
    return [s for s in [*found, _factors(user_id)] if s.rows]


def _told() -> Iterator[type[Model]]:
    for model in apps.get_models():
        own = model._meta.app_label == "people"
        if getattr(model, "personal", ()) and getattr(model, "told_to_subject", own):
            yield model


def _section(model: type[Model], user_id: int, person_id: int | None) -> Section:
    title = SECTIONS.get(model.__name__, str(model._meta.verbose_name_plural).capitalize())
    seen: dict[Any, Row] = {}
    for name, value in _ways_to(model, user_id, person_id):
        links = [f.name for f in model._meta.concrete_fields if f.is_relation and f.name in model.personal]  # type: ignore[attr-defined]
        for row in model._default_manager.filter(**{name: value}).select_related(*links).order_by("pk"):
            seen[row.pk] = Row(tuple(_facts(row, user_id, person_id)))
    return Section(title, tuple(seen[pk] for pk in sorted(seen)))


def _ways_to(model: type[Model], user_id: int, person_id: int | None) -> Iterator[tuple[str, int]]:
    """By which fields a model speaks of this person: itself, or a link to their rows."""
    keys = {User: user_id, Person: person_id}
    if model in keys:
        yield from [("pk", keys[model])] if keys[model] is not None else []
        return
    for field in model._meta.concrete_fields:
        key = keys.get(field.related_model) if field.is_relation else None
        if key is not None:
            yield field.name, key


def _facts(row: Model, user_id: int, person_id: int | None) -> Iterator[tuple[str, str]]:
    """The facts of a row; that it is about this person need not be told to them."""
    for field in row._meta.concrete_fields:
        if field.related_model is User and getattr(row, field.attname) == user_id:
            continue
        if field.related_model is Person and getattr(row, field.attname) == person_id:
            continue
        told = field.name in row.personal and field.name not in NEVER  # type: ignore[attr-defined]
        if told and (words := _words(getattr(row, field.name))):
            words = ROLES[words].title if field.name == "role" and words in ROLES else words
            yield _title(field), words


def _title(field: "Field[Any, Any]") -> str:
    title = str(field.verbose_name).removesuffix(" on").removesuffix(" at")
    return TITLES.get(title, title[:1].upper() + title[1:])


def _words(value: object) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case Person() | User():
            return value.name
    return str(value)


def _factors(user_id: int) -> Section:
    """Second factors by kind and day; their secrets are told to nobody."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "id")
    kinds = {"totp": "Authenticator app", "webauthn": "Passkey", "recovery_codes": "Recovery codes"}
    facts = [(("Kind", kinds[r.type]), ("Added", moment(r.created_at)), ("Last used", _words(r.last_used_at) or "Never")) for r in rows]
    return Section("Second factors", tuple(Row(f) for f in facts))
