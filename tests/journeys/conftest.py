"""A whole Careward for the journeys: a made-up trust, its web server and worker, and a browser to walk it with."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from careward.cli import terms
from careward.cli.demonstration import SEED
from careward.engines.synthetic.record import make_record_keeper
from careward.engines.synthetic.trust import make_trust
from tests.journeys.visiting import House, Visitor

ROOT = Path(__file__).resolve().parents[2]
STAFF, SYSTEMS, DAYS = 200, 6, 730  # enough for every persona, one of them of the bank
PATIENCE = 180  # seconds: a year of the trust is made, loaded and compared before the first page
NEEDS = "The journeys need Chromium: apt-get install chromium"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. Without one the journeys are left out, and fail where everything must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NEEDS)
    return found


@pytest.fixture(scope="session")
def house(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product as `make run` starts it, in a home of its own, and the files its trust was made from."""
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("trust")
    today = terms.today()
    make_trust(files, staff=STAFF, systems=SYSTEMS, days=DAYS, seed=SEED, on=today)
    record = tmp_path_factory.mktemp("record")
    make_record_keeper(record, seed=SEED, on=today)
    port = _free_port()
    command = [sys.executable, "-m", "careward.cli.main", "demonstrate", "--port", str(port)]
    environment = {
        **os.environ,
        "CAREWARD_HOME": str(home),
        "CAREWARD_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "careward.config.settings",
    }
    log = home / "journeys.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--staff", str(STAFF), "--systems", str(SYSTEMS)], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait(port, process, log)
            people = json.loads((files / "truth" / "personas.json").read_text(encoding="utf-8"))
            yield House(f"http://localhost:{port}", home, files, today, {key_of(p): p for p in people}, environment, record)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One for each module: its event loop must be over before the next test asks a database."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield running
        running.close()


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens a window of its own for somebody; at the end none may have had an error in its console."""
    windows: list[Visitor] = []

    def open_for(persona: str = "", *, script: bool = True, **options: object) -> Visitor:
        context = browser.new_context(base_url=house.url, java_script_enabled=script, viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(15_000)
        windows.append(Visitor(house, context.new_page()))
        if persona:
            windows[-1].sign_in_as(persona)
        return windows[-1]

    yield open_for
    for window in windows:
        window.page.context.close()
    assert [said for window in windows for said in window.console] == []


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def script(request: pytest.FixtureRequest) -> bool:
    """Each journey is gone twice: with JavaScript and without."""
    return bool(request.param)


def key_of(persona: dict[str, Any]) -> str:
    """What a persona is called in the journeys; of those who administer systems there are several."""
    return "-".join([persona["persona"], *persona["systems"][:1]]) if persona["role"] == "system_administrator" else persona["persona"]


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the demonstration ended before it began: {log.read_text(encoding='utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the demonstration did not answer in {PATIENCE} s: {log.read_text(encoding='utf-8')[-2000:]}")
