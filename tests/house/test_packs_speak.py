"""What a procedure says stands in its pack: no program names a pack, a clause or a number of days of anybody's procedure."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from careward.core.packs.documents import load_document
from careward.core.packs.pack import HOUSE_PACK, load
from careward.core.packs.reader import SHIPPED, names

ROOT = Path(__file__).resolve().parents[2]
CAREWARD = ROOT / "careward"
PACKS = set(names((SHIPPED,))) - {HOUSE_PACK}
PREFIXES = {c.id.partition("-")[0] for name in PACKS for code in load(name).documents for c in load_document(name, code).clauses}
EACH = f"(?:{'|'.join(sorted(PREFIXES))})"
CLAUSE = re.compile(rf"\b{EACH}-(?:\d|\W|$)|\b{EACH}\|{EACH}\b")
FIGURE = re.compile(r"(?:^|_)(?:DAYS|NIGHTS|WEEKS|MONTHS)(?:_|$)")

NAMES_PACKS = {
    "careward/engines/synthetic/register.py": "the synthetic trust runs the shipped procedures: data about a trust, not a rule",
    "careward/cli/demonstration.py": "the demonstration brings the shipped documents into force",
    "careward/engines/synthetic/record.py": "a second made-up organisation runs the shipped procedure of a shared care record",
    "careward/cli/measurements/compare.py": "a measurement compares made-up tables by the shipped procedures",
}
OWN_FIGURES = {  # figures of Careward itself, which no procedure gives: what a page looks back over, how long a thing of ours waits
    "careward/access/accounts/applying.py": "how long an account that its system lists no more is counted",
    "careward/access/accounts/over_time.py": "how far back a picture of somebody's access looks",
    "careward/access/accounts/measures.py": "a month of nights is shown",
    "careward/access/feeds/rules.py": "how long uploaded files wait here",
    "careward/evidence/errands/backups.py": "how old a backup may be, and how long ago one was tried out",
    "careward/evidence/ledger/pages.py": "how often the ledger asks to be checked",
    "careward/work/tasks/measures.py": "a quarter of work done by hand is shown",
    "careward/work/tasks/queries.py": "a month of work done is shown, and the week is the calendar's",
    "careward/work/tasks/views.py": "a month of work done is shown",
}


def programs() -> Iterator[tuple[str, str]]:
    for path in sorted(CAREWARD.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def spoken(source: str) -> Iterator[tuple[int, str]]:
    """Every text of a program that is not a docstring."""
    tree = ast.parse(source)
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    silent = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, described) and n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def clauses_named(source: str) -> list[str]:
    return [f"{line}: {text}" for line, text in spoken(source) if CLAUSE.search(text)]


def packs_named(source: str) -> list[str]:
    return [f"{line}: {text}" for line, text in spoken(source) if set(re.split(r"[^a-z]+", text.lower())) & PACKS]


def figures_given(source: str) -> list[str]:
    """Days or months written as numbers: a constant called so, or a timedelta of more than a day."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Assign)
            and _number(node.value)
            and any(FIGURE.search(t.id) for t in node.targets if isinstance(t, ast.Name))
        ):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("timedelta"):
            given = [k.value for k in node.keywords if k.arg in ("days", "weeks")] + node.args[:1]
            found += [f"{node.lineno}: {ast.unparse(node)}" for value in given if _number(value) and value.value > 1]
    return found


def refusals_without_a_clause(source: str) -> list[str]:
    """Refusals that cite neither a clause somebody handed in nor the house: a page would lead to a clause that nobody has."""
    calls = [
        n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "refuse" and len(n.args) > 1
    ]
    cited = re.compile(r"'house'|HOUSE|(?:\w+\.)*(?:\w+_)?clause")
    return [f"{n.lineno}: {ast.unparse(n.args[1])}" for n in calls if not cited.fullmatch(ast.unparse(n.args[1]))]


