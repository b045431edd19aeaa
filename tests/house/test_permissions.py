"""Permissions: each that a page or an API asks for is carried by someone, each that someone carries is asked for, and no read forgets its organisation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from careward.config.api import api
from careward.config.rooms import house
from careward.people.signin.api_keys import Bearer
from careward.web.permission import ANYONE, SIGNED_IN

ROOT = Path(__file__).resolve().parents[2]
CAREWARD = ROOT / "careward"
WORD = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")

# Functions of queries.py that read rows without naming an organisation, each with what keeps it within one.
WITHIN_OTHERWISE = {
    "accounts:_wrong": "the ids of accounts already read within one",
    "register:_environments": "the ids of systems already read within one",
    "feeds:stuck_at": "a load already read within one",
    "approvals:name_of": "the name of an actor that the organisation's own row names",
    "feeds:who": "the name of an actor that the organisation's own row names",
}


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[object]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern.callback


def _operations() -> Iterator[object]:
    for _, router in api._routers:
        for path_view in router.path_operations.values():
            yield from path_view.operations


def asked() -> set[str]:
    """Every permission that a page or an API asks for."""
    pages = {getattr(view, "permission", "") for view in _views(get_resolver().url_patterns)}
    return (pages | {auth.permission for op in _operations() for auth in op.auth_callbacks}) - {"", ANYONE, SIGNED_IN}


def spoken() -> set[str]:
    """Every permission named anywhere in a page, a view or a menu: `may("...")` decides there what is shown."""
    files = [p for p in CAREWARD.rglob("*") if p.suffix in (".py", ".jinja") and p.name != "room.py"]
    return {w for p in files for w in WORD.findall(p.read_text(encoding="utf-8"))} - {"room:thing:verb"}


CARRIED = frozenset(house().permissions)


def test_every_operation_of_the_api_names_its_permission():
    found = list(_operations())
    assert len(found) >= 7
    for operation in found:
        assert operation.auth_callbacks, operation.view_func.__name__
        assert all(isinstance(auth, Bearer) and WORD.fullmatch(auth.permission) for auth in operation.auth_callbacks)


def test_of_the_api_only_its_document_is_open_to_anyone():
    answered = {operation.view_func.__name__ for operation in _operations()}
    addresses = {pattern.name for pattern in api.urls[0] if isinstance(pattern, URLPattern)}
    assert addresses - answered == {"openapi-json", "api-root"}


def test_every_permission_asked_for_is_carried_by_a_role_or_a_scope():
    assert len(asked()) > 8
    assert asked() - CARRIED == set()


def test_every_permission_of_the_api_can_be_given_to_a_client():
    assert {auth.permission for op in _operations() for auth in op.auth_callbacks} <= house().permissions_in(house().scopes)


def test_every_permission_given_is_asked_for_by_something():
    assert CARRIED - spoken() == set()


def test_every_permission_is_held_by_a_role_and_has_words():
    for permission in house().permissions.values():
        assert permission.roles and permission.words[:1].islower() and not permission.words.endswith("."), permission.name


def test_nothing_is_named_that_nobody_carries():
    assert spoken() - CARRIED == set()


def test_permissions_are_words_of_one_form():
    assert all(WORD.fullmatch(p) for p in CARRIED)


def _readers() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(CAREWARD.glob("**/queries.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and ".objects" in ast.unparse(node):
                yield f"{path.parent.name}:{node.name}", node


READERS = dict(_readers())


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_read_of_rows_is_within_one_organisation(name: str):
    if name.split(":")[0] == "ledger" or name in WITHIN_OTHERWISE:  # the ledger is the installation's: one tree over all of them
        return
    function = READERS[name]
    takes = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    within = takes & {"organisation", "organisation_id", "within", "viewer", "rows"}
    named = "organisation" in ast.unparse(function.args) + "".join(ast.unparse(s) for s in function.body)
    assert within or named, f"{name} reads rows of every organisation"
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "all":
            assert not ast.unparse(call.func).endswith(".objects.all"), f"{name} reads every row there is"


def test_the_exceptions_are_still_there():
    assert set(WITHIN_OTHERWISE) <= set(READERS)
    assert len(READERS) > 20
