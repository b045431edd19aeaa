"""What the ledger decides and how an entry is written as bytes: pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from hmac import digest
from secrets import token_hex
from typing import Any, NamedTuple

from careward.seal.tree import leaf_hash

CHECK_LATE = timedelta(hours=2)  # a check that has not ended by then has stopped: the largest ledgers take half an hour
SEALED_WITHIN = timedelta(minutes=1)  # sealing follows within a second: what waits longer shows that it stands still
SHORTEST_REASON = 10  # characters of what a person says: enough to say something
CLOCKS_DIFFER = timedelta(seconds=30)
Moment = Callable[[Any], str]
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
VERB = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_text = json.encoder.encode_basestring  # one text as JSON in UTF-8


def _once(**how: Any) -> Callable[[Any], str]:
    """An encoder made once: json makes one anew for each value, which costs more than the value does."""
    made = json.JSONEncoder(**how)
    quick = getattr(json.encoder, "c_make_encoder", None)
    if quick is None:  # another Python than CPython
        return made.encode
    text = json.encoder.encode_basestring_ascii if made.ensure_ascii else _text
    encode = quick(None, made.default, text, None, made.key_separator, made.item_separator, made.sort_keys, made.skipkeys, made.allow_nan)
    return lambda value: "".join(encode(value, 0))


_compact = _once(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_as_django_keeps_it = _once()


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


@dataclass(frozen=True, slots=True)
class WaitsToBeSealed:
    """What waits to be sealed, in words, and whether it waits too long."""

    words: str
    late: bool

    @classmethod
    def of(cls, count: int, oldest: str, unsealable: int, *, now: datetime) -> "WaitsToBeSealed":
        """From how many wait and since when. A moment ahead of this clock says nothing of how long it waits: then it is late."""
        told = [f"{count:,} {'waits' if count == 1 else 'wait'} to be sealed"]
        late = False
        if count and oldest:
            age = now - datetime.strptime(oldest, MOMENT).replace(tzinfo=UTC)
            late = age > SEALED_WITHIN or age < -CLOCKS_DIFFER
            told.append(f"the oldest for {_span(age)}" if age >= timedelta() else f"the oldest is {_span(-age)} ahead of this clock")
        if unsealable:
            told.append(f"{unsealable:,} cannot be sealed")
        return cls(f"{', '.join(told)}.", late)


def _span(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size:,} {word}{'' if seconds // size == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


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


def lane_of(organisation: str, subject: str, lane: str = "") -> str:
    """The order of writing an entry stands in: its organisation's, or that of the load it is about, so that a long load holds nobody up.

    `lane` is that of its verb, where it has one of its own.
    """
    return "/".join(filter(None, (organisation, subject if subject.startswith("load/") else lane)))


def link_hash(key: bytes, *, lane: str, number: int, before: bytes, leaves: Sequence[bytes], ids: str = "") -> bytes:
    """What binds the entries of one act to all that was written before them in their lane; without the key nobody makes one.

    `ids` says which entries the leaves are of, where they are kept and not made of the entries again.
    """
    return digest(key, f"careward ledger lane\n{lane}\n{number}\n".encode() + before + b"".join(leaves) + ids.encode(), "sha256")


def canonical(row: Row) -> bytes:
    """The one way an entry is written as bytes: JSON with sorted keys, no blanks, UTF-8, every column in it.

    Raises ValueError or RecursionError when the body is not JSON, which only a changed row can be.
    """
    return _written(row, read_body(row.body))


def _written(row: Row, body: Any) -> bytes:
    return (
        f'{{"actor":{_text(row.actor)},"at":{_text(row.at)},"body":{_compact(body)},"id":{row.id},'
        f'"organisation":{_text(row.organisation)},"subject":{_text(row.subject)},"verb":{_text(row.verb)}}}'
    ).encode()


def read_body(text: str) -> Any:
    """A body from its JSON; ValueError for what is none."""
    try:
        found, end = _scan(text, 0)
    except StopIteration as error:
        raise ValueError("it is not JSON") from error
    if end != len(text):
        raise ValueError("something stands after it")
    return found


def leaf_to_the_letter(row: Row) -> bytes:
    """The leaf hash of an entry whose body stands as Django writes it; b"" for another spelling of the same, as a key that comes twice."""
    body = read_body(row.body)
    return leaf_hash(_written(row, body)) if _as_django_keeps_it(body) == row.body else b""


def leaves_together(rows: Sequence[tuple[Any, ...]], *, to_the_letter: bool, moment: Moment = str) -> list[bytes] | None:
    """The leaf hashes of many entries, whose bodies are read and written as one list: a call for each cost more than the work.

    None where one by one must tell. `moment` gives a moment as it is sealed from how the rows have it. Between two bodies stands what
    nobody who wrote one can know, so that none passes for two, nor two for one.
    """
    between = f'"{token_hex(16)}"'
    try:
        text = f"[{f', {between}, '.join([row[-1] for row in rows])}]"
        found = read_body(text)
        if len(found) != 2 * len(rows) - 1 or found[1::2].count(between[1:-1]) != len(rows) - 1:
            return None
        if to_the_letter and _as_django_keeps_it(found) != text:
            return None
        bodies = _compact(found)[1:-1].split(f",{between},")
        return _hashed(rows, bodies, moment) if len(bodies) == len(rows) else None
    except (ValueError, TypeError, RecursionError):
        return None


class _Quoted(dict[Any, str]):
    """Texts as JSON writes them, each made once: entries that stand together share most of theirs."""

    def __missing__(self, text: Any) -> str:
        self[text] = found = _text(text)
        return found


def _hashed(rows: Sequence[tuple[Any, ...]], bodies: Sequence[str], moment: Moment) -> list[bytes]:
    """The leaf hashes of entries whose bodies are written already; TypeError for what is no text where one belongs."""
    quoted, at = _Quoted(), {kept: _text(moment(kept)) for kept in {row[2] for row in rows}}
    return [
        sha256(
            (
                f'\0{{"actor":{quoted[actor]},"at":{at[kept]},"body":{body},"id":{number},"organisation":{quoted[organisation]},'
                f'"subject":{_text(subject)},"verb":{quoted[verb]}}}'
            ).encode()
        ).digest()
        for (number, organisation, kept, actor, verb, subject, _), body in zip(rows, bodies, strict=True)
    ]


def as_json(value: object) -> bytes:
    """JSON with sorted keys and no blanks in UTF-8; ValueError for what cannot be written so."""
    return _encode(value).encode()


def leaf(row: Row) -> bytes:
    """The leaf hash of an entry."""
    return leaf_hash(canonical(row))
