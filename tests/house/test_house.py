"""The shape of the house. These tests read the code, not its behaviour (DESIGN section 2)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
CAREWARD = ROOT / "careward"
ORDER = [
    "web", "ledger", "errands", "people", "looks", "notices", "work", "approvals", "systems", "access", "accounts", "feeds", "procedures", "jobs",
]  # fmt: skip
MODULES = [p for p in sorted(CAREWARD.rglob("*.py")) if "migrations" not in p.parts]
TREES = {p: ast.parse(p.read_text(encoding="utf-8")) for p in MODULES}
LONGER_BY_NAME = {
    "careward/config/settings.py",  # a list of settings is not a program
    "careward/evidence/ledger/standalone/verify_ledger.py",  # an auditor carries one file
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "audit", "policy", "user"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_foreign_keys_go_downstairs():
    """String foreign keys ('people.Person') are invisible to import-linter, so look at the models themselves."""
    rooms = [m for m in apps.get_models() if m._meta.app_label in ORDER]
    assert rooms
    for model in rooms:
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if field.concrete and target and target._meta.app_label in ORDER:
                up = ORDER.index(target._meta.app_label) > ORDER.index(model._meta.app_label)
                assert not up, f"{model.__name__}.{field.name} points upstairs"


def test_every_field_is_classed_personal_or_plain():
    for model in [m for m in apps.get_models() if m._meta.app_label in ORDER]:
        fields = {f.name for f in model._meta.concrete_fields}
        personal, plain = set(model.personal), set(model.plain)
        assert not personal & plain, f"{model.__name__} classes a field twice"
        assert personal | plain == fields, f"{model.__name__}: class {fields ^ (personal | plain)} as personal or plain"


def _pure_modules() -> list[str]:
    beside = ("core", "seal", "engines")
    chosen = [
        p
        for p in MODULES
        if p.stem != "__init__"
        and (p.name == "rules.py" or "rules" in p.relative_to(CAREWARD).parts or p.relative_to(CAREWARD).parts[0] in beside)
    ]
    return [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in chosen if "standalone" not in p.parts]


def test_rules_load_without_django():
    modules = _pure_modules()
    assert len(modules) > 10
    code = "import sys; sys.modules['django'] = None\n" + "\n".join(f"import {m}" for m in modules)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_public_actions_are_keyword_only_and_take_the_clock_and_the_actor():
    for path in [p for p in MODULES if p.name == "actions.py"]:
        for fn in [n for n in TREES[path].body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]:
            keywords = {a.arg for a in fn.args.kwonlyargs}
            assert not fn.args.args, f"{name(path)}:{fn.name} takes positional arguments"
            assert keywords & {"now", "at"}, f"{name(path)}:{fn.name} reads its own clock"
            assert keywords & {"by", "actor", "worker"} or path.parent.parent.name == "evidence", (
                f"{name(path)}:{fn.name} does not say by whom"
            )


def test_no_one_reads_the_clock_but_the_doors():
    doors = ("jobs", "cli", "config")
    for path in MODULES:
        if path.relative_to(CAREWARD).parts[0] in doors:
            continue
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                call = ast.unparse(node.func)
                assert call not in {"datetime.now", "date.today", "timezone.now", "time.time", "datetime.utcnow"}, (
                    f"{name(path)}:{node.lineno} reads the clock"
                )


def test_doorsteps_are_empty():
    assert [name(p) for p in CAREWARD.rglob("__init__.py") if p.read_text().strip()] == []


def test_no_signals():
    for path in MODULES:
        assert "django.dispatch" not in path.read_text(encoding="utf-8"), f"{name(path)} uses signals"


def test_sizes():
    long_modules = [
        f"{name(p)} {n}" for p in MODULES if (n := p.read_text(encoding="utf-8").count("\n")) > 400 and name(p) not in LONGER_BY_NAME
    ]
    long_functions = [
        f"{name(p)}:{fn.name} {fn.end_lineno - fn.lineno + 1}"
        for p, t in TREES.items()
        for fn in functions(t)
        if fn.end_lineno - fn.lineno + 1 > 40
    ]
    assert (long_modules, long_functions) == ([], [])


def test_median_function_is_short():
    lengths = sorted(fn.end_lineno - fn.lineno + 1 for t in TREES.values() for fn in functions(t))
    assert lengths[len(lengths) // 2] < 10


def test_no_room_is_called_by_a_technique():
    assert [name(p) for p in MODULES if {p.stem, p.parent.name} & FORBIDDEN_NAMES] == []


def test_public_rules_actions_and_queries_have_a_docstring():
    missing = [
        f"{name(p)}:{fn.name}"
        for p, t in TREES.items()
        if p.name in ("rules.py", "actions.py")
        for fn in t.body
        if isinstance(fn, ast.FunctionDef) and not fn.name.startswith("_") and not ast.get_docstring(fn)
    ]
    assert missing == []


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


FOREIGN_VIEWS = ("allauth.", "ninja.")  # guarded by their own decorators: people/urls.py lists which, api tokens guard the rest


def test_every_view_names_its_permission():
    seen = 0
    for address, view in _views(get_resolver().url_patterns):
        module = getattr(getattr(view, "func", view), "__module__", "")  # ninja hands out the OpenAPI document by a partial
        if module.startswith(FOREIGN_VIEWS):
            continue
        seen += 1
        assert getattr(view, "permission", None), f"/{address} ({module}) names no permission"
    assert seen > 10


def test_no_address_of_a_registry_and_no_path_of_a_machine():
    hosts = ["pyp" + "i.org", "pythonhos" + "ted", "npm" + "js.", "deb.deb" + "ian"]
    homes = re.compile(r"(?<![a-z}])/(?:wo" + "rk|ro" + r"ot)/")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for file in filter(None, tracked):
        path = ROOT / file
        if not path.is_file() or path.suffix in (".png", ".ico", ".woff2"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found = [h for h in hosts if h in text] + homes.findall(text)
        assert not found, f"{file} names {found}"


@pytest.mark.parametrize("file", ["README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "Makefile", ".ci/run"])
def test_the_papers_are_there(file: str):
    assert (ROOT / file).is_file()


def test_migrations_say_all_that_the_models_say():
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_command_line_finds_what_rooms_give_without_opening_them():
    """It reads each room's small commands.py; the house is told the same by its room.py."""
    from careward.cli.rooms import commands
    from careward.config.rooms import house

    assert tuple(commands()) == tuple(house().commands.values()) and len(house().commands) >= 4
    code = "import sys; from careward.cli.rooms import commands; assert tuple(commands()); sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
