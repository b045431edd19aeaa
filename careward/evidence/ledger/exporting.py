"""The one door by which a file leaves the house: who takes which, narrowed by what, how many rows, is written down before a byte is sent.

A house test (tests/house/test_files_that_leave.py) finds a view that answers with a file past it.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.http import FileResponse, JsonResponse

from careward.core.room import DownloadRows
from careward.evidence.ledger.actions import write_down_export
from careward.evidence.ledger.bundles import Bundle, with_proofs
from careward.web import exports
from careward.web.opened import must_be_opened, written_first
from careward.web.permission import Request


def download(request: Request, kind: str, found: DownloadRows, *, about: str = "") -> FileResponse:
    """All rows of a list as a file to keep, 'csv' or 'xlsx'. `about`: whose or what page the list stands on, "person/12".

    Raises AskedAhead where this request does not open the file, and NotWrittenDown where the database takes nothing in.
    """
    must_be_opened(request)
    viewer = request.viewer
    file = exports.put_together(kind, found.heads, found.lines)
    with ExitStack() as unless_written, written_first():
        unless_written.enter_context(file.content)
        write_down_export(
            what=found.name, form=kind, rows=file.rows, narrowed_by=found.narrowed_by, about=about, organisation=viewer.organisation,
            now=viewer.now, by=viewer.actor,
        )  # fmt: skip
        unless_written.pop_all()
    return file.answer(found.name, viewer.today)


def download_data(request: Request, name: str, data: Mapping[str, Any], *, rows: int) -> JsonResponse:
    """One thing whole, with its so many parts, as a JSON file to keep; raises as `download` does."""
    must_be_opened(request)
    viewer = request.viewer
    with written_first():
        write_down_export(what=name, form="json", rows=rows, organisation=viewer.organisation, now=viewer.now, by=viewer.actor)
    answer = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer.headers["Content-Disposition"] = f'attachment; filename="{exports.file_name(name, viewer.today, "json")}"'
    return answer


def download_text(request: Request, name: str, form: str, text: str) -> FileResponse:
    """A text whole, as a file to keep whose name ends in `form`; raises as `download` does."""
    must_be_opened(request)
    viewer = request.viewer
    with written_first():
        write_down_export(what=name, form=form, rows=1, organisation=viewer.organisation, now=viewer.now, by=viewer.actor)
    file = exports.file_name(name, viewer.today, form)
    return FileResponse(BytesIO(text.encode()), as_attachment=True, filename=file, content_type="text/plain; charset=utf-8")


def download_bundle(request: Request, bundle: Bundle) -> FileResponse:
    """Lists and texts with the ledger's proof of them as one ZIP to keep; raises as `download` does.

    Its own entry states the hash of each file, and is sealed before the ZIP is put together.
    """
    must_be_opened(request)
    viewer = request.viewer
    files, rows = {f"{name}.txt": words.encode() for name, words in bundle.texts.items()}, 0
    for name, found in bundle.lists.items():
        made = exports.put_together("csv", found.heads, found.lines)
        with made.content as content:
            files[f"{name}.csv"] = content.read()
        rows += made.rows
    with written_first():
        own = write_down_export(
            what=bundle.name, form="zip", rows=rows, organisation=viewer.organisation, now=viewer.now, by=viewer.actor,
            files={name: sha256(content).hexdigest() for name, content in files.items()},
        )  # fmt: skip
        packed = with_proofs(files, entries=(*bundle.entries, own.pk), organisation=viewer.organisation, now=viewer.now)
    name = exports.file_name(bundle.name, viewer.today, "zip")
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")
