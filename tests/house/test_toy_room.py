"""A room is one folder and one line: a toy room put into a copy of the house works, and what was touched outside it is counted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOY = Path(__file__).parent / "toy_room"
LINES = {"careward/config/rooms.py": '    "careward.systems.register",\n', ".importlinter": "    register\n"}
ADDED = {"careward/config/rooms.py": '    "careward.systems.kettles",\n', ".importlinter": "    kettles\n"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with the toy room in it: its folder, and a line in each of two files."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "careward", copy / "careward", ignore=shutil.ignore_patterns("__pycache__", "nhsuk"))
    shutil.copy(ROOT / ".importlinter", copy)
    room = copy / "careward" / "systems" / "kettles"
    shutil.copytree(TOY, room, ignore=shutil.ignore_patterns("__pycache__", "working.py"))
    (room / "migrations").mkdir()
    (room / "migrations" / "__init__.py").touch()
    for file, line in LINES.items():
        text = (copy / file).read_text(encoding="utf-8")
        assert text.count(line) == 1, file
        after = file.endswith(".py")  # rooms are listed lowest first, layers highest first
        (copy / file).write_text(text.replace(line, line + ADDED[file] if after else ADDED[file] + line), encoding="utf-8")
    return copy


def files(folder: Path) -> dict[str, bytes]:
    kept = (p for p in folder.rglob("*") if p.is_file() and not {"__pycache__", "nhsuk", ".git", ".venv", "node_modules"} & set(p.parts))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in kept}


def test_outside_its_folder_a_room_touches_one_line_of_two_files(house: Path):
    before = files(ROOT / "careward")
    now = files(house / "careward")
    touched = {f"careward/{n}" for n in now.keys() | before.keys() if now.get(n) != before.get(n) and not n.startswith("systems/kettles/")}
    assert touched == {"careward/config/rooms.py"}
    linter = (ROOT / ".importlinter").read_text(encoding="utf-8").splitlines()
    assert [line for line in (house / ".importlinter").read_text(encoding="utf-8").splitlines() if line not in linter] == ["    kettles"]


def test_all_that_it_gives_works(house: Path, tmp_path: Path):
    environment = {**os.environ, "CAREWARD_HOME": str(tmp_path), "CAREWARD_DATABASE_URL": "", "PYTHONPATH": f"{house}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, str(TOY / "working.py")], cwd=house, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr[-3000:]
    assert [line for line in said if not line.endswith(": works")] == []
    assert len(said) == 11


def test_its_imports_go_downstairs(house: Path):
    lint = str(Path(sys.executable).parent / "lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=house, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3000:]
