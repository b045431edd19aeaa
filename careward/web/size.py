"""How much may be sent at once, asked before a byte of it is read: reading a form writes its files to the disk first."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class NotTooLarge:
    """Stands after whoever finds out who is asking: those who may do something send files, a stranger sends a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or ""
        viewer = getattr(request, "viewer", None)
        most = settings.LARGEST_REQUEST if viewer is not None and viewer.rights.permissions else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if said.isdecimal() and int(said[:19]) > most:
            return render(request, "web/too_large.jinja", status=413)
        return self.get_response(request)
