"""Characters that no text has which somebody means: they are refused where they are sent, and shown as a mark where a file brought them.

Control characters that databases refuse (NUL) or terminals obey (ESC); marks that turn the direction of what follows, so that a name reads
as another (CVE-2021-42574); code points that are no characters. Letters written from right to left are as welcome as any.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from careward.web.errors import NOBODY

UNSEEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)  # for a class of characters
UNFIT = re.compile(f"[{UNSEEN}\ud800-\udfff]")
LONGEST = 100_000  # characters of one answer: forty pages of text
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MARK = "\ufffd"


class RefuseUnfit:
    """Stands before whatever looks anything up: the address, what is asked in it, cookies; and then each answer of a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = (("the address", request.path_info), *_pairs(request.GET), *(("a cookie", c) for c in request.COOKIES.values()))
        if why := _first(said):
            return _refused(request, why)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or request.content_type not in FORMS:
            return None
        names = ((f"the name of the file {shown(file.name)}", file.name or "") for files in request.FILES.lists() for file in files[1])
        why = _first((*_pairs(request.POST), *names))
        return render(request, "web/unfit.jinja", {"why": why}, status=400) if why else None


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    """A page for a person, and for a program what the API says of all that cannot be asked."""
    if request.path_info.startswith(settings.PROGRAMS_ASK_AT):
        if UNFIT.search(request.path_info):
            return JsonResponse({"detail": why}, status=404)
        return JsonResponse({"detail": [{"type": "unfit", "loc": ["query"], "msg": why}]}, status=422)
    return HttpResponse(render_to_string("web/unfit.jinja", {**NOBODY, "why": why}), status=400)


def shown(value: Any) -> Any:
    """A value as a page shows it: plain text without what could turn or hide the text around it."""
    return UNFIT.sub(MARK, value) if type(value) is str and UNFIT.search(value) else value


def _pairs(given: Any) -> Iterator[tuple[str, str]]:
    for name, values in given.lists():
        yield "the name of a field", name
        for value in values:
            yield f"“{name}”", value


def _first(said: Iterable[tuple[str, str]]) -> str:
    """Why the first text that is unfit is refused; "" where none is."""
    for where, text in said:
        if found := UNFIT.search(text):
            number = f"U+{ord(found[0]):04X}"
            return f"In {where} stands a character that nobody sees ({number}). Take it out: type the words anew, do not paste them."
        if len(text) > LONGEST:
            return f"In {where} stand {len(text):,} characters. Careward takes {LONGEST:,}: say it in fewer words."
    return ""
