"""The ledger's rows as pages and files show them, whatever somebody made of them: what cannot be read is said, and never stops a page.

SQLite lets a value of any kind into any column, so nothing is taken for what its column says.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from careward.evidence.ledger import pages, rows, rules
from careward.evidence.ledger.leaves import leaf_as_kept

CANNOT_BE_READ = "Cannot be read"
DEEPEST_SHOWN = 20  # lists in lists
LONGEST_SHOWN = 100_000  # characters of a body on a page and in a file; the export holds it whole


@dataclass(frozen=True, slots=True)
class EntryAsKept:
    """An entry in words. `body` is None where it cannot be read, or is too long to be shown."""

    id: int
    organisation: str
    at: datetime | None
    actor: str
    verb: str
    subject: str
    body: Mapping[str, Any] | None
    too_long: bool
    kept: str  # the body as it stands, its beginning where it is long
    leaf: bytes  # b"" where no hash can be made of it

    @property
    def what(self) -> str:
        return pages.what_was_done(self.verb) if self.verb else CANNOT_BE_READ

    @property
    def thing(self) -> str:
        return pages.thing(self.subject) or CANNOT_BE_READ

    @property
    def by(self) -> str:
        return pages.whom(self.actor) if self.actor else CANNOT_BE_READ

    @property
    def written(self) -> str:
        """The body for a file."""
        if self.body is None:
            return "Too long to be shown here" if self.too_long else CANNOT_BE_READ
        return rules.as_json(self.body).decode()


def entry(row: rules.Row) -> EntryAsKept:
    """An entry from its row."""
    leaf = leaf_as_kept(row)
    kept = _printable(row.body)
    too_long = bool(leaf) and len(kept) > LONGEST_SHOWN
    body = None if too_long or not leaf else _body(row.body)
    texts = (_printable(row.actor), _printable(row.verb), _printable(row.subject))
    return EntryAsKept(row.id, _printable(row.organisation), moment(row.at), *texts, body, too_long, kept[:LONGEST_SHOWN], leaf)


def entries(ids: Sequence[int], *, bodies: bool = True) -> dict[int, EntryAsKept]:
    """Entries by their ids, with what was written down or without."""
    return {row.id: entry(row) for row in rows.by_list(ids, bodies=bodies)}


def _body(text: str) -> Mapping[str, Any] | None:
    """What Careward writes is an object and lies flat; anything else was put in, or is more than a page can hold."""
    try:
        found = json.loads(text)
    except RecursionError:
        return None
    return found if isinstance(found, Mapping) and _is_flat(found) else None


def _is_flat(found: Any) -> bool:
    level = [found]
    for _ in range(DEEPEST_SHOWN):
        level = [each for one in level for each in (one.values() if isinstance(one, Mapping) else one) if isinstance(each, Mapping | list)]
    return not level


def _printable(value: Any) -> str:
    """A text as a page can hold it; "" for what is none."""
    return pages.printable(value) if isinstance(value, str) else ""


def moment(text: Any) -> datetime | None:
    """A moment as it is sealed; None for what is none."""
    try:
        return datetime.strptime(text, rules.MOMENT).replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """One signed checkpoint as a page shows it."""

    size: int
    root: str
    sealed_at: datetime | None
    note: str


def checkpoint(row: rows.CheckpointRow) -> SignedCheckpoint:
    """A checkpoint from its row."""
    return SignedCheckpoint(row.size, b64encode(row.root).decode(), moment(row.sealed_at), _printable(row.note))
