"""The commands that rooms give: found in the `commands.py` of each room of config/rooms, whose `room.py` gives the same to the house.

Only these small files are read, for `careward --help` must not wait until Django has set up every table.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

import careward.config.rooms as listed
from careward.cli import terms
from careward.cli.acting import acts
from careward.cli.ready import open_house
from careward.core.commands import Command

PACKAGES = Path(listed.__file__).resolve().parents[2]


def add_to(app: typer.Typer) -> None:
    for command in commands():
        app.command(command.name)(acts(_in_an_open_house(command.run)))


def commands() -> Iterator[Command]:
    """Every command of every room, lowest first."""
    for room in listed.ROOMS:
        if PACKAGES.joinpath(*room.split("."), "commands.py").exists():
            yield from import_module(f"{room}.commands").COMMANDS


def _in_an_open_house(run: Callable[..., None]) -> Callable[..., None]:
    @wraps(run)
    def opened(context: typer.Context, *given: Any, **options: Any) -> None:
        open_house()
        context.obj = terms
        run(context, *given, **options)

    return opened
