"""What commands share: where output goes, the organisation meant, the day and the moment."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from careward.people.signin.keyboard import Acting
    from careward.people.staff.models import Organisation

out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

given_token: ContextVar[str] = ContextVar("careward.token", default="")  # of the command that runs
Token = Annotated[str, typer.Option("--token", envvar="CAREWARD_TOKEN", show_envvar=True, help="Act as the person of this token.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")]
OrganisationCode = Annotated[str, typer.Option("--organisation", help="ODS code, where the installation holds several.")]


def now() -> datetime:
    """The moment the command began; the only place commands read the clock."""
    return datetime.now(UTC)


def moment(second: int) -> datetime:
    """The moment of a second since 1970."""
    return datetime.fromtimestamp(second, UTC)


def today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


def actor() -> str:
    """Who runs the command, as the ledger names them: the person of its token, else the account on this machine by its number."""
    return acting().actor


def acting() -> "Acting":
    """Whoever acts; Refused where the token that was given opens nothing."""
    from careward.people.signin.keyboard import who_acts

    return who_acts(token=given_token.get(), now=now())


def day(text: str) -> date:
    """A day given on the command line; usage error when it is not YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it like 2026-11-22") from error


def say(words: str) -> None:
    """One line on standard output, as it is."""
    out.print(words, soft_wrap=True, markup=False)


def remark(words: str) -> None:
    """One line beside the output, on standard error."""
    errors.print(words, soft_wrap=True, markup=False)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under their headings."""
    told = Table(*heads, box=None, header_style="bold")
    for row in rows:
        told.add_row(*row)
    out.print(told)


def lines(rows: Sequence[Mapping[str, Any]]) -> None:
    """JSON lines on standard output, written as they are."""
    sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def stop(words: str, status: int) -> typer.Exit:
    """Says what is wrong on standard error; raise what it returns."""
    errors.print(words, soft_wrap=True, markup=False)
    return typer.Exit(status)


def nothing(*_: object) -> None:
    """Says nothing: for what runs inside a measurement."""


def interactive() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty()


def organisation(code: str) -> "Organisation":
    """The organisation named, or the only one there is. Exit 3 when it is not known, 2 when one must be named, 4 with another's token."""
    whose = acting()
    row = _organisation(code or whose.organisation)
    if whose.organisation_id not in (None, row.pk):
        raise stop(f"The token is of {whose.organisation}: with it nothing is done at {row.ods_code}.", 4)
    return row


def _organisation(code: str) -> "Organisation":
    from careward.people.staff.models import Organisation

    rows = list(Organisation.objects.filter(ods_code=code) if code else Organisation.objects.all())
    if len(rows) == 1:
        return rows[0]
    if not rows:
        raise stop(
            f"No organisation {code} here. Load its files first: careward load DIR"
            if code
            else "Nothing is loaded yet. Load files first: careward load DIR",
            3,
        )
    raise stop("Several organisations are here: name one with --organisation. " + ", ".join(o.ods_code for o in rows), 2)
