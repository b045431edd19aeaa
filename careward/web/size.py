"""How much may be sent at once, asked before a byte of it is read: reading a form writes its files to the disk first."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]


def takes_files(view: View) -> View:
    """Marks a view whose form holds files: more may be sent to it, by who may open it."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def most_sent() -> dict[str, int]:
    """What such a form takes, for its page and for the one that refuses: what is promised is what is taken."""
    return {"files": settings.UPLOAD_FILES, "megabytes": settings.UPLOAD_BYTES // (1024 * 1024)}


class NotTooLarge:
    """Stands after whoever finds out who is asking: a form is small, and only who may send files sends more, where they are taken.

    What comes without its length is not read at all, so that nobody can send more than they said.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or ""
        length = int(said[:19]) if said.isdecimal() else 0
        form: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > form and length > form + (settings.UPLOAD_BYTES if _may_send_files(request) else 0):
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """Says how much is taken here."""
    context: dict[str, Any] = {"most": most_sent() if _may_send_files(request) else None}
    return render(request, "web/too_large.jinja", context, status=413)


def _may_send_files(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    viewer = getattr(request, "viewer", None)
    return viewer is not None and getattr(view, "takes_files", False) and viewer.may(getattr(view, "permission", ""))
