"""Each word means one thing (docs/reference/words.md): no class name stands twice."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    str(p.relative_to(ROOT)): p.read_text(encoding="utf-8")
    for p in sorted((ROOT / "careward").rglob("*.py"))
    if "migrations" not in p.parts and "standalone" not in p.parts
}
DJANGO_ASKS = {"Meta"}
# A pair may share a name where one is the frozen value of the other and no room sees both: name -> why.
PAIRS: dict[str, str] = {}


def classes_twice(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Every class name that stands more than once, and where."""
    found = defaultdict(list)
    for file, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and node.name not in DJANGO_ASKS:
                found[node.name].append(file)
    return {name: files for name, files in found.items() if len(files) > 1}


def test_no_class_name_stands_twice():
    assert {n: f for n, f in classes_twice(SOURCES).items() if n not in PAIRS} == {}


def test_a_class_name_planted_twice_is_seen():
    planted = {**SOURCES, "careward/work/tasks/planted.py": "class Finding:\n    class Meta: ...\n"}
    assert set(classes_twice(planted)) - set(PAIRS) == {"Finding"}


def test_every_pair_that_is_excused_still_stands():
    assert set(PAIRS) <= set(classes_twice(SOURCES))
