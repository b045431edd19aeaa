"""The Jinja environment of every page: rooms' templates by room name, our filters, and what the shell needs."""

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from careward.web import menu, words
from careward.web.addresses import address_of
from careward.web.fields import errors_of, facts_of
from careward.web.house import home_for, home_of, house, we_look_again
from careward.web.unfit import shown

ROOMS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Message:
    """What was done, in one bold sentence and the rest."""

    title: str
    lead: str
    rest: str


def environment(**options: Any) -> Environment:
    """Built once per process by Django's Jinja2 backend."""
    folders = [str(p) for p in sorted(ROOMS.rglob("templates")) if p.is_dir()]
    options.update(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=shown,
    )
    env = Environment(**options)  # noqa: S701  (autoescape is on, above)
    env.globals.update(
        static=static,
        url=address_of,
        clause_address=clause_address,
        facts_of=facts_of,
        errors_of=errors_of,
        home_of=home_of,
        home_for=home_for,
        we_look_again=we_look_again,
    )
    env.filters.update(words.FILTERS)
    return env


def clause_address(clause: str) -> str:
    """Where a clause is shown with its words, its state and its proof."""
    return home_of("clause", clause)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the page shell needs on every page; all that asks the database is asked here, not in a template."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "contact": contact_of(viewer.contact if viewer else ""),
        "alarms": tuple(a for a in (*house().alarms(), *house().faults()) if viewer.may(a.permission)) if viewer else (),
        "demonstration": settings.DEMONSTRATION,
        "menu": menu.shown(viewer),
        "here": request.path,
        "messages": tuple(_message(m.message, m.level_tag) for m in get_messages(request)),
    }


def contact_of(words: str) -> str:
    """What to do for help, verb first, without "Help, or" and stop: 'phone the service desk on 4400'."""
    return words.removeprefix("Help, or ").rstrip(". ")


def _message(text: object, level: str) -> Message:
    lead, stop, rest = str(text).partition(". ")
    return Message("Note" if level in ("warning", "error") else "Done", lead + stop.strip(), rest)


def warm_up() -> None:
    """Compiles every template once, before the first person waits for it, and has what is there by then looked through no more.

    Python looks through all it holds whenever a page made many things: what stays for good took more than the page (150 ms).
    """
    from django.template import engines

    env = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in env.list_templates(filter_func=lambda n: n.endswith((".jinja", ".html"))):
        env.get_template(name)
    gc.collect()
    gc.freeze()
