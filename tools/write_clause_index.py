"""Writes which tests cite which clause of the procedures, so that the installed product can show its proof.

    python tools/write_clause_index.py           writes tests_by_clause.toml and breaks_by_clause.toml in careward/governance/procedures
    python tools/write_clause_index.py --check   says whether both are fresh (exit status 1 when one is not)

A test cites a clause by the marker clause("PA-033"); a worked case of a pack by its `clause` key. Tests are read, not run.
"""

import ast
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "careward" / "governance" / "procedures" / "tests_by_clause.toml"
BROKEN = OUT.with_name("breaks_by_clause.toml")
BROKEN_HEAD = (
    "# What is broken on purpose for each clause, so that its tests prove that they see it. Written like the other; do not edit.\n\n"
)
HEAD = "# Which tests prove which clause. Written by tools/write_clause_index.py; do not edit.\n\n"


def cited(node: ast.AST) -> Iterator[str]:
    """The clauses that markers inside a piece of code cite. ValueError for one that is not written out: it would cite nothing, unsaid."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.clause"):
            for told in call.args:
                if not (isinstance(told, ast.Constant) and isinstance(told.value, str)):
                    raise ValueError(f"write the clauses out, one by one: {ast.unparse(call)}")
                yield told.value


def tests_of(path: Path) -> Iterator[tuple[str, str]]:
    """(clause, test) for each citing test of one file: its own markers, its class's and the module's."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marks = [n.value for n in tree.body if isinstance(n, ast.Assign) and any(ast.unparse(t) == "pytestmark" for t in n.targets)]
    yield from _of_body(tree.body, [c for mark in marks for c in cited(mark)], path.relative_to(ROOT).as_posix())


def _of_body(body: list[ast.stmt], above: list[str], where: str) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            here = above + [c for mark in node.decorator_list for c in cited(mark)]
            if isinstance(node, ast.ClassDef):
                yield from _of_body(node.body, here, f"{where}::{node.name}")
            elif node.name.startswith("test"):
                yield from ((c, f"{where}::{node.name}") for c in here)


def cases_of(path: Path) -> Iterator[tuple[str, str]]:
    """(clause, case) for each worked case of one file; a house rule is no clause."""
    for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", []):
        if case.get("clause", "house") != "house":
            yield case["clause"], f"{path.relative_to(ROOT).as_posix()}: {case['title']}"


def index() -> dict[str, list[str]]:
    """Every clause that is cited, with the tests that cite it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for clause, test in tests_of(path):
            found[clause].add(test)
    for path in sorted((ROOT / "careward" / "packs").glob("*/cases/*.toml")):
        for clause, case in cases_of(path):
            found[clause].add(case)
    return {clause: sorted(found[clause]) for clause in sorted(found)}


def breaks() -> dict[str, list[str]]:
    """What each file of tests/breaks breaks, in words."""
    files = sorted((ROOT / "tests" / "breaks").glob("*.toml"))
    return {path.stem: [told["what"] for told in tomllib.loads(path.read_text(encoding="utf-8"))["break"]] for path in files}


def text() -> str:
    """The file of tests as it should be."""
    return HEAD + _listed(index())


def broken_text() -> str:
    """The file of breaks as it should be."""
    return BROKEN_HEAD + _listed(breaks())


def _listed(known: dict[str, list[str]]) -> str:
    entries = []
    for clause, tests in known.items():
        lines = "".join(f"    {json.dumps(test, ensure_ascii=False)},\n" for test in tests)
        entries.append(f"{clause} = [\n{lines}]\n")
    return "\n".join(entries)


def main() -> int:
    files = {OUT: text(), BROKEN: broken_text()}
    if "--check" in sys.argv:
        stale = any(not path.exists() or path.read_text(encoding="utf-8") != fresh for path, fresh in files.items())
        print("stale: run python tools/write_clause_index.py" if stale else "fresh")
        return int(stale)
    for path, fresh in files.items():
        path.write_text(fresh, encoding="utf-8")
    print(f"{OUT.relative_to(ROOT)}: {len(index())} clauses are cited by tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
