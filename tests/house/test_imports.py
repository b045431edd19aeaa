"""The floors: import-linter's contracts hold, and bark when a planted import breaks one."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINT = str(Path(sys.executable).parent / "lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_imports_go_downstairs_only():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout[-4000:]


def test_a_planted_import_upstairs_is_caught(tmp_path: Path):
    shutil.copytree(ROOT / "careward", tmp_path / "careward", ignore=shutil.ignore_patterns("static", "node_modules", "__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    rules = tmp_path / "careward" / "people" / "signin" / "terms.py"
    rules.write_text("import careward.access.accounts.models\n" + rules.read_text(encoding="utf-8"), encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "careward.people.signin.terms -> careward.access.accounts.models" in result.stdout
