"""Small inputs that lie by accident, each in a folder of its own with what must come of it; each stands for its whole kind (FEEDS B2)."""

import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from careward.cli import comparing, loading, main, rooms, terms
from tests.cases.trying import TODAY, Trial, in_this_process

pytestmark = pytest.mark.django_db
FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("*/case.toml"))


@pytest.fixture
def command(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(terms, "now", lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 10, 31, tzinfo=UTC))
    monkeypatch.setattr(terms, "today", lambda: TODAY)
    monkeypatch.setattr(terms, "interactive", lambda: False)
    for module in (comparing, loading, rooms):
        monkeypatch.setattr(module, "open_house", lambda: None)
    yield in_this_process(main._run, capsys.readouterr, monkeypatch)
    shutil.rmtree(settings.CAREWARD_HOME / "profiles", ignore_errors=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_must_come_of_it_comes_of_it(folder, tmp_path, command):
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    trial = Trial(folder, settings.CAREWARD_HOME, tmp_path, command)
    for number, step in enumerate(case["step"], 1):
        trial.step(number, step)
    if case.get("want") or case.get("never") or case.get("compare"):
        trial.compare(case["on"], case.get("want", ()), case.get("never", ()))
    trial.said_somewhere(case.get("somewhere", ()))
    assert trial.faults == [], case["title"]
