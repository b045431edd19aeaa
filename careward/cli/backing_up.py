"""careward backup, restore, drill and backup-key: what is here survives the machine."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careward.cli import terms
from careward.cli.acting import acts
from careward.cli.ready import open_house
from careward.core.decision import Refused, refuse

if TYPE_CHECKING:
    from careward.cli.backups.restoring import PutBack

FAILED = 1
PATIENCE = "600"  # a load may write for long before what was done can be written down
OPEN = (
    "It is not encrypted, and it holds the keys that sign the ledger and open every session: whoever reads it can read all that is here, "
    "and sign in this home's name. Keep it where nobody else comes, or give --to and a public key (careward backup-key makes one)."
)
Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
Keys = Annotated[list[Path] | None, typer.Option("--key", help="The file of a key that opens it; may be given again.")]


def add_to(app: typer.Typer) -> None:
    app.command()(acts(backup))
    app.command()(restore)
    app.command()(acts(drill))
    app.command("backup-key")(backup_key)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, outside CAREWARD_HOME.")],
    to: Annotated[list[str] | None, typer.Option("--to", help="A public key to encrypt to, or a file of such; may be given again.")] = None,
    as_json: terms.Json = False,
) -> None:
    """Back up everything: the rows, the keys, and all else in CAREWARD_HOME that must survive. Careward may run meanwhile."""
    from careward.cli.backups.locked import recipients_of

    recipients = recipients_of(to or [])
    os.environ.setdefault("CAREWARD_LOCK_SECONDS", PATIENCE)
    open_house()
    from careward.cli.backups.taking import take
    from careward.evidence.errands.actions import write_down_backup
    from careward.evidence.errands.backups import MADE, BackupTold

    now = terms.now()
    made = take(file, recipients, now=now)
    told = BackupTold(MADE, now, made.path.name, made.size, made.digest, encrypted=bool(recipients))
    write_down_backup(told=told, now=terms.now(), by=terms.actor())
    if as_json:
        terms.lines(
            [{"file": str(made.path), "at": now.isoformat(), "bytes": made.size, "sha256": made.digest, "encrypted": told.encrypted}]
        )
    else:
        terms.say(f"{made.path} holds all that was here at {now:%H:%M:%S} UTC: {len(made.manifest.parts):,} parts, {made.size:,} bytes.")
        terms.say(f"Its SHA-256 is {made.digest}.")
    if not recipients:
        terms.errors.print(OPEN, soft_wrap=True, markup=False)


def restore(
    file: Backup,
    home: Annotated[Path, typer.Option("--home", help="A new or an empty folder to put it into.")],
    key: Keys = None,
    as_json: terms.Json = False,
) -> None:
    """Put a backup into a new home, once all of it is as it was written, and check the ledger and the tables there."""
    from careward.cli.backups.locked import identities_of
    from careward.cli.backups.restoring import restore as put_back

    now = terms.now()
    found = put_back(file, home, identities_of(key or []), now=now, by=terms.actor)
    if as_json:
        terms.lines([found.told()])
    else:
        terms.say(f"Put back into {home.absolute()}, as it was on {_moment(found, now)}.")
        _tell(found)
        terms.say("Everybody signs in anew. Serve it: set CAREWARD_HOME to that folder, and careward serve.")
    raise typer.Exit(FAILED if found.problems else 0)


def drill(
    file: Backup,
    key: Keys = None,
    database: Annotated[
        str, typer.Option("--database", help="An empty PostgreSQL database to try it out in, for a role that may make none.")
    ] = "",
    as_json: terms.Json = False,
) -> None:
    """Try a backup out: put it back elsewhere, check it there, say how old it is, and throw away what was put back."""
    os.environ.setdefault("CAREWARD_LOCK_SECONDS", PATIENCE)
    open_house()
    from careward.cli.backups.trying import try_out
    from careward.evidence.errands.actions import write_down_backup
    from careward.evidence.errands.backups import TRIED, BackupTold

    now = terms.now()
    tried = try_out(file, key or [], database)
    at = tried.found.at if tried.found else None
    told = BackupTold(TRIED, at, file.name, tried.size, tried.digest, tried.encrypted, "; ".join(tried.problems))
    write_down_backup(told=told, now=now, by=terms.actor())
    if tried.refused:
        raise tried.refused
    assert tried.found is not None
    if as_json:
        terms.lines([tried.found.told()])
    else:
        terms.say(f"{file} was put back elsewhere, and thrown away again: it is of {_moment(tried.found, now)}.")
        _tell(tried.found)
    raise typer.Exit(FAILED if tried.problems else 0)


def backup_key(file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the secret key.")]) -> None:
    """Make a key for backups: print the public half to encrypt to, and write the secret half that opens them into a file."""
    from careward.cli.backups.locked import new_key

    try:
        recipient = new_key(file)
    except OSError as error:
        raise Refused(refuse("backup.key_there", "house", f"{file} cannot be made ({error.strerror})", "Name a new file")) from error
    terms.say(recipient)
    terms.errors.print(
        f"Keep {file} away from this machine: without it no backup that was encrypted to this key can be opened.", soft_wrap=True
    )


def _moment(found: "PutBack", now: datetime) -> str:
    """'28 November 2026, 22:00:03 UTC, 9 hours ago'."""
    hours, rest = divmod(int((now - found.at).total_seconds()), 3600)
    days = hours // 24
    count, one = (days, "day") if days > 1 else (hours, "hour") if hours else (max(rest, 0) // 60, "minute")
    return f"{found.at.day} {found.at:%B %Y, %H:%M:%S} UTC, {count:,} {one}{'' if count == 1 else 's'} ago"


def _tell(found: "PutBack") -> None:
    said = "NOT as they were left" if found.problems else "all as they were left"
    terms.say(f"{found.entries:,} sealed entries and {found.tables} tables with {found.rows:,} rows checked: {said}.")
    for problem in found.problems:
        terms.errors.print(problem, soft_wrap=True, markup=False)
