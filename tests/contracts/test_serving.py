"""A Careward that serves: however it ends nothing of it stays, and a port that somebody answers at is never shared."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from careward.cli.keeper import GRACE, REST

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
WORDS = [sys.executable, "-m", "careward.cli.main"]


def environment(home: Path) -> dict[str, str]:
    mine = {k: v for k, v in os.environ.items() if k not in ("CAREWARD_DATABASE_URL", "CAREWARD_URL", "CAREWARD_DEMONSTRATION")}
    return {**mine, "CAREWARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def running(home: Path) -> list[int]:
    """Every process of that home, whoever began it."""
    mark = f"CAREWARD_HOME={home}".encode()
    found = []
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit() and mark in (place / "environ").read_bytes().split(b"\0") and b"Z" not in state(place):
                found.append(int(place.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def state(place: Path) -> bytes:
    return (place / "stat").read_bytes().rpartition(b")")[2].split()[0]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_until(so, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if so():
            return True
        time.sleep(0.1)
    return bool(so())


Begun = tuple[subprocess.Popen[bytes], Path, int]


@contextmanager
def careward_begun(home: Path, *words: str) -> Iterator[Begun]:
    """One that has just been started; nothing of it is left afterwards."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("which processes are left is read from /proc")
    port = free_port()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests in the background may ignore both, and they would be handed on
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (home / "log").open("wb") as log:
        command = [*WORDS, *words, "--port", str(port)]
        first = subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=log, stderr=log, process_group=0)
        try:
            yield first, home, port
        finally:
            for number in running(home):
                with suppress(ProcessLookupError):  # it ended by itself meanwhile
                    os.kill(number, signal.SIGKILL)
            first.wait(timeout=10)


