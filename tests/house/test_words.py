"""Each word means one thing (docs/reference/words.md): no class name stands twice, and "held" and "standing" have one meaning each."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    str(p.relative_to(ROOT)): p.read_text(encoding="utf-8")
    for p in sorted((ROOT / "careward").rglob("*.py"))
    if "migrations" not in p.parts and "standalone" not in p.parts
}
DJANGO_ASKS = {"Meta", "DatabaseWrapper", "Command"}
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


# "Held" is stopped until a named person lets it go; "standing" is what there is in a table before something is held against it.
# A file not named here may use neither in a name; the reason stands beside the place.
HELD_BY_TABLE = {"RoleHeld", "TrainingHeld"}  # called as their tables are, whose names stay
MAY_SAY = {
    "held": (
        "careward/access/feeds/",  # a held load
        "careward/access/accounts/",  # a held plan
    ),
    "standing": (
        "careward/access/feeds/",  # rows before a load
        "careward/access/accounts/",  # tasks before a comparison
        "careward/work/tasks/many.py",
        "careward/governance/procedures/api.py",  # the JSON contract's word for a duty's mark
    ),
}


def misused(sources: Mapping[str, str]) -> list[str]:
    """Names that say held or standing where it cannot be meant."""
    found = []
    for file, source in sources.items():
        barred = [w for w, places in MAY_SAY.items() if not file.startswith(places)]
        if not barred or not any(w in source.casefold() for w in barred):
            continue
        names = {t.string for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.NAME}
        parts = {n: [p.casefold() for p in re.split(r"_|(?<=[a-z])(?=[A-Z])", n)] for n in names - HELD_BY_TABLE}
        found += [f"{file}: {n}" for n in sorted(parts) if set(barred) & set(parts[n])]
    return found


def test_held_and_standing_mean_one_thing_each():
    assert misused(SOURCES) == []


def test_a_word_planted_in_another_meaning_is_seen():
    planted = {
        "careward/people/staff/planted.py": "roles_held = 1\n\n\nclass PostHeld: ...\n\n\ndef standing(): ...\n\n\nunderstanding = held_up = 2\n"
    }
    at = "careward/people/staff/planted.py"
    assert misused(planted) == [f"{at}: PostHeld", f"{at}: held_up", f"{at}: roles_held", f"{at}: standing"]


def test_every_word_of_the_glossary_is_told_once():
    rows = [line for line in (ROOT / "docs/reference/words.md").read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    words = [re.findall(r"\*\*(.+?)\*\*", row)[0].casefold() for row in rows]
    assert len(words) > 30 and len(words) == len(set(words)) and words == sorted(words)
