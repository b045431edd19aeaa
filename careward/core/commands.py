"""What a room gives the command line. Apart from core.room, and small, since `careward --help` waits for whatever is imported here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


class Desk(Protocol):
    """What the command line hands a command, as its context's `obj`: the clock, who runs it, whose rows are meant, and where to speak."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...

    def actor(self) -> str: ...

    def day(self, text: str) -> date:
        """A day as it was typed; ends the command where it is none."""

    def organisation(self, code: str) -> Any:
        """The row of the organisation named, or of the only one; ends the command where it is not told which."""

    def say(self, words: str) -> None: ...

    def remark(self, words: str) -> None:
        """Beside the output: what a program that reads it must not take for a part of it."""

    def lines(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """One JSON object a line."""

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows under their headings."""

    def stop(self, words: str, status: int) -> Exception:
        """Says what is wrong; raise what it returns."""


@dataclass(frozen=True, slots=True)
class Command:
    """`careward NAME`: `run` is a function as Typer takes one, run once every table is there; its first parameter is the context."""

    name: str
    run: Callable[..., None]
