"""The file of a backup: a tar of its parts, compressed, and encrypted where a key was given.

The first member says what the file is; the last is the manifest, which names every part before it, in order, with its size and digest. So
whoever has read it once from its beginning to its end knows whether all of it is there, as it was written.
"""

import gzip
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from careward.cli.backups.locked import closed, opened
from careward.core.decision import Refused, refuse

FORMAT = "careward backup 1"
ABOUT, MANIFEST = "careward-backup", "manifest.json"
DATABASE = "careward.sqlite3"  # the part that is an SQLite database
TABLES = ".rows"  # the folder of parts that are rows of PostgreSQL: no name in a home
LEVEL = 3  # of the compression: a third of the time of 6, a tenth more bytes
STARTS = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # of a compressed file as we write it: no name, no moment
MOST_SAID = 1 << 30  # bytes of a manifest, which is read whole


@dataclass(frozen=True, slots=True)
class Part:
    """One member: its name, below the home or below `database/`, its size and its digest."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    parts: tuple[Part, ...]
    facts: Mapping[str, Any]

    @property
    def database(self) -> str:
        return str(self.facts["database"])


class Digesting:
    """A stream that digests what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        self.size += len(data)
        return data

    def part(self, name: str) -> Part:
        """What was read, as a part."""
        return Part(name, self.size, self._digest.hexdigest())


@dataclass(slots=True)
class BackupBegun:
    """A backup that is being written."""

    tar: tarfile.TarFile
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, stream: IO[bytes], size: int) -> None:
        """Adds so many bytes of a stream as a part."""
        digesting = Digesting(stream)
        self._put(name, digesting, size)
        self.parts.append(digesting.part(name))

    def add_bytes(self, name: str, data: bytes) -> None:
        """Adds a part that is here already."""
        self.add(name, BytesIO(data), len(data))

    def finish(self, facts: Mapping[str, Any]) -> Manifest:
        """Adds the manifest, as the last."""
        told = {**facts, "parts": [[p.name, p.size, p.digest] for p in self.parts]}
        data = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        self._put(MANIFEST, BytesIO(data), len(data))
        return Manifest(tuple(self.parts), facts)

    def _put(self, name: str, stream: Any, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self.tar.addfile(member, stream)


@contextmanager
def writing(path: Path, recipients: Iterable[Any]) -> Iterator[BackupBegun]:
    """A new file, its owner's alone, which is there once it is whole and on the disk."""
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with (
                closed(out, list(recipients)) as plain,
                gzip.GzipFile("", "wb", LEVEL, plain, mtime=0) as pressed,
                tarfile.open(fileobj=pressed, mode="w|") as tar,
            ):
                written = BackupBegun(tar)
                written._put(ABOUT, BytesIO(FORMAT.encode()), len(FORMAT))
                yield written
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """What names the whole file, as sha256sum tells it."""
    with path.open("rb") as file:
        digesting = Digesting(file)
        while digesting.read(1 << 20):
            pass
    return digesting.part("").digest


def _pass_over(name: str, stream: Digesting) -> None:
    """Reads a part to no end but its digest."""
    while stream.read(1 << 20):
        pass


def read(path: Path, identities: Iterable[Any], put: Callable[[str, Digesting], None] = _pass_over) -> Manifest:
    """Reads a backup from its beginning to its end, giving each part to `put`, and returns what it says of itself.

    Raises Refused for one that is not whole, not as it was written, not ours, or cannot be opened with these keys. What was put is good
    only once this has returned.
    """
    with opened(path, list(identities)) as plain:
        try:
            return _read(plain, put)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise not_whole(str(error)) from error


def _read(plain: IO[bytes], put: Callable[[str, Digesting], None]) -> Manifest:
    start = plain.read(len(STARTS))
    if start != STARTS:
        raise not_ours() if start[:3] != STARTS[:3] else not_whole("its first bytes were changed")
    found, told = list[Part](), b""
    with gzip.GzipFile(fileobj=cast(IO[bytes], _Again(start, plain))) as pressed:
        with tarfile.open(fileobj=pressed, mode="r|") as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is None or told:
                    raise not_whole(f"{member.name} does not belong in it")
                if member.name == ABOUT:
                    _must_be_known(stream.read(1 << 10))
                elif member.name == MANIFEST:
                    told = stream.read(MOST_SAID)
                else:
                    found.append(_taken(member, stream, put))
        while pressed.read(1 << 20):  # to the end, where its checksum stands
            pass
    return _as_told(told, found)


class _Again:
    """A stream whose beginning was read already."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int = -1) -> bytes:
        start, self._start = (self._start, b"") if size < 0 else (self._start[:size], self._start[size:])
        return start or self._rest.read(size)


def _must_be_known(told: bytes) -> None:
    if told != FORMAT.encode():
        words = f"It is a backup of a later form than this version reads ({told[:40]!r})"
        raise Refused(refuse("backup.later", "house", words, "Install the version of Careward that made it"))


def _taken(member: tarfile.TarInfo, stream: IO[bytes], put: Callable[[str, Digesting], None]) -> Part:
    place = PurePosixPath(member.name)
    if not member.isfile() or place.is_absolute() or ".." in place.parts or not place.parts:
        raise not_whole(f"{member.name} is no name of a part")
    digesting = Digesting(stream)
    put(member.name, digesting)
    return digesting.part(member.name)


def _as_told(told: bytes, found: list[Part]) -> Manifest:
    """The manifest, when every part is as it says."""
    if not told:
        raise not_ours() if not found else not_whole("its last part, which names all others, is not there")
    try:
        facts = json.loads(told)
        parts = tuple(Part(*one) for one in facts.pop("parts"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise not_whole(f"its last part, which names all others, cannot be read: {error}") from error
    if wrong := next((p.name for p, q in zip(parts, found, strict=False) if p != q), ""):
        raise not_whole(f"{wrong} is not as it was written")
    if len(parts) != len(found):
        raise not_whole(f"it holds {len(found)} parts of {len(parts)}")
    return Manifest(parts, facts)


def put_below(folder: Path) -> Callable[[str, Digesting], None]:
    """Writes parts below a folder, each its owner's alone; a later one of the same name takes the place of an earlier."""

    def put(name: str, stream: Digesting) -> None:
        path = folder / name
        for each in reversed(path.parent.relative_to(folder).parents):
            (folder / each).mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)

    return put


def not_whole(why: str) -> Refused:
    """It was cut off, or changed since it was written."""
    words = f"The backup is not as it was written, so nothing was restored: {why}"
    return Refused(refuse("backup.not_whole", "house", words, "Copy it again from where it was kept, or take an earlier one"))


def not_ours() -> Refused:
    """It is no backup of Careward."""
    return Refused(refuse("backup.not_ours", "house", "The file is no backup of Careward", "Name a file that careward backup has made"))
