"""careward serve, work, demonstrate and make-trust: the house with its lights on."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from careward.cli import terms
from careward.cli.keeper import GRACE, LOOK
from careward.cli.ready import gather_static, one_at_a_time, open_house

HERE = "127.0.0.1"
NEAR = ("localhost", "::1")  # and all that begins 127.
Port = Annotated[int, typer.Option("--port", help="The port of this machine.")]


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(work)
    app.command()(demonstrate)
    app.command("make-trust")(make_trust)


def serve(
    port: Port = 8000,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = HERE,
    worker: Annotated[bool, typer.Option(help="Run the worker beside the web server.")] = True,
) -> None:
    """Serve what CAREWARD_HOME holds: pages, API and worker together, until stopped."""
    os.environ.setdefault("CAREWARD_URL", f"http://localhost:{port}")
    _must_be_private(os.environ["CAREWARD_URL"], host)
    open_house()
    os.environ["CAREWARD_DEMONSTRATION"] = "1" if _is_demonstration() else ""
    words = f"Careward is at {os.environ['CAREWARD_URL']}. Press Ctrl+C to stop."
    with _alone_at(host, port):
        raise typer.Exit(_serve(port, host, words, worker=worker))


def _must_be_private(address: str, host: str) -> None:
    """Refuses to speak plain http with other machines: passwords and patients' names could be read on the way (ASVS 9.1.1)."""
    where = urlsplit(address)
    near = all(name in NEAR or name.startswith("127.") for name in (where.hostname or "", host))
    if where.scheme != "https" and not near and os.environ.get("CAREWARD_PLAIN_HTTP") != "1":
        words = (
            f"People would reach Careward at {address}, listening on {host}, by plain http, and what they send could be read on the way."
        )
        remedy = (
            "Give the https address that your proxy answers to in CAREWARD_URL; to have it plain all the same, set CAREWARD_PLAIN_HTTP=1."
        )
        raise terms.stop(f"{words} {remedy}", 2)


def _is_demonstration() -> bool:
    """Whether what this home holds is made up; one that was cut off while it was made is not served."""
    from careward.people.staff.models import Made, Organisation

    made = set(Organisation.objects.values_list("demonstration", flat=True))
    if Made.BEGUN in made:
        raise terms.stop("The made-up trust in this home is not finished. Finish it first: careward demonstrate", 1)
    return Made.WHOLE in made


def _serve(port: int, host: str, words: str, *, worker: bool) -> int:
    """Serves until stopped; says the words once somebody would be answered."""
    gather_static()
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2",
        "--blocking-threads", "2", "--no-access-log", "--log-level", "warning", "--respawn-failed-workers",
        "careward.config.wsgi:application",
    ]  # fmt: skip
    commands = [web, [sys.executable, "-m", "careward.cli.main", "work"]] if worker else [web]
    return _together(commands, begun=lambda: _answers(host, port), then=lambda: terms.out.print(words, soft_wrap=True))


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=LOOK).close()
    except OSError:
        return False
    return True


@contextmanager
def _alone_at(host: str, port: int) -> Iterator[None]:
    """While nobody else answers at an address: the web server would share it, and every other page would be of another house."""
    from django.conf import settings

    taken = f"Something answers at port {port} of this machine already, so Careward was not started. Stop it, or name another: --port"
    with open(settings.CAREWARD_HOME / f"port-{port}.lock", "w") as lock, socket.socket(socket.AF_UNIX) as first:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # two of this home that start together
            if sys.platform == "linux":  # two of this machine: a name that is no file, and goes with whoever has it
                first.bind(f"\0careward/{host}/{port}")
            for family, kind, number, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
                with socket.socket(family, kind, number) as asked:
                    asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    asked.bind(place)
        except BlockingIOError as error:
            raise terms.stop(f"{taken} {port + 1}.", 1) from error
        except socket.gaierror as error:
            raise terms.stop(f"This machine has no address {host} ({error.strerror}). Name one of its own: --host 127.0.0.1.", 2) from error
        except OSError as error:
            words = (
                f"{taken} {port + 1}." if error.errno == errno.EADDRINUSE else f"Port {port} of {host} cannot be used: {error.strerror}."
            )
            raise terms.stop(words, 1) from error
        yield


def _together(commands: list[list[str]], *, begun: Callable[[], bool], then: Callable[[], None]) -> int:
    """Runs until told to stop, or until the first of them ends: then all end. So they do if this process is killed (keeper.py)."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # ignored under nohup, which wants it to go on
            signal.signal(number, lambda *_: stop.set())
    command = [sys.executable, "-m", "careward.cli.keeper", json.dumps(commands)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    said = False
    while not stop.is_set() and keeper.poll() is None:
        if not said and (said := begun()):
            then()
        stop.wait(LOOK)
    with suppress(BrokenPipeError, subprocess.TimeoutExpired):
        keeper.communicate(timeout=GRACE + 1)
    with suppress(ProcessLookupError):
        os.killpg(keeper.pid, signal.SIGKILL)  # nothing, unless the keeper itself was killed
    return 0 if stop.is_set() else 1


def work() -> None:
    """Run the worker alone: errands, and what is due by the clock."""
    open_house()
    from careward.jobs.worker import work as begin

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    begin(stop)


def make_trust(
    folder: Annotated[Path, typer.Argument(help="An empty or new folder.")],
    staff: Annotated[int, typer.Option("--staff", min=60, help="How many members of staff.")] = 800,
    systems: Annotated[int, typer.Option("--systems", min=1, help="How many systems.")] = 10,
    days: Annotated[int, typer.Option("--days", min=30, help="How many days of history.")] = 730,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    on: Annotated[str, typer.Option("--on", help="The day it is made as at; today when not given.")] = "",
    unsafe: Annotated[bool, typer.Option("--unsafe-system", help="Plant one system whose plan is too large to act on.")] = False,
) -> None:
    """Write the feeds of a believable trust, with what is planted wrong in a separate file."""
    from careward.engines.synthetic.trust import make_trust as make

    day = terms.day(on) if on else terms.today()
    if folder.exists() and any(folder.iterdir()):
        raise terms.stop(f"{folder} is not empty. Name an empty or new folder.", 2)
    made = make(folder, staff=staff, systems=systems, days=days, seed=seed, on=day, unsafe_system=unsafe)
    terms.out.print(f"Written to {folder}, as at {day}: {made}", soft_wrap=True)


def demonstrate(
    port: Port = 8000,
    staff: Annotated[int, typer.Option("--staff", min=60)] = 800,
    systems: Annotated[int, typer.Option("--systems", min=1)] = 12,
) -> None:
    """Make a synthetic trust where nothing is loaded yet, and serve it with a one-click sign-in for each persona."""
    os.environ["CAREWARD_DEMONSTRATION"] = "1"
    os.environ.setdefault("CAREWARD_URL", f"http://localhost:{port}")
    open_house()
    from django.conf import settings

    from careward.cli.demonstration import furnish

    with _alone_at(HERE, port):
        with one_at_a_time(settings.CAREWARD_HOME / "furnish.lock"):
            furnish(staff=staff, systems=systems, now=terms.now(), today=terms.today())
        words = (
            f"\nCareward is at http://localhost:{port}.\n"
            f"Sign in with one click as a line manager, administrator, privacy officer and others: http://localhost:{port}/demonstration/\n"
            "Everything you see is invented. Press Ctrl+C to stop.\n"
        )
        raise typer.Exit(_serve(port, HERE, words, worker=True))
