"""Whoever shows something never writes: pages, counts and forms change nothing but by a verb (DESIGN section 2)."""

import ast
from pathlib import Path

import pytest

from tests.house.test_house import CAREWARD, MODULES, TREES, name
from tests.house.writes import writes

READERS = {
    "views",
    "api",
    "pages",
    "queries",
    "models",
    "forms",
    "measures",
    "panels",
    "listings",
    "lists",
    "listing",
    "rules",
    "exports",
    "words",
}
ITSELF = {"careward/evidence/ledger/models.py"}  # forbids by name the writing it would be told of
CALLED = {"actions", "queries", "rules", "forms"}  # what a view may call, whatever they do
APART = {  # verbs in a file of their own, beside actions.py; and one that gathers what is wrong, in a list of its own
    "careward.access.accounts.holders", "careward.work.tasks.answering", "careward.people.signin.drafts",
    "careward.evidence.ledger.errands", "careward.evidence.ledger.proof", "careward.evidence.ledger.exporting",
    "careward.people.signin.giving", "careward.people.signin.invitations", "careward.people.signin.tokens",
}  # fmt: skip


def _own_verbs(path: Path, found: str) -> bool:
    """A view calls the verbs of its own room by importing them."""
    room = ".".join(path.relative_to(CAREWARD.parent).parent.parts)
    return path.stem in ("views", "api") and found == f"writes by {room}"


def found_in(path: Path, tree: ast.Module) -> list[str]:
    return [f"{name(path)}:{line} {what}" for line, what in writes(tree) if not _own_verbs(path, what)]


def test_what_shows_never_writes():
    readers = [p for p in MODULES if {p.stem, p.parent.name} & READERS and name(p) not in ITSELF]
    assert len(readers) > 80
    assert [line for path in readers for line in found_in(path, TREES[path])] == []


def _house_imports(tree: ast.Module) -> set[Path]:
    """The modules of the house that a module imports, or imports names from."""
    asked = {f"{n.module}.{a.name}" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module for a in n.names}
    asked |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    known = {".".join(p.relative_to(CAREWARD.parent).with_suffix("").parts): p for p in MODULES}
    return {known[module] for module in asked & known.keys()}


def test_a_view_calls_verbs_queries_rules_and_forms_and_what_never_writes():
    views = [p for p in MODULES if p.stem in ("views", "api")]
    wrong = [
        f"{name(view)} calls {name(path)}, which writes"
        for view in views
        for path in _house_imports(TREES[view])
        if path.stem not in CALLED and ".".join(path.relative_to(CAREWARD.parent).with_suffix("").parts) not in APART
        if name(path) not in ITSELF and list(writes(TREES[path]))
    ]
    assert len(views) > 10 and wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "task.save()",
        "Task.objects.create(title='x')",
        "Task.objects.filter(pk=1).update(state='done')",
        "rows = Task.objects.all()\nrows.delete()",
        "seen = {}\nseen = Task.objects.all()\nseen.update(state='done')",
        "viewer.teams.add(team)",
        "person.teams.clear()",
        "Task.objects.bulk_create(many)",
        "Task.objects.get_or_create(pk=1)",
        "row = Task.objects.select_for_update().get(pk=1)",
        "user.set_password('x')",
        "cursor.executemany(text, rows)",
        "from django.db import transaction",
        "from django.db import IntegrityError, connection",
        "from careward.evidence.ledger.actions import record",
        "from careward.evidence.ledger import actions as ledger",
        "from careward.evidence.moves import actions as moves",
        "from careward.evidence.rows import bulk",
        "from careward.evidence.errands.actions import ask",
    ],
)
def test_planted_writing_is_seen(line):
    assert list(writes(ast.parse(line)))
    assert found_in(CAREWARD / "work" / "tasks" / "views.py", ast.parse(line))


@pytest.mark.parametrize(
    "line",
    [
        "seen = set()\nseen.add(1)",
        "by = {}\nby.update(a=1)",
        "found = defaultdict(set)\nfound['a'].add(1)",
        "def f(seen: set[int]):\n    seen.update({1})",
        "from careward.evidence.errands.queries import queue",
        "from careward.evidence.moves.kinds import Kind",
        "from django.db import models",
        "rows = Task.objects.filter(pk=1)",
    ],
)
def test_plain_sets_and_reading_are_left_alone(line):
    assert list(writes(ast.parse(line))) == []