@contextmanager
def serving(home: Path, *words: str) -> Iterator[Begun]:
    """One that answers."""
    with careward_begun(home, *words) as (first, _, port):
        assert wait_until(lambda: answers(port) or first.poll() is not None, PATIENCE)
        assert first.poll() is None, (home / "log").read_text(encoding="utf-8")
        yield first, home, port


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    with serving(tmp_path, "serve") as it:
        yield it


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a demonstration in it."""
    home = tmp_path_factory.mktemp("furnished")
    with serving(home, "demonstrate", "--staff", "60", "--systems", "1"):
        pass
    return home


ENDS = [(number, group) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL) for group in (True, False)]
FEW = [(signal.SIGINT, True), (signal.SIGHUP, False), (signal.SIGKILL, True), (signal.SIGKILL, False)]


def test_it_says_where_it_is_once_it_answers(begun):
    _, home, port = begun
    assert wait_until(lambda: f"Careward is at http://localhost:{port}." in (home / "log").read_text(encoding="utf-8"), GRACE)


@pytest.mark.parametrize(("number", "group"), ENDS if os.environ.get("CAREWARD_SWEEP") == "1" else FEW)
def test_however_it_ends_nothing_of_it_stays(number, group, begun):
    first, home, port = begun
    assert len(running(home)) >= 5  # itself, its keeper, the web server with two workers, and the worker
    (os.killpg if group else os.kill)(first.pid, number)
    must_be_over(first, home, number)
    assert not answers(port)


def must_be_over(first: subprocess.Popen[bytes], home: Path, number: int) -> None:
    """Its children are, within five seconds; it may then still seal what they wrote down."""
    left = lambda: [n for n in running(home) if n != first.pid]  # noqa: E731
    assert wait_until(lambda: not left(), GRACE + 1), [Path(f"/proc/{n}/cmdline").read_bytes() for n in left()]
    assert first.wait(timeout=GRACE) == (0 if number != signal.SIGKILL else -9)


@pytest.mark.parametrize(("number", "group"), ENDS if os.environ.get("CAREWARD_SWEEP") == "1" else FEW[1:3])
def test_however_a_demonstration_ends_nothing_of_it_stays(number, group, furnished, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(furnished, home)
    with serving(home, "demonstrate") as (first, _, port):
        assert len(running(home)) >= 5
        (os.killpg if group else os.kill)(first.pid, number)
        must_be_over(first, home, number)
        assert not answers(port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_one_that_is_ended_while_it_is_still_furnished_leaves_nothing_either(number, tmp_path):
    with careward_begun(tmp_path, "demonstrate", "--staff", "400", "--systems", "8") as (first, home, _):
        assert wait_until(lambda: "Making Northmoor" in (home / "log").read_text(encoding="utf-8"), PATIENCE)
        assert first.poll() is None
        os.kill(first.pid, number)
        assert wait_until(lambda: not running(home), GRACE + 1), [Path(f"/proc/{n}/cmdline").read_bytes() for n in running(home)]
        assert first.wait(timeout=1) != 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the end of whoever began them")
def test_where_the_keeper_is_killed_with_whoever_began_it_nothing_stays_either(begun):
    first, home, port = begun
    (keeper,) = [n for n in running(home) if b"careward.cli.keeper" in Path(f"/proc/{n}/cmdline").read_bytes()]
    for number in (first.pid, keeper):
        os.kill(number, signal.SIGKILL)
    assert wait_until(lambda: not running(home), GRACE + 1), [Path(f"/proc/{n}/cmdline").read_bytes() for n in running(home)]
    assert not answers(port)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two homes that start within the same second are not seen")
def test_of_two_homes_that_start_at_once_on_one_port_only_one_goes_on(tmp_path):
    """Nobody listens yet when the second asks."""
    taken = "import sys; from careward.cli import ready, running; ready.set_up()\n"
    taken += f"with running._alone_at('127.0.0.1', {free_port()}): print('alone', flush=True); sys.stdin.read()"
    begun = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        begun.append(subprocess.Popen(
            [sys.executable, "-c", taken], cwd=ROOT, env=environment(tmp_path / name), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        ))  # fmt: skip
        if name == "one":
            assert begun[0].stdout.readline() == "alone\n"
    said, errors = begun[1].communicate(timeout=PATIENCE)
    assert said == "" and "answers at port" in errors and "--port" in errors
    assert begun[0].communicate(timeout=PATIENCE) == ("", "") and begun[0].returncode == 0


def process_of(whose: str, first: subprocess.Popen[bytes], home: Path) -> int | None:
    """Not the one that began it all, whose command line names the others."""
    found = []
    for number in running(home):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now
            said = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
            found += [number] if number != first.pid and any(word.endswith(whose) for word in said[:4]) else []
    return min(found, default=None)


@pytest.mark.parametrize("whose", ["keeper", "granian"])
def test_the_web_server_or_the_keeper_that_is_killed_takes_the_others_with_it_and_it_is_no_good_end(whose, begun):
    first, home, _ = begun
    os.kill(process_of(whose, first, home), signal.SIGKILL)
    assert wait_until(lambda: not running(home), GRACE + 2)
    assert first.wait(timeout=1) == 1


def test_a_worker_that_is_killed_is_begun_again_and_no_page_notices(begun):
    first, home, port = begun
    assert wait_until(lambda: process_of("work", first, home), GRACE)
    killed = process_of("work", first, home)
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: process_of("work", first, home) not in (killed, None) or not answers(port), REST + GRACE)
    assert answers(port) and first.poll() is None
    assert wait_until(lambda: "work has ended (-9) and is begun again." in (home / "log").read_text(encoding="utf-8"), GRACE)


def test_while_another_writes_for_long_a_page_says_so_in_seconds_and_who_watches_is_answered_at_once(begun):
    """It was half a minute, and then a 500; meanwhile nobody else was answered."""
    _, home, port = begun
    at = f"http://127.0.0.1:{port}"
    wrong = urllib.request.Request(f"{at}/api/findings", headers={"Authorization": "Bearer of-nobody"})  # a guess, which is counted
    with closing(sqlite3.connect(home / "careward.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        with pytest.raises(urllib.error.HTTPError) as busy:
            urllib.request.urlopen(wrong, timeout=PATIENCE)
        assert busy.value.code == 503 and "Careward is busy" in busy.value.read().decode()
        assert time.monotonic() - began < 15, "4 seconds, on an idle machine"
        assert answers(port)
        figures = urllib.request.urlopen(f"{at}/metrics", timeout=5).read().decode()
    assert "careward_database_up 1\n" in figures and "careward_workers 1\n" in figures


@pytest.mark.parametrize("how", ["Content-Length: 1073741824", "Transfer-Encoding: chunked"], ids=["announced", "without a length"])
def test_a_gigabyte_is_answered_before_it_is_sent(how, begun):
    """Nobody reads it: the server stops taking it in, or asks for none of it, and the next one is answered as ever."""
    _, _, port = begun
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as browser:
        browser.sendall(f"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n{how}\r\n\r\n".encode())
        answer = browser.recv(12)
    assert answer == (b"HTTP/1.1 413" if "Length" in how else b"HTTP/1.1 403")  # nothing came of the form, not even its token
    assert answers(port)


def test_a_port_that_somebody_answers_at_is_said_and_not_shared(begun, tmp_path_factory):
    first, home, port = begun
    for other in (home, tmp_path_factory.mktemp("other")):
        for words in (["serve"], ["demonstrate", "--staff", "60", "--systems", "1"]):
            second = subprocess.run(
                [*WORDS, *words, "--port", str(port)], cwd=ROOT, env=environment(other), capture_output=True, text=True, check=False
            )
            assert second.returncode == 1 and f"port {port} of this machine already" in second.stderr, second.stderr
            assert f"--port {port + 1}" in second.stderr and "Making" not in second.stdout
    assert wait_until(lambda: answers(port), PATIENCE) and first.poll() is None


@pytest.mark.parametrize(
    ("url", "host"), [("http://careward.trust.example", "127.0.0.1"), ("", "0.0.0.0"), ("http://localhost:8000", "::")]
)
def test_plain_http_for_other_machines_is_refused_unless_told(url, host, tmp_path):
    port = free_port()
    plain = {**environment(tmp_path), **({"CAREWARD_URL": url} if url else {})}
    words = [*WORDS, "serve", "--port", str(port), "--host", host]
    said = subprocess.run(words, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
    assert said.returncode == 2 and "plain http" in said.stderr and "CAREWARD_PLAIN_HTTP=1" in said.stderr
    assert not (tmp_path / "careward.sqlite3").exists()


def test_plain_http_is_served_where_that_was_told(tmp_path):
    port = free_port()
    told = {**environment(tmp_path), "CAREWARD_PLAIN_HTTP": "1"}
    with subprocess.Popen([*WORDS, "serve", "--port", str(port), "--host", "0.0.0.0"], cwd=ROOT, env=told) as first:
        assert wait_until(lambda: answers(port), PATIENCE)
        first.send_signal(signal.SIGTERM)
    assert first.returncode == 0


def test_an_address_that_is_not_this_machines_is_said(tmp_path):
    said = subprocess.run(
        [*WORDS, "serve", "--port", str(free_port()), "--host", "192.0.2.1"],
        cwd=ROOT, env={**environment(tmp_path), "CAREWARD_PLAIN_HTTP": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 1 and "192.0.2.1 cannot be used" in said.stderr
