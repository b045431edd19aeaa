"""careward serve, work, demonstrate and make-trust: the house with its lights on."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from careward.cli import terms
from careward.cli.ready import gather_static, open_house

Port = Annotated[int, typer.Option("--port", help="The port of this machine.")]


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(work)
    app.command()(demonstrate)
    app.command("make-trust")(make_trust)


def serve(
    port: Port = 8000,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    worker: Annotated[bool, typer.Option(help="Run the worker beside the web server.")] = True,
) -> None:
    """Serve what CAREWARD_HOME holds: pages, API and worker together, until stopped."""
    os.environ.setdefault("CAREWARD_URL", f"http://localhost:{port}")
    open_house()
    gather_static()
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2",
        "--blocking-threads", "2", "--no-access-log", "--log-level", "warning", "--respawn-failed-workers",
        "careward.config.wsgi:application",
    ]  # fmt: skip
    commands = [web, [sys.executable, "-m", "careward.cli.main", "work"]] if worker else [web]
    raise typer.Exit(_together([subprocess.Popen(c) for c in commands]))


def _together(processes: list[subprocess.Popen[bytes]]) -> int:
    """Runs until told to stop, or until one of them ends: then all end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set() and all(p.poll() is None for p in processes):
        stop.wait(0.3)
    fell = [p.returncode for p in processes if p.returncode]
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    return 1 if fell and not stop.is_set() else 0


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
    began = time.monotonic()
    open_house()
    from careward.cli.demonstration import furnish

    furnish(staff=staff, systems=systems, now=terms.now(), today=terms.today())
    terms.out.print(
        f"\nCareward is at http://localhost:{port} (ready in {time.monotonic() - began:.0f} s).\n"
        f"Sign in with one click as a line manager, administrator, privacy officer and others: http://localhost:{port}/demonstration/\n"
        "Everything you see is invented. Press Ctrl+C to stop.\n",
        soft_wrap=True,
    )
    serve(port=port)
