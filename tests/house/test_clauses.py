"""What is said of a clause is true: carried where it says, proved by a test, and no clause is cited that does not exist."""

import ast
import importlib.util
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from careward.core.packs.reader import PackError
from careward.governance.procedures.carried import breaks, carried, clauses, proofs, read_carried
from careward.governance.procedures.rules import ENOUGH
from tools.breaks import Break, of_clauses, some_of

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = ("please", "successfully", "!", "TODO")


def index():
    """The tool that writes the index; tools/ is not a package, so it is loaded from its file."""
    spec = importlib.util.spec_from_file_location("write_clause_index", ROOT / "tools" / "write_clause_index.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def resolved(dotted: str) -> object:
    """What a dotted reference names: the longest part that is a module, and what hangs below it."""
    parts = dotted.split(".")
    for n in range(len(parts), 0, -1):
        name = ".".join(parts[:n])
        if importlib.util.find_spec(parts[0]) and _is_module(name):
            return reduce(getattr, parts[n:], import_module(name))
    raise ImportError(dotted)


def _is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_a_marker_that_is_not_written_out_is_told_and_not_passed_over():
    tool = index()
    assert list(tool.cited(ast.parse('@pytest.mark.clause("PA-033", "EL-035")\ndef test_x(): ...'))) == ["PA-033", "EL-035"]
    for unread in ("*APPENDIX", "row[-1]", "CLAUSE"):
        with pytest.raises(ValueError, match="write the clauses out"):
            list(tool.cited(ast.parse(f"@pytest.mark.clause({unread})\ndef test_x(): ...")))


def test_all_373_clauses_are_known():
    assert len(clauses()) == 373


def test_every_clause_that_is_carried_exists():
    assert carried().keys() <= clauses().keys()


def test_every_clause_that_a_test_cites_exists():
    assert {c: t for c, t in index().index().items() if c not in clauses()} == {}


def test_the_indexes_of_tests_and_breaks_are_fresh():
    tool = index()
    assert tool.OUT.read_text(encoding="utf-8") == tool.text(), "run python tools/write_clause_index.py"
    assert tool.BROKEN.read_text(encoding="utf-8") == tool.broken_text(), "run python tools/write_clause_index.py"


def test_what_is_said_to_be_whole_has_the_level_of_its_kind_a_test_and_a_break():
    whole = [c for c, entry in carried().items() if not entry.partly]
    kinds = {c: clauses()[c].clause.kind for c in whole}
    assert [c for c in whole if carried()[c].level not in ENOUGH[kinds[c]] or not proofs().get(c) or not breaks().get(c)] == []


def test_every_break_of_a_clause_is_of_a_clause_that_a_test_cites():
    assert breaks().keys() <= proofs().keys() & carried().keys()


def test_every_break_applies_and_changes_something():
    for planted in of_clauses():
        there = (ROOT / planted.file).read_text(encoding="utf-8").count(planted.there)
        assert there == 1 and planted.there != planted.becomes and planted.tests, f"{planted.clause} {planted.what}: there {there} times"


def test_every_clause_that_is_enforced_has_a_break_of_the_code_and_not_only_of_a_pack():
    enforced = {c for c in breaks() if clauses()[c].clause.kind == "H"}
    assert enforced - {planted.clause for planted in of_clauses() if planted.file.endswith(".py")} == set()


def test_so_many_breaks_are_those_of_changed_files_first_and_the_commit_decides_the_rest():
    every = [Break(f"mistake {n}", "a", "b", file=f"careward/{n % 5}.py") for n in range(50)]
    first, second = (some_of(every, 20, commit=commit, changed=["careward/3.py"]) for commit in ("one", "two"))
    assert len(first) == len(set(first)) == 20 and first != second
    assert {b.file for b in first[:10]} == {b.file for b in second[:10]} == {"careward/3.py"}
    assert set().union(*(some_of(every, 20, commit=str(n), changed=[]) for n in range(40))) == set(every)


def test_every_test_of_the_index_is_there():
    for tests in proofs().values():
        for test in tests:
            path, _, name = test.partition("::") if "::" in test else test.partition(": ")
            text = (ROOT / path).read_text(encoding="utf-8")
            assert name.rpartition("::")[2] in text, f"{test} is gone: run python tools/write_clause_index.py"


@pytest.mark.parametrize("clause", sorted(carried()))
def test_what_carries_a_clause_can_be_imported(clause: str):
    for place in carried()[clause].places:
        assert resolved(place.at) is not None and place.words


def test_what_is_missing_is_said_in_plain_words():
    for clause, entry in carried().items():
        said = [entry.partly, entry.counts, *(p.words for p in entry.places)]
        assert not any(word in text for text in said for word in FORBIDDEN), clause
        assert not entry.partly.endswith("."), f"{clause}: no full stop; the page sets it in a sentence"
        assert entry.partly[:1].islower() or not entry.partly, f"{clause}: begin small; the page leads with 'In part:'"


def test_a_reference_that_leads_nowhere_is_noticed():
    with pytest.raises(AttributeError):
        resolved("careward.governance.procedures.rules.no_such_rule")
    with pytest.raises(ImportError):
        resolved("nowhere.at.all")


@pytest.mark.parametrize(
    "entry",
    [
        {"level": "kept", "places": []},
        {"level": "kept", "places": [{"words": "x"}]},
        {"level": "kept", "places": [{"words": "x", "at": "y"}], "partyl": "z"},
        {"level": "sworn", "places": [{"words": "x", "at": "y"}]},
        {"places": [{"words": "x", "at": "y"}]},
    ],
)
def test_a_slip_of_the_pen_in_the_list_is_an_error(entry: dict[str, object]):
    with pytest.raises(PackError):
        read_carried({"PA-001": entry}, "carried.toml")


def test_markers_of_functions_classes_and_modules_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tool = index()
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    path = tmp_path / "test_sample.py"
    path.write_text(
        'pytestmark = [pytest.mark.clause("PA-001")]\n'
        '@pytest.mark.clause("PA-002", "PA-003")\ndef test_one(): ...\n'
        '@pytest.mark.clause("PA-004")\nclass TestTwo:\n    def test_three(self): ...\n    def other(self): ...\n'
        'def aside():\n    pytest.mark.clause("PA-005")\n',
        encoding="utf-8",
    )
    assert sorted(tool.tests_of(path)) == [
        ("PA-001", "test_sample.py::TestTwo::test_three"),
        ("PA-001", "test_sample.py::test_one"),
        ("PA-002", "test_sample.py::test_one"),
        ("PA-003", "test_sample.py::test_one"),
        ("PA-004", "test_sample.py::TestTwo::test_three"),
    ]
