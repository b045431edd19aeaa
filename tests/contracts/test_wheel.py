"""What README promises is true of Careward as it is installed from its wheel, away from the repository: commands, pages, measurements."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until the demonstration of a small trust answers


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it, and what it needs to run seen in the present one; nothing is fetched."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    venv.create(place / "venv", with_pip=False)
    site = next((place / "venv").glob("lib/python*/site-packages"))
    ours = next(p for p in map(Path, sys.path) if p.name == "site-packages")
    pip = [sys.executable, "-m", "pip", "--python", str(place / "venv/bin/python"), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, str(next(place.glob("*.whl")))], check=True, capture_output=True)
    (site / "needed.pth").write_text(f"{ours}\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody stands who uses it: what it makes lies in `var` there."""
    return tmp_path_factory.mktemp("away")


def environment() -> dict[str, str]:
    dropped = ("PYTHONPATH", "DJANGO_SETTINGS_MODULE", "CAREWARD_DATABASE_URL", "CAREWARD_HOME")
    return {**{n: v for n, v in os.environ.items() if n not in dropped}, "NO_COLOR": "1", "COLUMNS": "200"}


def careward(installed: Path, folder: Path, *words: str) -> str:
    command = [str(installed / "venv/bin/careward"), *words]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_careward_is_the_installed_one_and_the_only_package_of_its_wheel(installed: Path):
    where = [str(installed / "venv/bin/python"), "-c", "import careward.core.days as days; print(days.__file__)"]
    found = subprocess.run(where, cwd=installed, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(installed))
    site = next((installed / "venv").glob("lib/python*/site-packages"))
    top = {line.split(",")[0].split("/")[0] for line in next(site.glob("careward-*/RECORD")).read_text("utf-8").splitlines()}
    assert {t for t in top if not t.endswith(".dist-info")} == {"..", "careward"}  # "..": the command in bin


def promised() -> set[str]:
    """The commands that README shows."""
    return set(re.findall(r"careward ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"))) - {"is"}


def test_every_command_that_readme_shows_is_there(installed: Path, folder: Path):
    shown = careward(installed, folder, "--help")
    assert len(promised()) > 6
    assert [command for command in sorted(promised()) if not re.search(rf"\b{command}\b", shown)] == []


def test_the_clauses_are_told_from_the_packs_inside(installed: Path, folder: Path):
    rows = [json.loads(line) for line in careward(installed, folder, "clauses", "--json").splitlines()]
    assert len(rows) > 300 and any(row["state"] == "done" for row in rows)


def test_a_measurement_is_made_and_kept(installed: Path, folder: Path):
    assert "entries sealed" in careward(installed, folder, "bench", "ledger", "--small")
    assert {row["name"] for row in json.loads((folder / "var" / "bench.json").read_text())} >= {"entries sealed", "ledger verified"}


def test_nothing_is_written_beside_the_package(installed: Path, folder: Path):
    assert (folder / "var" / "careward.sqlite3").exists()
    assert not list((installed / "venv").rglob("var"))


@pytest.fixture
def demonstration(installed: Path, folder: Path) -> Iterator[str]:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = int(asked.getsockname()[1])
    command = [str(installed / "venv/bin/careward"), "demonstrate", "--port", str(port), "--staff", "60", "--systems", "2"]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out, stderr=subprocess.STDOUT)
        try:
            yield _answering(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _answering(address: str, process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return address
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the demonstration did not answer: {log.read_text(encoding='utf-8')[-3000:]}")


def test_the_demonstration_serves_its_pages_with_their_assets(demonstration: str):
    with urllib.request.urlopen(f"{demonstration}/demonstration/", timeout=10) as answer:
        page = answer.read().decode()
    assert "Trust administrator" in page
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert any("nhsuk-frontend" in a for a in assets) and len(assets) >= 4
    for asset in assets:
        with urllib.request.urlopen(demonstration + asset, timeout=10) as answer:
            assert answer.status == 200 and answer.read()