def calendars_made(source: str) -> list[str]:
    """Where a program takes England's bare calendar, or makes one: an organisation's comes from its pack."""
    tree = ast.parse(source)
    called = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func).split(".")[-1] in ("Calendar", "CoreHours")]
    named = [n for n in ast.walk(tree) if "ENGLAND" in (getattr(n, "id", ""), getattr(n, "attr", ""), getattr(n, "name", ""))]
    return [f"{getattr(n, 'lineno', 0)}: {ast.unparse(n)}" for n in [*called, *named]]


def _number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def test_no_program_names_a_clause():
    assert {file: named for file, source in programs() if (named := clauses_named(source))} == {}


def test_no_program_but_the_demonstration_names_a_pack():
    assert {file for file, source in programs() if packs_named(source)} == NAMES_PACKS.keys()


def test_no_program_gives_days_but_of_its_own():
    beside = ("careward/core/days.py", "careward/engines/synthetic/", "careward/cli/")  # the law's clocks; a made-up trust's life
    given = {file: figures for file, source in programs() if not file.startswith(beside) and (figures := figures_given(source))}
    assert given.keys() == OWN_FIGURES.keys(), given


def test_every_clock_runs_by_the_calendar_of_a_pack():
    """The clocks of core/days take a calendar and have none of their own; the only one who makes one is the pack."""
    assert {file for file, source in programs() if calendars_made(source)} == {"careward/core/days.py", "careward/core/packs/calendar.py"}


def test_a_refusal_cites_a_clause_or_the_house():
    assert {file: wrong for file, source in programs() if (wrong := refusals_without_a_clause(source))} == {}


@pytest.mark.parametrize("planted", ['refuse("state.wrong", self.name, "x")', 'refuse("a.b", "work.evidence")', 'refuse("a.b", f"{x}")'])
def test_a_planted_refusal_without_a_clause_is_seen(planted: str):
    assert refusals_without_a_clause(planted)
    assert not refusals_without_a_clause('refuse("a.b", HOUSE)\nrefuse("a.b", rule.lock_clause, "x")\nrefuse("a.b", "house")')


def test_rooms_take_packs_from_the_one_place_that_knows_an_organisation_s_own():
    """Who loads a pack for itself would see the shipped ones alone. The words of finding codes are the house's, so they may."""
    direct = re.compile(r"from careward\.core\.packs\.\w+ import .*\b(?:load|load_document|folder_of)\b")
    rooms = [(file, source) for file, source in programs() if not file.startswith(("careward/core/", "careward/engines/"))]
    assert {file for file, source in rooms if direct.search(source)} == {
        "careward/people/staff/packs.py", "careward/access/accounts/wording.py", "careward/work/tasks/pages.py",
        "careward/cli/measurements/compare.py",
    }  # fmt: skip


def test_no_page_names_a_clause():
    pages = (p for kind in ("*.jinja", "*.html", "*.txt") for p in CAREWARD.rglob(kind))
    assert [str(p) for p in pages if CLAUSE.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "planted",
    ['refuse("deputy.missing", "PA-021", "", "")', 'CLAUSE = re.compile("(PA|EL|LR|IN)-")', 'f"see EL-{number}"', 'X = {"IN-108": 1}'],
)
def test_a_planted_clause_is_seen(planted: str):
    assert clauses_named(f'"""About PA-033."""\n{planted}\n')


@pytest.mark.parametrize("planted", ['load("tewv")', 'OWN = {("llr", "sop"): 1}', 'path = "packs/elft/pack.toml"'])
def test_a_planted_pack_is_seen(planted: str):
    assert packs_named(planted)


@pytest.mark.parametrize("planted", ["WARN_DAYS = 90", "WORKING_DAYS = 5", "LOOK_BACK = timedelta(days=366)", "due = on + timedelta(7)"])
def test_a_planted_figure_is_seen(planted: str):
    assert figures_given(planted)


@pytest.mark.parametrize(
    "innocent", ['"""PA-033: locked."""', "x = 1  # EL-036", 'def f():\n    """LR-054."""\n', 'name = "PALS, IN-house"']
)
def test_docstrings_comments_and_other_words_are_left_alone(innocent: str):
    assert clauses_named(innocent) == []
