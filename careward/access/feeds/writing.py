"""Puts what was planned into the tables, and keeps what each touched row was so that it can be put back."""

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.db.models import ForeignObjectRel

from careward.access.accounts.shapes import ACCOUNT
from careward.access.authorisations.shapes import AUTHORISATION, ROLE_HOLDER
from careward.access.feeds.merge import Row
from careward.access.feeds.shapes import SHAPES
from careward.evidence.rows import bulk
from careward.evidence.rows.shapes import Shape
from careward.systems.register.shapes import ENVIRONMENT, SYSTEM

# Rows without a foreign key that still need this one; the row is named t.
NAMED_BY_TEXT = {
    ENVIRONMENT.table: tuple(
        f"EXISTS (SELECT 1 FROM {shape.table} c WHERE c.system_id = t.system_id AND c.environment = t.code)"  # noqa: S608
        for shape in (ACCOUNT, AUTHORISATION)
    ),
    SYSTEM.table: (
        f"EXISTS (SELECT 1 FROM {ROLE_HOLDER.table} c WHERE c.organisation_id = t.organisation_id AND c.system_code = t.code)",  # noqa: S608
    ),
}


Born = Callable[[Sequence[Row]], list[Row]]  # puts to each new row what the table's `born` columns hold of it


@dataclass(frozen=True, slots=True)
class Write:
    """The rows of one table to add (id first) and to change (was, becomes)."""

    shape: Shape
    added: Sequence[Row]
    moved: Sequence[tuple[Row, Row]]
    fixed: Row = ()
    born: Born | None = None


class Ink:
    """Writes what one file does as it comes, or only counts it, inside the caller's transaction; never holds the rows."""

    def __init__(self, behind: bulk.Behind | None) -> None:
        self._behind = behind  # None: nothing is written
        self._sha = sha256()
        self._added: dict[str, int] = {}
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []

    def put(self, each: Write) -> None:
        """Takes some rows of one table."""
        if not each.added and not each.moved:
            return
        table = each.shape.table
        self._added[table] = self._added.get(table, 0) + len(each.added)
        for was, _ in each.moved:
            self._sha.update(repr(tuple(was)).encode())
        if self._behind:
            added = each.born(each.added) if each.born else each.added
            self._behind.insert(table, (*each.shape.columns, *each.shape.born, *each.shape.fixed), added, each.fixed)
            if each.moved:
                self._behind.wait()
                bulk.update(table, each.shape.columns, [becomes for _, becomes in each.moved])
            self._packed += [self._packer.compress(line.encode()) for line in _lines(each)]

    def dry(self) -> tuple[str, bytes]:
        """Nothing more comes: a digest of the rows it was worked out against, and what the touched rows were.

        The second is for each table a line with the ids added, then a line [id, value ...] for each row changed.
        """
        self._sha.update(json.dumps(sorted(self._added.items())).encode())
        if not self._behind:
            return self._sha.hexdigest(), b""
        self._behind.wait()
        return self._sha.hexdigest(), b"".join([*self._packed, self._packer.flush()])


def _lines(each: Write) -> Iterator[str]:
    added = bulk.as_ranges([row[0] for row in each.added])
    yield json.dumps({"table": each.shape.table, "added": added, "columns": each.shape.columns}) + "\n"
    for was, _ in each.moved:
        yield json.dumps(was, default=str) + "\n"


@dataclass(frozen=True, slots=True)
class Remembered:
    """One table as a file left it: the ids it added, and the rows it changed as they were."""

    table: str
    columns: tuple[str, ...]
    added: tuple[tuple[int, int], ...]
    was: list[tuple[Any, ...]]

    def touches(self, other: "Remembered") -> int:
        """How many of this file's rows the other file changed too."""
        theirs = [row[0] for row in other.was]
        mine = {row[0] for row in self.was}
        return sum(1 for number in theirs if number in mine or any(first <= number <= last for first, last in self.added))


def recall(before: bytes | memoryview | None) -> list[Remembered]:
    """Reads back what was remembered, each table once, in the order in which they were first written."""
    tables: dict[str, Remembered] = {}
    for line in zlib.decompress(before).splitlines() if before else ():
        said = json.loads(line)
        if isinstance(said, dict):
            known = tables.get(said["table"], Remembered(said["table"], tuple(said["columns"]), (), []))
            current = tables[said["table"]] = replace(known, added=(*known.added, *((a, b) for a, b in said["added"])))
        else:
            current.was.append(tuple(said))
    return list(tables.values())


def put_back(tables: Sequence[Remembered], *, gone_on: Any) -> int:
    """Puts changed rows back as they were and takes added ones out, the last written first.

    A row that something else refers to by now stays and is marked gone where its table can say so. Returns how many stayed.
    """
    stayed = 0
    for each in reversed(tables):
        shape = SHAPES[each.table]
        bulk.update(each.table, each.columns, each.was)
        kept = bulk.remove(each.table, each.added, _kept_by(shape))
        stayed += len(kept)
        if shape.gone:
            bulk.update(each.table, ("gone_on",), [(number, gone_on) for number in kept])
    return stayed


def _kept_by(shape: Shape) -> list[str]:
    """Conditions under which a row of the table is still referred to: one for each foreign key that points there."""
    links = [f.field for f in shape.model._meta.get_fields(include_hidden=True) if isinstance(f, ForeignObjectRel)]
    keys = [f'EXISTS (SELECT 1 FROM "{f.model._meta.db_table}" c WHERE c."{f.column}" = t.id)' for f in links]  # noqa: S608
    return [*keys, *NAMED_BY_TEXT.get(shape.table, ())]
