"""A row told to the person it is about: its personal fields in words, in the order of its table."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Field, Model, QuerySet

from careward.core.roles import ROLES
from careward.web.words import day, moment, written_out

Facts = tuple[tuple[str, str], ...]

TITLES = {"nhs number": "NHS number", "gone": "No longer in the feed since", "email": "E-mail address", "last login": "Last signed in"}


def told(
    rows: QuerySet[Any], *, but: Collection[str] = (), also: Collection[str] = (), titles: Mapping[str, str] | None = None
) -> list[Facts]:
    """The rows as facts, blank values left out, in one query.

    `but` names the fields that only say whose row it is, or are told to nobody; `also` plain ones without which the rest says little.
    """
    names = ({*rows.model.personal} | {*also}) - {*but}
    fields = [f for f in rows.model._meta.concrete_fields if f.name in names]
    found = rows.select_related(*(f.name for f in fields if f.is_relation)).order_by("pk")
    return [tuple(_facts(row, fields, titles or {})) for row in found]


def _facts(row: Model, fields: Collection["Field[Any, Any]"], titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for field in fields:
        if words := _words(field.name, getattr(row, field.name)):
            yield titles.get(field.name) or _title(field), words


def _title(field: "Field[Any, Any]") -> str:
    title = str(field.verbose_name).removesuffix(" on").removesuffix(" at")
    return TITLES.get(title, title[:1].upper() + title[1:])


def _words(name: str, value: Any) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case Model():
            return str(value.name)  # type: ignore[attr-defined]
    if name in ("role", "approver_role") and value in ROLES:
        return ROLES[value].title
    return str(value).replace(";", "; ") if name in ("roles", "teams") else written_out(str(value))
