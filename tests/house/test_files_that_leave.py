"""Every file and every list of the API that leaves the house goes through the door that writes it down first (ADR 0028)."""

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from careward.config.api import api
from tests.house.test_house import MODULES, TREES, functions, name

DOOR = {"careward/evidence/ledger/exporting.py", "careward/web/exports.py"}
ANSWERS = {"JsonResponse", "FileResponse", "StreamingHttpResponse"}
MADE = {"put_together", "csv_lines", "spreadsheet", "Workbook", "as_attachment", "write_down_export"}
WRITES_IT_DOWN = {"given_out", "look"}  # what an operation of the API calls before it answers

# What answers with something else than a page, and is no list: each with why it leaves no entry.
NO_LISTS = {
    "careward/evidence/ledger/views.py:_file": "the public key, checkpoints and the script: for everybody, and in every export",
    "careward/web/health.py:alive": "one word for whatever watches the server, without a session",
    "careward/web/health.py:ready": "one word for whatever watches the server, without a session",
    "careward/web/health.py:metrics": "figures of nobody, for this machine and who has its token",
    "careward/web/unfit.py:_refused": "what a program is told of its own question, before anything is looked up",
    "careward/people/signin/giving.py:given_out": "the door of the API itself",
}
# Views of libraries that answer with a file.
OF_LIBRARIES = {"mfa_download_recovery_codes": "one's own codes, after signing in once more; the page beside it shows the same"}


def found_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each function that answers with something else than a page, or puts a file together, and by what."""
    for function in functions(tree):
        for node in ast.walk(function):
            if what := _gives(node):
                yield function.name, what


def _gives(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() == "content-disposition":
        return node.value
    if not isinstance(node, ast.Call):
        return ""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    keywords = {k.arg for k in node.keywords}
    if called in ANSWERS | MADE or (called == "HttpResponse" and "content_type" in keywords) or "as_attachment" in keywords:
        return called
    return ""


def views() -> Iterator[Callable[..., object]]:
    """What answers at every address of the house's own pages."""
    yield from (p.callback for p in _patterns(get_resolver().url_patterns) if p.callback.__module__.startswith("careward."))


def _patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in found:
        yield from _patterns(each.url_patterns) if isinstance(each, URLResolver) else (each,)


def test_no_view_answers_with_a_file_past_the_door():
    past = {f"{name(p)}:{where}" for p in MODULES if name(p) not in DOOR and "/engines/" not in name(p) for where, _ in found_in(TREES[p])}
    assert past == set(NO_LISTS)


def test_no_library_answers_with_a_file_that_nobody_looked_at():
    found = {p.name for p in _patterns(get_resolver().url_patterns) if "download" in str(p.pattern)}
    assert found - {"newest", "cosigned", "key", "script", "mapping_text"} == set(OF_LIBRARIES)


def test_every_operation_of_the_api_writes_down_what_it_gives():
    operations = [op.view_func for _, router in api._routers for path in router.path_operations.values() for op in path.operations]
    assert len(operations) >= 7
    assert [view.__name__ for view in operations if not writes_down(inspect.getsource(view))] == []


def writes_down(source: str) -> bool:
    calls = [n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    return bool(WRITES_IT_DOWN & {f.id for f in calls if isinstance(f, ast.Name)})


@pytest.mark.parametrize(
    "line",
    [
        "return JsonResponse({})",
        "return HttpResponse(text, content_type='text/csv')",
        "answer['Content-Disposition'] = 'attachment'",
        "return HttpResponse(text, headers={'Content-Disposition': name})",
        "return FileResponse(path.open('rb'))",
        "return django.http.StreamingHttpResponse(lines)",
        "return exports.put_together('csv', heads, rows).answer('people', today)",
        "return HttpResponse(''.join(csv_lines(heads, rows)))",
    ],
)
def test_a_planted_breach_is_seen(line: str):
    assert list(found_in(ast.parse(f"def about_file(request):\n    {line}")))


def test_an_operation_that_writes_nothing_down_is_seen():
    assert not writes_down("def list_people(request):\n    return {'people': list(rows)}")
    assert writes_down("def list_people(request):\n    given_out(request, 'people', 3)\n    return {}")


def test_a_page_is_no_file():
    assert not list(found_in(ast.parse("def people(request):\n    return render(request, 'people.jinja', {})")))
