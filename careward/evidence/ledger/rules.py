"""What the ledger decides and how an entry is written as bytes: pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from careward.seal.tree import leaf_hash

CHECK_LATE = timedelta(hours=2)  # a check that has not ended by then has stopped: the largest ledgers take half an hour
VERB = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_decode = json.JSONDecoder().decode


class EntryError(ValueError):
    """An entry that cannot be written down; a mistake of the caller, never of a person."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, for `record_many`."""

    verb: str
    subject: str
    body: Mapping[str, object]


class Row(NamedTuple):
    """An entry as it is read back for sealing and verifying: `at` in UTC with microseconds, `body` as JSON text."""

    id: int
    organisation: str
    at: str
    actor: str
    verb: str
    subject: str
    body: str


def plain(body: Mapping[str, object]) -> dict[str, Any]:
    """A body as plain JSON, days and moments written out; raises EntryError for what JSON or UTF-8 cannot hold."""
    try:
        text = json.dumps(body, default=_written_out, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise EntryError(f"the body of a ledger entry must be plain JSON in UTF-8: {error}") from error
    found: dict[str, Any] = json.loads(text)
    return found


def _written_out(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not plain; give its text or number")


def check(*, at: datetime, actor: str, verb: str, subject: str, organisation: str) -> None:
    """Raises EntryError unless an entry says when, who, what and on what, in forms that last."""
    if at.utcoffset() is None:
        raise EntryError("a ledger entry needs a moment with its zone")
    if not VERB.fullmatch(verb):
        raise EntryError(f"{verb!r} is not a ledger verb; write thing.past_tense, such as account.locked")
    if not actor or not subject:
        raise EntryError("a ledger entry names its actor and its subject")
    words = f"{actor}{subject}{organisation}"
    if not words.isprintable():  # a lone surrogate has no UTF-8 and so no leaf hash; PostgreSQL holds no NUL
        raise EntryError("the actor, subject and organisation of a ledger entry must be printable")


def canonical(row: Row) -> bytes:
    """The one way an entry is written as bytes: JSON with sorted keys, no blanks, UTF-8, every column in it.

    Raises ValueError or RecursionError when the body is not JSON, which only a changed row can be.
    """
    return as_json(
        {
            "actor": row.actor,
            "at": row.at,
            "body": _decode(row.body),
            "id": row.id,
            "organisation": row.organisation,
            "subject": row.subject,
            "verb": row.verb,
        }
    )


def as_json(value: object) -> bytes:
    """JSON with sorted keys and no blanks in UTF-8; ValueError for what cannot be written so."""
    return _encode(value).encode()


def leaf(row: Row) -> bytes:
    """The leaf hash of an entry."""
    return leaf_hash(canonical(row))
