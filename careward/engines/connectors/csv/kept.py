"""The rows of a file as they were read: in memory while they are few, in a file of their own beyond, in blocks of columns.

A block in the file is its length and then its lines and columns as `marshal` writes them. Days and moments are kept as text, in the
form that sorts and that SQLite keeps; whoever wants them as such gets them so. Only files that we wrote are read so, and one that was
kept is first compared with its digest.
Rows that say the same in the column that a
feed is parted by (the system, in a list of approvals) stand together, so that they can be taken system by system.
"""

import marshal
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO, Any

from careward.core.blocks import Block, joined, parted, read_back
from careward.core.columns import Column

FEW = 30_000  # rows that stay in memory
AT_ONCE = 8_192  # rows of a block in the file
Row = tuple[Any, ...]
Told = dict[str, Any]  # where rows stand in a file
Opens = Callable[[], IO[bytes]]  # makes the file that rows go into when they are many
_LENGTH = 8  # bytes in which a block says how long it is


class KeptRows:
    """Rows of one file, added block by block and read as often as wanted. Where they are many they go into `file`, made when needed."""

    def __init__(self, columns: Sequence[Column], *, file: Opens = TemporaryFile, apart: str = "", few: int = FEW) -> None:
        self.columns = tuple(c.name for c in columns)
        self._kinds = tuple(c.kind for c in columns)
        self._make, self._few = file, few
        self._apart = apart if apart in self.columns else ""
        self._file: IO[bytes] | None = None
        self._gathered: dict[Any, list[Block]] = {}  # in memory; by part once there is a file
        self._waiting: dict[Any, int] = {}  # rows of a part that are not in the file yet
        self._places: dict[Any, list[int]] = {}  # where each part's blocks begin in the file
        self._lines = array("q")
        self._count = 0

    @classmethod
    def on(cls, columns: Sequence[Column], file: IO[bytes], told: Told, lines: Sequence[int] = ()) -> "KeptRows":
        """The rows that `copy_to` put into a file, which is ours to close."""
        kept = cls(columns, apart=told["apart"])
        kept._hold(file)
        kept._places = dict(told["places"])
        kept._count = told["count"]
        kept._lines = array("q", lines)
        return kept

    def copy_to(self, file: IO[bytes]) -> Told:
        """Puts all rows into a file, and says by what they are parted, where each part begins a block, and how many rows there are."""
        places = [(value, self._copied(value, file)) for value in self._values()]
        return {"apart": self._apart if self._file else "", "places": places, "count": len(self)}

    def in_order(self) -> "KeptRows | None":
        """The same rows in memory, their file closed; None where they are kept apart, and so not in the order of their file."""
        if self._apart or self._file is None:
            return None
        rest = KeptRows(self._as_columns(), file=self._make, few=len(self))
        for block in self.blocks():
            rest.add(block)
        self._file.close()
        return rest

    def _as_columns(self) -> list[Column]:
        return [Column(name, kind) for name, kind in zip(self.columns, self._kinds, strict=True)]

    def _copied(self, value: Any, file: IO[bytes]) -> list[int]:
        packed = chain(map(self._bytes, self._places.get(value, ())), map(self._packed, self._gathered.get(value, ())))
        places = []
        for each in packed:
            places.append(file.tell())
            file.write(each)
        return places

    def _hold(self, file: IO[bytes]) -> None:
        """The file is ours to close, also where both go in one ring: Python may then finalise the file first, and warns."""
        self._file = file
        weakref.finalize(self, file.close)

    @property
    def lines(self) -> Sequence[int]:
        """The line each row began on, in the order of the file; none where the rows were read earlier: their blocks say it."""
        return self._lines.tolist() if len(self._lines) <= FEW else self._lines

    @property
    def in_memory(self) -> int:
        """How many rows are held here rather than in a file."""
        return 0 if self._file else self._count

    def add(self, block: Block) -> None:
        """Takes rows in, their days and moments as text; when they become many, they go into the file."""
        self._lines.extend(block.lines)
        self._count += len(block)
        if self._file:
            self._part(block)
            self._write(AT_ONCE)
        else:
            self._gathered.setdefault("", []).append(block)
            if self._count > self._few:
                self._begin_file()

    def _begin_file(self) -> None:
        blocks = self._gathered.pop("", [])
        self._hold(self._make())
        for block in blocks:
            self._part(block)
        self._write(0)

    def _part(self, block: Block) -> None:
        for value, part in (parted(block, self._apart) if self._apart else {"": block}).items():
            self._gathered.setdefault(value, []).append(part)
            self._waiting[value] = self._waiting.get(value, 0) + len(part)

    def done(self) -> None:
        """No more rows come: what is left goes into the file too, where there is one."""
        if self._file:
            self._write(0)

    def settle(self, change: Callable[[Block], Block]) -> None:
        """Changes the blocks held in memory, each as a whole; for a feed that is kept in memory until then."""
        self._gathered = {value: [change(block) for block in blocks] for value, blocks in self._gathered.items()}

    def without(self, lines: set[int]) -> "KeptRows":
        """The same rows without those of these lines."""
        rest = KeptRows(self._as_columns(), file=self._make, apart=self._apart, few=self._few)
        for block in self.blocks():
            rest.add(block.only([i for i, line in enumerate(block.lines) if line not in lines]))
        rest.done()
        return rest

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return (row for block in self.blocks() for row in read_back(block, self._kinds).rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (list, KeptRows)) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def blocks(self) -> Iterator[Block]:
        """All rows as they are kept, some thousands at a time; in the order of the file unless they are kept apart."""
        empty = True
        for _, blocks in self._parts():
            for block in blocks:
                empty = False
                yield block
        if empty:
            yield Block(self.columns, [], [[] for _ in self.columns])

    def parts(self, column: str) -> Iterator[tuple[Any, Iterator[Block]]]:
        """The rows of each value of a column by themselves, as they are kept."""
        if self._file and column == self._apart:
            yield from self._parts()
        else:
            for value, part in parted(joined(self.columns, list(self.blocks())), column).items():
                yield value, iter((part,))

    def _parts(self) -> Iterator[tuple[Any, Iterator[Block]]]:
        for value in self._values():
            yield value, self._read(value)

    def _values(self) -> Iterator[Any]:
        return iter(dict.fromkeys((*self._places, *self._gathered)))

    def _read(self, value: Any) -> Iterator[Block]:
        for place in self._places.get(value, ()):
            yield self._block(place)
        yield from self._gathered.get(value, ())

    def _write(self, least: int) -> None:
        """Puts into the file the parts that have more than so many rows waiting."""
        assert self._file is not None
        for value in [v for v, waiting in self._waiting.items() if waiting > least]:
            block = joined(self.columns, self._gathered.pop(value))
            self._places.setdefault(value, []).append(self._file.seek(0, SEEK_END))
            self._file.write(self._packed(block))
            del self._waiting[value]

    def _packed(self, block: Block) -> bytes:
        packed = marshal.dumps((list(block.lines), list(block.values)))
        return len(packed).to_bytes(_LENGTH, "big") + packed

    def _bytes(self, place: int) -> bytes:
        """A block as it stands in the file, its length before it."""
        assert self._file is not None
        self._file.seek(place)
        length = self._file.read(_LENGTH)
        return length + self._file.read(int.from_bytes(length, "big"))

    def _block(self, place: int) -> Block:
        lines, values = marshal.loads(memoryview(self._bytes(place))[_LENGTH:])  # noqa: S302 - our own, see above
        return Block(self.columns, lines, values)
