"""What is said of a clause is true: carried where it says, proved by a test, and no clause is cited that does not exist."""

import importlib.util
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from careward.core.packs.reader import PackError
from careward.governance.procedures.carried import carried, clauses, proofs, read_carried

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


def test_all_371_clauses_are_known():
    assert len(clauses()) == 371


def test_every_clause_that_is_carried_exists():
    assert carried().keys() <= clauses().keys()


def test_every_clause_that_a_test_cites_exists():
    assert {c: t for c, t in index().index().items() if c not in clauses()} == {}


def test_the_index_of_tests_is_fresh():
    tool = index()
    assert tool.OUT.read_text(encoding="utf-8") == tool.text(), "run python tools/write_clause_index.py"


def test_no_clause_is_called_done_without_a_test():
    assert [c for c, entry in carried().items() if not entry.partly and not proofs().get(c)] == []


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


@pytest.mark.parametrize("entry", [{"places": []}, {"places": [{"words": "x"}]}, {"places": [{"words": "x", "at": "y"}], "partyl": "z"}])
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
